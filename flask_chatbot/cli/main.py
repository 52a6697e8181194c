"""``flask chatbot``: the commands about rule files; those that talk and operate have modules of their own."""

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from itertools import chain
from pathlib import Path

import click

from flask_chatbot.bot.checking import check_rules
from flask_chatbot.cli.app import Host, about_rules, default_file, find_host
from flask_chatbot.cli.reports import REPORTS, TESTED, Tested, certain, is_broken, table, with_problems
from flask_chatbot.cli.talk import files_of_option, find_talk, rules_option
from flask_chatbot.cli.terminal import Commands, echo, echo_bytes, language_option, said, speak, spoken
from flask_chatbot.core.checks.runner import cases, run
from flask_chatbot.core.loading.loader import Loaded, read_rules
from flask_chatbot.core.schema.translated import CATALOGUES, translated
from flask_chatbot.core.translation.translatable import tr, untranslated
from flask_chatbot.core.values.problems import NOWHERE, Problem
from flask_chatbot.settings.settings import Settings

# The commands of other modules, in the packages below this one: each is loaded when it is called, or to be listed.
ELSEWHERE = {
    "billable": "costs.billable:billable",
    "broadcast": "broadcasting.broadcast:broadcast",
    "celery": "worker:celery",
    "chat": "chatting.chat:chat",
    "console-log": "console.log:console_log",
    "console-password": "console.password:console_password",
    "db": "db:db",
    "doctor": "doctor:doctor",
    "failed": "failed:failed",
    "forget": "person:forget",
    "init": "init:init",
    "lines": "lines.overview:lines_",
    "pair": "lines.pair:pair",
    "people": "people:people",
    "person": "person:person",
    "prune": "prune:prune",
    "qr": "lines.qr:qr",
    "resend": "failed:resend",
    "resume": "people:resume",
    "row": "rows.row:row",
    "run": "serve:run_",
    "saved": "rows.saved:saved",
    "send": "lines.send:send",
    "sentences": "sentences:sentences",
    "try": "try_text:try_",
    "why": "people:why",
    "worker": "worker:worker",
}


@click.group(cls=Commands, elsewhere=ELSEWHERE, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flask-chatbot", prog_name="flask_chatbot")
@click.pass_context
def chatbot(context: click.Context) -> None:
    """Check, try and show the rules of a chatbot, and look after one that runs.

    The app is found as `flask run` finds it: by --app, FLASK_APP, or an app.py in this folder. What is about rules alone works without one.

    \b
    flask chatbot init                      write a first rules.yaml
    flask chatbot check                     is rules.yaml right?
    flask chatbot try "penawaran#Jhon Doe"  what would a customer get?
    flask chatbot chat                      talk to the bot
    flask chatbot run                       serve rules.yaml, without an app
    flask chatbot doctor                    is all set up as it should be?
    flask chatbot lines                     is WhatsApp connected?
    flask chatbot failed                    what did not go out?
    flask chatbot billable                  what is charged for?
    flask chatbot why 081234567890          why was this customer answered so?
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org; without a terminal click drops colours by itself
        context.color = False


@chatbot.command()
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Turn warnings into errors.")
@files_of_option
@language_option
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True, help="The output format.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], strict: bool, line: str, form: str) -> None:
    """Report every problem in the rule files, with its place and the way out.

    Without FILES: all of the app's, else rules.yaml in this folder. Works even if the app itself cannot start. With the app, its field
    types, filters, handlers and lines are known; without it, anything that they may supply is a warning. Rules that are valid but probably
    mistakes, such as one that no message reaches, are warnings, too.

    \b
    flask chatbot check
    flask chatbot check --strict
    flask --app shop chatbot check
    flask chatbot check rules.yaml --format github

    Exit codes: 0 no errors (warnings may be), 1 errors, or with --strict warnings, 2 a wrong option.
    """
    host = find_host(context)
    loads = checked(files_of(paths, host, line), host)
    speak(written=next((loaded.language for loaded in loads.values()), ""))
    if note := host.note(but=host.problems):
        echo(note, err=True)
    if strict:
        loads = {path: strictly(loaded) for path, loaded in loads.items()}
    for text in REPORTS[form](loads):
        echo(text)
    context.exit(1 if any(is_broken(loaded) for loaded in loads.values()) else 0)


@chatbot.command("test")
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@files_of_option
@click.option("--format", "form", type=click.Choice(list(TESTED)), default="text", show_default=True, help="The output format.")
@language_option
@click.pass_context
def test_(context: click.Context, paths: tuple[Path, ...], line: str, form: str) -> None:
    """Run the tests in rule files, under `tests:`.

    Without FILES: those of all rules of the app, else of rules.yaml in this folder. Handlers do not run; `given:` stands for what they
    supply. The app's field types and filters do, where there is an app.

    \b
    flask chatbot test
    flask chatbot test rules.yaml --format github

    Exit codes: 0 no test failed, 1 one did or the rules cannot be used, 2 a wrong option.
    """
    host = find_host(context)
    tested = run_tests(files_of(paths, host, line) or (default_file(),), host)
    if note := host.note():
        echo(note, err=True)
    for text in TESTED[form](tested):
        echo(text)
    context.exit(1 if tested.failed or tested.errors else 0)


@chatbot.command()
@rules_option
@files_of_option
@click.pass_context
def rules(context: click.Context, path: Path | None, line: str) -> None:
    """List the rules: name, what they answer to, fields, priority and place."""
    for text in table(find_talk(context, path, run=False, line=line).book):
        echo(text)


@chatbot.command()
@language_option
@click.pass_context
def schema(context: click.Context) -> None:
    """Print the JSON Schema of rule files, for editors, with descriptions in the language of messages.

    \b
    flask chatbot schema > rules.schema.json
    flask chatbot schema --language id > rules.schema.json
    """
    language = spoken(context)
    if language in CATALOGUES:
        echo_bytes((json.dumps(translated(language), ensure_ascii=False, indent=2) + "\n").encode())
    else:
        echo_bytes(files("flask_chatbot.core.schema").joinpath("rules.schema.json").read_bytes())


def checked(paths: Iterable[Path], host: Host) -> dict[Path, Loaded]:
    """Load rule files with their problems, plus those of the app; without paths, the app's file or the one in this folder."""
    here = default_file()
    found = (here,) if here.exists() or not host.problems else ()
    loads = {path: check_rules(path, host.bot_for(path)) if host.starts else certain(check_rules(path, None)) for path in paths or found}
    return with_problems(loads, host.problems if paths or host != Host() else environment_problems())


def environment_problems() -> tuple[Problem, ...]:
    """The problems with the settings of the environment, which count where there is no app, that leave unknown which rules answer what."""
    _, problems = Settings.read({}, os.environ)
    return about_rules(Problem(NOWHERE, untranslated(each)) for each in problems)


def files_of(paths: tuple[Path, ...], host: Host, line: str) -> tuple[Path, ...]:
    """The rule files that are meant: those named, else that of a line, else all of the app."""
    bot = host.bot_of(line)
    if line and (paths or bot is None):
        raise click.UsageError(tr("--line chooses among the rule files of an app. Name the app, and no FILES: flask --app shop ..."))
    if paths or host.bots is None:
        return paths
    return (bot.path,) if line and bot else tuple(each.path for each in host.bots)


def strictly(loaded: Loaded) -> Loaded:
    """Turn every warning into an error; with any error there is no book."""
    problems = tuple(replace(problem, severity="error") for problem in loaded.problems)
    return loaded._replace(book=None if problems else loaded.book, problems=problems)


def run_tests(paths: Iterable[Path], host: Host) -> Tested:
    """Run the tests of rule files, with what the app adds to them if there is one."""
    loads = [read_rules(path, host.additions_to(path)) for path in paths]
    speak(written=next((loaded.language for loaded in loads), ""))
    results = [run(case, loaded.book) for loaded in loads if loaded.book for case in cases(loaded.book)]
    errors = [problem for loaded in loads if not loaded.book for problem in loaded.problems if problem.severity == "error"]
    return Tested(
        len(results), sum(map(bool, results)), tuple(failure.said(said) for failure in chain.from_iterable(results)), tuple(errors)
    )

"""``flask chatbot``: the commands about rule files; those that talk and operate have modules of their own."""

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from itertools import chain
from pathlib import Path

import click

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.handlers import check_needs
from flask_chatbot.cli.app import Host, default_file, find_host
from flask_chatbot.cli.chat import chat
from flask_chatbot.cli.db import db
from flask_chatbot.cli.doctor import doctor
from flask_chatbot.cli.failed import failed, resend
from flask_chatbot.cli.init import init
from flask_chatbot.cli.people import forget, people, person, resume, why
from flask_chatbot.cli.reports import REPORTS, TESTED, Tested, certain, is_broken, table, with_problems
from flask_chatbot.cli.saved import saved
from flask_chatbot.cli.sentences import sentences
from flask_chatbot.cli.serve import run_
from flask_chatbot.cli.talk import find_talk, rules_option
from flask_chatbot.cli.terminal import Commands, echo, echo_bytes, language_option, said, speak, spoken
from flask_chatbot.cli.try_text import try_
from flask_chatbot.cli.worker import worker
from flask_chatbot.core.checks.kinds import unheard
from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.checks.runner import cases, run
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS, Additions
from flask_chatbot.core.loading.loader import Loaded, read_rules
from flask_chatbot.core.schema.translated import CATALOGUES, translated


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
    flask chatbot failed                    what did not go out?
    flask chatbot why 081234567890          why was this customer answered so?
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org; without a terminal click drops colours by itself
        context.color = False


for command in (chat, db, doctor, failed, forget, init, people, person, resend, resume, run_, saved, sentences, try_, why, worker):
    chatbot.add_command(command)


@chatbot.command()
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Turn warnings into errors.")
@language_option
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True, help="The output format.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], strict: bool, form: str) -> None:
    """Report every problem in the rule files, with its place and the way out.

    Without FILES: the app's own, else rules.yaml in this folder. Works even if the app itself cannot start. With the app, its field types,
    filters and handlers are known; without it, anything that they may supply is a warning. Rules that are valid but probably mistakes, such
    as one that no message reaches, are warnings, too.

    \b
    flask chatbot check
    flask chatbot check --strict
    flask --app shop chatbot check
    flask chatbot check rules.yaml --format github

    Exit codes: 0 no errors (warnings may be), 1 errors, or with --strict warnings, 2 a wrong option.
    """
    host = find_host(context)
    loads = checked(paths, host)
    speak(written=next((loaded.language for loaded in loads.values()), ""))
    if note := host.note(but=host.problems):
        echo(note, err=True)
    if strict:
        loads = {path: strictly(loaded) for path, loaded in loads.items()}
    for line in REPORTS[form](loads):
        echo(line)
    context.exit(1 if any(is_broken(loaded) for loaded in loads.values()) else 0)


@chatbot.command("test")
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(list(TESTED)), default="text", show_default=True, help="The output format.")
@language_option
@click.pass_context
def test_(context: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Run the tests in rule files, under `tests:`.

    Without FILES: those of the app's own rules, else of rules.yaml in this folder. Handlers do not run; `given:` stands for what they
    supply. The app's field types and filters do, where there is an app.

    \b
    flask chatbot test
    flask chatbot test rules.yaml --format github

    Exit codes: 0 no test failed, 1 one did or the rules cannot be used, 2 a wrong option.
    """
    host = find_host(context)
    bot = host.bot
    tested = run_tests(paths or (bot.path if bot else default_file(),), bot.handlers.additions if bot else UNKNOWN_ADDITIONS)
    if note := host.note():
        echo(note, err=True)
    for line in TESTED[form](tested):
        echo(line)
    context.exit(1 if tested.failed or tested.errors else 0)


@chatbot.command()
@rules_option
@click.pass_context
def rules(context: click.Context, path: Path | None) -> None:
    """List the rules: name, what they answer to, fields, priority and place."""
    for line in table(find_talk(context, path, run=False).book):
        echo(line)


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
    bot = host.bot
    here = default_file()
    found = (bot.path,) if bot else (here,) if here.exists() or not host.problems else ()
    loads = {path: load(path, bot) if host.starts else certain(load(path, None)) for path in paths or found}
    return with_problems(loads, host.problems)


def load(path: Path, bot: Bot | None) -> Loaded:
    """Load a rule file with its problems and warnings, including those of the handlers if it is the app's own file."""
    if bot is None:
        return linted(read_rules(path, UNKNOWN_ADDITIONS))
    loaded = read_rules(path, bot.handlers.additions)
    if loaded.book is None or path.resolve() != bot.path.resolve():
        return linted(loaded)
    needs = tuple(check_needs(bot.handlers, loaded.book))
    texts_alone = unheard(loaded.book) if bot.settings.transport is None else ()
    problems = tuple(sorted((*loaded.problems, *needs, *texts_alone), key=lambda problem: problem.mark))
    return linted(loaded._replace(book=None if needs else loaded.book, problems=problems), bot.handlers.rules)


def linted(loaded: Loaded, handled: Collection[str] | None = None) -> Loaded:
    """Add the warnings about suspicious rules, unless there are errors already."""
    if loaded.book is None:
        return loaded
    today = datetime.now(loaded.book.locale.timezone).date()
    problems = sorted([*loaded.problems, *lint(loaded.book, handled, today)], key=lambda problem: problem.mark)
    return loaded._replace(problems=tuple(problems))


def strictly(loaded: Loaded) -> Loaded:
    """Turn every warning into an error; with any error there is no book."""
    problems = tuple(replace(problem, severity="error") for problem in loaded.problems)
    return loaded._replace(book=None if problems else loaded.book, problems=problems)


def run_tests(paths: Iterable[Path], additions: Additions) -> Tested:
    """Run the tests of rule files."""
    loads = [read_rules(path, additions) for path in paths]
    speak(written=next((loaded.language for loaded in loads), ""))
    results = [run(case, loaded.book) for loaded in loads if loaded.book for case in cases(loaded.book)]
    errors = [problem for loaded in loads if not loaded.book for problem in loaded.problems if problem.severity == "error"]
    return Tested(
        len(results), sum(map(bool, results)), tuple(failure.said(said) for failure in chain.from_iterable(results)), tuple(errors)
    )

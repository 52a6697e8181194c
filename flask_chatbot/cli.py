"""``flask chatbot``: check, try and show rules, with or without the app that uses them."""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from itertools import chain
from pathlib import Path

import click

from flask_chatbot.bot import Bot
from flask_chatbot.core.additions import UNKNOWN_ADDITIONS, Additions
from flask_chatbot.core.lint import lint
from flask_chatbot.core.loader import Loaded, beside, read_rules
from flask_chatbot.core.memory import NOTHING
from flask_chatbot.core.messages import Message, Sender
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.core.testrunner import cases, run
from flask_chatbot.core.verdicts import explain
from flask_chatbot.core.written import shown
from flask_chatbot.errors import RulesError
from flask_chatbot.handlers import check_needs
from flask_chatbot.hosts import Host, find_host
from flask_chatbot.reports import DECISIONS, REPORTS, TESTED, Tested, certain, is_broken, table, with_problems
from flask_chatbot.trying import Talk, deciding, running

DEFAULT_FILE = Path("rules.yaml")
NAME_ONE = "Name the app, whose rules are used then (flask --app shop ...), or a file: --rules FILE"
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="A rule file. Without it: the app's, else rules.yaml in this folder."
)
run_option = click.option("--run", is_flag=True, help="Run the app's Python handlers too; they may change what they change.")
from_option = click.option("--from", "number", default="6281200000000", show_default=True, help="The customer's number.")
nama_option = click.option("--nama", "name", default="", help="The customer's name.")


@click.group()
@click.pass_context
def chatbot(context: click.Context) -> None:
    """Check, try and show the rules of a chatbot.

    The app is found as `flask run` finds it: by --app, FLASK_APP, or an app.py in this folder. All but --run work without one.

    \b
    flask chatbot check                     is rules.yaml right?
    flask chatbot try "penawaran#Jhon Doe"  what would a customer get?
    flask chatbot chat                      talk to the bot
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org; without a terminal click drops colours by itself
        context.color = False


@chatbot.command()
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True, help="How problems are printed.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], strict: bool, form: str) -> None:
    """Tell every problem of the rule files, each with its place and its mend.

    Without FILES: the app's own, else rules.yaml in this folder. Works when the app itself cannot start. With the app at hand, its field
    types, filters and handlers are known; without it, what they may supply is a warning. What is right and yet hardly meant, such as a
    rule that no message reaches, is a warning too.

    \b
    flask chatbot check
    flask chatbot check --strict
    flask --app shop chatbot check
    flask chatbot check rules.yaml --format github

    Exit codes: 0 no errors (warnings may be), 1 errors, or with --strict warnings, 2 a wrong option.
    """
    host = find_host(context)
    if said := host.note(but=host.problems):
        click.echo(said, err=True)
    loads = checked(paths, host)
    if strict:
        loads = {path: strictly(loaded) for path, loaded in loads.items()}
    for line in REPORTS[form](loads):
        click.echo(line)
    context.exit(1 if any(is_broken(loaded) for loaded in loads.values()) else 0)


@chatbot.command("test")
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(list(TESTED)), default="text", show_default=True, help="How failures are printed.")
@click.pass_context
def test_(context: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Run the tests that stand in rule files, under `tests:`.

    Without FILES: those of the app's own rules, else of rules.yaml in this folder. Handlers do not run; `given:` stands for what they
    supply. The app's field types and filters do, where there is an app.

    \b
    flask chatbot test
    flask chatbot test rules.yaml --format github

    Exit codes: 0 no test failed, 1 one did or the rules cannot be used, 2 a wrong option.
    """
    host = find_host(context)
    if said := host.note():
        click.echo(said, err=True)
    bot = host.bot
    tested = run_tests(paths or (bot.path if bot else DEFAULT_FILE,), bot.handlers.additions if bot else UNKNOWN_ADDITIONS)
    for line in TESTED[form](tested):
        click.echo(line)
    context.exit(1 if tested.failed or tested.errors else 0)


@chatbot.command("try")
@click.argument("text")
@rules_option
@run_option
@from_option
@nama_option
@click.option("--at", type=click.DateTime(TIMES), help="When it is written, in the rules' time zone.")
@click.option("--explain", "explained", is_flag=True, help="Tell of each rule that matches why it won or lost.")
@click.option("--format", "form", type=click.Choice(list(DECISIONS)), default="text", show_default=True, help="How the outcome is printed.")
@click.pass_context
def try_(
    context: click.Context, text: str, path: Path | None, run: bool, number: str, name: str, at: datetime | None, explained: bool, form: str
) -> None:
    """Show what the bot does with TEXT: the rule, its place, the fields, the replies. Nothing is sent.

    \b
    flask chatbot try halo --nama Budi
    flask chatbot try "harga kaos" --explain
    flask chatbot try "penawaran#Jhon Doe#jhon@example.com" --at "2026-11-23 09:00"
    flask --app shop chatbot try --run "penawaran#Jhon Doe#jhon@example.com"

    Exit codes: 0 shown, 1 the rules cannot be used, 2 a wrong option.
    """
    talk = find_talk(context, path, run)
    now = at.replace(tzinfo=talk.book.locale.timezone) if at else datetime.now(UTC)
    message = Message(text=text, sender=Sender(number=number, name=name))
    state = talk.memory_for(message).recall(number, now.timestamp()) if explained else NOTHING
    tried = talk.decide(message, now)
    known = tried.decision if run else None  # without --run no handler has had its say
    verdicts = explain(talk.book, message, state, now, decision=known, handled=talk.handled) if explained else None
    for line in DECISIONS[form](tried, verdicts):
        click.echo(line)


@chatbot.command()
@rules_option
@run_option
@from_option
@nama_option
@click.pass_context
def chat(context: click.Context, path: Path | None, run: bool, number: str, name: str) -> None:
    """Talk to the bot in the terminal, as a customer would. An empty line or Ctrl+D ends it."""
    talk = find_talk(context, path, run)
    for line in typed_lines():
        tried = talk.decide(Message(text=line, sender=Sender(number=number, name=name)), datetime.now(UTC))
        click.echo("\n".join(map(shown, tried.decision.replies)) or f"({tried.note or 'no reply'})")


@chatbot.command()
@rules_option
@click.pass_context
def rules(context: click.Context, path: Path | None) -> None:
    """List the rules: name, what they answer to, fields, priority and place."""
    for line in table(find_talk(context, path, run=False).book):
        click.echo(line)


@chatbot.command()
def schema() -> None:
    """Print the JSON Schema of rule files, for editors.

    \b
    flask chatbot schema > rules.schema.json
    """
    click.echo(files("flask_chatbot.core").joinpath("rules.schema.json").read_text("utf-8"), nl=False)


def checked(paths: Iterable[Path], host: Host) -> dict[Path, Loaded]:
    """The rule files with their problems, and those of the app; without paths, the file of the app or the one in this folder."""
    bot = host.bot
    found = (bot.path,) if bot else (DEFAULT_FILE,) if DEFAULT_FILE.exists() or not host.problems else ()
    loads = {path: load(path, bot) if host.starts else certain(load(path, None)) for path in paths or found}
    return with_problems(loads, host.problems)


def load(path: Path, bot: Bot | None) -> Loaded:
    """A rule file with its problems and warnings, those with the app's handlers among them where the file is the app's own."""
    if bot is None:
        return linted(read_rules(path, UNKNOWN_ADDITIONS))
    loaded = read_rules(path, bot.handlers.additions)
    if loaded.book is None or path.resolve() != bot.path.resolve():
        return linted(loaded)
    problems = (*loaded.problems, *check_needs(bot.handlers, loaded.book))
    return linted(Loaded(loaded.book if len(problems) == len(loaded.problems) else None, problems), bot.handlers.rules)


def linted(loaded: Loaded, handled: Collection[str] | None = None) -> Loaded:
    """What was loaded, with the warnings of what is hardly meant; files with errors have enough to tell."""
    if loaded.book is None:
        return loaded
    problems = sorted([*loaded.problems, *lint(loaded.book, handled)], key=lambda problem: problem.mark)
    return loaded._replace(problems=tuple(problems))


def strictly(loaded: Loaded) -> Loaded:
    """What was loaded, with every warning an error, so that there is no book where there is one."""
    problems = tuple(replace(problem, severity="error") for problem in loaded.problems)
    return loaded._replace(book=None if problems else loaded.book, problems=problems)


def run_tests(paths: Iterable[Path], additions: Additions) -> Tested:
    """What comes of the tests of rule files."""
    loads = [read_rules(path, additions) for path in paths]
    outcomes = [run(case, loaded.book) for loaded in loads if loaded.book for case in cases(loaded.book)]
    errors = [problem for loaded in loads if not loaded.book for problem in loaded.problems if problem.severity == "error"]
    return Tested(len(outcomes), sum(map(bool, outcomes)), tuple(chain.from_iterable(outcomes)), tuple(errors))


def find_talk(context: click.Context, path: Path | None, run: bool) -> Talk:
    """The rules, and what decides by them; with `run` the app's handlers have their say."""
    host = find_host(context) if run or path is None else Host()
    if run and host.says:
        what = host.says if host.starts else f"the app does not start, so no handler can be run. It says:\n{host.says}"
        raise click.ClickException(what)
    if run and (host.app is None or path):
        raise click.UsageError("--run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...")
    if host.app is not None:
        return running(host.app) if run else deciding(host.app.extensions["chatbot"].book, host.app)
    if host.says:
        click.echo(host.note(), err=True)
    return deciding(read_book(path))


def read_book(path: Path | None) -> RuleBook:
    """The rules of a file, or of the one in this folder; `click.ClickException` where they cannot be used."""
    if path is None and not DEFAULT_FILE.exists():
        others = beside(DEFAULT_FILE.absolute())
        raise click.ClickException(f"there is no {DEFAULT_FILE} in this folder.{others} {NAME_ONE}")
    loaded = read_rules(path or DEFAULT_FILE, UNKNOWN_ADDITIONS)
    if loaded.book is None:
        raise click.ClickException(f"these rules cannot be used.\n{RulesError(loaded.problems)}")
    return loaded.book


def typed_lines() -> Iterator[str]:
    """What is typed, line by line, until an empty line or the end of the input."""
    with suppress(EOFError):
        while line := input("> ").strip():
            yield line
    click.echo()

"""``flask chatbot``: check, try and show rules, with or without the app that uses them."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import click
from flask.cli import NoAppException, ScriptInfo

from flask_chatbot.core.engine import NO_MEMORY, Decision, decide
from flask_chatbot.core.loader import Loaded, load_rules, read_rules
from flask_chatbot.core.messages import Message, Sender
from flask_chatbot.core.problems import Problem
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.rules import Rule, RuleBook
from flask_chatbot.errors import ChatbotError, RulesError

DEFAULT_FILE = Path("rules.yaml")
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
KINDS = {"KEYWORD": "keyword", "FIELDS": "keyword with #", "FALLBACK": "fallback"}

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="The rule file. Without it: the app's, else rules.yaml in the current folder."
)


@click.group()
def chatbot() -> None:
    """Check, try and show the rules of a chatbot."""


@chatbot.command()
@click.argument("paths", metavar="[FILES]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How problems are printed.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Tell every problem of the rule files, with its place.

    Works when the app itself cannot start. Exits with 1 where there is a problem, with 0 where there is none.
    """
    loads = {path: read_rules(path) for path in paths or (find_file(context.find_object(ScriptInfo)),)}
    problems = [problem for loaded in loads.values() for problem in loaded.problems]
    for line in REPORTS[form](problems):
        click.echo(line)
    if form == "text":
        for path, loaded in loads.items():
            click.echo(summary(path, loaded))
    context.exit(1 if any(loaded.book is None for loaded in loads.values()) else 0)


@chatbot.command("try")
@click.argument("text")
@rules_option
@click.option("--from", "number", default="6281200000000", show_default=True, help="The sender's number.")
@click.option("--nama", "name", default="", help="The sender's name.")
@click.option("--at", "at", type=click.DateTime(TIMES), help="The time, in the rules' time zone.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How the outcome is printed.")
@click.pass_context
def try_(context: click.Context, text: str, path: Path | None, number: str, name: str, at: datetime | None, form: str) -> None:
    """Show what the bot does with TEXT: the rule, its place, the fields, the replies. Nothing is sent."""
    book = open_book(context, path)
    now = at.replace(tzinfo=book.locale.timezone) if at else datetime.now(UTC)
    message = Message(text=text, sender=Sender(number=number, name=name))
    decision = decide(book, message, NO_MEMORY, now, random.Random())
    if form == "json":
        click.echo(json.dumps(decision_data(decision), ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(decision_lines(decision)))


@chatbot.command()
@rules_option
@click.option("--from", "number", default="6281200000000", show_default=True, help="Your number, as the bot sees it.")
@click.option("--nama", "name", default="", help="Your name, as the bot sees it.")
@click.pass_context
def chat(context: click.Context, path: Path | None, number: str, name: str) -> None:
    """Talk to the bot in the terminal; an empty line or Ctrl+D ends it."""
    book = open_book(context, path)
    for line in typed_lines():
        message = Message(text=line, sender=Sender(number=number, name=name))
        decision = decide(book, message, NO_MEMORY, datetime.now(UTC), random.Random())
        click.echo("\n".join(map(shown, decision.replies)) or "(no reply)")


@chatbot.command()
@rules_option
@click.pass_context
def rules(context: click.Context, path: Path | None) -> None:
    """List the rules: name, what they answer to, fields, priority and place."""
    rows = [("NAME", "ANSWERS TO", "FIELDS", "PRIORITY", "PLACE"), *(row(rule) for rule in open_book(context, path).rules)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for cells in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


@chatbot.command()
def schema() -> None:
    """Print the JSON Schema of rule files, for editors."""
    click.echo(files("flask_chatbot.core").joinpath("rules.schema.json").read_text("utf-8"), nl=False)


def typed_lines() -> Iterator[str]:
    """What is typed, line by line, until an empty line or the end of the input."""
    with suppress(EOFError):
        while line := input("> ").strip():
            yield line
    click.echo()


def find_file(info: ScriptInfo | None) -> Path:
    """The rule file of the app, where there is one that starts; else rules.yaml in the current folder."""
    book = app_book(info)
    return book.files[0] if book else DEFAULT_FILE


def open_book(context: click.Context, path: Path | None) -> RuleBook:
    """The rules of a file, or of the app; problems end the command."""
    book = None if path else app_book(context.find_object(ScriptInfo))
    try:
        return book or load_rules(path or DEFAULT_FILE)
    except RulesError as error:
        raise click.ClickException(f"these rules cannot be used.\n{error}") from error


def app_book(info: ScriptInfo | None) -> RuleBook | None:
    """The rules of the app, or None after saying why there are none to be had."""
    try:
        state = info.load_app().extensions.get("chatbot") if info else None
    except NoAppException:
        return None
    except ChatbotError as error:
        click.echo(f"The app does not start, so {DEFAULT_FILE} of this folder is used. It says:\n{error}\n", err=True)
        return None
    return state.book if state else None


def summary(path: Path, loaded: Loaded) -> str:
    """One line on a file: how many rules it has, or how many problems."""
    count = len(loaded.problems)
    rules = f"{len(loaded.book.rules)} rules, " if loaded.book else ""
    return f"{path}: {rules}{count or 'no'} problem{'' if count == 1 else 's'}"


def text_report(problems: Sequence[Problem]) -> Iterator[str]:
    """A line for each problem."""
    return map(str, problems)


def json_report(problems: Sequence[Problem]) -> Iterator[str]:
    """One JSON list."""
    rows = [{**asdict(problem.mark), "severity": problem.severity, "message": problem.message} for problem in problems]
    yield json.dumps(rows, ensure_ascii=False, indent=2)


def github_report(problems: Sequence[Problem]) -> Iterator[str]:
    """The commands by which GitHub marks lines of a change.

    Source of the escapes: https://github.com/actions/toolkit, packages/core/src/command.ts.
    """
    for problem in problems:
        mark = problem.mark
        file = escaped(mark.file).replace(":", "%3A").replace(",", "%2C")
        yield f"::{problem.severity} file={file},line={mark.line},col={mark.column}::{escaped(problem.message)}"


def escaped(text: str) -> str:
    """A text as GitHub's commands take it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


REPORTS: dict[str, Callable[[Sequence[Problem]], Iterator[str]]] = {"text": text_report, "json": json_report, "github": github_report}


def decision_data(decision: Decision) -> dict[str, object]:
    """A decision as JSON: rule, place, kind, fields, what is invalid, replies as a rule file writes them."""
    match = decision.match
    return {
        "rule": match.rule.name if match else None,
        "place": str(match.rule.mark) if match else None,
        "kind": KINDS[match.kind.name] if match else None,
        "fields": dict(match.fields) if match else {},
        "invalid": dict(match.invalid) if match else {},
        "replies": [reply_data(reply) for reply in decision.replies],
    }


def decision_lines(decision: Decision) -> Iterator[str]:
    """A decision for people."""
    match = decision.match
    if match is None:
        yield "no rule answers this"
        return
    yield f"rule   {match.rule.name}  ({match.rule.mark}, by its {KINDS[match.kind.name]})"
    for name, value in match.fields.items():
        yield f"field  {name}: {f'invalid. {match.invalid[name]}' if name in match.invalid else value}"
    for reply in decision.replies:
        yield f"reply  {shown(reply)}".replace("\n", "\n       ")
    if not decision.replies:
        yield "reply  none"


def reply_data(reply: Reply) -> dict[str, object]:
    """A reply as a rule file writes it: its kind, and what it holds."""
    kind = {"ContactCard": "contact"}.get(type(reply).__name__, type(reply).__name__.lower())
    if isinstance(reply, Text):
        return {kind: reply.text}
    return {kind: {key: value for key, value in asdict(reply).items() if value != ""}}


def shown(reply: Reply) -> str:
    """A reply as a terminal can show it."""
    ((kind, held),) = reply_data(reply).items()
    if not isinstance(held, dict):
        return str(held)
    return f"[{kind}] " + ", ".join(f"{', '.join(value) if isinstance(value, tuple) else value}" for value in held.values())


def row(rule: Rule) -> tuple[str, str, str, str, str]:
    """A rule as a line of the table."""
    answers_to = [keyword.written for keyword in rule.keywords] + ["(anything else)"] * rule.fallback
    fields = ", ".join(field.name for field in rule.fields or ())
    return rule.name, ", ".join(answers_to), fields, str(rule.priority or ""), str(rule.mark)

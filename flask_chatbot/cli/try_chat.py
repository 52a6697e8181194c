"""Writing to the bot from a terminal: once, or in a conversation. Nothing is sent."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from flask_chatbot.cli.app import Host, find_host
from flask_chatbot.cli.operator import find_place
from flask_chatbot.cli.reports import DECISIONS
from flask_chatbot.cli.talk import Talk, deciding, running
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.conversation.memory import NOTHING
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS
from flask_chatbot.core.loading.loader import beside, read_rules
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.errors import RulesError

DEFAULT_FILE = Path("rules.yaml")
NAME_ONE = "Name the app, whose rules are used then (flask --app shop ...), or a file: --rules FILE"
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="A rule file. Without it: the app's, else rules.yaml in this folder."
)
run_option = click.option("--run", is_flag=True, help="Run the app's Python handlers too; they may change what they change.")
from_option = click.option("--from", "number", default="6281200000000", show_default=True, help="The customer's number.")
nama_option = click.option("--nama", "name", default="", help="The customer's name.")


@click.command("try")
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
    number = sender_of(number, talk)
    now = at.replace(tzinfo=talk.book.locale.timezone) if at else datetime.now(UTC)
    message = Message(text=text, sender=Sender(number=number, name=name))
    state = talk.memory_for(message).recall(talk.book.person(message.sender), now.timestamp()) if explained else NOTHING
    tried = talk.decide(message, now)
    known = tried.decision if run else None  # without --run no handler has had its say
    explanations = explain(talk.book, message, state, now, decision=known, handled=talk.handled) if explained else None
    for line in DECISIONS[form](tried, explanations):
        echo(line)


@click.command()
@rules_option
@run_option
@from_option
@nama_option
@click.option(
    "--phone", metavar="NUMBER", help="Write from the simulated phone of this number, through all of the app; rules do what they do."
)
@click.pass_context
def chat(context: click.Context, path: Path | None, run: bool, number: str, name: str, phone: str | None) -> None:
    """Talk to the bot in the terminal, as a customer would. An empty line or Ctrl+D ends it.

    With --phone, messages take the way they take on WhatsApp: through the app's database, its handlers and a worker to a phone in memory,
    and back come receipts. Messages for other numbers are shown, and go nowhere.

    \b
    flask chatbot chat
    flask --app shop chatbot chat --phone 6281234567890

    Exit codes: 0 it was ended, 1 the rules cannot be used, no app, or its database fails, 2 a wrong option.
    """
    if phone is not None:
        if run or path or context.get_parameter_source("number") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--phone talks to the app as it is, from one number. Leave --run, --rules and --from out.")
        from flask_chatbot.cli.simulated import converse  # here, since SQLAlchemy is slow to load

        converse(find_place(context), phone, name, typed_lines())
        return
    talk = find_talk(context, path, run)
    number = sender_of(number, talk)
    for line in typed_lines():
        tried = talk.decide(Message(text=line, sender=Sender(number=number, name=name)), datetime.now(UTC))
        echo("\n".join(map(reply_text, tried.decision.replies)) or f"({tried.note or 'no reply'})")


def sender_of(number: str, talk: Talk) -> str:
    """The number that a platform would tell for a customer; what is none stays, since a webhook may call a sender anything."""
    country = talk.book.locale.country
    if isinstance(read_number(number, country), InvalidNumber):
        return number
    try:
        return normalize_phone(number, country)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--from'") from error


def find_talk(context: click.Context, path: Path | None, run: bool) -> Talk:
    """The rules, and what decides by them; with `run` the app's handlers have their say."""
    host = find_host(context) if run or path is None else Host()
    if run and host.says:
        what = host.says if host.starts else f"the app does not start, so no handler can be run. It says:\n{host.says}"
        raise click.ClickException(what)
    if run and (host.app is None or path):
        raise click.UsageError("--run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...")
    if host.app is not None:
        return running(host.app) if run else deciding(host.app.extensions["chatbot"].bot.book, host.app)
    if host.says:
        echo(host.note(), err=True)
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
    echo()

"""`try`: shows what the bot does with one text. Nothing is sent."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask

from flask_chatbot.cli.app import DEFAULT_FILE, Host, default_file, find_host
from flask_chatbot.cli.reports import DECISIONS
from flask_chatbot.cli.talk import Talk, deciding, running
from flask_chatbot.cli.terminal import echo, language_option, speak
from flask_chatbot.core.conversation.memory import NOTHING
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.loading.additions import UNKNOWN_ADDITIONS
from flask_chatbot.core.loading.loader import beside, read_rules
from flask_chatbot.core.translation.translatable import linked, tr
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.errors import HandlerError

NAME_ONE = tr("Name the app that has them (flask --app shop ...) or a file (--rules FILE), or write a first one: flask chatbot init")
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]

rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="A rule file. Without it: the app's, else rules.yaml in this folder."
)
run_option = click.option("--run", is_flag=True, help="Run the app's Python handlers too, with their side effects.")
from_option = click.option("--from", "number", default="6281200000000", show_default=True, help="The customer's number.")
nama_option = click.option("--nama", "name", default="", help="The customer's name.")


class DashedText(click.Command):
    """A command whose text may begin with a dash, as customers' lists do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        texts = [arg for arg in args if arg.startswith("- ")]
        options = [arg for arg in args if arg not in texts]
        try:
            return super().parse_args(ctx, [*options, "--", *texts] if texts and "--" not in args else args)
        except click.NoSuchOption as error:
            raise click.UsageError(
                tr("{error} If it is the text, put -- before it: {command} -- ...", error=error.format_message(), command=ctx.command_path),
                ctx,
            ) from error


@click.command("try", cls=DashedText)
@click.argument("text")
@rules_option
@run_option
@from_option
@nama_option
@click.option("--at", type=click.DateTime(TIMES), help="The time of the message, in the rules' time zone.")
@click.option("--explain", "explained", is_flag=True, help="Explain why each matching rule won or lost.")
@click.option("--format", "form", type=click.Choice(list(DECISIONS)), default="text", show_default=True, help="The output format.")
@language_option
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


def sender_of(number: str, talk: Talk) -> str:
    """A customer's number as a platform would send it; any other text stays as it is, since a webhook may name a sender anything."""
    country = talk.book.locale.country
    if isinstance(read_number(number, country), InvalidNumber):
        return number
    try:
        return normalize_phone(number, country)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--from'") from error


def find_talk(context: click.Context, path: Path | None, run: bool) -> Talk:
    """The rules to talk to; with `run`, the app's handlers take part."""
    host = find_host(context) if run or path is None else Host()
    if run and host.says:
        what = host.says if host.starts else tr("the app does not start, so no handler can be run. It says:\n{says}", says=host.says)
        raise click.ClickException(what)
    if run and (host.app is None or path):
        raise click.UsageError(
            tr("--run runs the handlers of an app, with its own rules. Name the app, and no --rules: flask --app shop ...")
        )
    if host.app is not None:
        if run:
            begin(host.app)
        bot = host.app.extensions["chatbot"].bot
        speak(written=bot.book.named_language)
        return running(host.app) if run else deciding(bot.book, bot.path, host.app)
    if host.says:
        echo(host.note(), err=True)
    return deciding(read_book(path), path or default_file())


def begin(app: Flask) -> None:
    """Let the bot of an app begin; raises `click.ClickException` if handlers are missing."""
    try:
        app.extensions["chatbot"].bot.require_handlers()
    except HandlerError as error:
        raise click.ClickException(str(error)) from error


def read_book(path: Path | None) -> RuleBook:
    """The rules of a file, or of the one in this folder; raises `click.ClickException` if they cannot be used."""
    loaded = read_rules(rules_file(path), UNKNOWN_ADDITIONS)
    speak(written=loaded.language)
    if loaded.book is None:
        raise click.ClickException(
            tr("these rules cannot be used.\n{problems}", problems=linked("\n", [problem.sentence for problem in loaded.problems]))
        )
    return loaded.book


def rules_file(path: Path | None) -> Path:
    """The file at that path, or the default one; raises `click.ClickException` if it does not exist."""
    file = path or default_file()
    if file.exists():
        return file
    others = beside(file.absolute())
    if file != DEFAULT_FILE:
        raise click.ClickException(
            tr(
                "there is no {file}.{others} Correct {place}.",
                file=file,
                others=others,
                place="CHATBOT_RULES" if path is None else "--rules",
            )
        )
    raise click.ClickException(
        tr("there is no {file} in this folder.{others} {way_out}", file=DEFAULT_FILE, others=others, way_out=NAME_ONE)
    )

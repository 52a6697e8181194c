"""`try`: shows what the bot does with one text. Nothing is sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from flask_chatbot.cli.reports import DECISIONS
from flask_chatbot.cli.talk import by_option, find_talk, from_option, nama_option, rules_option, run_option, sender_of
from flask_chatbot.cli.terminal import echo, language_option
from flask_chatbot.core.conversation.memory import NOTHING
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.sent import PARTS_OF, SENDS, pretended

KINDS = [kind for kind in SENDS if kind != "media"]  # of one message
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


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


def contents(kind: str | None, caption: str) -> dict[str, Any]:
    """The parts of a message of that kind; raise `click.UsageError` if it has no caption, or if there is neither a kind nor a text."""
    if kind is None and not caption:
        raise click.UsageError(tr("Write the TEXT of the message, or --sends with its kind, or --taps with the rule of an entry."))
    if kind in PARTS_OF and caption:
        raise click.UsageError(tr("a {kind} has no caption: leave TEXT out.", kind=kind))
    return pretended(kind, {}) if kind else {}


def tapping(book: RuleBook, rule: str, words: str, kind: str | None) -> dict[str, Any]:
    """The parts of a message that a tap on a menu's entry makes; raise `click.UsageError` if no entry can lead to a rule of that name."""
    if kind is not None:
        raise click.UsageError(tr("Give --sends or --taps, not both."))
    if rule not in book.by_name:
        raise click.UsageError(tr("There is no rule {name!r}.{guess}", name=rule, guess=did_you_mean(rule, book.by_name)))
    return {"text": words or rule, "kind": "choice", "choice": Choice(rule, words or rule)}


@click.command("try", cls=DashedText)
@click.argument("text", default="")
@click.option("--taps", "rule", metavar="RULE", help="Tap the entry of a menu that leads to that rule; TEXT is what the entry says.")
@click.option("--sends", "kind", type=click.Choice(KINDS), help="Send a message of that kind in place of a text; TEXT is its caption.")
@rules_option
@run_option
@from_option
@nama_option
@by_option
@click.option("--at", type=click.DateTime(TIMES), help="The time of the message, in the rules' time zone.")
@click.option("--explain", "explained", is_flag=True, help="Explain why each matching rule won or lost.")
@click.option("--format", "form", type=click.Choice(list(DECISIONS)), default="text", show_default=True, help="The output format.")
@language_option
@click.pass_context
def try_(
    context: click.Context,
    text: str,
    kind: str | None,
    rule: str | None,
    path: Path | None,
    run: bool,
    number: str,
    name: str,
    line: str,
    at: datetime | None,
    explained: bool,
    form: str,
) -> None:
    """Show what the bot does with TEXT: the rule, its place, the fields, the replies. Nothing is sent.

    \b
    flask chatbot try halo --nama Budi
    flask chatbot try "harga kaos" --explain
    flask chatbot try --sends image "bukti#12"
    flask chatbot try --taps lokasi --explain
    flask --app shop chatbot try halo --line grosir
    flask chatbot try "penawaran#Jhon Doe#jhon@example.com" --at "2026-11-23 09:00"
    flask --app shop chatbot try --run "penawaran#Jhon Doe#jhon@example.com"

    Exit codes: 0 shown, 1 the rules cannot be used, 2 a wrong option.
    """
    talk = find_talk(context, path, run, line)
    number = sender_of(number, talk)
    now = at.replace(tzinfo=talk.book.locale.timezone) if at else datetime.now(UTC)
    parts = {"text": text, **contents(kind, text)} if rule is None else tapping(talk.book, rule, text, kind)
    message = Message(sender=Sender(number=number, name=name), line=talk.line, **parts)
    state = talk.memory_for(message).recall(talk.book.person(message.sender), now.timestamp()) if explained else NOTHING
    tried = talk.decide(message, now)
    known = tried.decision if run else None  # without --run no handler has had its say
    explanations = explain(talk.book, message, state, now, decision=known, handled=talk.handled) if explained else None
    for line in DECISIONS[form](tried, explanations):
        echo(line)

"""Commands about people: why one was answered so, and whom the bot leaves alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment, form_option
from flask_chatbot.cli.reports import counted, label
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.language.numbers import Ambiguous, InvalidNumber, Known, read_number
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.people import is_outside_id, is_person_id

if TYPE_CHECKING:
    from flask_chatbot.store.inbox import Kept


@click.command()
@click.argument("number")
@click.option("--last", type=click.IntRange(1), default=5, show_default=True, metavar="N", help="The number of messages, newest first.")
@form_option
@click.pass_context
def why(context: click.Context, number: str, last: int, form: str) -> None:
    """Show the last messages of NUMBER, the rule that answered, and why each other rule did not.

    Webhook calls are kept if CHATBOT_KEEP_MESSAGES says for how long, such as "30 days"; what comes by a transport always is.

    \b
    flask chatbot why 081234567890
    flask chatbot why 6281234567890 --last 1 --format json

    Exit codes: 0 shown, 1 nothing is known of them, no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    messages = find_messages(deployment, number, last)
    if not messages:
        raise click.ClickException(f"no message from {number} is known.{keep_messages(deployment)}")
    if form == "json":
        echo(json_text([data_of(deployment, each) for each in messages]))
        return
    for place_in_list, each in enumerate(messages):
        if place_in_list:
            echo()
        for line in describe(deployment, each):
            echo(line)
    if all(each.text is None for each in messages):
        echo(f"The messages themselves were not kept.{keep_messages(deployment)}", err=True)


@click.command()
@click.option(
    "--paused", is_flag=True, help="Those the bot is paused for, by a rule with `pause:` or since the owner wrote to them by hand."
)
@click.option("--opted-out", "opted_out", is_flag=True, help="Those who opted out of promotion, since a rule has `subscribe: false`.")
@form_option
@click.pass_context
def people(context: click.Context, paused: bool, opted_out: bool, form: str) -> None:
    """List the people whom the bot leaves alone: all of them, or those of one kind.

    `flask chatbot resume NUMBER` ends a pause.

    \b
    flask chatbot people
    flask chatbot people --paused
    flask chatbot people --opted-out --format json

    Exit codes: 0 listed (there may be none), 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    both = paused == opted_out
    left_alone = [*find_paused(deployment, paused or both), *find_opted_out(deployment, opted_out or both)]
    if form == "json":
        echo(json_text([{"person": each.person, "state": each.state, each.side: deployment.iso(each.at)} for each in left_alone]))
        return
    rows = [(each.person, each.state, f"{each.side} {deployment.when(each.at)}") for each in left_alone]
    for line in as_table(("PERSON", "STATE", "TIME"), rows) if rows else ["nobody"]:
        echo(line)


class LeftAlone(NamedTuple):
    """A person whom the bot leaves alone, `until` or `since` a time, by the name to show."""

    person: str
    state: str
    side: str
    at: float


def find_paused(deployment: Deployment, wanted: bool) -> list[LeftAlone]:
    """The people for whom the bot is paused."""
    from flask_chatbot.store import memory

    if deployment.is_empty or not wanted:
        return []
    with deployment.database.reading() as connection:
        found = memory.paused(connection, deployment.bot.clock().timestamp())
    return [LeftAlone(sender, "paused", "until", until) for sender, until in found]


def find_opted_out(deployment: Deployment, wanted: bool) -> list[LeftAlone]:
    """The people who opted out of promotion."""
    from flask_chatbot.store import optouts

    if deployment.is_empty or not wanted:
        return []
    with deployment.database.reading() as connection:
        return [
            LeftAlone(name, f"opted out by {line}" if line else "opted out", "since", at)
            for name, line, at in optouts.opted_out_people(connection)
        ]


@click.command()
@click.argument("number")
@click.pass_context
def resume(context: click.Context, number: str) -> None:
    """Let the bot answer NUMBER again, after a rule with `pause:`, or the owner who wrote by hand, made it keep quiet for them.

    \b
    flask chatbot resume 081234567890

    Exit codes: 0 it answers them, 1 NUMBER is no number, no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    until = end_pauses(deployment, number)
    if not until and isinstance(read_number(number, deployment.bot.book.locale.country), InvalidNumber):
        raise click.ClickException(
            f"{number!r} is not a phone number, and nobody is paused under it. See who is: flask chatbot people --paused"
        )
    echo(f"{number} is answered again; it was paused until {deployment.when(until)}" if until else f"{number} was not paused")


def senders(deployment: Deployment, number: str) -> tuple[str, ...]:
    """The sender texts that may stand for a person: the one that memory uses, and each number that it may be."""
    from flask_chatbot.store import people

    book = deployment.bot.book
    if (is_outside_id(number) or is_person_id(number)) and not deployment.is_empty:
        with deployment.database.reading() as connection:
            return tuple(sorted(people.named(connection, number))) or (number,)
    known = [book.person(Sender(number=number))]
    match read_number(number, book.locale.country):
        case Known(digits):
            known.append(digits)
        case Ambiguous(local, abroad):
            known += [local, abroad]
    return tuple(dict.fromkeys(known))


def end_pauses(deployment: Deployment, number: str) -> float:
    """End the pauses of whoever a number may be; return when the last would have ended, 0 if there was none."""
    from flask_chatbot.answering.operations import resume as end_pause

    now = deployment.bot.clock().timestamp()
    return max(end_pause(deployment.database, sender, now) for sender in senders(deployment, number))


def find_messages(deployment: Deployment, number: str, last: int) -> list["Kept"]:
    """The last messages from a number, newest first."""
    from flask_chatbot.store import inbox

    if deployment.is_empty:
        return []
    with deployment.database.reading() as connection:
        found = [message for sender in senders(deployment, number) for message in inbox.of_sender(connection, sender, last)]
    return sorted(found, key=lambda message: message.at, reverse=True)[:last]


def has_changed(deployment: Deployment, message: "Kept") -> bool:
    """True if the rules of the line by which a message came are others now."""
    from flask_chatbot.answering.history import hash_of

    return message.rules_hash != hash_of(deployment.bots.of_session(message.session).book)


def keep_messages(deployment: Deployment) -> str:
    """The advice on how to have messages kept, if they are not."""
    return "" if deployment.bot.settings.keep_messages else ' To have messages kept, set CHATBOT_KEEP_MESSAGES, such as "30 days".'


def describe(deployment: Deployment, message: "Kept") -> Iterator[str]:
    """Describe one message for people: time and text, the rule, and why."""
    text = "(not kept)" if message.text is None else visible(message.text, keep="")
    kind = "" if message.kind == "text" else f"({message.kind}) "
    yield f"{deployment.when(message.at)}  {kind}{text}".rstrip()
    yield label("by", message.session)
    if message.rules_hash is not None:
        changed = "; the rules have changed since then" if has_changed(deployment, message) else ""
        yield label("rule", f"{message.rule} ({message.place}){changed}" if message.rule else f"none{changed}")
    yield label("sent", counted(message.replies, "message"))
    yield from (label("why", visible(explanation, keep="")) for explanation in message.explanations)


def data_of(deployment: Deployment, message: "Kept") -> dict[str, object]:
    """One message as JSON."""
    return {
        "at": deployment.iso(message.at),
        "id": message.message_id,
        "session": message.session,
        "chat": message.chat,
        "kind": message.kind,
        "text": message.text,
        "rule": message.rule,
        "place": message.place,
        "rules_changed": None if message.rules_hash is None else has_changed(deployment, message),
        "replies": message.replies,
        "why": list(message.explanations),
    }

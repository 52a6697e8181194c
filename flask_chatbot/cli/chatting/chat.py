"""`chat`: a conversation with the bot in the terminal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from flask_chatbot.bot.dry_run import Tried, paused
from flask_chatbot.cli.app import begin
from flask_chatbot.cli.chatting.acts import CannotDo, do
from flask_chatbot.cli.chatting.alone import CustomerAlone
from flask_chatbot.cli.chatting.conversation import WHY, greet, print_why, typed_lines
from flask_chatbot.cli.operator import find_deployment
from flask_chatbot.cli.talk import Talk, by_option, find_talk, from_option, nama_option, rules_option, run_option, sender_of
from flask_chatbot.cli.terminal import echo, said, styled
from flask_chatbot.core.conversation.deleted import without_text
from flask_chatbot.core.deciding.explain import Explanation, explain
from flask_chatbot.core.deciding.matched_text import matched_text
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Action, Pause, action_text
from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.written import reply_text


@click.command()
@rules_option
@run_option
@from_option
@nama_option
@by_option
@click.option(
    "--phone", metavar="NUMBER", help="Write from the simulated phone of this number, through all of the app; rules do what they do."
)
@click.pass_context
def chat(context: click.Context, path: Path | None, run: bool, number: str, name: str, line: str, phone: str | None) -> None:
    """Talk to the bot in the terminal, as a customer would. /why explains the last answer. An empty line or Ctrl+D ends it.

    /help shows how to send pictures and places, tap buttons and so on: /image foto.jpg, /location -6.2 106.8.

    With --phone, messages take the way they take on WhatsApp: through the app's database, its handlers and a worker to a phone in memory,
    and back come receipts. Messages for other numbers are shown, and go nowhere.

    \b
    flask chatbot chat
    flask --app shop chatbot chat --phone 6281234567890
    flask --app shop chatbot chat --line grosir

    Exit codes: 0 it was ended, 1 the rules cannot be used, no app, or its database fails, 2 a wrong option.
    """
    if phone is not None:
        if run or path or context.get_parameter_source("number") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--phone talks to the app as it is, from one number. Leave --run, --rules and --from out.")
        from flask_chatbot.cli.chatting.simulated import converse  # here, since SQLAlchemy is slow to load

        deployment = find_deployment(context)
        begin(deployment.app)
        converse(deployment, phone, name, typed_lines(), line)
        return
    talk = find_talk(context, path, run, line)
    handlers = tr(" Handlers run.") if run else tr(" To run handlers, add --run.") if talk.handled else ""
    greet(talk.book, talk.path, tr("Nothing is saved or sent.{handlers}", handlers=handlers))
    talk_alone(talk, Sender(number=sender_of(number, talk), name=name))


def talk_alone(talk: Talk, sender: Sender) -> None:
    """Answer each typed line by rules that remember the conversation until the end."""
    customer, last = CustomerAlone(sender), None
    explanations: tuple[Explanation, ...] | None = None
    for line in typed_lines():
        if line == WHY:
            print_why(explanations)
            continue
        try:
            message, now = do(customer, line, last), datetime.now(UTC)
        except CannotDo as error:
            echo(f"({said(error.sentence)})")
            continue
        if message.kind in UNANSWERED:
            if message.kind == "deletion":
                forget_text(talk, message, last, now)
            echo("(no reply)")
            continue
        last = message = replace(message, text=matched_text(message, talk.book), line=talk.line)
        before = talk.memory_for(message).recall(talk.book.person(sender), now.timestamp())
        tried = talk.decide(message, now)
        explanations = explain(talk.book, message, before, now, decision=tried.decision if talk.runs else None, handled=talk.handled)
        customer.answered(tried.decision)
        echo("\n".join(answer_lines(tried)))
        for action in tried.decision.actions:
            echo(styled(f"  {said_of(action)}", dim=True))


def answer_lines(tried: Tried) -> Iterator[str]:
    """Yield the replies, and the note on them in parentheses."""
    yield from map(reply_text, tried.decision.replies)
    if tried.note or not tried.decision.replies:
        yield f"({said(tried.note) or 'no reply'})"


def forget_text(talk: Talk, deletion: Message, last: Message | None, now: datetime) -> None:
    """Delete from memory what forms hold of the last message."""
    memory, person = talk.memory_for(deletion), talk.book.person(deletion.sender)
    state = memory.recall(person, now.timestamp())
    changed = without_text(state, last.text, now.timestamp()) if last is not None and last.text else state
    if changed is not state:
        memory.commit(person, changed, now.timestamp())


def said_of(action: Action) -> str:
    """An action as a line below the replies.

    >>> from datetime import timedelta
    >>> said_of(Pause(timedelta(hours=2)))
    'the bot is paused for this person: 2 hours left'
    """
    return paused(action.duration.total_seconds()) if isinstance(action, Pause) else action_text(action)

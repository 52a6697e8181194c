"""`chat`: a conversation with the bot in the terminal."""

from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from flask_chatbot.cli.app import begin
from flask_chatbot.cli.conversation import WHY, greet, print_why, typed_lines
from flask_chatbot.cli.operator import find_deployment
from flask_chatbot.cli.reports import action_text
from flask_chatbot.cli.talk import Talk, find_talk, from_option, nama_option, paused, rules_option, run_option, sender_of
from flask_chatbot.cli.terminal import echo, styled
from flask_chatbot.core.deciding.explain import Explanation, explain
from flask_chatbot.core.values.actions import Action, Pause
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.written import reply_text


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
    """Talk to the bot in the terminal, as a customer would. /why explains the last answer. An empty line or Ctrl+D ends it.

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

        deployment = find_deployment(context)
        begin(deployment.app)
        converse(deployment, phone, name, typed_lines())
        return
    talk = find_talk(context, path, run)
    handlers = " Handlers run." if run else " To run handlers, add --run." if talk.handled else ""
    greet(talk.book, talk.path, f"Nothing is saved or sent.{handlers}")
    talk_alone(talk, Sender(number=sender_of(number, talk), name=name))


def talk_alone(talk: Talk, sender: Sender) -> None:
    """Answer each typed line by rules that remember the conversation until the end."""
    explanations: tuple[Explanation, ...] | None = None
    for line in typed_lines():
        if line == WHY:
            print_why(explanations)
            continue
        message, now = Message(text=line, sender=sender), datetime.now(UTC)
        before = talk.memory_for(message).recall(talk.book.person(sender), now.timestamp())
        tried = talk.decide(message, now)
        explanations = explain(talk.book, message, before, now, decision=tried.decision if talk.runs else None, handled=talk.handled)
        echo("\n".join(map(reply_text, tried.decision.replies)) or f"({tried.note or 'no reply'})")
        for action in tried.decision.actions:
            echo(styled(f"  {said_of(action)}", dim=True))


def said_of(action: Action) -> str:
    """An action as a line below the replies.

    >>> from datetime import timedelta
    >>> said_of(Pause(timedelta(hours=2)))
    'the bot is paused for this person: 2 hours left'
    """
    return paused(action.duration.total_seconds()) if isinstance(action, Pause) else action_text(action)

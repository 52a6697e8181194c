"""`send`: a text to a number, and how far it came."""

import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.lines.choosing import LOOK, ProgressLine, fault_of, line_option, seconds, unnamed
from flask_chatbot.cli.operator import find_deployment, lines_of
from flask_chatbot.cli.terminal import said
from flask_chatbot.core.language.addressees import chat_with
from flask_chatbot.core.translation.translatable import reason_of
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.delivery.lines import Lines
    from flask_chatbot.delivery.waits import Wait
    from flask_chatbot.store.stored import Stored

UNTAKEN_FOR = 10.0  # seconds that nobody takes a message, until no worker is thought to run
STAYS = 3  # exit code: it is kept, and did not go out yet
UNTIL = {"sent": Ack.SENT, "delivered": Ack.DELIVERED, "read": Ack.READ}


@click.command()
@click.argument("number")
@click.argument("text")
@line_option
@click.option("--until", type=click.Choice(list(UNTIL)), default="sent", show_default=True, help="The state to wait for.")
@click.option(
    "--wait", "patience", default="30 seconds", show_default=True, callback=seconds, metavar="DURATION", help="How long to wait for it."
)
@click.pass_context
def send(context: click.Context, number: str, text: str, line: str, until: str, patience: float) -> None:
    """Send a text to a number, and wait until it went out.

    The message takes the way of all others: it is kept, and the worker sends it, in the server or in `flask chatbot worker`. Ctrl-C ends
    the waiting, not the message.

    \b
    flask --app shop chatbot send 0812-3456-7890 "Halo Kak, pesanannya sudah siap."
    flask --app shop chatbot send 6281234567890 "Halo" --line grosir --until delivered

    Exit codes: 0 it came so far, 1 it was refused or given up, no app, or its database fails, 2 a wrong number or option, 3 it is kept, and
    has not come so far within this time.
    """
    deployment = find_deployment(context)
    gateway, id_ = accepted(lines_of(deployment), number, text, line)
    progress = ProgressLine()
    try:
        context.exit(follow(gateway, id_, UNTIL[until], patience, progress))
    except KeyboardInterrupt:
        progress.end(f"{id_} is kept, and goes out without this command")
        context.exit(STAYS)


def accepted(lines: "Lines", number: str, text: str, line: str) -> tuple["Gateway", str]:
    """Accept the message; return its gateway and its id. Raises `click.UsageError` if it can go nowhere."""
    try:
        chat = chat_with(number, lines.bot.book.locale.country, lambda id_: lines.has_seen(id_, line))
        if not line and len(lines) > 1 and lines.last_of(chat) is None:
            raise unnamed(lines)
        gateway = lines.for_chat(chat, line)
        return gateway, gateway.send_all(chat, [Text(text)])[0]
    except (NotAccepted, ValueError) as error:
        raise click.UsageError(said(reason_of(error))) from error


def follow(gateway: "Gateway", id_: str, wanted: Ack, patience: float, progress: ProgressLine, untaken_for: float = UNTAKEN_FOR) -> int:
    """Show how far a message comes until it came as far as wanted, failed, or nobody sends it; return the exit code."""
    begun = untaken_since = time.monotonic()
    while (found := gateway.message(id_)) is not None:
        now = time.monotonic()
        if found.ack is Ack.ERROR or found.state == "failed":
            progress.end(f"{id_} was given up: {found.error}")
            return 1
        if found.ack >= wanted:
            progress.end(f"{id_} by {gateway.transport.name}: {found.ack.name.lower()}")
            return 0
        wait = gateway.waits(found)[0]
        untaken_since = untaken_since if is_untaken(found) and (wait is None or wait.needs_worker) else now
        if now - untaken_since >= untaken_for:
            progress.end(f"{id_} is kept, and does not go out now. {why_untaken(gateway, wait)}")
            return STAYS
        if now - begun >= patience:
            progress.end(f"{id_} is kept after {patience:g} seconds: {state_of(gateway, found, wait)}")
            return STAYS
        progress.show(f"{id_} by {gateway.transport.name}: {state_of(gateway, found, wait)}", now - begun)
        time.sleep(LOOK)
    progress.end(f"{id_} is gone: somebody deleted it")
    return 1


def is_untaken(found: "Stored") -> bool:
    """True if no worker has tried a message that is to go out now."""
    return found.state in ("queued", "waiting") and found.tries == 0


def why_untaken(gateway: "Gateway", wait: "Wait | None") -> str:
    """The reason why nobody sends a message, and the way out."""
    if fault := fault_of(gateway):
        return fault
    return f"{wait.why if wait else 'No worker has taken it.'} Start the server, or: flask chatbot worker"


def state_of(gateway: "Gateway", found: "Stored", wait: "Wait | None") -> str:
    """The state of a message in a word, or the reason why it waits, and until when."""
    if found.ack is not Ack.PENDING:
        return found.ack.name.lower()
    if wait is None:
        return found.error or "waiting"
    if wait.until is None:
        return wait.why
    return f"{wait.why} ({datetime.fromtimestamp(wait.until, gateway.bot.book.locale.timezone):%Y-%m-%d %H:%M:%S})"

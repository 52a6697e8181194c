"""`chat --phone`: a conversation through the store, a worker and a simulated phone, all in this process."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import TypeVar

import click

from flask_chatbot.bot.dry_run import pause_note
from flask_chatbot.cli.app import Host
from flask_chatbot.cli.chatting.acts import CannotDo, do
from flask_chatbot.cli.chatting.conversation import WHY, greet, print_why
from flask_chatbot.cli.operator import Deployment, lines_of
from flask_chatbot.cli.terminal import echo, said, styled
from flask_chatbot.core.language.numbers import normalize_phone
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import number_of, person_chat
from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.startup.state import through
from flask_chatbot.startup.worker import make_worker
from flask_chatbot.store import inbox
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.stored import Stored
from flask_chatbot.store.upkeep.sweeping import forget
from flask_chatbot.transports.faults import Arrived, Receipts
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator

PATIENCE = 15.0  # seconds for an answer to arrive; a file that it holds is fetched first
RECEIPTS = Receipts(delivered=0.1, read=0.2)
LOOK = 0.02  # seconds
ENDING = 2.0  # seconds for what is under way

T = TypeVar("T")


def converse(deployment: Deployment, number: str, name: str, lines: Iterable[str], by: str = "") -> None:
    """Send each line of text to the bot as the customer with this number; print the answers and their receipts.

    They come `by` a line of the app, whose rules answer. Raises `click.UsageError` if there is no such line.
    """
    bot = Host(deployment.app).bot_of(by) or deployment.bot
    try:
        number = normalize_phone(number, bot.book.locale.country)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with talking(deployment, number, by) as (gateway, simulator):
        phone = simulator.phone(number, name=name)
        greet(bot.book, bot.path, tr("Rules do all that they say."))
        last: inbox.Kept | None = None
        written: Message | None = None
        for line in lines:
            if line == WHY:
                print_why(last.explanations if last else None)
                continue
            before = len(phone.received)
            try:
                message = do(phone, line, written)
            except CannotDo as error:
                echo(f"({said(error.sentence)})")
                continue
            written = written if message.kind in UNANSWERED else message
            last = answered(gateway, phone, message, before) or last
            if note := pause_note(StoreMemory(deployment.database).recall(number, gateway.clock()), gateway.clock()):
                echo(styled(f"  {note}", dim=True))


@contextmanager
def talking(deployment: Deployment, number: str, by: str = "") -> Iterator[tuple[Gateway, Simulator]]:
    """Run a gateway with a simulator. Its session has a name of its own, so no other worker sends for it."""

    def show(arrived: Arrived) -> None:
        to = "" if arrived.chat == person_chat(number) else f"[to {number_of(arrived.chat)}] "
        echo(f"{to}{reply_text(arrived.reply)}")

    simulator = Simulator(name=f"chat-{token_hex(6)}", line=by, receipts=RECEIPTS, on_delivery=show)
    with deployment.database.reading():
        pass  # a database that cannot be used is reported now, not by a worker that waits for it
    extensions = deployment.app.extensions
    extensions["chatbot"] = through(simulator, extensions["chatbot"], by)  # what handlers send goes this way too
    lines = lines_of(deployment)
    worker = make_worker(lines, deployment.app.app_context, leads=False)
    worker.start()
    try:
        yield lines.first, simulator
    finally:
        worker.drain(ENDING)
        with deployment.database.writing() as connection:
            forget(connection, simulator.name)


def answered(gateway: Gateway, phone: Phone, message: Message, before: int) -> inbox.Kept | None:
    """Wait until the answers to a message have arrived and been read, or until that takes too long; return the message.

    `before` messages had arrived when it was written.
    """
    kept = wait_for(lambda: find(gateway, message.id or ""))
    if kept is None:
        echo("(the bot did not accept this message; the log says why)")
        return None
    if not kept.replies:
        echo("(no reply)")
        return kept
    wait_for(lambda: len(phone.received) >= before + kept.replies)
    arrived = phone.received[before:]
    wait_for(lambda: all(stored.ack is Ack.READ for stored in states(gateway, arrived)))
    echo(styled(f"  {receipts_text(states(gateway, arrived), kept.replies)}", dim=True))
    return kept


def find(gateway: Gateway, message_id: str) -> inbox.Kept | None:
    """The stored message, if it has been answered."""
    with gateway.database.reading() as connection:
        return inbox.find(connection, gateway.transport.name, message_id)


def states(gateway: Gateway, arrived: Iterable[Arrived]) -> list[Stored]:
    """The stored state of messages that arrived."""
    return [stored for each in arrived if (stored := gateway.message(each.id))]


def receipts_text(arrived: list[Stored], replies: int) -> str:
    """The delivery status of the answers to one message, as their receipts report it."""
    acks = ", ".join(stored.ack.name.lower() for stored in arrived)
    missing = replies - len(arrived)
    return acks + f"{', ' if acks else ''}{missing} not sent after {PATIENCE:g} seconds" * bool(missing)


def wait_for(ask: Callable[[], T]) -> T:
    """Call `ask` until it returns something, or the time is up; return its last result."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(LOOK)
    return answer

"""`lines`: every connection to WhatsApp, with its state, its queue and its last failure."""

import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment, form_option, lines_of
from flask_chatbot.cli.reports import counted
from flask_chatbot.cli.terminal import echo, said
from flask_chatbot.core.language.controls import json_text
from flask_chatbot.core.translation.translatable import reason_of
from flask_chatbot.errors import TransportError

if TYPE_CHECKING:
    from flask_chatbot.delivery.gateway import Gateway
    from flask_chatbot.store.waiting import Queue
    from flask_chatbot.transports.base import Session

PATIENCE = 25.0  # seconds for the slowest line to say how it is
CONNECTED = "connected"
NO_WORKER = "no process has it open; is the worker running?"


class LineRow(NamedTuple):
    """One line: `note` says what holds it back, `error` why a message was not sent last."""

    name: str
    transport: str
    state: str
    phone: str
    waiting: int
    oldest: float | None
    note: str
    error: str


@click.command("lines")
@form_option
@click.pass_context
def lines_(context: click.Context, form: str) -> None:
    """List the connections to WhatsApp: linked or not, as whom, how many messages wait and since when, the last failure.

    \b
    flask --app shop chatbot lines
    flask --app shop chatbot lines --format json

    Exit codes: 0 listed, 1 no app, no connection to WhatsApp, or the database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    rows = look(deployment)
    if form == "json":
        echo(json_text([{**each._asdict(), "oldest": deployment.iso(each.oldest)} for each in rows]))
        return
    heads = ("LINE", "TRANSPORT", "STATE", "AS", "WAITING", "SINCE", "NOTE")
    cells = [(*each[:5], deployment.when(each.oldest), each.note or "-") for each in rows]
    for text in as_table(heads, cells):
        echo(text)
    for each in rows:
        if each.error:
            echo(f"{each.name}: last failure: {each.error}")
    for name, queue in strays(deployment, [each.name for each in rows]).items():
        waiting = counted(queue.waiting, "message")
        echo(f"{waiting} of {name!r}, which is no line of this app now. Give a line this name, and they go out.", err=True)


def look(deployment: Deployment) -> list[LineRow]:
    """The rows of all lines; each is asked in a thread of its own, so that a slow one holds up no other."""
    lines = lines_of(deployment)
    states: dict[str, tuple[str, str]] = {}

    def ask(gateway: "Gateway") -> None:
        states[gateway.transport.name] = state_of(gateway)

    threads = [threading.Thread(target=ask, args=[each], daemon=True) for each in lines]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE)
    queues = waiting_by_line(deployment, deployment.bot.clock().timestamp())
    return [row_of(deployment, each, states.get(each.transport.name, ("does not answer", "")), queues) for each in lines]


def row_of(deployment: Deployment, gateway: "Gateway", state: tuple[str, str], queues: "dict[str, Queue]") -> LineRow:
    """The row of a line whose state is known."""
    name, chosen = gateway.transport.name, gateway.settings.transport
    queue = queues.get(name)
    return LineRow(
        name=name,
        transport=chosen if isinstance(chosen, str) else type(gateway.transport).__name__,
        state=state[0],
        phone=state[1] or "-",
        waiting=queue.waiting if queue else 0,
        oldest=queue.oldest if queue else None,
        note=held_back(deployment, gateway, is_waiting=queue is not None),
        error=last_failure(deployment, name),
    )


def state_of(gateway: "Gateway") -> tuple[str, str]:
    """The state of a connection, and the phone or account that it belongs to."""
    if is_unheld(gateway):
        found = state_over_http(gateway)
        return found if found and found[0].startswith("unknown") else (f"closed: {NO_WORKER}", "")
    return answered(gateway, gateway.proxy.session)


def state_over_http(gateway: "Gateway") -> tuple[str, str] | None:
    """The state of a connection that is asked by HTTP, whatever process has it open; None of any other."""
    from flask_chatbot.transports.webhooks import HttpTransport

    return answered(gateway, gateway.transport.session) if isinstance(gateway.transport, HttpTransport) else None


def answered(gateway: "Gateway", ask: "Callable[[], Session]") -> tuple[str, str]:
    """The state that a connection answers with, and its phone or account."""
    try:
        session = ask()
    except TransportError as error:
        return f"unknown: {said(reason_of(error))}", ""
    except Exception as error:  # noqa: BLE001  a transport may raise anything, and the other lines are listed all the same
        return f"unknown: {type(error).__name__}", ""
    if session.is_authenticated:
        return CONNECTED, " ".join(filter(None, (session.number, session.name)))
    has_code = gateway.proxy.capabilities.qr
    return ("not linked: flask chatbot qr" if has_code else "not connected"), ""


def is_unheld(gateway: "Gateway") -> bool:
    """True if a connection that one process must have open is open in none."""
    from flask_chatbot.database.statements import server_time
    from flask_chatbot.store.leases import holder_of

    if gateway.transport.runs_anywhere or gateway.proxy.is_open:
        return False
    with gateway.database.reading() as connection:
        now = server_time(connection) or gateway.clock()
        return holder_of(connection, f"session:{gateway.transport.name}", now) is None


def held_back(deployment: Deployment, gateway: "Gateway", *, is_waiting: bool) -> str:
    """The reason that holds back messages of a line now: a restriction of WhatsApp's, or its pace if any wait for it."""
    from flask_chatbot.delivery.pacing import paced_until
    from flask_chatbot.store.strangers import restrictions

    with gateway.database.reading() as connection:
        now = gateway.clock()
        restricted = restrictions.find(connection, gateway.transport.name, now)
        free_at = paced_until(connection, gateway.transport.name, gateway.tempo)
    if restricted is not None:
        return f"no strangers until {deployment.when(restricted.until)}: {restricted.why}"
    return f"pace: next at {deployment.when(free_at)}" if is_waiting and free_at > now else ""


def last_failure(deployment: Deployment, name: str) -> str:
    """The reason why a message of a line waits after a failure, or was given up last; empty if there is nothing of the kind."""
    from flask_chatbot.store import waiting

    with deployment.database.reading() as connection:
        return waiting.last_error(connection, name) or ""


def waiting_by_line(deployment: Deployment, now: float) -> "dict[str, Queue]":
    """The messages that are due by then and wait, by the names of lines."""
    from flask_chatbot.store import waiting

    with deployment.database.reading() as connection:
        return waiting.queues(connection, now)


def strays(deployment: Deployment, names: list[str]) -> "dict[str, Queue]":
    """The messages that wait for lines that the app does not have."""
    return {name: queue for name, queue in waiting_by_line(deployment, math.inf).items() if name not in names}

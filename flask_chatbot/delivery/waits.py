"""Waits: why an accepted message or callback has not gone out yet, and until when it waits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery.pacing import Tempo, paced_until
from flask_chatbot.store import leases, waiting
from flask_chatbot.store.callbacks import StoredCallback
from flask_chatbot.store.stored import Stored
from flask_chatbot.store.waiting import Ahead

OVERDUE = 60.0  # seconds that a message is due, until it is reported that nobody takes it
NOBODY = "No process has the connection to WhatsApp open. Is the worker running? Its log says why it cannot open it."
UNTAKEN = "It is due, and no worker has taken it. Is one running, and connected to WhatsApp? Its log says more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """`until` is in epoch seconds, None if unknown; `behind` is the id of the message or callback that goes first.

    `is_failure` is True if something went wrong, False if it only waits for its turn; `needs_worker` if no worker seems to run.
    """

    why: str
    until: float | None = None
    behind: str = ""
    is_failure: bool = True
    needs_worker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportStatus:
    """The transport as this process sees it: if it is tied to one process, is open here, or cannot be opened; and its rate limit."""

    session: str
    is_bound: bool
    is_open: bool
    open_error: str
    tempo: Tempo | None = None


def cannot_open(why: str) -> str:
    """The sentence about a transport that this process cannot open."""
    return f"The connection to WhatsApp cannot be opened: {why}"


def why_waits(connection: Connection, message: Stored, status: TransportStatus, now: float) -> Wait | None:
    """The wait of a message; None if it is settled, being tried or about to be."""
    if message.state not in ("queued", "waiting"):
        return None
    ahead = waiting.ahead_of(connection, message.id, now)
    if ahead is not None:
        return behind(ahead, now)
    if message.due_at > now:
        return Wait(why=message.error or "It is scheduled for then.", until=message.due_at, is_failure=bool(message.error))
    return why_untaken(connection, message, status, now)


def behind(ahead: Ahead, now: float) -> Wait:
    """The wait for another message of a chat."""
    until = ahead.due_at if ahead.due_at is not None and ahead.due_at > now else None
    return Wait(why=describe_behind("message", ahead.id, ahead.error), until=until, behind=ahead.id, is_failure=bool(ahead.error))


def describe_behind(what: str, name: str, error: str | None) -> str:
    """Describe the wait behind another message or callback.

    >>> describe_behind("message", "3EB0A", "cdn.example.com answered 503 in place of the file.")
    'It waits behind message 3EB0A: cdn.example.com answered 503 in place of the file.'
    """
    return f"It waits behind {what} {name}: {error}" if error else f"It waits behind {what} {name}."


def why_untaken(connection: Connection, message: Stored, status: TransportStatus, now: float) -> Wait | None:
    """The wait of a message that is due and the first of its chat; None if a worker should take it any moment."""
    if status.open_error:
        return Wait(why=cannot_open(status.open_error))
    leased_at = server_time(connection) or now
    if status.is_bound and not status.is_open and leases.holder_of(connection, f"session:{status.session}", leased_at) is None:
        return Wait(why=NOBODY, needs_worker=True)
    free_at = paced_until(connection, status.session, status.tempo)
    if free_at > now:
        return Wait(why="The rate limit allows the next message then.", until=free_at, is_failure=False)
    return None if now - max(message.due_at, message.created_at, free_at) < OVERDUE else Wait(why=UNTAKEN, needs_worker=True)


def waiting_calls(calls: Sequence[StoredCallback]) -> list[tuple[StoredCallback, Wait]]:
    """The callbacks of one message that are tried again, and those behind them; not the app's own functions."""
    found: list[tuple[StoredCallback, Wait]] = []
    first: dict[str, StoredCallback] = {}
    for call in calls:
        if call.settled_at is not None or not call.url:
            continue
        before = first.setdefault(call.host, call)
        if before.error:
            until = None if before.state == "claimed" else before.due_at
            why = before.error if before is call else describe_behind("callback", before.id, before.error)
            found.append((call, Wait(why=why, until=until, behind="" if before is call else before.id)))
    return found

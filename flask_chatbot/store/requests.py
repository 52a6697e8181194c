"""Requests to a transport that is open in another process, and their answers."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from flask_chatbot.database.notifications import notify
from flask_chatbot.database.statements import storable
from flask_chatbot.database.tables import requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to a transport: `kind` and its `argument`."""

    id: str
    kind: str
    argument: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to a request, or the reason why there is none: one of the two is None."""

    answer: str | None
    error: str | None


_c = requests.c
_OPEN = (
    select(_c.id, _c.kind, _c.argument, _c.created_at)
    .where(_c.session == bindparam("session"), _c.answered_at.is_(None), _c.created_at > bindparam("since"))
    .order_by(_c.created_at, _c.id)
    .limit(bindparam("limit"))
)
_ANSWER = (
    update(requests)
    .where(_c.id == bindparam("of"), _c.answered_at.is_(None))
    .values(answer=bindparam("stored"), error=bindparam("why"), answered_at=bindparam("now"))
)
_RESULT = select(_c.answer, _c.error).where(_c.id == bindparam("id"), _c.answered_at.is_not(None))
# Whoever asked has given up by then.
OPEN_FOR = 60.0  # seconds


def ask(connection: Connection, request: str, session: str, kind: str, argument: str, now: float) -> None:
    """Put a request, under an id of the caller's, to the process that has the transport of a session open."""
    row = {"id": request, "session": session, "kind": kind, "argument": storable(argument), "created_at": now}
    connection.execute(insert(requests), row)
    notify(connection)


def withdraw(connection: Connection, request: str) -> None:
    """Delete a request, with its answer if there is one."""
    connection.execute(delete(requests).where(_c.id == request))


def open_requests(connection: Connection, session: str, now: float, limit: int) -> list[Request]:
    """The oldest unanswered requests of the last minute."""
    rows = connection.execute(_OPEN, {"session": session, "since": now - OPEN_FOR, "limit": limit})
    return [Request(id=row.id, kind=row.kind, argument=row.argument, created_at=row.created_at) for row in rows]


def answer(connection: Connection, request: str, answer: str | None, error: str | None, now: float) -> None:
    """Answer a request, or say why it cannot be answered. The first answer counts."""
    stored = None if answer is None else storable(answer)
    connection.execute(_ANSWER, {"of": request, "stored": stored, "why": None if error is None else storable(error), "now": now})


def result(connection: Connection, request: str) -> Result | None:
    """The answer to a request; None until there is one."""
    row = connection.execute(_RESULT, {"id": request}).first()
    return None if row is None else Result(answer=row.answer, error=row.error)

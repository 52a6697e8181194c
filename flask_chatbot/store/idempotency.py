"""Idempotency keys: answers given before, for callers that repeat a request under the same key."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import idempotency


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A stored answer, and the SHA-256 of the request that it answered."""

    body: str
    answer: str


_c = idempotency.c
_FIND = select(_c.body, _c.answer).where(_c.key == bindparam("key"), _c.expires_at > bindparam("now"))
_ADD = upsert(
    lambda insert: (made := insert(idempotency)).on_conflict_do_update(
        index_elements=[_c.key],
        set_={name: made.excluded[name] for name in ("body", "answer", "expires_at")},
        where=_c.expires_at <= bindparam("now"),
    )
)


def find(connection: Connection, key: str, now: float) -> Given | None:
    """The answer stored under a key that has not expired."""
    row = connection.execute(_FIND, {"key": key, "now": now}).first()
    return None if row is None else Given(body=row.body, answer=row.answer)


def add(connection: Connection, key: str, body: str, answer: str, *, now: float, expires_at: float) -> bool:
    """Store an answer; False if another was stored first under this key: then roll back and return that one."""
    row = {"key": key, "body": body, "answer": answer, "expires_at": expires_at}
    return connection.execute(_ADD[connection.dialect.name], {**row, "now": now}).rowcount == 1

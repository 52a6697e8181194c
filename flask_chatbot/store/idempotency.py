"""Answers given before, for callers who send the same again under one key."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import idempotency


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The answer once given, and the SHA-256 of the request that it was given to."""

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
    """What was answered under a key that is still remembered."""
    row = connection.execute(_FIND, {"key": key, "now": now}).first()
    return None if row is None else Given(body=row.body, answer=row.answer)


def add(connection: Connection, key: str, body: str, answer: str, *, now: float, expires_at: float) -> bool:
    """Remember an answer; False where another came first under this key: take everything back then, and give that one."""
    row = {"key": key, "body": body, "answer": answer, "expires_at": expires_at}
    return connection.execute(_ADD[connection.dialect.name], {**row, "now": now}).rowcount == 1

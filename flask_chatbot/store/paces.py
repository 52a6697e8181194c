"""Rate limits: a token bucket for each session, shared by all processes."""

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import paces

_c = paces.c
_NEW = upsert(lambda insert: insert(paces).on_conflict_do_nothing())
_LOCK = select(_c.tokens, _c.updated_at, _c.next_at).where(_c.session == bindparam("session")).with_for_update()
_KEEP = (
    update(paces)
    .where(_c.session == bindparam("of"))
    .values(tokens=bindparam("left"), updated_at=bindparam("now"), next_at=bindparam("pause"))
)
_BACK = update(paces).where(_c.session == bindparam("of")).values(tokens=_c.tokens + bindparam("number"))
_LOOK = select(_c.tokens, _c.updated_at, _c.next_at).where(_c.session == bindparam("session"))
_HOLD = update(paces).where(_c.session == bindparam("of")).values(next_at=bindparam("at"))


def take_tokens(connection: Connection, session: str, now: float, rate_per_second: float, burst: float, wanted: int) -> int:
    """Take up to `wanted` tokens. The bucket starts full, with `burst`."""
    row = {"session": session, "tokens": burst, "updated_at": now, "next_at": 0.0}
    connection.execute(_NEW[connection.dialect.name], row)
    bucket = connection.execute(_LOCK, {"session": session}).one()
    tokens = _filled(bucket, now, rate_per_second, burst)
    pause = bucket.next_at if now >= bucket.updated_at else 0.0
    taken = 0 if now < pause else min(wanted, int(tokens))
    connection.execute(_KEEP, {"of": session, "left": tokens - taken, "now": now, "pause": pause})
    return taken


def give_tokens_back(connection: Connection, session: str, number: int) -> None:
    """Return unused tokens."""
    connection.execute(_BACK, {"of": session, "number": number})


def hold_until(connection: Connection, session: str, at: float) -> None:
    """Give out no token of a session before then, once the bucket has been used. Setting the clock back ends it."""
    connection.execute(_HOLD, {"of": session, "at": at})


def free_at(connection: Connection, session: str, rate_per_second: float) -> float:
    """The time since when, or from when on, there is a token for a session, in epoch seconds; 0 if none was taken yet."""
    bucket = connection.execute(_LOOK, {"session": session}).first()
    if bucket is None:
        return 0.0
    return float(max(bucket.next_at, bucket.updated_at + max(0.0, 1 - bucket.tokens) / rate_per_second))


def _filled(bucket: Any, now: float, rate: float, burst: float) -> float:
    gone = max(0.0, now - bucket.updated_at)  # a clock set back fills nothing
    return float(min(burst, bucket.tokens + gone * rate))

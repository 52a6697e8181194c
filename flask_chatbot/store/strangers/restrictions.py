"""Lines by which WhatsApp takes nothing to strangers for now, and the messages that are held meanwhile: known to all processes."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from flask_chatbot.database.statements import storable, upsert, word
from flask_chatbot.database.strangers_tables import restrictions
from flask_chatbot.database.tables import messages
from flask_chatbot.store import outbox
from flask_chatbot.store.chats import lock_chats
from flask_chatbot.store.outbox import Claim

HOUR = 3600.0
LONGEST = 6 * HOUR  # seconds until it is tried again, where nobody says how long it lasts
MOST = 10  # times that are counted
TOLD = 0  # times of what WhatsApp said itself: it stays, also once it is over, so that older news are known by it
OVER = 24 * HOUR  # seconds after one ended, another one has nothing to do with it

_c = restrictions.c
_FIND = select(restrictions).where(_c.session == bindparam("line"))
_LOCK = _FIND.with_for_update()
_SET = upsert(
    lambda insert: (made := insert(restrictions)).on_conflict_do_update(
        index_elements=[_c.session],
        set_={name: made.excluded[name] for name in ("since", "until", "times", "why")},
    )
)
_LIFT = delete(restrictions).where(_c.session == bindparam("line"), _c.times > TOLD)
_m = messages.c
_HELD = (_m.session == bindparam("line")) & (_m.state == word("queued")) & (_m.tries == 0)  # what else waits was tried, or has a time
_RELEASE = update(messages).where(_HELD, _m.due_at > bindparam("now"), _m.start_at <= bindparam("now")).values(due_at=bindparam("now"))
_RELEASE_TO = _RELEASE.where(_m.order_key == bindparam("person"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A time in which a line writes to no strangers, in epoch seconds, with the reason in a sentence.

    `since` is when it began, or when WhatsApp said so.
    """

    since: float
    until: float
    why: str


def find(connection: Connection, line: str, now: float) -> Restriction | None:
    """The restriction of a line, if there is one now."""
    row = connection.execute(_FIND, {"line": line}).first()
    return None if row is None or row.until <= now else Restriction(since=row.since, until=row.until, why=row.why)


def restrict(connection: Connection, line: str, now: float, why: str, after: float = 0.0) -> float:
    """Restrict a line, for `after` seconds and at least for an hour; return until when, in epoch seconds.

    Where nobody says how long it lasts, each time that it is refused again doubles the wait.
    """
    row = connection.execute(_LOCK, {"line": line}).first()
    times = 1 if row is None or now - row.until > OVER else row.times
    if row is not None and row.until > now:  # it was refused while others were under way
        until: float = max(row.until, now + after)
    else:
        times += row is not None and now - row.until <= OVER
        until = now + (max(after, HOUR) if after else min(HOUR * 2 ** (times - 1), LONGEST))
    _set(connection, line, now if row is None or times == 1 else row.since, until, min(times, MOST), why)
    return until


def hear(connection: Connection, line: str, now: float, at: float, until: float, why: str) -> bool:
    """Restrict a line until then, as WhatsApp said at that time, or end it if that has come. False if newer news have come before.

    The end of a restriction ends none that has another reason.
    """
    row = connection.execute(_LOCK, {"line": line}).first()
    is_older = row is not None and at < row.since
    if until > now:
        if row is not None and row.times == TOLD and is_older:
            return False
        _set(connection, line, at, until, TOLD, why)
        return True
    if row is not None and (is_older or (row.until > now and row.why != storable(why))):
        return False
    _set(connection, line, at, min(until, now), TOLD, why)
    connection.execute(_RELEASE, {"line": line, "now": now})
    return True


def _set(connection: Connection, line: str, since: float, until: float, times: int, why: str) -> None:
    values = {"session": line, "since": since, "until": until, "times": times, "why": storable(why)}
    connection.execute(_SET[connection.dialect.name], values)


def lift(connection: Connection, line: str) -> None:
    """End the restriction of a line of which nobody said for how long it lasts: a stranger got something."""
    connection.execute(_LIFT, {"line": line})


def postpone(connection: Connection, claim: Claim, until: float, why: str) -> bool:
    """Hold a claimed message until then, or its end, as if it had never been tried. False if the claim has passed to another worker."""
    return outbox.settle_later(connection, claim, min(until, claim.expires_at), why, counts=False)


def release(connection: Connection, line: str, person: str, now: float) -> None:
    """Let what is held go out to a person who wrote, by our id, and so is a stranger no more: their answer waits behind it."""
    lock_chats(connection, {(line, person)})
    connection.execute(_RELEASE_TO, {"line": line, "person": person, "now": now})

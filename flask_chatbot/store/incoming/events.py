"""Events: what came in and is decided later, claimed in the order of each chat until it is settled.

A worker that crashes while it answers several of them says nothing about any. They are claimed together once more, and then alone; both
count as tries from their claim on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Float, Select, and_, bindparam, case, literal_column, or_, select, tuple_, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from flask_chatbot.core.origins import UNKNOWN, Origin, current_origin, stored_origin
from flask_chatbot.core.values.chats import group_chat
from flask_chatbot.core.values.incoming.events import IdentityChange, Incoming, group_of, names_in
from flask_chatbot.core.values.incoming.stored import read_incoming, write_incoming
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.notifications import notify
from flask_chatbot.database.statements import CHAT_LIMIT, fitting, upsert
from flask_chatbot.database.tables import events
from flask_chatbot.store import people

AHEAD = 2  # times as many are looked at as are wanted, since others may be claiming the same


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClaim:
    """A claimed event; `incoming` is None if another version wrote it, and this one cannot read it.

    `tries` counts this one, those before that failed, and those after a crash that their workers did not live to settle.
    """

    seq: int
    chat: str
    fence: int
    tries: int
    leased_until: float
    incoming: Incoming | None
    origin: Origin = UNKNOWN  # the request that brought it


_c = events.c
_OPEN = and_(_c.session == bindparam("of"), _c.settled_at.is_(None))
_IN_CHAT = select(_c.seq).where(_OPEN, _c.chat == bindparam("in_chat")).limit(1)
_open = events.alias("open")
_IS_OPEN = and_(_open.c.session == bindparam("of"), _open.c.settled_at.is_(None))
_FIRST: ColumnElement[int] = literal_column("1")  # written out: a plan for any limit would sort all that wait
_CHAT = select(_open.c.chat).where(_IS_OPEN).order_by(_open.c.chat).limit(_FIRST)


def _oldest(chat: ColumnElement[str], found: ColumnElement[Any]) -> ColumnElement[Any]:
    """Something of the oldest event of a chat that is not settled."""
    return select(found).where(_IS_OPEN, _open.c.chat == chat).order_by(_open.c.seq).limit(_FIRST).scalar_subquery()


def _is_free(c: ReadOnlyColumnCollection[str, Column[Any]]) -> ColumnElement[bool]:
    """True of an event that waits, or whose first worker crashed; `tries` is 0 only until it is claimed again."""
    now = bindparam("now", type_=Float())
    return or_(and_(c.leased_until == 0.0, c.due_at <= now), and_(c.leased_until > 0.0, c.leased_until <= now, c.tries == 0))


def _free(first: Select[Any]) -> Select[Any]:
    """The oldest event of each chat that can be claimed, from the `first` chat on.

    It goes from chat to chat through the index, and only as far as it is asked for. A condition that nothing is before it in its chat would
    have all that wait compared with each other, or sorted, for each claim.
    """
    chats = select(first.scalar_subquery().label("chat")).cte("chats", recursive=True)
    chats = chats.union_all(select(_CHAT.where(_open.c.chat > chats.c.chat).scalar_subquery()).where(chats.c.chat.is_not(None)))
    seq = _oldest(chats.c.chat, case((_is_free(_open.c), _open.c.seq)))
    free = select(seq.label("seq")).where(chats.c.chat.is_not(None)).subquery("free")
    return select(free.c.seq).where(free.c.seq.is_not(None)).limit(bindparam("limit"))


_FREE, _FREE_BEHIND = _free(_CHAT), _free(_CHAT.where(_open.c.chat > bindparam("behind")))
_ABANDONED = and_(_OPEN, _c.leased_until > 0.0, _c.leased_until <= bindparam("now"))  # nobody renewed or released it
_CRASHED = and_(_ABANDONED, _c.tries > 0, _c.seq == _oldest(_c.chat, _open.c.seq))
_HAS_CRASHED = select(_c.seq).where(_CRASHED).limit(1)
_COLUMNS = (_c.seq, _c.chat, _c.fence, _c.tries, _c.body, _c.request_id, _c.traceparent)
# Once their rows are locked, others may have them. Nothing here that an index of all that wait would be read for.
_STILL_FREE = and_(_is_free(_c), _c.body.is_not(None))
_FIND = select(*_COLUMNS).where(_c.seq.in_(bindparam("seqs", expanding=True)), _STILL_FREE).order_by(_c.chat).limit(bindparam("limit"))
# One that has killed a worker alone goes last, or it would be the next of each worker that starts, and the others would wait for its end.
_FIND_CRASHED = select(*_COLUMNS).where(_CRASHED).order_by(_c.tries, _c.seq).limit(bindparam("limit"))
_OURS = and_(_c.seq == bindparam("row"), _c.fence == bindparam("held"), _c.settled_at.is_(None))
_CLAIM = (
    update(events)
    .where(_c.seq.in_(bindparam("seqs", expanding=True)))
    .values(fence=_c.fence + 1, tries=_c.tries + case((_c.leased_until > 0.0, 1), else_=0), leased_until=bindparam("until"))
)
_RENEW = update(events).where(_OURS).values(leased_until=bindparam("until"))
_SETTLE = (
    update(events)
    .where(_c.seq.in_(bindparam("seqs", expanding=True)), tuple_(_c.seq, _c.fence).in_(bindparam("held", expanding=True)))
    .values(settled_at=bindparam("now"), body=None, chat="", leased_until=0.0)
)
_LATER = update(events).where(_OURS).values(due_at=bindparam("due"), tries=bindparam("tried"), leased_until=0.0)
_ADD = upsert(lambda insert: insert(events).on_conflict_do_nothing(index_elements=[_c.session, _c.key]))


def add(connection: Connection, session: str, incoming: Sequence[Incoming], now: float) -> int:
    """Keep messages and other events in order, each once by its id; return how many are new."""
    count = sum(connection.execute(_ADD[connection.dialect.name], _row(session, each, now)).rowcount for each in incoming)
    if count:
        notify(connection)
    return count


def has_open(connection: Connection, session: str, incoming: Incoming) -> bool:
    """True if something waits in whose order this would be decided."""
    chat = fitting(_chat_of(incoming), CHAT_LIMIT)
    return connection.execute(_IN_CHAT, {"of": session, "in_chat": chat}).first() is not None


def is_due(connection: Connection, session: str, now: float) -> bool:
    """True if there is something to claim."""
    return connection.execute(_FREE, {"of": session, "now": now, "limit": 1}).first() is not None


def has_crashed(connection: Connection, session: str, now: float) -> bool:
    """True if there is something that two workers claimed and did not live, or stay in reach, to settle."""
    return connection.execute(_HAS_CRASHED, {"of": session, "now": now}).first() is not None


def claim(connection: Connection, session: str, now: float, lease: float, limit: int, behind: str = "") -> list[EventClaim]:
    """Claim the oldest event of each chat, unless one of the chat is claimed already; `lease` is in seconds.

    Chats take turns: whoever goes on `behind` the one that was claimed last comes round to each, however much waits in the others.
    Those of a crashed worker are among them once. Then they are left to `claim_crashed`: each of them may be what its worker died of.
    """
    wanted = {"of": session, "now": now, "limit": AHEAD * limit}
    seqs = connection.execute(_FREE_BEHIND, {**wanted, "behind": behind}).scalars().all() if behind else []
    seqs = seqs or connection.execute(_FREE, wanted).scalars().all()
    return _claim(connection, _FIND, {**wanted, "limit": limit, "seqs": seqs}, now + lease) if seqs else []


def claim_crashed(connection: Connection, session: str, now: float, lease: float) -> EventClaim | None:
    """Claim one event that two workers crashed with, to be tried while nothing else is: the one with the fewest tries."""
    claims = _claim(connection, _FIND_CRASHED, {"of": session, "now": now, "limit": 1}, now + lease)
    return claims[0] if claims else None


def _claim(connection: Connection, find: Select[Any], wanted: dict[str, Any], until: float) -> list[EventClaim]:
    statement = find.with_for_update(skip_locked=True, of=events) if connection.dialect.name == "postgresql" else find
    claims = [
        EventClaim(
            seq=row.seq,
            chat=row.chat,
            fence=row.fence + 1,
            tries=row.tries + 1,
            leased_until=until,
            incoming=_read(row.body),
            origin=stored_origin(row),
        )
        for row in connection.execute(statement, wanted).all()
    ]
    if claims:
        connection.execute(_CLAIM, {"seqs": [each.seq for each in claims], "until": until})
    return claims


def renew(connection: Connection, claims: Sequence[EventClaim], until: float) -> list[EventClaim]:
    """Renew the leases of claims; return those that are still ours."""
    held = [each for each in claims if connection.execute(_RENEW, {**_key(each), "until": until}).rowcount]
    return [replace(each, leased_until=until) for each in held]


def settle(connection: Connection, done: Collection[EventClaim], now: float) -> None:
    """Settle events: their contents go, what tells a repeat stays."""
    if done:
        held = [(each.seq, each.fence) for each in done]
        connection.execute(_SETTLE, {"seqs": [seq for seq, _ in held], "held": held, "now": now})


def settle_later(connection: Connection, failed: EventClaim, due_at: float, tries: int) -> None:
    """Release an event to be claimed again from `due_at` on."""
    connection.execute(_LATER, {**_key(failed), "due": due_at, "tried": tries})


def waiting_of(connection: Connection, names: Collection[Alias]) -> dict[int, str]:
    """The events that wait to be decided of whoever has one of these names, in private and in groups: bodies by their rows."""
    wanted = {key for name in names for key in people.keys_of(name)}
    chats = {fitting(name.chat, CHAT_LIMIT) for name in names}
    rows = connection.execute(select(_c.seq, _c.chat, _c.body).where(_c.settled_at.is_(None)).order_by(_c.seq)).all()
    return {row.seq: row.body for row in rows if row.chat in chats or wanted & _keys_in(row.body)}


def _keys_in(body: str) -> set[tuple[str, str, str]]:
    """The keys of all names by which the person that an event is about may be known."""
    incoming = _read(body)
    return set() if incoming is None else {key for name in names_in(incoming) for key in people.keys_of(name)}


def count_open(connection: Connection, session: str) -> int:
    """The number of events that wait to be decided."""
    return len(connection.execute(select(_c.seq).where(_OPEN), {"of": session}).all())


def _key(held: EventClaim) -> dict[str, Any]:
    return {"row": held.seq, "held": held.fence}


def _row(session: str, incoming: Incoming, now: float) -> dict[str, Any]:
    # Ids of one account are its own, but nothing says that those of messages and of other events differ.
    kind = "" if isinstance(incoming, Message) else type(incoming).__name__
    return {
        "session": session,
        "key": sha256(f"{kind}{incoming.id or ''}".encode("utf-8", "surrogatepass")).hexdigest(),
        "chat": fitting(_chat_of(incoming), CHAT_LIMIT),
        "body": write_incoming(incoming),
        "created_at": now,
        "due_at": 0.0,
        "tries": 0,
        "fence": 0,
        "leased_until": 0.0,
        **current_origin().columns,
    }


def _chat_of(incoming: Incoming) -> str:
    """The chat in whose order something is decided; of a change of names, that of the old one."""
    group = group_of(incoming)
    given = incoming.old if isinstance(incoming, IdentityChange) else names_in(incoming)
    names = sorted((name for name in given if name.scheme != "parent_bsuid"), key=lambda name: name.scheme == "number")
    # An id comes with every message, a number only as long as it is shown.
    return group_chat(group) if group else names[0].chat if names else ""


def _read(body: str) -> Incoming | None:
    try:
        return read_incoming(body)
    except ValueError:
        return None

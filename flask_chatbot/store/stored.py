"""Accepted messages: shown, acknowledged, sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.counting.tally import Count, observe
from flask_chatbot.database.counting.tally import count as count_of
from flask_chatbot.database.statements import storable, word
from flask_chatbot.database.tables import messages
from flask_chatbot.store import transport_ids
from flask_chatbot.store.chats import lock_chats, promote
from flask_chatbot.store.outgoing import notes

AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An accepted message without its content. `error` is the reason of the last failure."""

    id: str
    session: str
    chat: str
    order_key: str
    type: str
    state: str
    ack: Ack
    tries: int
    error: str | None
    notify_url: str | None
    created_at: float
    start_at: float
    due_at: float
    expires_at: float
    sent_at: float | None
    delivered_at: float | None
    read_at: float | None
    played_at: float | None
    failed_at: float | None
    settled_at: float | None


_c = messages.c
_NAMES = tuple(each.name for each in fields(Stored))
_STORED = select(*(_c[name] for name in _NAMES))
_FIND = _STORED.where(_c.id == bindparam("id"))
_LOCK = _FIND.with_for_update()
_LOCK_SOME = _STORED.where(_c.id.in_(bindparam("ids", expanding=True))).order_by(_c.seq).with_for_update()
_FAILED = _STORED.where(_c.state == "failed", _c.settled_at >= bindparam("since")).order_by(_c.settled_at, _c.seq).limit(bindparam("limit"))
_RESEND = (
    update(messages)
    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.state == "failed")
    .values(
        state="queued",
        due_at=0.0,
        start_at=0.0,
        expires_at=bindparam("until"),
        tries=0,
        crashes=0,
        begun=False,
        ack=0,
        error=None,
        failed_at=None,
        settled_at=None,
    )
)
_OF_STATE = {
    state: select(func.count()).where(_c.session == bindparam("session"), _c.state == word(state))
    for state in ("queued", "waiting", "claimed")
}
_COUNT_FAILED = select(func.count()).where(_c.session == bindparam("session"), _c.state == "failed", _c.settled_at.is_not(None))
_TYPE = update(messages).where(_c.id == bindparam("of")).values(type=bindparam("new"))
_AT = {Ack.ERROR: "failed_at", Ack.SENT: "sent_at", Ack.DELIVERED: "delivered_at", Ack.READ: "read_at", Ack.PLAYED: "played_at"}
_MOVE = {ack: update(messages).where(_c.id == bindparam("of")).values({"ack": int(ack), at: bindparam("when")}) for ack, at in _AT.items()}
_NOTE = {ack: update(messages).where(_c.id == bindparam("of")).values({at: bindparam("when")}) for ack, at in _AT.items()}
_GONE = (
    update(messages)
    .where(_c.id == bindparam("of"), _c.state.in_([word(state) for state in ("queued", "waiting", "claimed")]))
    .values(state="sent", error=None, settled_at=bindparam("when"))
)
_AGAIN = (
    update(messages)
    .where(_c.id == bindparam("of"), _c.state == word("sent"), _c.ack == int(Ack.SENT))
    .values(state="queued", due_at=bindparam("due"), error=bindparam("why"), crashes=0, begun=False, settled_at=None)
)
_FAIL = update(messages).where(_c.id == bindparam("of")).values(state="failed", error=bindparam("why"), settled_at=bindparam("when"))


def find(connection: Connection, message: str) -> Stored | None:
    """The message with this id, which may be any text."""
    row = connection.execute(_FIND, {"id": storable(message)}).first()
    return None if row is None else _stored(row)


def failed(connection: Connection, since: float, limit: int) -> list[Stored]:
    """Messages given up since then, oldest failure first."""
    return [_stored(row) for row in connection.execute(_FAILED, {"since": since, "limit": limit})]


def resend(connection: Connection, ids: Sequence[str], expires_at: float) -> int:
    """Queue failed messages once more, each under its id, until `expires_at`; return how many there were."""
    count = 0
    for batch in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
        notes.count_resent(connection, batch)
        transport_ids.end(connection, batch)
        count += connection.execute(_RESEND, {"ids": batch, "until": expires_at}).rowcount
    return count


def count(connection: Connection, session: str) -> dict[str, int]:
    """The number of messages of a session that are queued, claimed and failed; sent ones are too many to count."""
    numbers = {state: connection.execute(each, {"session": session}).scalar_one() for state, each in _OF_STATE.items()}
    numbers["queued"] += numbers.pop("waiting")
    return {**numbers, "failed": connection.execute(_COUNT_FAILED, {"session": session}).scalar_one()}


def set_type(connection: Connection, message: str, kind: str) -> None:
    """Correct the type of a message, once its content is known."""
    connection.execute(_TYPE, {"of": message, "new": kind})


def move_ack(connection: Connection, message: str, ack: Ack, at: float, error: str = "", reason: str = "reported") -> Stored | None:
    """Move a message's ack forward and return it; None if the ack would not move forward, or there is no such message.

    An error also takes the message out of the queue, and is counted by its `reason`. A status that arrives late, such as a 2 after a 3,
    only has its time recorded.
    """
    row = connection.execute(_LOCK, {"id": message}).first()
    if row is None or ack not in _MOVE:
        return None
    if not Ack(row.ack).may_become(ack):
        if Ack.PENDING < ack < row.ack and row._mapping[_AT[ack]] is None:
            connection.execute(_NOTE[ack], {"of": message, "when": at})
        return None
    if ack is Ack.ERROR:
        _fail(connection, _stored(row), at, error)
        count_of(connection, Count("failed", row.session, (reason,)))
    if ack >= Ack.DELIVERED and row.delivered_at is None:
        observe(connection, "delivery", row.session, at - max(row.created_at, row.start_at))
    connection.execute(_MOVE[ack], {"of": message, "when": at})
    count_of(connection, Count("acks", row.session, (row.type, ack.name.lower())))
    return find(connection, message)


def move_sent(connection: Connection, sent: Mapping[str, float]) -> list[tuple[Stored, float]]:
    """Move the acks of messages that went out at those times to `SENT`; return those that moved, with their times."""
    if not sent:
        return []
    rows = [_stored(row) for row in connection.execute(_LOCK_SOME, {"ids": sorted(sent)})]
    moved = [row for row in rows if row.ack.may_become(Ack.SENT)]
    late = [row for row in rows if row.ack > Ack.SENT and row.sent_at is None]
    for statement, some in ((_MOVE[Ack.SENT], moved), (_NOTE[Ack.SENT], late)):
        if some:
            connection.execute(statement, [{"of": row.id, "when": sent[row.id]} for row in some])
    for row in moved:
        count_of(connection, Count("acks", row.session, (row.type, "sent")))
    return [(replace(row, ack=Ack.SENT, sent_at=sent[row.id]), sent[row.id]) for row in moved]


def went_out(connection: Connection, session: str, message: str, now: float) -> bool:
    """Take a message out of the queue that has arrived at WhatsApp, whatever its worker heard. False if the session has no such message."""
    found = find(connection, message)
    if found is None or found.session != session:
        return False
    lock_chats(connection, {(session, found.order_key)})
    held = find(connection, message) or found
    if held.order_key != found.order_key:  # people were merged meanwhile
        lock_chats(connection, {(session, held.order_key)})
    if connection.execute(_GONE, {"of": message, "when": now}).rowcount:
        promote(connection, {(session, held.order_key)})
    return True


def queue_again(connection: Connection, message: Stored, due_at: float, error: str) -> bool:
    """Queue a message that WhatsApp had taken and then gave up, until `due_at`; False if something else became of it."""
    lock_chats(connection, {(message.session, message.order_key)})
    return bool(connection.execute(_AGAIN, {"of": message.id, "due": due_at, "why": storable(error)}).rowcount)


def _fail(connection: Connection, message: Stored, at: float, error: str) -> None:
    chat = message.session, message.order_key
    lock_chats(connection, {chat})
    if message.state != "failed" or error:
        connection.execute(_FAIL, {"of": message.id, "why": storable(error) or message.error, "when": at})
    if message.state != "failed":
        promote(connection, {chat})


def _stored(row: Any) -> Stored:
    return Stored(**{**row._mapping, "ack": Ack(row.ack)})

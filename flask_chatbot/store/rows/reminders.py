"""Reminders of saved rows: their messages wait in the outbox, and go with the row or its state."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, or_, select, update

from flask_chatbot.core.values.replies import Text
from flask_chatbot.core.values.stored import read_reply
from flask_chatbot.database.reminder_tables import reminders
from flask_chatbot.database.saved_tables import saved
from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import messages
from flask_chatbot.store.chats import lock_chats, promote
from flask_chatbot.store.outbox import Claim
from flask_chatbot.store.outgoing.withdrawing import withdraw


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReminder:
    """A reminder of a row. `message` is its id in the outbox; it is empty if it was due before the row was saved. Times are epoch seconds.

    `fate` is that of the message: queued, sent or failed; empty once nothing is known of it any more.
    """

    name: str
    number: int
    place: int
    due_at: float
    message: str = ""
    until: float | None = None
    fate: str = ""
    text: str = ""


_r, _m, _s = reminders.c, messages.c, saved.c
_ROW = and_(_r.name == bindparam("of"), _r.number == bindparam("of_number"))
_PLACES = _ROW & _r.place.in_(bindparam("places", expanding=True))
_WITH_MESSAGE = reminders.outerjoin(messages, _m.id == _r.message)
_ALL = select(reminders, _m.state, _m.start_at, _m.reply).select_from(_WITH_MESSAGE)
_OF_ROW = _ALL.where(_ROW).order_by(_r.due_at, _r.place)
_OF_TABLE = _ALL.where(_r.name == bindparam("of"), _m.state.in_(("queued", "waiting", "claimed"))).order_by(_r.due_at.desc())
_MESSAGES = select(_r.message).where(_PLACES, _r.message.is_not(None))
_DROP = delete(reminders).where(_PLACES, or_(_r.message.is_(None), _r.message.in_(bindparam("ids", expanding=True))))
_FIRST = select(func.min(_r.place)).where(_ROW)
_SET_ASIDE = update(reminders).where(_ROW, _r.place == bindparam("from_place")).values(place=bindparam("to_place"))
_AMONG = select(_r.message).where(_r.message.in_(bindparam("ids", expanding=True)))
_ORPHANS = delete(reminders).where(~exists().where(_s.name == _r.name, _s.number == _r.number))
_POSTPONE = (
    update(messages)
    .where(_m.seq == bindparam("of"), _m.fence == bindparam("under"), _m.state == word("claimed"))
    .values(state="queued", start_at=bindparam("until"), due_at=bindparam("until"), tries=_m.tries - 1, begun=False, leased_until=0.0)
)


def add(connection: Connection, reminder: StoredReminder) -> None:
    """Keep a reminder whose message is queued already; one of the same place is dropped first, or set aside if it was sent."""
    drop(connection, reminder.name, reminder.number, [reminder.place])
    here = {"of": reminder.name, "of_number": reminder.number}
    first = connection.execute(_FIRST, here).scalar_one()
    if first is not None:
        connection.execute(_SET_ASIDE, {**here, "from_place": reminder.place, "to_place": min(first, 0) - 1})
    values = {name: getattr(reminder, name) for name in ("name", "number", "place", "due_at", "until")}
    connection.execute(insert(reminders), {**values, "message": reminder.message or None})


def drop(connection: Connection, name: str, number: int, places: Collection[int]) -> int:
    """Cancel reminders of a row; return the number of messages that are not sent for it. One that is under way is not tried again.

    What was sent, or has failed, is kept for whoever asks.
    """
    which = {"of": name, "of_number": number, "places": list(places)}
    unsent = withdraw(connection, connection.scalars(_MESSAGES, which).all())
    connection.execute(_DROP, {**which, "ids": list(unsent)})
    return len(unsent)


def of_row(connection: Connection, name: str, number: int) -> list[StoredReminder]:
    """The reminders of a row, by the times at which they are due."""
    return [_read(row) for row in connection.execute(_OF_ROW, {"of": name, "of_number": number})]


def next_of_table(connection: Connection, name: str) -> dict[int, StoredReminder]:
    """The next reminder that waits for each row of a table, by their numbers."""
    return {row.number: _read(row) for row in connection.execute(_OF_TABLE, {"of": name})}


def among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of these messages, by their ids, that are reminders."""
    return set(connection.scalars(_AMONG, {"ids": list(ids)}))


def postpone(connection: Connection, claim: Claim, until: float) -> bool:
    """Put a claimed reminder off until then, as if it had not been tried; meanwhile it holds up nothing else.

    False if the claim has passed to another worker.
    """
    lock_chats(connection, {(claim.session, claim.order_key)})
    held = connection.execute(_POSTPONE, {"of": claim.seq, "under": claim.fence, "until": until}).rowcount == 1
    if held:
        promote(connection, {(claim.session, claim.order_key)})
    return held


def drop_orphans(connection: Connection) -> None:
    """Delete the reminders of rows that are gone."""
    connection.execute(_ORPHANS)


def _read(row: Any) -> StoredReminder:
    fate = "queued" if row.state in ("queued", "waiting", "claimed") else row.state or ""
    return StoredReminder(
        name=row.name,
        number=row.number,
        place=row.place,
        due_at=row.start_at if fate == "queued" else row.due_at,  # it may have been put off
        message=row.message or "",
        until=row.until,
        fate=fate,
        text=_text(row.reply),
    )


def _text(reply: str | None) -> str:
    try:
        read = read_reply(reply) if reply else None
    except ValueError:  # of another version
        return ""
    return read.text if isinstance(read, Text) else ""

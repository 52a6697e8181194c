"""Ids that a transport gave our messages, and receipts that arrived before their message's id was known."""

import json
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.statements import fitting, storable, upsert
from flask_chatbot.database.tables import transport_ids

ID_LIMIT = 128  # characters; a longer one is kept by its SHA-256

_c = transport_ids.c
_HERE = (_c.session == bindparam("in_session")) & (_c.transport_id == bindparam("known_as"))
_LINK = upsert(
    lambda insert: (made := insert(transport_ids)).on_conflict_do_update(
        index_elements=[_c.session, _c.transport_id], set_={"message": made.excluded.message}
    )
)
_NEW = upsert(lambda insert: insert(transport_ids).on_conflict_do_nothing())
_EARLY = select(_c.early).where(_HERE)
_MESSAGE = select(_c.message).where(_HERE)
_LOCK = select(_c.message, _c.early).where(_HERE).with_for_update()
_KEEP = update(transport_ids).where(_HERE).values(early=bindparam("kept"))


def link(connection: Connection, session: str, transport_id: str, message: str, now: float) -> list[Receipt]:
    """Link a message to its transport id; return the receipts that arrived before, in order."""
    known_as = fitting(transport_id, ID_LIMIT)
    row = {"session": session, "transport_id": known_as, "message": message, "created_at": now}
    connection.execute(_LINK[connection.dialect.name], row)
    early = connection.execute(_EARLY, {"in_session": session, "known_as": known_as}).scalar()
    return [Receipt(id=transport_id, ack=Ack(ack), at=at, error=error) for ack, at, error in _read(early)]


def message_of(connection: Connection, session: str, transport_id: str) -> str | None:
    """The message behind a transport's id."""
    here = {"in_session": session, "known_as": fitting(transport_id, ID_LIMIT)}
    return connection.execute(_MESSAGE, here).scalar()


def keep_early(connection: Connection, session: str, receipt: Receipt, now: float) -> bool:
    """Store a receipt until its message is known, the first of each ack. False if the message is known: it counts at once."""
    here = {"in_session": session, "known_as": fitting(receipt.id, ID_LIMIT)}
    row = {"session": session, "transport_id": here["known_as"], "created_at": now}
    connection.execute(_NEW[connection.dialect.name], row)
    kept = connection.execute(_LOCK, here).one()
    if kept.message is not None:
        return False
    early = _read(kept.early)
    if receipt.ack not in [ack for ack, _, _ in early]:
        connection.execute(_KEEP, {**here, "kept": json.dumps([*early, (int(receipt.ack), receipt.at, storable(receipt.error))])})
    return True


def _read(early: str | None) -> list[Any]:
    """Ack, time and error of each stored receipt."""
    return json.loads(early) if early else []

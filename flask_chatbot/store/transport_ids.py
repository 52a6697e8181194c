"""The ids a transport gave our messages, and receipts that came before their message was known by one."""

from sqlalchemy import Connection, bindparam, select, update

from flask_chatbot.core.outbound import Ack, Receipt
from flask_chatbot.store.statements import fitting, storable, upsert
from flask_chatbot.store.tables import transport_ids

ID_LIMIT = 128  # characters; a longer one is kept by its SHA-256

_c = transport_ids.c
_HERE = (_c.session == bindparam("in_session")) & (_c.transport_id == bindparam("known_as"))
_LINK = upsert(
    lambda insert: (made := insert(transport_ids)).on_conflict_do_update(
        index_elements=[_c.session, _c.transport_id], set_={"message": made.excluded.message}
    )
)
_NEW = upsert(lambda insert: insert(transport_ids).on_conflict_do_nothing())
_EARLY = select(_c.ack, _c.at, _c.error).where(_HERE)
_MESSAGE = select(_c.message).where(_HERE)
_LOCK = select(_c.message, _c.ack).where(_HERE).with_for_update()
_KEEP = update(transport_ids).where(_HERE).values(ack=bindparam("new_ack"), at=bindparam("new_at"), error=bindparam("why"))


def link(connection: Connection, session: str, transport_id: str, message: str, now: float) -> tuple[Ack, float, str] | None:
    """Know a message by the id a transport gave it: the ack, time and error of a receipt that came before, if one did."""
    known_as = fitting(transport_id, ID_LIMIT)
    row = {"session": session, "transport_id": known_as, "message": message, "created_at": now}
    connection.execute(_LINK[connection.dialect.name], row)
    early = connection.execute(_EARLY, {"in_session": session, "known_as": known_as}).one()
    return None if early.ack is None else (Ack(early.ack), early.at, early.error)


def message_of(connection: Connection, session: str, transport_id: str) -> str | None:
    """The message that a transport's id stands for."""
    here = {"in_session": session, "known_as": fitting(transport_id, ID_LIMIT)}
    return connection.execute(_MESSAGE, here).scalar()


def keep_early(connection: Connection, session: str, receipt: Receipt, now: float) -> bool:
    """Keep a receipt until its message is known, of several the furthest. False where it is known by now: the receipt counts at once."""
    here = {"in_session": session, "known_as": fitting(receipt.id, ID_LIMIT)}
    row = {"session": session, "transport_id": here["known_as"], "created_at": now}
    connection.execute(_NEW[connection.dialect.name], row)
    kept = connection.execute(_LOCK, here).one()
    if kept.message is not None:
        return False
    if kept.ack is None or Ack(kept.ack).may_become(receipt.ack):
        connection.execute(_KEEP, {**here, "new_ack": int(receipt.ack), "new_at": receipt.at, "why": storable(receipt.error)})
    return True

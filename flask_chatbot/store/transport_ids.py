"""Ids that a transport gave our messages, and receipts that arrived before their message's id was known."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, case, null, or_, select, update

from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.database.statements import fitting, storable, upsert
from flask_chatbot.database.tables import transport_ids

ID_LIMIT = 128  # characters; a longer one is kept by its SHA-256

ENDED = '"ended"'  # in their place, where the message was sent again after it failed: what fails under this id is over
SPENT = '"spent"'  # in place of early receipts, where the other side gave up what it had taken under this id

_c = transport_ids.c
_HERE = (_c.session == bindparam("in_session")) & (_c.transport_id == bindparam("known_as"))
_LINK = upsert(
    lambda insert: (made := insert(transport_ids)).on_conflict_do_update(
        index_elements=[_c.session, _c.transport_id],
        set_={"message": made.excluded.message, "early": case((_c.early == ENDED, null()), else_=_c.early)},
    )
)
_NEW = upsert(lambda insert: insert(transport_ids).on_conflict_do_nothing())
_EARLY = select(_c.early).where(_HERE)
_EARLY_OF = select(_c.transport_id, _c.early).where(
    _c.session == bindparam("in_session"), _c.transport_id.in_(bindparam("ids", expanding=True)), _c.early.is_not(None)
)
_MESSAGE = select(_c.message).where(_HERE)
_LOCK = select(_c.message, _c.early).where(_HERE).with_for_update()
_KEEP = update(transport_ids).where(_HERE).values(early=bindparam("kept"))
_SPEND = update(transport_ids).where(_HERE, or_(_c.early.is_(None), _c.early != SPENT)).values(early=SPENT)
_END = update(transport_ids).where(_c.message.in_(bindparam("messages", expanding=True))).values(early=ENDED)


def link(connection: Connection, session: str, sent: Sequence[tuple[str, str, float]]) -> dict[str, list[Receipt]]:
    """Link transport ids to their messages, sent at those times; return the receipts that arrived before, in order, by transport id."""
    if not sent:
        return {}
    known_as = {transport_id: fitting(transport_id, ID_LIMIT) for transport_id, _, _ in sent}
    rows = [{"session": session, "transport_id": known_as[id_], "message": message, "created_at": at} for id_, message, at in sent]
    connection.execute(_LINK[connection.dialect.name], rows)
    found = connection.execute(_EARLY_OF, {"in_session": session, "ids": [*known_as.values()]})
    early = {row.transport_id: row.early for row in found}
    return {id_: [_receipt(id_, *each) for each in _read(early[fitted])] for id_, fitted in known_as.items() if fitted in early}


def message_of(connection: Connection, session: str, transport_id: str) -> str | None:
    """The message behind a transport's id."""
    here = {"in_session": session, "known_as": fitting(transport_id, ID_LIMIT)}
    return connection.execute(_MESSAGE, here).scalar()


def spend(connection: Connection, session: str, transport_id: str) -> bool:
    """Note that the other side gave up what it had taken under this id; False if that is known."""
    here = {"in_session": session, "known_as": fitting(transport_id, ID_LIMIT)}
    return bool(connection.execute(_SPEND, here).rowcount)


def end(connection: Connection, messages: Sequence[str]) -> None:
    """Note that messages are sent again: failures that are reported under the ids that they had until now count no more."""
    connection.execute(_END, {"messages": list(messages)})


def has_ended(connection: Connection, session: str, transport_id: str) -> bool:
    """True if the message of an id was sent again since."""
    here = {"in_session": session, "known_as": fitting(transport_id, ID_LIMIT)}
    return bool(connection.execute(_EARLY, here).scalar() == ENDED)


def keep_early(connection: Connection, session: str, receipt: Receipt, now: float) -> bool:
    """Store a receipt until its message is known, the first of each ack. False if the message is known: it counts at once."""
    here = {"in_session": session, "known_as": fitting(receipt.id, ID_LIMIT)}
    row = {"session": session, "transport_id": here["known_as"], "created_at": now}
    connection.execute(_NEW[connection.dialect.name], row)
    kept = connection.execute(_LOCK, here).one()
    if kept.message is not None:
        return False
    early = _read(kept.early)
    if receipt.ack not in [ack for ack, *_ in early]:
        connection.execute(_KEEP, {**here, "kept": json.dumps([*early, _written(receipt)])})
    return True


def _read(early: str | None) -> list[Any]:
    """Ack, time and error of each stored receipt; then its pricing, and after how long it may be tried again, if it has them."""
    return json.loads(early) if early and early not in (SPENT, ENDED) else []


def _written(receipt: Receipt) -> list[Any]:
    pricing = None if receipt.pricing is None else asdict(receipt.pricing)
    more = [] if receipt.again_after is None and pricing is None else [pricing, receipt.again_after]
    return [int(receipt.ack), receipt.at, storable(receipt.error), *more]


def _receipt(
    transport_id: str, ack: int, at: float, error: str, pricing: dict[str, Any] | None = None, again_after: float | None = None
) -> Receipt:
    priced = Pricing(**pricing) if pricing else None
    return Receipt(id=transport_id, ack=Ack(ack), at=at, error=error, pricing=priced, again_after=again_after)

"""The charges of messages: the price group of each, as the receipts of a platform tell it, and their numbers."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, func, not_, select

from flask_chatbot.core.values.outbound import Ack, Pricing
from flask_chatbot.database.counting import tally
from flask_chatbot.database.counting.tally import Count
from flask_chatbot.database.statements import fitting, storable, upsert
from flask_chatbot.database.tables import charges, messages

WORD_LIMIT = 64  # characters of a platform's word; a longer one is kept by its SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCount:
    """The number of messages of one price group, sent by one line for a rule or a caller of the API; both are empty if it is neither."""

    line: str
    rule: str
    caller: str
    category: str
    is_billable: bool
    messages: int


_c = charges.c
_TOLD = ("session", "rule", "caller", "category", "is_billable", "model", "is_delivered", "at")
# What was charged in the end is what came with the delivery, whatever comes after it.
_KEEP = upsert(
    lambda insert: (made := insert(charges)).on_conflict_do_update(
        index_elements=[_c.message],
        set_={name: made.excluded[name] for name in _TOLD},
        where=not_(and_(_c.is_delivered, not_(made.excluded.is_delivered))),
    )
)
_ORIGIN = select(messages.c.rule, messages.c.caller).where(messages.c.id == bindparam("of"))
_WAS_DELIVERED = select(_c.is_delivered).where(_c.message == bindparam("of"))
_FIND = select(_c.category, _c.is_billable, _c.model).where(_c.message == bindparam("of"))
_GROUPS = (_c.session.label("line"), func.coalesce(_c.rule, "").label("rule"), func.coalesce(_c.caller, "").label("caller"))
_BETWEEN = (_c.at >= bindparam("since"), _c.at < bindparam("until"))
_COUNT = (
    select(*_GROUPS, _c.category, _c.is_billable, func.count().label("messages"))
    .where(*_BETWEEN, _c.is_delivered)
    .group_by(_c.session, _c.rule, _c.caller, _c.category, _c.is_billable)
    .order_by(_c.session, _c.rule, _c.caller, _c.category, _c.is_billable)
)
_UNDELIVERED = select(func.count()).select_from(charges).where(*_BETWEEN, not_(_c.is_delivered))
_FIRST = select(func.min(_c.at))


def keep(connection: Connection, session: str, message: str, ack: Ack, at: float, pricing: Pricing) -> None:
    """Keep what a receipt says of a message's price, with the rule or the caller that the message is of."""
    origin = connection.execute(_ORIGIN, {"of": message}).first()
    row = {
        "session": session,
        "message": message,
        "rule": origin.rule if origin else None,
        "caller": origin.caller if origin else None,
        "category": fitting(storable(pricing.category), WORD_LIMIT),
        "is_billable": pricing.is_billable,
        "model": fitting(storable(pricing.model), WORD_LIMIT),
        "is_delivered": ack >= Ack.DELIVERED,
        "at": at,
    }
    was_delivered = connection.execute(_WAS_DELIVERED, {"of": message}).scalar()
    connection.execute(_KEEP[connection.dialect.name], row)
    if row["is_delivered"] and row["is_billable"] and not was_delivered:
        tally.count(connection, Count("billable", session, (str(row["category"]),)))


def pricing_of(connection: Connection, message: str) -> Pricing | None:
    """The price group of a message, if it is known."""
    row = connection.execute(_FIND, {"of": storable(message)}).first()
    return None if row is None else Pricing(**row._mapping)


def count(connection: Connection, since: float, until: float) -> list[ChargeCount]:
    """The numbers of messages that were delivered in a time, by price group and origin; `since` and `until` are epoch seconds."""
    return [ChargeCount(**row._mapping) for row in connection.execute(_COUNT, {"since": since, "until": until})]


def undelivered(connection: Connection, since: float, until: float) -> int:
    """The number of messages whose price is known, and that nobody has got yet."""
    return int(connection.execute(_UNDELIVERED, {"since": since, "until": until}).scalar_one())


def first_at(connection: Connection) -> float | None:
    """The time of the oldest charge in epoch seconds."""
    found: float | None = connection.execute(_FIRST).scalar()
    return found

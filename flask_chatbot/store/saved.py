"""Rows that customers filled in, for rules with `save`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from flask_chatbot.core.values.people import VALUE_LIMIT
from flask_chatbot.database.statements import fitting, storable, upsert
from flask_chatbot.database.tables import counters, saved
from flask_chatbot.store import people


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRow:
    """One row of the table `name`: numbered from 1, with the fields in the rule's order, the sender and the time.

    `person` is the sender's id, found or made by their text where it is empty.
    """

    name: str
    number: int
    fields: Mapping[str, Any]
    sender: str
    sender_name: str
    at: float
    person: str = field(default="", compare=False)


_c = saved.c
_COUNT = upsert(lambda insert: insert(counters).on_conflict_do_update(index_elements=[counters.c.name], set_={"last": counters.c.last + 1}))
_LAST = select(counters.c.last).where(counters.c.name == bindparam("name"))
_ROWS = select(saved).where(_c.name == bindparam("name"), _c.number > bindparam("after")).order_by(_c.number)


def reserve(connection: Connection, name: str) -> int:
    """Reserve the next number of a name: nobody else gets it, and an unused one leaves a gap."""
    connection.execute(_COUNT[connection.dialect.name], {"name": name, "last": 1})
    return int(connection.execute(_LAST, {"name": name}).scalar_one())


def add(connection: Connection, row: SavedRow) -> None:
    """Store a row."""
    values = {
        "name": row.name,
        "number": row.number,
        "fields": json.dumps(dict(row.fields), separators=(",", ":")),
        "sender": fitting(row.sender, VALUE_LIMIT),
        "person": row.person or people.get(connection, row.sender, row.at),
        "sender_name": storable(row.sender_name),
        "at": row.at,
    }
    connection.execute(insert(saved), values)


def rows(connection: Connection, name: str, after: int = 0, limit: int | None = None) -> list[SavedRow]:
    """The rows of a name behind a number, by number; the first `limit` of them, if it is given."""
    return [_row(row) for row in connection.execute(_ROWS.limit(limit), {"name": name, "after": after})]


def _row(row: Any) -> SavedRow:
    return SavedRow(**{**row._mapping, "fields": json.loads(row.fields), "person": row.person or ""})

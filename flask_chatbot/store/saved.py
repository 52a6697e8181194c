"""Rows that customers filled in, for rules with `save`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from flask_chatbot.core.lookups.row_keys import CODE, key_of, keys_in
from flask_chatbot.core.values.people import VALUE_LIMIT
from flask_chatbot.core.values.saving.numbering import Numbering, RowNumber, forms_of
from flask_chatbot.database.saved_tables import saved, saved_history, saved_keys
from flask_chatbot.database.statements import fitting, storable, upsert
from flask_chatbot.database.tables import counters
from flask_chatbot.store import people


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRow:
    """One row of the table `name`: numbered from 1, with the fields in the rule's order, the sender and the time.

    `state` is empty for a table without states, `code` for one whose rows customers know by their `number`. `person` is the sender's id,
    found or made by their text where it is empty.
    """

    name: str
    number: int
    fields: Mapping[str, Any]
    sender: str
    sender_name: str
    at: float
    state: str = ""
    code: str = ""
    person: str = field(default="", compare=False)

    @property
    def shown(self) -> int | str:
        """The number as its customer knows it."""
        return self.code or self.number


_c = saved.c
_COUNT = upsert(lambda insert: insert(counters).on_conflict_do_update(index_elements=[counters.c.name], set_={"last": counters.c.last + 1}))
_LAST = select(counters.c.last).where(counters.c.name == bindparam("name"))
_NAMED = (_c.name == bindparam("name"), _c.person == bindparam("person"), _c.sender_name != "")
_LAST_NAME = select(_c.sender_name).where(*_NAMED).order_by(_c.number.desc()).limit(1)
_ROWS = select(saved).where(_c.name == bindparam("name"), _c.number > bindparam("after")).order_by(_c.number)


def reserve_number(connection: Connection, name: str, numbering: Numbering | None, now: datetime) -> RowNumber:
    """Reserve the number of the next row of a table, and with a numbering what customers read in its place."""
    number = reserve(connection, name)
    if numbering is None:
        return RowNumber(number=number)
    period = numbering.period(now)
    running = reserve(connection, f"{name} {period}") if period else number  # no table has a space in its name
    return RowNumber(number=number, code=numbering.written(running, now), running=running)


def reserve(connection: Connection, name: str) -> int:
    """Reserve the next number of a name: nobody else gets it, and an unused one leaves a gap."""
    connection.execute(_COUNT[connection.dialect.name], {"name": name, "last": 1})
    return int(connection.execute(_LAST, {"name": name}).scalar_one())


def add(connection: Connection, row: SavedRow, running: int = 0, actor: str = "") -> None:
    """Store a row, and the keys of its fields by which it is found, and of its code with the `running` number in that.

    `actor` made it, if that was not its customer.
    """
    person = row.person or people.get(connection, row.sender, row.at)
    values = {
        "name": row.name,
        "number": row.number,
        "fields": json.dumps(dict(row.fields), separators=(",", ":")),
        "sender": fitting(row.sender, VALUE_LIMIT),
        "person": person,
        "sender_name": storable(row.sender_name),
        "at": row.at,
        "state": row.state or None,
        "code": row.code or None,
    }
    connection.execute(insert(saved), values)
    if row.state:
        connection.execute(insert(saved_history), step_of(row.name, row.number, 1, row.state, actor, row.at))
    forms = forms_of(row.code, running) if row.code else ()
    if keys := dict.fromkeys([*keys_in(row.name, row.fields), *(key_of(row.name, CODE, form) for form in forms)]):
        connection.execute(insert(saved_keys), [{"key": key, "number": row.number, "person": person} for key in keys])


def rows(connection: Connection, name: str, after: int = 0, limit: int | None = None) -> list[SavedRow]:
    """The rows of a name behind a number, by number; the first `limit` of them, if it is given."""
    return [read_row(row) for row in connection.execute(_ROWS.limit(limit), {"name": name, "after": after})]


def last_name(connection: Connection, name: str, person: str) -> str:
    """The name of a person in their newest row of a table that has one; empty if none has."""
    return connection.execute(_LAST_NAME, {"name": name, "person": person}).scalar() or ""


def step_of(name: str, number: int, step: int, state: str, actor: str, at: float) -> dict[str, object]:
    """One step in the history of a row, which `actor` took; empty for the customer."""
    return {"name": name, "number": number, "step": step, "state": state, "actor": storable(actor), "at": at}


def read_row(row: Any) -> SavedRow:
    """A row of the table as a value."""
    return SavedRow(
        name=row.name,
        number=row.number,
        fields=json.loads(row.fields),
        sender=row.sender,
        sender_name=row.sender_name,
        at=row.at,
        state=row.state or "",
        code=row.code or "",
        person=row.person or "",
    )

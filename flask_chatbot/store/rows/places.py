"""Counts the saved rows that take a place in a slot; whoever takes the last one keeps others waiting until that is stored."""

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, exists, func, literal_column, or_, select

from flask_chatbot.core.lookups.row_keys import key_of
from flask_chatbot.core.values.saving.slots import Slot
from flask_chatbot.database.saved_tables import saved, saved_keys
from flask_chatbot.database.statements import lock_all, lock_key

_s, _k = saved.c, saved_keys.c


def take_place(connection: Connection, slot: Slot) -> bool:
    """True if a slot has a place left, which nobody else can take before the transaction ends."""
    lock_all(connection, [lock_key("slot", slot.table, *_keys(slot))])
    return has_place(connection, slot)


def has_place(connection: Connection, slot: Slot) -> bool:
    """True if a slot has a place left as far as this transaction sees."""
    keys = _keys(slot)
    values = {"name": slot.table, "frees": list(slot.frees), "at_most": slot.at_most}
    values |= {f"key{number}": key for number, key in enumerate(keys)}
    return bool(connection.execute(_statement_for(len(keys)), values).scalar_one() < slot.at_most)


def _keys(slot: Slot) -> list[str]:
    return [key_of(slot.table, field, value) for field, value in sorted(slot.values.items())]


@cache
def _statement_for(keys: int) -> Select[Any]:
    """The number of rows that take a place, `at_most` of them: by that many keys, the first of which leads."""
    where: list[ColumnElement[bool]] = [
        _s.name == bindparam("name"),
        or_(_s.state.is_(None), _s.state.not_in(bindparam("frees", expanding=True))),
    ]
    source: Select[Any] = select(literal_column("1")).select_from(saved_keys.join(saved, _s.number == _k.number) if keys else saved)
    for number in range(keys):
        other = saved_keys.alias()
        key: BindParameter[str] = bindparam(f"key{number}")
        where.append(exists().where(other.c.key == key, other.c.number == _s.number) if number else _k.key == key)
    some = source.where(*where).limit(bindparam("at_most")).subquery()
    return select(func.count()).select_from(some)

"""Finds saved rows by their sender, number and fields, newest first, each time in one query by indexes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, exists, func, or_, select, union_all

from flask_chatbot.core.lookups.find import NUMBERS, SEEN_LIMIT, Find, Row
from flask_chatbot.core.lookups.restoring import restored
from flask_chatbot.core.lookups.row_keys import CODE, key_of, key_without_spaces
from flask_chatbot.core.lookups.short_rows import STATE
from flask_chatbot.core.values.people import alias_of, is_person_id
from flask_chatbot.core.values.saving.numbering import number_form
from flask_chatbot.core.values.saving.slots import Slot
from flask_chatbot.database.database import Database
from flask_chatbot.database.saved_tables import saved, saved_keys
from flask_chatbot.database.tables import aliases, people
from flask_chatbot.store.people import key_of as alias_key
from flask_chatbot.store.rows.moving import find_row
from flask_chatbot.store.rows.places import has_place
from flask_chatbot.store.saved import SavedRow, read_row

Pick = Callable[[Iterable[SavedRow]], list[SavedRow]]
HIGHEST = 2**63 - 1

_s, _k, _a, _p = saved.c, saved_keys.c, aliases.c, people.c
_ID = func.coalesce(_p.merged_into, _p.id)
_BY_ID = select(_ID).where(_p.id == bindparam("id")).scalar_subquery()
_BY_ALIAS = (
    select(_ID)
    .select_from(aliases.join(people, _p.id == _a.person))
    .where(_a.scheme == bindparam("scheme"), _a.scope == bindparam("scope"), _a.value == bindparam("value"))
    .scalar_subquery()
)


def find_rows(
    connection: Connection,
    name: str,
    wanted: Mapping[str, object],
    sender: str | None,
    states: Collection[str] = (),
    pick: Pick | None = None,
) -> list[SavedRow]:
    """The newest rows of a table whose fields hold these values; `sender`'s own, or anybody's if it is None.

    Numbers are those that were printed when a row was saved, or a part of them; a row that has the whole number as it is written comes
    first. With `states`, only rows in one of these count; an empty one is that of rows without a state. `pick` takes what counts out of
    all of them. A sender without a name has no rows, and what looks for nothing finds none of others.
    """
    fields = {field: value for field, value in wanted.items() if field not in NUMBERS}
    written = [value for field, value in wanted.items() if field in NUMBERS]
    if sender == "" or (sender is None and not wanted):
        return []
    if not written:
        return query(connection, name, fields, sender, states=states, pick=pick)
    if len(set(map(number_form, written))) > 1:
        return []
    number = number_of(written[0])
    fields = fields if number is not None else {CODE: number_form(written[0]), **fields}
    rows = query(connection, name, fields, sender, number, states, pick)
    return sorted(rows, key=lambda row: not is_printed(row, written[0]))


def query(
    connection: Connection,
    name: str,
    fields: Mapping[str, object],
    sender: str | None,
    number: int | None = None,
    states: Collection[str] = (),
    pick: Pick | None = None,
) -> list[SavedRow]:
    """The rows with these values, and that number of their own or in their code if there is one, in one statement unless some are picked.

    Where nothing is found, a second one asks without the spaces in the values.
    """
    owner = "" if sender is None else "id" if is_person_id(sender) else "alias"
    statement = statement_for(owner, number is not None, len(fields), bool(states))
    values: dict[str, Any] = {"name": name, "number": number, "code": key_of(name, CODE, str(number)), "states": list(states)}
    if sender is not None:
        values |= {"id": sender} if owner == "id" else alias_key(alias_of(sender))
    tried: dict[str, str] | None = None
    for key in (key_of, key_without_spaces):
        keys = {f"key{place}": key(name, field, value) for place, (field, value) in enumerate(fields.items())}
        if keys != tried and (rows := page(connection, statement, {**values, **keys})):
            return rows if pick is None else pick(chain(rows, pages_after(rows, connection, statement, {**values, **keys})))
        tried = keys
    return []


def page(connection: Connection, statement: Select[Any], values: Mapping[str, Any], below: int = HIGHEST) -> list[SavedRow]:
    """The newest rows whose number is below one."""
    return [read_row(row) for row in connection.execute(statement, {**values, "below": below})]


def pages_after(rows: list[SavedRow], connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> Iterator[SavedRow]:
    """Yield the rows after a page, read page by page as far as they are asked for."""
    while len(rows) == SEEN_LIMIT:
        rows = page(connection, statement, values, rows[-1].number)
        yield from rows


def find_numbered(connection: Connection, name: str, written: str, closed: Collection[str] = ()) -> list[SavedRow]:
    """The rows that somebody in the shop means by a number; several only if that is not clear, and several of these are open.

    Nothing is left to do in a state of `closed`; where that is so with all rows, the newest is meant.
    """
    rows = rows_with(connection, name, written)
    still_open = [row for row in rows if row.state not in closed]
    return still_open or rows[:1] if len(rows) > 1 else rows


def find_listed(connection: Connection, name: str, written: str) -> list[SavedRow]:
    """The rows that a program may mean by a number: it may also be the one that counts all rows of the table, as they are listed."""
    number, rows = number_of(written), rows_with(connection, name, written)
    listed = find_row(connection, name, number) if number is not None else None
    return list({row.number: row for row in (*rows, *([listed] if listed is not None else []))}.values())


def rows_with(connection: Connection, name: str, written: str) -> list[SavedRow]:
    """The rows whose printed number is written, or else begins or ends so, the newest first.

    With a `#` in front only the whole number counts, exactly as it was printed, if a row has it.
    """
    rows = sorted(find_rows(connection, name, {NUMBERS[0]: written}, None), key=lambda row: -row.number)
    printed = [row for row in rows if is_printed(row, written) and (row.code or written.lstrip().startswith("#"))]
    return printed or [row for row in rows if row.code and number_form(row.code) == number_form(written)] or rows


def is_printed(row: SavedRow, written: object) -> bool:
    """True if a row has the whole number, as it is written."""
    return str(row.shown).casefold() == str(written).strip().removeprefix("#").casefold()


def number_of(value: object) -> int | None:
    """The number of a row out of a field's value; None if it is not one.

    >>> number_of(12), number_of(" 12 "), number_of("dua")
    (12, 12, None)
    """
    if isinstance(value, int):
        return value
    text = str(value).strip().lstrip("#")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


@cache
def statement_for(owner: str, has_number: bool, keys: int, has_states: bool) -> Select[Any]:
    """The query by an owner (an id, an alias, or empty for anybody), a number, that many keys, the first of which leads, and states.

    A number is that of a row without a code, or part of a code, whose keys have it.
    """
    where: list[ColumnElement[bool]] = [_s.name == bindparam("name")]
    mine = {"id": _BY_ID, "alias": _BY_ALIAS}.get(owner)
    if has_number:
        coded = select(_k.number).where(_k.key == bindparam("code"), *([_k.person == mine] if mine is not None else []))
        own = select(bindparam("number", type_=BigInteger))
        where += [_s.number.in_(union_all(own, coded)), or_(_s.code.is_(None), _s.number.in_(coded))]
    if mine is not None:
        where.append(_s.person == mine)
    if has_states:
        where.append(func.coalesce(_s.state, "").in_(bindparam("states", expanding=True)))
    source, order = saved.select().select_from(saved), _s.number
    for place in range(keys):
        if place or has_number:
            other = saved_keys.alias()
            where.append(exists().where(other.c.key == bindparam(f"key{place}"), other.c.number == _s.number))
            continue
        source, order = saved.select().select_from(saved_keys.join(saved, _s.number == _k.number)), _k.number
        where.append(_k.key == bindparam("key0"))
        where += [_k.person == mine] if mine is not None else []
    return source.where(*where, order < bindparam("below")).order_by(order.desc()).limit(SEEN_LIMIT)


class SavedRows:
    """The saved rows of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, find: Find, wanted: Mapping[str, object], person: str) -> list[Row]:
        """The newest rows with these values, a person's own unless anyone may see them. Raises `StoreError` if the store fails."""
        if not self._database.is_there():
            return []
        as_row, sender = partial(shown_row, find), None if find.anyone else person
        pick = None if find.where is None else partial(find.picked, as_row=as_row)
        with self._database.reading() as connection:
            return list(map(as_row, find_rows(connection, find.table, wanted, sender, find.states, pick)))

    def has_place(self, slot: Slot) -> bool:
        """True if a slot has a place left now. Raises `StoreError` if the store fails."""
        if not self._database.is_there():
            return True
        with self._database.reading() as connection:
            return has_place(connection, slot)


def shown_row(find: Find, row: SavedRow) -> Row:
    """A row as templates have it: its values of their types, and its number as a text where a numbering writes it."""
    number = dict.fromkeys(NUMBERS, row.shown if find.numbering is None else str(row.shown))
    return restored({**row.fields, STATE: row.state or find.first_state, **number}, find.kinds)

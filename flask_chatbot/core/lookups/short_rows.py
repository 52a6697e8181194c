"""`ShortRows`: the rows of tests and trials, kept as long as they last."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from flask_chatbot.core.lookups.find import NUMBERS, Find, Row
from flask_chatbot.core.lookups.keys import loose_key, without_spaces
from flask_chatbot.core.lookups.restoring import restored
from flask_chatbot.core.lookups.row_keys import forms_in
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.saving.numbering import Numbering, RowNumber, forms_of, number_form
from flask_chatbot.core.values.saving.slots import Slot

STATE = "state"  # the name of the state of a row, beside its fields


class ShortRows:
    """Rows by their tables: those that rules have saved, and those that were given, whose sender is `owner` unless they say otherwise.

    >>> rows = ShortRows({"pesanan": [{"nomor": 12, "kue": "bolu", "state": "siap"}]}, owner="Budi")
    >>> rows.find(Find(table="pesanan", by=("nomor",)), {"nomor": 12}, "Budi")
    [{'kue': 'bolu', 'state': 'siap', 'nomor': 12, 'number': 12}]
    """

    def __init__(self, given: Mapping[str, Sequence[Row]] | None = None, owner: str = "") -> None:
        self._rows: dict[str, list[ShortRow]] = {}
        for table, rows in (given or {}).items():
            self._rows[table] = []
            for row in rows:
                fields = {name: value for name, value in row.items() if name not in NUMBERS}
                written = next((row[name] for name in NUMBERS if name in row), None)
                number = written if isinstance(written, int) else self.next(table)
                self.add(table, fields, owner, RowNumber(number=number, code=written if isinstance(written, str) else ""))

    def next(self, table: str) -> int:
        """The number of the next row of a table."""
        return max((row.number for row in self._rows.get(table, ())), default=0) + 1

    def next_number(self, save: Save, now: datetime) -> RowNumber:
        """The number that the next row gets, as customers read it."""
        number, numbering = self.next(save.name), save.numbering
        if numbering is None:
            return RowNumber(number=number)
        codes = [str(row.fields[NUMBERS[0]]) for row in self._rows.get(save.name, ())]
        known = [running for code in codes if (running := numbering.running_in(code)) and code == numbering.written(running, now)]
        running = max(known, default=0) + 1 if numbering.period(now) else number
        return RowNumber(number=number, code=numbering.written(running, now), running=running)

    def add(self, table: str, fields: Row, person: str, number: RowNumber, state: str = "") -> None:
        """Keep a row."""
        row = {**fields, **({STATE: state} if state else {}), **dict.fromkeys(NUMBERS, number.shown)}
        self._rows.setdefault(table, []).append(ShortRow(person, number.number, row))

    def move(self, table: str, number: int, state: str) -> tuple[str, Row] | None:
        """Move a row into a state; return the one before, and its row as it is now. None if there is no such row."""
        row = next((row for row in self._rows.get(table, ()) if row.number == number), None)
        if row is None:
            return None
        before = str(row.fields.get(STATE) or "")
        row.fields[STATE] = state
        return before, row.fields

    def find(self, find: Find, wanted: Mapping[str, object], person: str) -> list[Row] | None:
        """The newest rows with these values: somebody's own, or anybody's; None of a table that has none."""
        if find.table not in self._rows:
            return None
        if find.readers is not None:  # in place of those of a file, or of Python
            return find.picked(find.nearest([row.fields for row in self._rows[find.table]], wanted), lambda row: row)
        rows = [row for row in self._rows[find.table] if find.anyone or row.person == person]
        rows = [row for row in rows if not find.states or str(row.fields.get(STATE) or "") in find.states]
        forms = ({name: form(loose_key(value)) for name, value in wanted.items()} for form in (str, without_spaces))
        having = (
            [row for row in rows if all(row.has(name, wanted[name], asked[name], find.numbering) for name in wanted)] for asked in forms
        )
        written = [value for name, value in wanted.items() if name in NUMBERS]
        newest = sorted(next(filter(None, having), []), key=lambda row: (not row.is_printed(written), -row.number))
        return find.picked([restored(row.seen(find), find.kinds) for row in newest], lambda row: row)

    def has_place(self, slot: Slot) -> bool:
        """True if a slot has a place left."""
        rows = [row.fields for row in self._rows.get(slot.table, ()) if row.fields.get(STATE) not in slot.frees]
        taken = [row for row in rows if all(loose_key(row.get(name)) == loose_key(value) for name, value in slot.values.items())]
        return len(taken) < slot.at_most


class ShortRow(NamedTuple):
    """A row of somebody, with its number as it is counted; `fields` have it as it is read."""

    person: str
    number: int
    fields: dict[str, object]

    def seen(self, find: Find) -> Row:
        """The row as templates see it: with its number as customers read it, and in the first state if it has none."""
        state = {STATE: find.first_state} if find.first_state and not self.fields.get(STATE) else {}
        return {**self.fields, **state, **(as_codes(self.fields) if find.numbering is not None else {})}

    def has(self, name: str, value: object, form: str, numbering: Numbering | None) -> bool:
        """True if the row has a value in a column, in a form; numbers are compared as customers write them."""
        code = self.fields.get(name)
        if name not in NUMBERS:
            return form in forms_in(code)
        if not isinstance(code, str):
            return code is not None and loose_key(code) == loose_key(number_form(value))
        running = numbering.running_in(code) if numbering is not None else None
        return number_form(value) in forms_of(code, running or self.number)

    def is_printed(self, written: Sequence[object]) -> bool:
        """True if the row has the whole number, as it is written first."""
        return bool(written) and str(self.fields[NUMBERS[0]]).casefold() == str(written[0]).strip().removeprefix("#").casefold()


def as_codes(row: Row) -> dict[str, str]:
    """The number of a row as the text that customers read."""
    return dict.fromkeys(NUMBERS, str(row[NUMBERS[0]]))

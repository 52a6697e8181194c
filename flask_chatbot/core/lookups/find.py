"""`Find`: the rows that a rule looks up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice, tee
from typing import Protocol, TypeVar

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.cell_readers import CellReader
from flask_chatbot.core.lookups.keys import keys_of
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.saving.numbering import Numbering
from flask_chatbot.core.values.saving.slots import Slot
from flask_chatbot.errors import AnswerFailed

log = get_logger(__name__)

ROWS_LIMIT = 10  # rows of one look-up
SEEN_LIMIT = 100  # rows that are read of what is not in a file, so that it can be said how many more there are
ROWS = "rows"  # the name of all rows found, beside the columns of the first
MORE = "more"  # and of how many there are besides
NUMBERS = ("nomor", "number")  # the number of a saved row, as a column
UNEVALUATED = "the 'where' of a look-up in %r cannot be evaluated, so it is taken to fail: %s"

T = TypeVar("T")


class RowCondition(Protocol):
    """A condition on the columns of a row."""

    def render(self, values: Mapping[str, object], /) -> str:
        """Something if it holds, white space if not; AnswerFailed where nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Look for the rows of a table whose columns `by` hold the values of the rule's fields of these names.

    Of saved rows only those of the sender count, unless `anyone` may see them, and those in one of `states`, if any are given: an empty
    one is that of rows without a state, which are taken to be in `first_state`. Rows for which `where` fails do not count. `kinds` are
    the types of their columns that JSON does not have, and `numbering` is how their numbers are written, if that is said. Of other
    tables, `readers` read the cells of columns whose fields are of a type; None for saved rows.

    >>> Find(table="pesanan", by=("nomor",)).anyone
    False
    """

    table: str
    by: tuple[str, ...] = ()
    anyone: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    numbering: Numbering | None = None
    states: tuple[str, ...] = ()
    first_state: str = ""
    where: RowCondition | None = None
    readers: Mapping[str, CellReader] | None = None

    def nearest(self, rows: "Iterable[Row]", wanted: Mapping[str, object]) -> "Iterable[Row]":
        """The rows with these values, in the first form of `keys_of` in which any has them, as the lines of a file are found.

        >>> list(Find(table="harga").nearest([{"kode": "KP 250"}, {"kode": "KP250"}], {"kode": "kp250"}))
        [{'kode': 'KP250'}]
        """
        if not wanted:
            return rows
        asked, found = list(keys_of(wanted.values())), dict[int, list[Row]]()
        for row in rows:
            cells = [self.comparable(name, row.get(name)) for name in wanted]
            if None not in cells:
                keys = list(keys_of(cells))
                for place, key in enumerate(asked, 1):
                    if key in keys[:place]:
                        found.setdefault(place, []).append(row)
        return found[min(found)] if found else []

    def comparable(self, name: str, cell: object) -> object:
        """The value of a cell of a column, as it is compared; None if it has none."""
        reader = self.readers.get(name) if self.readers else None
        return cell if cell is None or reader is None else reader.comparable(cell)

    def wanted(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The values to look for by their columns; a field that was left out looks for any.

        >>> Find(table="harga", by=("kode", "ukuran")).wanted({"kode": "A1", "ukuran": None, "nama": "Budi"})
        {'kode': 'A1'}
        """
        return {name: value for name in self.by if (value := fields.get(name)) is not None}

    def shows_all(self, wanted: Mapping[str, object]) -> bool:
        """True if these values would show others' rows to somebody who does not know all that these are looked up by.

        >>> Find(table="pesanan", by=("nomor", "hp"), anyone=True).shows_all({"nomor": 1})
        True
        """
        return self.anyone and (not wanted or len(wanted) < len(self.by))

    def picked(self, rows: Iterable[T], as_row: Callable[[T], "Row"]) -> list[T]:
        """The first rows for which the condition holds, as many as are counted; `as_row` is how a row is read."""
        kept, judged = tee(rows)
        return list(islice(kept if self.where is None else compress(kept, self.verdicts(map(as_row, judged))), SEEN_LIMIT))

    def verdicts(self, rows: "Iterable[Row]") -> Iterator[bool]:
        """Yield for each row if the condition holds; not if it cannot be evaluated, and the log says why, once."""
        is_logged = False
        for row in rows:
            try:
                yield self.where is None or bool(self.where.render(dict(row)).strip())
            except AnswerFailed as error:
                if not is_logged:
                    log.error(UNEVALUATED, self.table, error.with_way_out)
                is_logged = True
                yield False


Row = Mapping[str, object]
# The rows of a table that is elsewhere than in the rule book, newest first; None if nobody knows the table.
LookUp = Callable[[Find, Mapping[str, object], Message], Sequence[Row] | None]


class Rows(Protocol):
    """Saved rows, wherever they are kept."""

    def find(self, find: Find, wanted: Mapping[str, object], person: str) -> Sequence[Row] | None:
        """The rows with these values, for a person as memory knows them; None of a table that nobody knows."""

    def has_place(self, slot: Slot) -> bool:
        """True if a slot has a place left."""


def nowhere(find: Find, wanted: Mapping[str, object], message: Message) -> None:
    """Know no table."""


def found_of(rows: Sequence[Row], count: int) -> dict[str, object]:
    """The value of `found` in templates: the columns of the first of `count` rows, ten of them as `rows`, and how many `more` there are.

    >>> found_of([{"nama": "kopi"}, {"nama": "teh"}], 2)
    {'more': 0, 'nama': 'kopi', 'rows': [{'nama': 'kopi'}, {'nama': 'teh'}]}
    """
    return {MORE: max(count - ROWS_LIMIT, 0), **rows[0], ROWS: rows if len(rows) <= ROWS_LIMIT else rows[:ROWS_LIMIT]}

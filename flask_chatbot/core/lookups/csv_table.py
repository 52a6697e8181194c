"""`CsvTable`: a CSV file beside the rules, looked up by any of its columns."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from flask_chatbot.core.lookups.cell_readers import CellReader
from flask_chatbot.core.lookups.cells import Cell, Marks, is_doubtful, number_in
from flask_chatbot.core.lookups.csv_text import Trouble, Unreadable, read_csv_text
from flask_chatbot.core.lookups.find import MORE, ROWS, ROWS_LIMIT, Find
from flask_chatbot.core.lookups.keys import SEPARATOR, exact_key, keys_of, loose_key
from flask_chatbot.core.translation.translatable import Translatable, tr

Readers = Mapping[str, CellReader]
NO_READERS: Readers = MappingProxyType({})
Numbers = int | list[int]  # of the rows with one key, mostly one
NOT_IN_NAMES = re.compile(r"[^\w]+")
PHONE_DIGITS = 7  # that a telephone number has at least, with the zero in front
MOSTLY = 0.5  # of a column's cells that are numbers, from which on the others look like slips


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the type of its values, and whether some cells are empty, which is None."""

    name: str
    type: str = "text"
    has_gaps: bool = False


class CsvTable:
    """The rows of a file, with an index for each set of columns that is looked up; `lines` are their numbers in the file."""

    __slots__ = ("_indexes", "_passing", "columns", "lines", "names", "rows")

    def __init__(self, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], lines: Sequence[int]) -> None:
        self.columns = tuple(columns)
        self.names = tuple(column.name for column in columns)
        self.rows = rows
        self.lines = lines
        self._indexes: dict[tuple[object, ...], RowIndex] = {}
        self._passing: dict[object, bytes] = {}

    def index(self, by: tuple[str, ...], readers: Readers = NO_READERS) -> "RowIndex":
        """The index of some columns, made on first use; cells are read by the `readers` of their columns."""
        key = tuple([(name, readers[name].kind) if name in readers else name for name in by]) if readers else by
        found = self._indexes.get(key)
        if found is None:
            found = self._indexes.setdefault(key, RowIndex(self, by, readers))
        return found

    def prepare(self, find: Find, may_lack: Collection[str]) -> list[tuple[str, ...]]:
        """Make the indexes that a rule may ask, so that no customer waits for them; return the columns of each.

        Of the columns in `may_lack` each may be left out, or all of them.
        """
        free = [name for name in find.by if name in may_lack]
        lacking = [set[str](), *({name} for name in free), *([set(free)] if len(free) > 1 else [])]
        made = [tuple(name for name in find.by if name not in left) for left in lacking]
        for by in filter(None, made):
            self.index(by, find.readers or NO_READERS)
        return made

    def look_up(self, find: Find, wanted: Mapping[str, object]) -> tuple[list[dict[str, object]], int]:
        """The first rows that a rule finds, in the order of the file, and how many there are; all if nothing is wanted."""
        index = None if find.readers else self._indexes.get(tuple(wanted))
        if index is None and wanted:
            index = self.index(tuple(wanted), find.readers or NO_READERS)
        numbers = range(len(self.rows)) if index is None else index.find(tuple(wanted.values()))
        if find.where is not None:
            numbers = list(filter(self.passing(find).__getitem__, numbers))
        return [self.row(number) for number in numbers[:ROWS_LIMIT]], len(numbers)

    def find(self, wanted: Mapping[str, object]) -> list[dict[str, object]]:
        """The first rows whose columns hold these values, in the order of the file."""
        return self.look_up(Find(table=""), wanted)[0]

    def row(self, number: int) -> dict[str, object]:
        """A row by its place."""
        return dict(zip(self.names, self.rows[number]))  # noqa: B905

    def passing(self, find: Find) -> bytes:
        """For each row if the condition of a look-up holds, 1 or 0; found on first use, since it is about nothing but the row."""
        found = self._passing.get(find.where)
        if found is None:
            found = self._passing.setdefault(find.where, bytes(find.verdicts(map(self.row, range(len(self.rows))))))
        return found

    def values(self, name: str) -> list[str]:
        """The different texts of a column, in the order of the file."""
        place = self.names.index(name)
        found: dict[str, str] = {}
        for row in self.rows:
            if row[place] is not None:
                found.setdefault(loose_key(row[place]), str(row[place]))
        return list(found.values())


@dataclass(slots=True, eq=False)
class RowIndex:
    """The numbers of rows by the keys of some columns, for each form of `keys_of`: those of a later form only if they differ."""

    table: CsvTable
    by: tuple[str, ...]
    readers: Readers
    keys: tuple[dict[str, Numbers], ...] = field(default_factory=lambda: ({}, {}, {}))

    def __post_init__(self) -> None:
        columns = [self.column(name) for name in self.by]
        for number, values in enumerate(zip(*columns, strict=True)):
            if None in values:
                continue
            known = ""
            for key, keys in zip(keys_of(values), self.keys, strict=True):
                if key != known:
                    add(keys, key, number)
                known = key

    def column(self, name: str) -> list[object]:
        """The values of a column, as they are compared."""
        place, reader = self.table.names.index(name), self.readers.get(name)
        cells: list[object] = [row[place] for row in self.table.rows]
        return cells if reader is None else list(map(reader.comparable, cells))

    def find(self, values: Sequence[object]) -> Sequence[int]:
        """The rows with these values, in the order of the file; those that only a later form finds, if an earlier one finds none."""
        found = self.keys[0].get(exact_key(values[0]) if len(values) == 1 else SEPARATOR.join(map(exact_key, values)))
        if found is not None:
            return (found,) if found.__class__ is int else several(found)
        for count, key in enumerate(keys_of(values), 1):
            if rows := {number for keys in self.keys[:count] for number in several(keys.get(key))}:
                return sorted(rows)
        return ()

    def keyless(self) -> list[int]:
        """The rows that nobody finds, since a cell of their key is empty."""
        places = [self.table.names.index(name) for name in self.by]
        return [number for number, row in enumerate(self.table.rows) if any(row[place] is None for place in places)]

    def repeated(self) -> Iterator[tuple[int, int]]:
        """Yield the first two rows of each key that several have."""
        for numbers in self.keys[0].values():
            if isinstance(numbers, list):
                yield numbers[0], numbers[1]


def add(keys: dict[str, Numbers], key: str, number: int) -> None:
    """Add a row to a key."""
    known = keys.get(key)
    if isinstance(known, list):
        known.append(number)
    else:
        keys[key] = number if known is None else [known, number]


def several(numbers: Numbers | None) -> list[int]:
    """The numbers of one or several rows."""
    return [] if numbers is None else [numbers] if isinstance(numbers, int) else numbers


def read_table(source: bytes, marks: Marks) -> tuple[CsvTable | None, tuple[Trouble, ...]]:
    r"""The table in a file, None if it cannot be used, and all that is wrong with it.

    >>> from flask_chatbot.core.lookups.cells import marks_for
    >>> table, _ = read_table(b"Kode;Nama Barang;Harga\nA1;Kopi;25.000\n", marks_for(".", ","))
    >>> table.find({"kode": "a1"})
    [{'kode': 'A1', 'nama_barang': 'Kopi', 'harga': 25000}]
    """
    try:
        text = read_csv_text(source)
    except Unreadable as error:
        return None, (error.trouble,)
    names, troubles = column_names(text.header)
    if not all(trouble.is_warning for trouble in troubles):
        return None, (*text.troubles, *troubles)
    columns, read, doubts = [], [], [*text.troubles, *troubles]
    if not text.records:
        doubts.append(Trouble(1, tr("there are no lines below the header, so nothing is found in this file."), is_warning=True))
    for place, name in enumerate(names):
        if not name:
            continue
        column, values, found = read_column(name, [cells[place] for cells in text.records], text.lines, marks)
        columns.append(column)
        read.append(values)
        doubts += found
    rows = list(zip(*read, strict=True))
    return CsvTable(columns, rows, text.lines), tuple(doubts)


def name_of(header: str) -> str:
    """The name of a column as templates write it.

    >>> name_of("Harga (Rp)")
    'harga_rp'
    """
    return NOT_IN_NAMES.sub("_", exact_key(header)).strip("_")


def column_names(header: Sequence[str]) -> tuple[list[str], list[Trouble]]:
    """The names of the columns as templates write them, empty for those that have none, which are left out; and what is wrong with them.

    >>> column_names(["Kode Barang", "Harga (Rp)", ""])
    (['kode_barang', 'harga_rp', ''], [])
    """
    names: list[str] = []
    troubles: list[Trouble] = []
    for place, written in enumerate(header):
        name = name_of(written)
        behind = next(filter(None, header[place + 1 :]), "")
        if not name or name[0].isdigit():
            name = ""
            if written or behind:
                troubles.append(Trouble(1, unnamed(written, behind), is_warning=True))
        elif name in (ROWS, MORE):
            message = tr("a column may not be called {name!r}, since `found.{name}` means something else. Choose another name.", name=name)
            troubles.append(Trouble(1, message))
        elif name in names:
            troubles.append(Trouble(1, tr("two columns are called {name!r}. Give one of them another name.", name=name)))
        names.append(name)
    if not any(names):
        troubles = [Trouble(1, tr("{name!r} cannot be the name of a column. Begin it with a letter, such as harga.", name=header[0]))]
    return names, troubles


def unnamed(written: str, behind: str) -> Translatable:
    """The warning of a column that no rule can name; `behind` is the next one with a name."""
    if not written:
        return tr("a column without a name stands before {name!r}, and is left out. Name it, or delete the column.", name=behind)
    return tr(
        "{name!r} cannot be the name of a column, so rules cannot use it. To use it, begin it with a letter, such as harga.", name=written
    )


def read_column(name: str, texts: Sequence[str], lines: Sequence[int], marks: Marks) -> tuple[Column, list[Cell], list[Trouble]]:
    """A column with its values: numbers if all of its cells are, else texts as they are written; and what is doubtful."""
    numbers: list[Cell] = [number_in(text, marks) if text else None for text in texts]
    filled = sum(map(bool, texts))
    read = sum(number is not None for number in numbers)
    has_gaps = filled < len(texts)
    if not read or read < filled:
        troubles = odd_ones(name, texts, numbers, lines) if read > filled * MOSTLY else []
        return Column(name=name, has_gaps=has_gaps), [text or None for text in texts], troubles
    kind = "number" if any(isinstance(number, float) for number in numbers) else "integer"
    doubtful = next((place for place, text in enumerate(texts) if is_doubtful(text, marks)), None)
    troubles = [] if doubtful is None else [Trouble(lines[doubtful], in_doubt(name, texts[doubtful], numbers[doubtful]), is_warning=True)]
    return Column(name=name, type=kind, has_gaps=has_gaps), numbers, troubles


def odd_ones(name: str, texts: Sequence[str], numbers: Sequence[Cell], lines: Sequence[int]) -> list[Trouble]:
    """A warning of the first text in a column of numbers, unless the numbers may be codes."""
    place = next(place for place, text in enumerate(texts) if text and numbers[place] is None)
    text = texts[place]
    if text.isdecimal() and text[:1] == "0" and not are_codes(texts, text):
        message = tr(
            "{text!r} begins with a zero, as codes do, so the whole column {name!r} is text. If it is a number, write {number}.",
            text=text,
            name=name,
            number=text.lstrip("0") or "0",
        )
    elif text[:1] == "0" and are_codes(texts, text):
        return []
    else:
        message = tr(
            "{text!r} is no number, so the whole column {name!r} is text. Write a number, such as 0, or leave the cell empty.",
            text=text[:60],
            name=name,
        )
    return [Trouble(lines[place], message, is_warning=True)]


def are_codes(texts: Sequence[str], text: str) -> bool:
    """True if a text with a zero in front is one of a column's codes, which have as many characters each, or a telephone number.

    >>> are_codes(["001", "112", ""], "001"), are_codes(["5", "12"], "05"), are_codes(["62811", "0812-3456-7890"], "0812-3456-7890")
    (True, False, True)
    """
    return sum(map(str.isdecimal, text)) >= PHONE_DIGITS or len({len(each) for each in texts if each}) == 1


def in_doubt(name: str, text: str, number: Cell) -> Translatable:
    """The warning of a number that another program may have meant otherwise."""
    return tr(
        "{text!r} in the column {name!r} is read as {number}. If thousands are meant, write {other}.",
        text=text,
        name=name,
        number=number,
        other="".join(filter(str.isdigit, text)).lstrip("0"),
    )

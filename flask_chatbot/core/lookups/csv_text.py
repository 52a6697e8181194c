"""The text of a CSV file, as spreadsheets export it: its encoding, its separator, and its lines of cells."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flask_chatbot.core.translation.translatable import Translatable, tr

SEPARATORS = (",", ";")
COLUMNS_LIMIT = 100
CELL_LIMIT = 4096  # characters: no reply is longer
OLD = "cp1252"  # what spreadsheets on Windows write, where nobody chose UTF-8
OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n')  # which Excel puts above the header on request
WORKBOOK = b"PK\x03\x04"  # with which .xlsx and .ods begin
AS_UTF8 = tr("Save it as CSV UTF-8.")


class Trouble(NamedTuple):
    """Something wrong with a line of a file."""

    line: int
    message: Translatable
    is_warning: bool = False


class Unreadable(Exception):
    """A file of which nothing can be used."""

    def __init__(self, line: int, message: Translatable) -> None:
        self.trouble = Trouble(line, message)
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvText:
    """The header and the lines of a file, each with the number of the line that it begins at; empty lines are left out."""

    header: list[str]
    records: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    troubles: tuple[Trouble, ...] = ()


def read_csv_text(source: bytes) -> CsvText:
    """Split a file into its cells, without white space around them. Raises `Unreadable` if it is no CSV file.

    >>> found = read_csv_text(b"kode;nama\\r\\nA1;Kopi; gayo\\r\\n")
    Traceback (most recent call last):
    flask_chatbot.core.lookups.csv_text.Unreadable: the line has 3 cells, and the header 2. Put quotes around a cell that holds a ';'.
    >>> read_csv_text(b"kode;nama\\r\\n\\r\\nA1;Kopi gayo\\r\\n").records
    [['A1', 'Kopi gayo']]
    """
    if source.startswith(WORKBOOK):
        raise Unreadable(1, tr("the file is a workbook of a spreadsheet, and no CSV. Export the sheet as CSV UTF-8."))
    text, troubles = decoded(source)
    if "\0" in text:
        raise Unreadable(text[: text.index("\0")].count("\n") + 1, tr("the file is not CSV: it holds NUL. Export the sheet as CSV UTF-8."))
    skipped, separator = 0, ""
    if said := SEPARATOR_LINE.match(text):
        skipped, separator, text = 1, said[1], text[said.end() :]
    separator = separator or separator_in(text)
    written = [(line + skipped, cells) for line, cells in split(text, separator)]
    if not written:
        raise Unreadable(1, tr("the file is empty. Its first line names the columns, such as kode,nama,harga."))
    (first, header), *body = written
    columns = width(header)
    check_title(first, body, columns, separator)
    short = [(line, len(cells)) for line, cells in body if len(cells) < columns]
    if short and short[-1][0] == body[-1][0] and not text.endswith(("\n", "\r")):
        raise Unreadable(body[-1][0], cut_short(short[-1][1], columns))
    if long := next(((line, len(cells)) for line, cells in body if any(cells[len(header) :])), None):
        raise Unreadable(long[0], surplus(long[1], len(header), separator))
    records = [(cells + [""] * (len(header) - len(cells)))[: len(header)] for _, cells in body]
    more = (few_cells(short, columns),) if short else ()
    return CsvText(header=header, records=records, lines=[line for line, _ in body], troubles=(*troubles, *more))


def width(header: Sequence[str]) -> int:
    """The number of columns up to the last that has a name.

    >>> width(["kode", "nama", "", ""])
    2
    """
    return max((place for place, name in enumerate(header, 1) if name), default=0)


def check_title(line: int, body: Sequence[tuple[int, list[str]]], columns: int, separator: str) -> None:
    """Raise `Unreadable` if one cell stands above lines of several, or if all of these have another separator.

    Where that makes as many cells as there are columns, it is the header that has the wrong one; else it is a title.
    """
    others = [each for each in SEPARATORS if each != separator]
    other = next((each for each in others if body and all(width(cells) == 1 and each in cells[0] for _, cells in body)), "")
    if other and columns > 1 and all(cells[0].count(other) == columns - 1 for _, cells in body):
        raise Unreadable(
            line,
            tr(
                "the columns are separated by {separator!r} here, and by {other!r} in the lines below. Write the same between all of them.",
                separator=separator,
                other=other,
            ),
        )
    if other or (body and columns == 1 and width(body[0][1]) > 1):
        raise Unreadable(line, tr("this line is a title, and the file begins with the names of the columns. Remove the lines above them."))


def decoded(source: bytes) -> tuple[str, tuple[Trouble, ...]]:
    """The text of a file, with or without a byte-order mark; one that is no UTF-8 is read as Windows writes it, with a warning."""
    if source.startswith(OTHER_UNICODE):
        raise Unreadable(1, tr("the file is in UTF-16. {way_out}", way_out=AS_UTF8))
    try:
        return source.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
    try:
        text = source.decode(OLD)
    except UnicodeDecodeError:
        raise Unreadable(line, tr("the file is neither UTF-8 nor {encoding}. {way_out}", encoding=OLD, way_out=AS_UTF8)) from None
    message = tr("the file is not UTF-8, and is read as {encoding}. If letters come out wrong, save it as CSV UTF-8.", encoding=OLD)
    return text, (Trouble(line, message, is_warning=True),)


def separator_in(text: str) -> str:
    """The separator of a file: the one that stands in its header more often, outside of quotes.

    >>> separator_in('kode;"nama, jenis"\\n'), separator_in("kode\\n")
    (';', ',')
    """
    first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    if "\t" in first and not any(each in first for each in SEPARATORS):
        raise Unreadable(1, tr("the columns are separated by tabs. Export the sheet as CSV, with commas or semicolons."))
    return max(SEPARATORS, key=first.count)


def split(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that has any, with the line's number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for written in reader:
            cells = [cell.strip() for cell in written]
            if len(cells) > COLUMNS_LIMIT and any(cells[COLUMNS_LIMIT:]):
                message = tr(
                    "the line has {count} cells, and at most {limit} are read. Export only the columns that the rules use.",
                    count=len(cells),
                    limit=COLUMNS_LIMIT,
                )
                raise Unreadable(line, message)
            if any(len(cell) > CELL_LIMIT for cell in cells):
                raise Unreadable(line, tr("a cell is longer than {limit} characters. Shorten it.", limit=CELL_LIMIT))
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(line, broken(error, line, reader.line_num)) from None


def broken(error: csv.Error, first: int, last: int) -> Translatable:
    """The sentence about a line whose quotes do not fit, or a cell without an end."""
    if last > first or "end of data" in str(error) or "field larger" in str(error):
        return tr("the quotes that begin here never close. Write a quote inside a cell twice, or remove it.")
    return tr('something stands behind the closing quotes of a cell. Write a quote inside a cell twice: "".')


def cut_short(cells: int, columns: int) -> Translatable:
    """The sentence about a file that stops before its last line is whole."""
    return tr(
        "the file ends in the middle of this line: it has {cells} of {columns} cells, and no end. Save the whole file again.",
        cells=cells,
        columns=columns,
    )


def few_cells(short: Sequence[tuple[int, int]], columns: int) -> Trouble:
    """The warning of the lines with fewer cells than the header, at the first of them."""
    (line, cells), more = short[0], len(short) - 1
    others = tr(" So have {count} more lines.", count=more) if more > 1 else tr(" So has one more line.") if more else ""
    message = tr(
        "the line has {cells} of {columns} cells; the others are taken as empty.{others} Check that nothing is missing.",
        cells=cells,
        columns=columns,
        others=others,
    )
    return Trouble(line, message, is_warning=True)


def surplus(cells: int, columns: int, separator: str) -> Translatable:
    """The sentence about a line with more cells than the header."""
    return tr(
        "the line has {cells} cells, and the header {columns}. Put quotes around a cell that holds a {separator!r}.",
        cells=cells,
        columns=columns,
        separator=separator,
    )

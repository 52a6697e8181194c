"""Checks that the columns of tables can be compared with the fields of a type by which they are looked up."""

from datetime import datetime

from flask_chatbot.core.fields.field import Context
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.cell_readers import CellReader
from flask_chatbot.core.lookups.csv_table import CsvTable
from flask_chatbot.core.templates.types import Type
from flask_chatbot.core.translation.translatable import NO_MESSAGE, tr
from flask_chatbot.core.values.problems import Mark, Problem

YEARS = (2000, 2024)  # in both of which a cell must be the same date
UNLIKE_TEXT = frozenset({"date", "time", "phone", "yesno"})  # types whose values are not kept as they were written


def cell_contexts(locale: Locale, folding: Folding) -> tuple[Context, ...]:
    """The contexts that cells are read in."""
    days = [datetime(year, 1, 3, tzinfo=locale.timezone) for year in YEARS]
    return tuple(Context(language=locale.language, country=locale.country, now=day, folding=folding) for day in days)


def check_cells(entry: Place, table: CsvTable, file: str, reader: CellReader) -> None:
    """Report the column that is named at a place if none of its cells can be read, and warn of the first of a few."""
    name = reader.like.name
    place = table.names.index(name)
    cells = [(line, row[place]) for line, row in zip(table.lines, table.rows, strict=True) if row[place] is not None]
    unread = [(line, cell) for line, cell in cells if reader.read(cell) is None]
    if not unread:
        return
    line, cell = unread[0]
    year = tr(" A date needs its year, such as 28/11/2026.") if reader.kind == "date" else NO_MESSAGE
    values = {"text": str(cell)[:60], "name": name, "type": reader.kind, "year": year}
    if len(unread) == len(cells):
        message = tr(
            "the field {name!r} is of type {type}, and no cell of the column is: line {line} has {text!r}.{year} "
            "Correct the file, or write the field without a type.",
            line=line,
            **values,
        )
        entry.report(message)
        return
    message = tr("{text!r} in the column {name!r} is not of type {type}, so nobody finds this line by it.{year} Correct it.", **values)
    entry.problems.append(Problem(Mark(file, line, 1), message, "warning"))


def check_kinds(entry: Place, table: str, column: Type, kind: str) -> None:
    """Report a field of another type than the one that was saved, if their values are never the same."""
    if kind and column.kind and kind != column.kind and UNLIKE_TEXT & {kind, column.kind}:
        message = tr(
            "{name!r} is of type {type} here, and {saved} where {table!r} is saved, so nothing is found. Write the same type in both.",
            name=str(entry.data),
            type=kind,
            saved=column.kind,
            table=table,
        )
        entry.report(message)

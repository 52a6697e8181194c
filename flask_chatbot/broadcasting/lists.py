"""The lists of broadcasts: a CSV file, the people with a label, or everybody who wrote of late."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from flask_chatbot.broadcasting.content import NAME, Columns
from flask_chatbot.core.language.addressees import number_or_id
from flask_chatbot.core.language.numbers import InvalidNumber, read_number
from flask_chatbot.core.language.sentences import Locale, clip
from flask_chatbot.core.lookups.cells import Cell, marks_for
from flask_chatbot.core.lookups.csv_table import column_names, read_column
from flask_chatbot.core.lookups.csv_text import CsvText, Unreadable, read_csv_text
from flask_chatbot.core.templates.types import Type
from flask_chatbot.core.translation.translatable import Translatable, linked, reason_of, tr
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.people import is_outside_id, is_person_id
from flask_chatbot.database.statements import storable
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store import people
from flask_chatbot.store.console import remarks
from flask_chatbot.store.inbox import wrote_since

DAY = 86_400.0  # seconds
MOST_DAYS = 30  # messages that came in are kept for so long
PEOPLE_LIMIT = 20_000  # on one list
FILE_LIMIT = 8 * 1024 * 1024  # bytes
SHOWN_PROBLEMS = 20
# A column that holds the numbers, wherever it stands; without one of these it is the first.
NUMBER_COLUMNS = frozenset(
    "nomor nohp no_hp nomor_hp hp wa no_wa nomor_wa whatsapp no_whatsapp telepon telp no_telp no_telepon "
    "number phone phone_number mobile".split()
)
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)  # as spreadsheets write long numbers


class ListEntry(NamedTuple):
    """Somebody on a list: `address` is the chat of a number, or our id of a person; `line` is that of the file, 0 without one."""

    address: str
    fields: Mapping[str, Cell] = {}
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientList:
    """The people on a list, each once, in its order; `name` is the list as people call it, `repeated` how many entries named one again."""

    name: str
    people: Sequence[ListEntry]
    repeated: int = 0
    columns: Columns = field(default_factory=dict)


def in_words(name: str) -> Translatable:
    """The name of a list as people read it; the name of a file stays as it is.

    >>> in_words("days: 30"), in_words("daftar.csv")
    ('everybody who wrote within 30 days, but staff', 'daftar.csv')
    """
    kind, _, rest = name.partition(": ")
    if kind == "days":
        return tr("everybody who wrote within {days} days, but staff", days=rest)
    return tr("everybody with the label {label}", label=rest) if kind == "label" else tr("{text}", text=name)


def labelled(connection: Connection, label: str) -> RecipientList:
    """The people with a label, which staff gave them in the console."""
    found: list[str] = []
    while page := remarks.labelled(connection, storable(label), people.AT_ONCE, found[-1] if found else remarks.LAST_PERSON):
        found += page
        _check_length(len(found))
    if not found:
        raise NotAccepted(tr("Nobody has the label {label!r}. Labels are given in the inbox of the console.", label=label[:60]))
    return RecipientList(name=f"label: {label}", people=[ListEntry(each) for each in found])


def wrote_within(connection: Connection, sessions: Sequence[str], days: int, now: float, staff: Collection[str]) -> RecipientList:
    """Everybody but staff who wrote in private within so many days by one of these sessions, which are those of a line.

    `staff` are the numbers and ids of staff.
    """
    if not 1 <= days <= MOST_DAYS:
        raise NotAccepted(tr("Give a number of days from 1 to {most}: messages are kept for so long.", most=MOST_DAYS))
    found: list[str] = []
    while page := wrote_since(connection, sessions, now - days * DAY, people.AT_ONCE, found[-1] if found else ""):
        found += page
        _check_length(len(found))
    members = {id_ for each in staff if (person := people.find(connection, each)) for id_ in people.ids_of(connection, person)}
    customers = [ListEntry(each) for each in found if each not in members]
    if not customers:
        raise NotAccepted(tr("No customer wrote by this line within {days} days.", days=days))
    return RecipientList(name=f"days: {days}", people=customers)


def read_list(connection: Connection, source: bytes, name: str, line: str, locale: Locale) -> RecipientList:
    """The people in a CSV file whose first line names the columns; raises `NotAccepted` with everything wrong, by line."""
    text = _read_text(source, locale)
    names, troubles = column_names(text.header)
    problems = [(trouble.line, trouble.message) for trouble in troubles]
    if problems:
        raise NotAccepted(by_line(problems))
    place = next((place for place, each in enumerate(names) if each in NUMBER_COLUMNS), 0)
    _check_length(len(text.records))
    found, repeated = _addresses(connection, text, place, line, locale)
    columns, values = _columns(text, names, place, locale)
    return RecipientList(
        name=name, people=[each._replace(fields=values[row]) for row, each in found.items()], repeated=repeated, columns=columns
    )


def _read_text(source: bytes, locale: Locale) -> CsvText:
    if len(source) > FILE_LIMIT:
        raise NotAccepted(tr("The file is larger than {limit} MiB. Split it.", limit=FILE_LIMIT // 2**20))
    try:
        text = read_csv_text(source)
    except Unreadable as error:
        raise NotAccepted(by_line([(error.trouble.line, error.trouble.message)])) from None
    if any(not isinstance(read_number(cell, locale.country), InvalidNumber) for cell in text.header if cell):
        raise NotAccepted(
            by_line([(1, tr("the first line holds a number, and no names of columns. Put a line such as nomor,nama above it."))])
        )
    if not text.records:
        raise NotAccepted(tr("The file names nobody: there is nothing below its first line."))
    return text


def _addresses(connection: Connection, text: CsvText, place: int, line: str, locale: Locale) -> tuple[dict[int, ListEntry], int]:
    """The people in the rows of a file, by the row's number and each once, and how many rows named somebody again."""
    found: dict[int, ListEntry] = {}
    seen: set[str] = set()
    problems: list[tuple[int, Translatable]] = []
    for row, cells in enumerate(text.records):
        try:
            address = _address(connection, cells[place], line, locale)
        except ValueError as error:
            problems.append((text.lines[row], reason_of(error)))
            continue
        if address not in seen:
            seen.add(address)
            found[row] = ListEntry(address, line=text.lines[row])
    if problems:
        raise NotAccepted(by_line(problems))
    return found, len(text.records) - len(found)


def _address(connection: Connection, written: str, line: str, locale: Locale) -> str:
    """The chat of a number, or our id of the person with an id; raises `ValueError` for anything else."""
    if not written:
        raise ValueError(tr("there is no number."))
    if ROUNDED.fullmatch(written):
        raise ValueError(
            tr("{text!r} is a number that the spreadsheet has rounded. Format the column as text, and export it again.", text=written)
        )
    id_ = number_or_id(written, locale.country)
    if not (is_outside_id(id_) or is_person_id(id_)):
        return person_chat(id_)
    if (person := people.with_id(connection, id_, line)) is None:
        raise ValueError(tr("{text!r} is an id that nobody on this line has.", text=clip(id_, 60)))
    return person


def _columns(text: CsvText, names: Sequence[str], place: int, locale: Locale) -> tuple[Columns, Sequence[Mapping[str, Cell]]]:
    """The columns beside the numbers with the types of their values, and these in each row: numbers as in tables beside the rules."""
    marks = marks_for(*locale.language.marks)
    types: dict[str, Type] = {}
    values: dict[str, Sequence[Cell]] = {}
    for number, name in enumerate(names):
        if name and number != place:
            column, cells, _ = read_column(name, [record[number] for record in text.records], text.lines, marks)
            types[name], values[name] = Type(column.type, optional=column.has_gaps), cells
    if (called := values.get(NAME)) is not None:  # a profile without a name has an empty one
        types[NAME], values[NAME] = Type("text"), ["" if cell is None else str(cell) for cell in called]
    rows = zip(*values.values(), strict=True) if values else [()] * len(text.records)
    return types, [dict(zip(values, row, strict=True)) for row in rows]


def _check_length(people: int) -> None:
    if people > PEOPLE_LIMIT:
        raise NotAccepted(tr("A broadcast goes to at most {limit} people. Split the list.", limit=f"{PEOPLE_LIMIT:,}"))


def by_line(problems: Sequence[tuple[int, Translatable]]) -> Translatable:
    """The problems of a file, one to a line."""
    return linked("\n", _lines(problems))


def _lines(problems: Sequence[tuple[int, Translatable]]) -> Iterator[Translatable]:
    for line, message in problems[:SHOWN_PROBLEMS]:
        yield tr("line {line}: {message}", line=line, message=message) if line else message
    if len(problems) > SHOWN_PROBLEMS:
        yield tr("and {number} more", number=len(problems) - SHOWN_PROBLEMS)

"""Reads which saved row a member of staff moves: a number and a state, in either order, with the table in front where that is needed.

What the number is, only the rows can say, since each keeps the one that was printed with it, whatever the rules number by now. So a text is
read in all ways that its words allow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.lookups.states import exact_state, likely_states
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.saving.numbering import CODE_LIMIT

TABLE = late_pattern(r"\s*(?P<table>[A-Za-z]\w*)\s+(?P<rest>.*)", re.DOTALL)
CUSTOMER = re.compile(r"\s*\([^()]*\)\s*$")  # as the bot names them behind a row
CALLS = ("no", "nr", "nomor", "nomer", "nota", "number")
CALLED = late_pattern(rf"^(?:{'|'.join(CALLS)})\b[\s.:]*(?=#?[\w.-]*[0-9])", re.IGNORECASE)  # in front of a number
PLAIN = re.compile(r"#?[0-9]{1,15}")
BETWEEN = re.compile(r"[\s:,./-]+")
LONGEST = 2 * CODE_LIMIT  # characters of a number and a state
STATE_WORDS = 4  # behind a number, that may be meant as a state
FEW_WORDS = 2  # in front of one


class MoveReading(NamedTuple):
    """One way to read a text: the number of a row of a table, and the states that it may come into; `written` is what stands for them."""

    table: str
    number: str
    states: tuple[str, ...]
    written: str


class StaffMove(NamedTuple):
    """The ways to read the wish to move a row; of those of one table the first counts whose number a row has.

    With `is_guess` no table has the state as it is written, and each may be meant. With `is_number` it is a number for sure, also where no
    row has it.
    """

    readings: tuple[MoveReading, ...]
    is_guess: bool = False
    is_number: bool = False


NO_FOLDING = Folding()

Tables = Mapping[str, Save]
Part = tuple[str, str, str]  # a table, the number and the state, as they are written


def move_of(tables: Tables, text: str) -> StaffMove | None:
    """The move that a text asks for by a number and the state behind it, if that is what it says."""
    found = tuple(exactly(tables, state_behind(tables, text)))
    return StaffMove(found, is_number=any(is_number(tables[each.table], each.number) for each in found)) if found else None


def moves_like(tables: Tables, text: str, folding: Folding = NO_FOLDING) -> list[StaffMove]:
    """The moves that a text may mean else, best first: with the state in front, with courtesy, one misspelled, cut short, or unknown."""
    front, behind = list(state_in_front(tables, text)), list(state_behind(tables, text))
    short = [part for part in front if len(part[2].split()) <= FEW_WORDS and " " not in part[1]]
    guesses = [likely(tables, [*behind, *front]), any_state(tables, [*behind, *short])]
    polite = [(table, number, left) for table, number, written in behind for left in folding.without_courtesy(folding.fold(written))]
    moves = [
        StaffMove(tuple(exactly(tables, front))),
        StaffMove(tuple(exactly(tables, polite))),
        *(StaffMove(tuple(guess), is_guess=True) for guess in guesses),
    ]
    return [move for move in moves if move.readings]


def exactly(tables: Tables, parts: Iterable[Part]) -> Iterator[MoveReading]:
    """Yield the readings whose state is one as it is written."""
    for table, number, written in parts:
        if state := exact_state(tables[table].states, written):
            yield MoveReading(table, number, (state,), written)


def likely(tables: Tables, parts: Iterable[Part]) -> Iterator[MoveReading]:
    """Yield the readings whose state is near to others."""
    for table, number, written in parts:
        if states := likely_states(tables[table].states, written):
            yield MoveReading(table, number, states, written)


def any_state(tables: Tables, parts: Iterable[Part]) -> Iterator[MoveReading]:
    """Yield the readings whose state may be any, for want of one that it is like."""
    for table, number, written in parts:
        if len(written.split()) <= STATE_WORDS and has_digit(BETWEEN.split(number)[-1]):
            yield MoveReading(table, number, tables[table].states, written)


def state_behind(tables: Tables, text: str) -> Iterator[Part]:
    """Yield the ways to read a text as a number with a state behind it, the shortest number first."""
    for table, said in without_table(tables, CUSTOMER.sub("", text)):
        for number, written in parted(uncalled(said)):
            if has_digit(number) and written[0].isalpha():
                yield table, number, written


def state_in_front(tables: Tables, text: str) -> Iterator[Part]:
    """Yield the ways to read a text as a state with a number behind it, the longest state first."""
    for written, rest in reversed(list(parted(CUSTOMER.sub("", text)))):
        is_whole = not has_digit(written) and written.split()[-1].casefold() not in CALLS
        for table, number in without_table(tables, rest) if is_whole else ():
            if has_digit(number):
                yield table, uncalled(number), written


def without_table(tables: Tables, text: str) -> Iterator[tuple[str, str]]:
    """Yield the tables that a text may be about, with the text behind the name of the table, and as it is."""
    found = TABLE.fullmatch(text)
    for table in tables:
        if found is not None and loose_key(found["table"]) == loose_key(table):
            yield table, found["rest"]
        yield table, text


def uncalled(text: str) -> str:
    """A text that begins with a number, without the word that says so.

    >>> uncalled(" no. 2 siap"), uncalled("J-6 siap")
    ('2 siap', 'J-6 siap')
    """
    return CALLED.sub("", text.strip(), count=1)


def parted(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two parts of a text at each place where it may be divided.

    >>> list(parted("J-6 siap"))
    [('J', '6 siap'), ('J-6', 'siap')]
    """
    for found in BETWEEN.finditer(text) if len(text) <= LONGEST else ():
        if found.start() and found.end() < len(text):
            yield text[: found.start()], text[found.end() :]


def has_digit(text: str) -> bool:
    """True if there is a digit in a text."""
    return any(each.isdecimal() for each in text)


def is_number(save: Save, written: str) -> bool:
    """True if a text is a number as these rows have it now, so that it is an order even where no row has it."""
    return PLAIN.fullmatch(written) is not None or (save.numbering is not None and save.numbering.is_like(written))

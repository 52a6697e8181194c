"""The cells of a CSV file: numbers as the language of the rules writes them, and texts."""

import re
from functools import cache
from typing import NamedTuple

Cell = str | int | float | None
CURRENCY = re.compile(r"(?:rp\.?|idr|rm|usd|\$|\u20ac) ?(?=[-+]?\d)", re.IGNORECASE)
PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")  # a code such as 007, or a telephone number, is a text


class Marks(NamedTuple):
    """The ways to write numbers: in groups of thousands, with decimals, and in ways that another program may have meant otherwise."""

    thousands: str
    decimal: str
    grouped: re.Pattern[str]
    decimals: re.Pattern[str]
    foreign_grouped: re.Pattern[str]
    foreign_decimals: re.Pattern[str]
    doubtful: re.Pattern[str]


@cache
def marks_for(thousands: str, decimal: str) -> Marks:
    """The patterns of numbers with these marks."""
    group, point = re.escape(thousands), re.escape(decimal)
    return Marks(
        thousands,
        decimal,
        re.compile(rf"-?[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?"),
        re.compile(rf"-?(?:0|[1-9][0-9]{{0,14}}){point}[0-9]+"),
        re.compile(rf"-?[1-9][0-9]{{0,2}}(?:{point}[0-9]{{3}}){{2,}}(?:{group}[0-9]+)?|-?[1-9][0-9]{{0,2}}{point}[0-9]{{3}}{group}[0-9]+"),
        re.compile(rf"-?(?:0|[1-9][0-9]{{0,14}}){group}(?:[0-9]{{1,2}}|[0-9]{{4,}})|-?0{group}[0-9]+"),
        re.compile(rf"-?(?:[1-9][0-9]{{0,2}}{point}|0{group})[0-9]{{3}}"),
    )


def number_in(text: str, marks: Marks) -> int | float | None:
    """The number that a cell holds, None if it holds a text.

    >>> id = marks_for(".", ",")
    >>> [number_in(text, id) for text in ("12", "15.000", "2,5", "2.5", "Rp 15.000", "007", "A1", "=1+1")]
    [12, 15000, 2.5, 2.5, 15000, None, None, None]
    """
    if PLAIN.fullmatch(text):
        return int(text)
    text = CURRENCY.sub("", text, count=1) if not text[:1].isdigit() else text
    if PLAIN.fullmatch(text):
        return int(text)
    if marks.grouped.fullmatch(text) or marks.decimals.fullmatch(text):
        return value_of(text.replace(marks.thousands, "").replace(marks.decimal, "."))
    if marks.foreign_grouped.fullmatch(text) or marks.foreign_decimals.fullmatch(text):
        return value_of(text.replace(marks.decimal, "").replace(marks.thousands, "."))
    return None


def value_of(text: str) -> int | float:
    """A number out of digits with a decimal point."""
    return float(text) if "." in text else int(text)


def is_doubtful(text: str, marks: Marks) -> bool:
    """True if thousands may be meant: a program with the other marks would, and one with these in "0.500".

    >>> [is_doubtful(text, marks_for(".", ",")) for text in ("15,000", "15,00", "0.500", "0,500")]
    [True, False, True, False]
    """
    return marks.doubtful.fullmatch(CURRENCY.sub("", text, count=1)) is not None

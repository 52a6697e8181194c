"""The filters of templates: the types they take and return."""

from typing import NamedTuple

from flask_chatbot.core.templates.types import NUMBER_TYPES, TEXT_TYPES, Type
from flask_chatbot.core.translation.translatable import Translatable, tr


class Wanted(NamedTuple):
    """Values something works on: a phrase for them, their types, the type a field must have, and the advice where there is no field."""

    words: Translatable
    types: tuple[str, ...]
    field: str
    otherwise: Translatable


NUMBER = Wanted(tr("a number"), NUMBER_TYPES, "integer", tr("Take a number from a field or from Python."))
DATE = Wanted(tr("a date"), ("date", "datetime"), "date", tr("Take a date from a field or from Python, or `now`."))
TIME = Wanted(tr("a time"), ("datetime", "time"), "time", tr("Take a time from a field or from Python, or `now`."))
MOMENT = Wanted(tr("a date with its time"), ("datetime",), "", tr("Take `now`, or write a date by the filter 'date'."))
ENTRIES = Wanted(tr("a text or a list"), (*TEXT_TYPES, "list"), "text", tr("Take a text, or a list such as `data`."))
SUMMANDS = Wanted(tr("a list of numbers"), ("list",), "", tr("Take a list of numbers from Python."))

SAME, ENTRY = "same", "entry"  # what a filter gives: the type it takes, one entry of the list


class Filter(NamedTuple):
    """A built-in filter: the values it takes (any, if None) and the type it returns."""

    takes: Wanted | None
    gives: str


FILTERS = dict.fromkeys("upper lower title capitalize trim truncate replace phone mask plain".split(), Filter(None, "text"))
FILTERS |= dict.fromkeys(("rupiah", "number"), Filter(NUMBER, "text"))
FILTERS |= {"round": Filter(NUMBER, "number"), "abs": Filter(NUMBER, SAME)}
FILTERS |= {"int": Filter(None, "integer"), "float": Filter(None, "number"), "wordcount": Filter(None, "integer")}
FILTERS |= {"date": Filter(DATE, "text"), "time": Filter(TIME, "text"), "datetime": Filter(MOMENT, "text")}
FILTERS |= dict.fromkeys(("length", "count"), Filter(ENTRIES, "integer"))
FILTERS |= dict.fromkeys(("list", "sort", "unique"), Filter(ENTRIES, "list"))
FILTERS |= dict.fromkeys(("first", "last", "min", "max"), Filter(ENTRIES, ENTRY))
FILTERS |= {"reverse": Filter(ENTRIES, SAME), "join": Filter(ENTRIES, "text"), "sum": Filter(SUMMANDS, "number")}

FORMATS = ("rupiah", "number", "date", "time", "phone", "mask")  # whose outcome is text to be read, not reckoned with
DATES = ("date", "time", "datetime")  # which may be told how to write
STAND_IN = ("default", "d")  # which put something in the place of nothing
TAKE_NOTHING = (*STAND_IN, "int", "float")  # which know what to make of nothing; the others pass it on
MAY_LACK = ("first", "last", "min", "max")  # which find nothing in an empty list


def suits(name: str, given: Type) -> bool:
    """True if a filter may work on values of a type; custom types are assumed to fit.

    >>> suits("rupiah", Type("integer")), suits("rupiah", Type("text")), suits("rupiah", Type("nik")), suits("upper", Type("integer"))
    (True, False, True, True)
    """
    wanted = FILTERS[name].takes if name in FILTERS else None
    if wanted is SUMMANDS and given.inner and Type(given.inner).words != "a number":
        return False
    return wanted is None or given.kind in wanted.types or not given.words

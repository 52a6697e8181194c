"""The normal forms by which values of rows are compared with what customers write."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal

from flask_chatbot.core.language.folding import canonical, fold
from flask_chatbot.core.language.variants import without_accents

NOT_IN_NUMBERS = re.compile("(?<![0-9]) | (?![0-9])")  # spaces
SEPARATOR = "\x1f"  # between the parts of a key of several columns


def exact_key(value: object) -> str:
    """The form that distinguishes all that a text may: signs count, capitals and spaces do not. Numbers are compared as numbers.

    >>> exact_key(" A-1 "), exact_key(12.0), exact_key("12"), exact_key(2.5)
    ('a-1', '12', '12', '2.5')
    """
    if isinstance(value, str):
        return canonical(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return str(int(value)) if value == int(value) else str(value)
    return value.isoformat() if isinstance(value, date | time) else canonical(str(value))


def loose_key(value: object) -> str:
    """The normal form of matching, without accents.

    >>> loose_key("*Kafé!*"), loose_key(12)
    ('kafe', '12')
    """
    if not isinstance(value, str):
        return exact_key(value)
    folded = fold(value)
    return folded if folded.isascii() else without_accents(folded)


def without_spaces(key: str) -> str:
    """A key without its spaces, but for those between digits.

    >>> without_spaces("kp 250"), without_spaces("12 3")
    ('kp250', '12 3')
    """
    return NOT_IN_NUMBERS.sub("", key) if " " in key else key


def keys_of(values: Iterable[object]) -> Iterator[str]:
    """Yield the keys of some values together, each to be looked for where nothing is found by those before.

    >>> [key.split(SEPARATOR) for key in keys_of(["*KP 250*", 12])]
    [['*kp 250*', '12'], ['kp 250', '12'], ['kp250', '12']]
    """
    known = list(values)
    yield SEPARATOR.join(map(exact_key, known))
    loose = SEPARATOR.join(map(loose_key, known))
    yield loose
    yield without_spaces(loose)

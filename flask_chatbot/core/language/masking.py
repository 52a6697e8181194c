"""Telephone numbers within longer texts, masked."""

import re
from functools import lru_cache

from flask_chatbot.core.language.numbers import InvalidNumber, Known, mask, read_number

_BETWEEN = "[^\\S\n]|[().\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff-]"  # the digits of one number
_RUN = re.compile(rf"[+(]*[0-9\uff10-\uff19]+(?:(?:{_BETWEEN}){{1,4}}\+?[0-9\uff10-\uff19]+)*")
_GROUP = re.compile(r"\+?[0-9\uff10-\uff19]+")
_DIGIT = re.compile(r"[0-9\uff10-\uff19]")
_SHORTEST, _LONGEST = 8, 17  # digits of a number as it is written, with a zero or two before its country code
_MASKED = re.compile(r"\s*\d+\*{3,}\d+")
_GROUPS_LIMIT = 60  # in a row; whoever writes more of them has none read


def mask_numbers(text: str, country: str = "ID") -> str:
    """The text with each telephone number in it masked, however it is written; `country` is that of local numbers.

    >>> mask_numbers("Ani +62 812-3456-7890, 081234567890 Budi: 2 karton, Rp 1.500.000 pada 27-11-2026 10.30")
    'Ani 6281******890, 6281******890 Budi: 2 karton, Rp 1.500.000 pada 27-11-2026 10.30'
    """
    return _RUN.sub(lambda found: _masked(found[0], country), text)


def without_numbers(text: str, country: str = "ID") -> str:
    """The text without its telephone numbers, the masked ones among them: as a phrase of a rule, which is for everybody, says it.

    >>> without_numbers("kirim ke 081234567890 ya"), without_numbers("kirim ke 6281******890 ya")
    ('kirim ke ya', 'kirim ke ya')
    """
    return _MASKED.sub("", mask_numbers(text, country)).strip()


def _masked(run: str, country: str) -> str:
    """Groups of digits in a row, among which are the longest ones first that are a number."""
    if len(run) < _SHORTEST:
        return run
    groups = [found.span() for found in _GROUP.finditer(run)]
    if len(groups) > _GROUPS_LIMIT:
        return _DIGIT.sub("*", run)
    parts, end, first = [], 0, 0
    while first < len(groups):
        start = groups[first][0]
        ends = [until for _, until in groups[first:] if _SHORTEST <= len(_DIGIT.findall(run[start:until])) <= _LONGEST]
        number, until = next(((said, until) for until in reversed(ends) if (said := _read(run[start:until], country))), ("", start))
        if number:
            parts += [run[end:start].removesuffix("("), number]
            end = until
        first = next((place for place in range(first + 1, len(groups)) if groups[place][0] >= end), len(groups))
    return "".join([*parts, run[end:]])


@lru_cache(maxsize=4096)  # pages show the same texts again and again
def _read(written: str, country: str) -> str:
    """A text masked, if it is a number; else an empty one."""
    reading = read_number(written, country)
    return "" if isinstance(reading, InvalidNumber) else mask(reading.digits if isinstance(reading, Known) else written)

"""Numbers in digits, and what the marks in them may mean."""

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from flask_chatbot.core.language.sentences import Language, say

DIGITS_LIMIT = 18  # still a 64-bit integer, wherever the value goes next


class Numeral(NamedTuple):
    """A number as its digits may be read: `other` where its mark could part thousands as well as decimals.

    `is_grouped` where the thousands of `value` are parted, `decimals` how many digits stand behind its decimal mark; `is_foreign` where
    that mark is not the language's own.
    """

    value: Decimal
    other: Decimal | None = None
    is_grouped: bool = False
    decimals: int = 0
    is_foreign: bool = False


@cache
def writings(thousands: str, decimals: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """The ways to write numbers: with thousands parted, and without; first by the marks of the language, then by those of others."""
    return tuple(
        (
            re.compile(rf"([1-9][0-9]{{0,2}}(?:\{part}[0-9]{{3}})+)(?:\{mark}([0-9]+))?"),
            re.compile(rf"([0-9]*)(?:\{mark}([0-9]+))?(?<=[0-9])"),
        )
        for part, mark in ((thousands, decimals), (decimals, thousands))
    )


def read_numeral(text: str, language: Language) -> Numeral | None:
    """The number that digits with their marks stand for; ValueError with a sentence where they are too many.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> language = language_of("id")
    >>> read_numeral("1.500", language), read_numeral("2,5", language).value, read_numeral("1.2.3", language)
    (Numeral(value=Decimal('1500'), other=None, is_grouped=True, decimals=0, is_foreign=False), Decimal('2.5'), None)
    >>> numeral = read_numeral("2,500", language)
    >>> numeral.value, numeral.other
    (Decimal('2.500'), Decimal('2500'))
    """
    (own_grouped, own_plain), (grouped, plain) = writings(*language.marks)
    if found := own_grouped.fullmatch(text):
        return _numeral(found, language, is_grouped=True)
    if found := own_plain.fullmatch(text):
        other = grouped.fullmatch(text)
        return _numeral(found, language)._replace(other=_numeral(other, language).value if other else None)
    if found := grouped.fullmatch(text):
        return _numeral(found, language, is_grouped=True)
    found = plain.fullmatch(text)
    return _numeral(found, language)._replace(is_foreign=True) if found else None


def _numeral(found: re.Match[str], language: Language, is_grouped: bool = False) -> Numeral:
    whole, fraction = found[1].replace(".", "").replace(",", ""), found[2] or ""
    if len(whole + fraction) > DIGITS_LIMIT:
        raise ValueError(say(language, "too_many_digits", max=DIGITS_LIMIT))
    return Numeral(Decimal(f"{whole or 0}.{fraction}"), is_grouped=is_grouped, decimals=len(fraction))


def written(number: Decimal | float, language: Language) -> str:
    """A number in the language's own writing.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> indonesian, english = language_of("id"), language_of("en")
    >>> written(1000.5, indonesian), written(Decimal("1000.0"), english), written(Decimal("1E+20"), english)
    ('1.000,5', '1,000', '100,000,000,000,000,000,000')
    """
    thousands, decimals = language.marks
    english = f"{exact(number):,f}"
    english = english.rstrip("0").rstrip(".") if "." in english else english
    return english.translate({ord(","): thousands, ord("."): decimals})


def exact(number: Decimal | float) -> Decimal:
    """The number as its author wrote it: a customer's 0,1 is not below 0.1."""
    return number if isinstance(number, Decimal) else Decimal(str(number))

"""The built-in field types: how a customer's text becomes a value, and the sentence if it cannot."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Literal

from babel.dates import get_day_names, get_month_names

from flask_chatbot.core.fields.field import Context, Field, FieldType, TextPattern, listed
from flask_chatbot.core.language.folding import canonical, fold, nfkc
from flask_chatbot.core.language.numbers import customers_phone
from flask_chatbot.core.language.sentences import DAY_WORDS, is_month_first, quote, say
from flask_chatbot.core.language.signs import UNSEEN
from flask_chatbot.core.language.words import words_of_all

__all__ = ["FIELD_TYPES", "Context", "FieldType"]

_HALVES = re.compile("[\ud800-\udfff]")  # of characters
_DIGITS_LIMIT = 18  # still a 64-bit integer, wherever the value goes next
_EMAIL_LIMIT = 254  # RFC 5321, less the angle brackets of a path
_YEARS_AHEAD = 50  # a year of two digits further ahead than this lies in the century before

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # a Japanese keyboard's digits and signs
_MARKS = {0xFE0F: None, 0x20E3: None}  # what makes an emoji keycap of a digit
_SIGNS = {0x2212: "-", **_HALF_WIDTH, **_MARKS}
_SEPARATORS = {"id": (".", ","), "en": (",", ".")}  # of thousands, of decimals
# By language: a number with its thousands parted or not, and one where the sign of thousands marks the decimals.
_NUMBERS = {
    language: (
        re.compile(rf"([+-]?)([1-9][0-9]{{0,2}}(?:\{thousands}[0-9]{{3}})+|[0-9]+)(?:\{decimals}([0-9]+))?"),
        re.compile(rf"([+-]?)([0-9]+)\{thousands}([0-9]+)"),
    )
    for language, (thousands, decimals) in _SEPARATORS.items()
}

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf'(?!\.)(?!.*\.\.)[^\s@,;:<>()\[\]"\\]{{1,64}}(?<!\.)@(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}')
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})")
_MONTH_FIRST = re.compile(r"(?P<month>[0-9]{1,2})(?P<sign>[-/.])(?P<day>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})")
# As the filter `date` writes all forms but the short one; the text is folded.
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]+),? )?"
_WITH_NAMES = (
    re.compile(_WEEKDAY + r"(?P<day>[0-9]{1,2}) (?P<month>[^\W\d_]+) (?P<year>[0-9]{4})"),
    re.compile(_WEEKDAY + r"(?P<month>[^\W\d_]+) (?P<day>[0-9]{1,2}),? (?P<year>[0-9]{4})"),
)
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})")

_DAYS = {word: days for words in DAY_WORDS.values() for word, days in words.items()}
_ANSWERS = dict.fromkeys(words_of_all("yes"), True) | dict.fromkeys(words_of_all("no"), False)


def _text(text: str, field: Field, context: Context) -> str:
    text = _plain(text) if field.pattern is not None else text  # what is kept is what the pattern saw
    if field.min is not None and len(text) < field.min:
        raise ValueError(say(context.language, "too_short", min=_limit_text(field.min, context.language)))
    if field.max is not None and len(text) > field.max:
        raise ValueError(say(context.language, "too_long", max=_limit_text(field.max, context.language)))
    if field.pattern is not None and not _fits(field.pattern, text):
        raise ValueError(say(context.language, "wrong_pattern", value=quote(text)))
    return text


def _plain(text: str) -> str:
    """The text as patterns see it, without invisible characters.

    >>> _plain("\\uff21\\uff221234\\u200b")
    'AB1234'
    """
    return text if text.isascii() else nfkc(UNSEEN.sub("", text)).strip()


def _fits(pattern: TextPattern, text: str) -> bool:
    # Of a text that nobody sees nothing is left, and RE2 reads UTF-8, which has no lone surrogates.
    return bool(text and not _HALVES.search(text) and pattern.fullmatch(text))


def _integer(text: str, field: Field, context: Context) -> int:
    number = _decimal(text, context.language)
    if number is None or number.as_tuple().exponent != 0:
        raise ValueError(say(context.language, "not_integer", value=quote(text)))
    _check_limits(number, field, context.language)
    return int(number)


def _number(text: str, field: Field, context: Context) -> int | float:
    number = _decimal(text, context.language)
    if number is None:
        raise ValueError(say(context.language, "not_number", value=quote(text)))
    _check_limits(number, field, context.language)
    return int(number) if number == number.to_integral_value() else float(number)


def _decimal(text: str, language: str) -> Decimal | None:
    """The number as the language writes it; a mark that cannot separate thousands ("2.5" in Indonesian) is a decimal mark."""
    parted, odd = _NUMBERS[language]
    plain = text.translate(_SIGNS)
    found = parted.fullmatch(plain) or odd.fullmatch(plain)
    if found is None:
        return None
    sign, whole, fraction = found[1], found[2].replace(".", "").replace(",", ""), found[3] or ""
    if len(whole + fraction) > _DIGITS_LIMIT:
        raise ValueError(say(language, "too_many_digits", max=_DIGITS_LIMIT))
    return Decimal(f"{sign}{whole}.{fraction}")


def _check_limits(number: Decimal, field: Field, language: str) -> None:
    too_small = field.min is not None and number < _exact(field.min)
    too_large = field.max is not None and number > _exact(field.max)
    if too_small or too_large:
        key = "not_between" if None not in (field.min, field.max) else "too_small" if too_small else "too_large"
        raise ValueError(say(language, key, min=_limit_text(field.min, language), max=_limit_text(field.max, language)))


def _exact(limit: float) -> Decimal:
    """The limit exactly as its author wrote it: a customer's 0,1 is not below 0.1."""
    return Decimal(str(limit))


def _limit_text(limit: float | None, language: str) -> str:
    """The limit as the language writes it.

    >>> _limit_text(1000.5, "id"), _limit_text(1000.0, "en")
    ('1.000,5', '1,000')
    """
    if limit is None:
        return ""
    thousands, decimals = _SEPARATORS[language]
    english = f"{_exact(limit):,f}".removesuffix(".0")
    return english.translate({ord(","): thousands, ord("."): decimals})


def _email(text: str, _field: Field, context: Context) -> str:
    if len(text) > _EMAIL_LIMIT or not text.isprintable() or not _EMAIL.fullmatch(text):
        raise ValueError(say(context.language, "not_email", value=quote(text)))
    return text


def _phone(text: str, _field: Field, context: Context) -> str:
    try:
        return customers_phone(text, context.country)
    except ValueError:
        raise ValueError(say(context.language, "not_phone", value=quote(text))) from None


def _date(text: str, _field: Field, context: Context) -> date:
    today = context.now.date()
    folded = fold(text)
    if folded in _DAYS:
        return today + timedelta(days=_DAYS[folded])
    found = _in_digits(text.translate(_SIGNS), context) or _in_words(folded, context.language)
    if found is None:
        form = "%m/%d/%Y" if is_month_first(context.language, context.country) else "%d/%m/%Y"
        raise ValueError(say(context.language, "not_date", value=quote(text), example=f"{today:{form}}"))
    return found


def _in_digits(text: str, context: Context) -> date | None:
    """The day of a date in digits: year first or day first, or month first if the bot itself writes dates so."""
    writings = (_YEAR_FIRST, _MONTH_FIRST if is_month_first(context.language, context.country) else _DAY_FIRST)
    for found in filter(None, (writing.fullmatch(text) for writing in writings)):
        with suppress(ValueError):
            return date(_year(found["year"], context.now.year), int(found["month"]), int(found["day"]))
    return None


def _in_words(text: str, language: str) -> date | None:
    """The day of a folded date whose month is a word; its weekday, if any, must be right."""
    months, weekdays = calendar_words(language)
    for found in filter(None, (writing.fullmatch(text) for writing in _WITH_NAMES)):
        with suppress(ValueError):
            day = date(int(found["year"]), months.get(found["month"], 0), int(found["day"]))
            return day if found["weekday"] is None or weekdays.get(found["weekday"]) == day.weekday() else None
    return None


@cache
def calendar_words(language: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The names of months, from 1, and of weekdays, from 0, as dates contain them; folded.

    >>> calendar_words("id")[0]["mei"], calendar_words("en")[1]["monday"]
    (5, 0)
    """
    widths: tuple[Literal["abbreviated", "wide"], ...] = ("abbreviated", "wide")
    months = {fold(name): number for width in widths for number, name in get_month_names(width, locale=language).items()}
    weekdays = {fold(name): number for width in widths for number, name in get_day_names(width, locale=language).items()}
    return months, weekdays


def _year(digits: str, this_year: int) -> int:
    """The year that was meant.

    >>> _year("26", 2026), _year("85", 2026), _year("1985", 2026)
    (2026, 1985, 1985)
    """
    year = int(digits)
    if len(digits) == 4:
        return year
    year += this_year - this_year % 100
    return year - 100 if year > this_year + _YEARS_AHEAD else year


def _choice(text: str, field: Field, context: Context) -> str:
    words = [(word, option.value) for option in field.options for word in (option.value, *option.synonyms)]
    for keep_text, keep_word in ((True, True), (False, True), (False, False)):  # the nearest writing first: 5% is not 5
        wanted = canonical(text) if keep_text else fold(text)
        for word, value in words:
            if wanted and (canonical(word) if keep_word else fold(word)) == wanted:
                return value
    raise ValueError(say(context.language, "not_choice", value=quote(text), options=listed(field.options)))


def _yesno(text: str, _field: Field, context: Context) -> bool:
    answer = _ANSWERS.get(fold(text))
    if answer is None:
        raise ValueError(say(context.language, "not_yesno"))
    return answer


FIELD_TYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        "text": FieldType(read=_text, keys=frozenset({"min", "max", "pattern"})),
        "integer": FieldType(read=_integer, keys=frozenset({"min", "max"})),
        "number": FieldType(read=_number, keys=frozenset({"min", "max"})),
        "email": FieldType(read=_email),
        "phone": FieldType(read=_phone),
        "date": FieldType(read=_date),
        "choice": FieldType(read=_choice, keys=frozenset({"options"})),
        "yesno": FieldType(read=_yesno),
    }
)

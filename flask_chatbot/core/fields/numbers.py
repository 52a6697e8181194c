"""Numbers and amounts of money as customers write them, with words and units around them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from flask_chatbot.core.fields.amounts import read_amount
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.numerals import Numeral, exact, written
from flask_chatbot.core.fields.tokens import NUMBER_TOKEN, slices, tokens_of
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import Language, quote, say
from flask_chatbot.core.language.vocabulary import Vocabulary

LIMIT = Decimal(10**18)  # from here on a number has more digits than are read
PLAIN_DIGITS = 18  # digits, at the most, of a number without anything else
SE = "se"  # one, on the unit: sebuah

Amount = tuple[Decimal, Numeral | None]


def read_integer(text: str, field: Field, context: Context) -> int:
    """A whole number: with thousands parted by either mark, since there is nothing behind a decimal mark but zeros.

    >>> from datetime import UTC, datetime
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="jumlah", type="integer", kind=FieldType(read=read_integer))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [read_integer(text, field, context) for text in ("2 pcs", "dua belas kak", "1,500", "Rp10.000")]
    [2, 12, 1500, 10000]
    """
    found = first_amount(text, field, context, with_money=True)
    if found is not None:
        number, numeral = found
        check_scaled(text, number, numeral, context.language)
        whole = number if numeral is None or numeral.other is None else numeral.other
        is_odd = numeral is not None and numeral.is_foreign and numeral.value == number
        if whole == whole.to_integral_value() and not is_odd:
            return int(checked(whole, field, context.language))
    raise ValueError(say(context.language, "not_integer", value=quote(text)))


def read_number(text: str, field: Field, context: Context) -> int | float:
    """A number; one whose mark could part thousands as well as decimals is refused, and both are named."""
    found = first_amount(text, field, context, with_money=False)
    if found is None:
        raise ValueError(say(context.language, "not_number", value=quote(text)))
    number, numeral = found
    if numeral is not None and numeral.other is not None:
        refuse_both(text, number / numeral.value, numeral, context.language)
    return plain(checked(number, field, context.language))


def read_money(text: str, field: Field, context: Context) -> int | float:
    """An amount of money; cents are two digits."""
    found = first_amount(text, field, context, with_money=True, with_units=False)
    if found is not None:
        number, numeral = found
        check_scaled(text, number, numeral, context.language)
        amount = number if numeral is None or numeral.other is None else numeral.other
        cents = amount * 100
        is_odd = numeral is not None and numeral.value == number and (numeral.is_foreign or numeral.decimals not in (0, 2, 3))
        if cents == cents.to_integral_value() and not is_odd:
            return plain(checked(amount, field, context.language))
    raise ValueError(say(context.language, "not_money", value=quote(text)))


def check_scaled(text: str, number: Decimal, numeral: Numeral | None, language: Language) -> None:
    """ValueError where both readings of a number make an amount, as in "1,500 jt"."""
    if numeral is not None and numeral.other is not None and numeral.value != number:
        refuse_both(text, number / numeral.value, numeral, language)


def refuse_both(text: str, scale: Decimal, numeral: Numeral, language: Language) -> NoReturn:
    """ValueError with a sentence that names both readings of a number."""
    first, second = (written(scale * each, language) for each in (numeral.other or numeral.value, numeral.value))
    raise ValueError(say(language, "two_readings", value=quote(text), first=first, second=second))


def first_amount(text: str, field: Field, context: Context, *, with_money: bool, with_units: bool = True) -> Amount | None:
    """The amount that a text stands for, with its unit and what says nothing set aside, as little as possible."""
    if len(text) <= PLAIN_DIGITS and text.isascii() and text.isdigit():  # as most are written
        return Decimal(text), None
    tokens = tokens_of(text, NUMBER_TOKEN)
    words = context.language.vocabulary
    units = units_of(field.unit, words) if with_units else frozenset()
    currency = words.currency if with_money else frozenset()
    parts = list(slices(tokens, field, context, "number"))
    for allowed in (units, words.units) if field.unit and with_units else (units,):
        amounts = (signed(part, words, allowed, currency, context.language) for part in parts)
        amount = next((each for each in amounts if each is not None), None)
        if amount is not None and allowed is not units:
            raise ValueError(say(context.language, "wrong_unit", units=field.unit[0]))
        if amount is not None:
            return amount
    return None


def signed(tokens: Sequence[str], words: Vocabulary, units: frozenset[str], currency: frozenset[str], language: Language) -> Amount | None:
    """The amount in tokens that may begin with a sign or a currency, and end with a unit; None where they are no amount."""
    sign = tokens[0] if tokens[0] in "+-" else ""
    tokens = tokens[1:] if sign else tokens
    if (tokens and tokens[0] in currency) or (tokens and tokens[0] == "x" and "pcs" in units):
        tokens = tokens[1:]
    amount = with_unit(tokens, words, units | currency | ({"x"} if units else frozenset()), language)
    if amount is None or sign != "-":
        return amount
    number, numeral = amount
    return -number, numeral and numeral._replace(value=-numeral.value, other=None if numeral.other is None else -numeral.other)


def with_unit(tokens: Sequence[str], words: Vocabulary, units: frozenset[str], language: Language) -> Amount | None:
    """The amount in tokens that may end with a unit; a unit may carry the number itself, as in "sebuah"."""
    if not tokens or (len(tokens) == 1 and tokens[0] in words.articles):
        return None
    last = tokens[-1]
    if len(tokens) == 1 and last.startswith(SE) and last.removeprefix(SE) in units and last not in words.numbers:
        return Decimal(1), None
    if len(tokens) == 2 and tokens[0] == SE and last in units:
        return Decimal(1), None
    amount = read_amount(tokens, words, language)
    if amount is None and len(tokens) > 1 and last in units:
        amount = read_amount(tokens[:-1], words, language)
    return amount


@lru_cache(maxsize=256)
def units_of(asked: tuple[str, ...], words: Vocabulary) -> frozenset[str]:
    """The units that may stand behind a number: any common one, or those asked for, and beside a unit that is no measure words such as pcs.

    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> "ons" in units_of(("kg",), vocabulary_of("id")), "pcs" in units_of(("bungkus",), vocabulary_of("id"))
    (False, True)
    """
    if not asked:
        return words.units
    units = frozenset(map(fold, asked))
    return units if units & words.measures else units | words.counters


def checked(number: Decimal, field: Field, language: Language) -> Decimal:
    """The number, where it is within the limits of its field; ValueError with a sentence where it is not."""
    if not -LIMIT < number < LIMIT:
        raise ValueError(say(language, "too_many_digits", max=18))
    if field.min is None and field.max is None:
        return number
    low, high = (exact(limit) if isinstance(limit, int | float) else None for limit in (field.min, field.max))
    is_small, is_large = low is not None and number < low, high is not None and number > high
    if is_small or is_large:
        key = "not_between" if None not in (low, high) else "too_small" if is_small else "too_large"
        first, second = ("" if limit is None else written(limit, language) for limit in (low, high))
        raise ValueError(say(language, key, min=first, max=second))
    return number


def plain(number: Decimal) -> int | float:
    """The number as Python and templates reckon with it.

    >>> plain(Decimal("2.0")), plain(Decimal("2.5"))
    (2, 2.5)
    """
    return int(number) if number == number.to_integral_value() else float(number)

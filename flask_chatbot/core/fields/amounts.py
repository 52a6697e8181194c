"""Amounts in digits, written out, or both: "2", "dua belas", "1,5 jt", "1 1/2"."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_chatbot.core.fields.numerals import Numeral, read_numeral
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.language.vocabulary import Vocabulary

NOTHING = Decimal(0)
AND = ("dan", "and")
TENTHS = 1_000_000  # behind such a scale a number without one may be tenths of it: "1 juta 500"


@dataclass(slots=True)
class Sum:
    """An amount being read: what is `done`, whose last `scale` the next must be below, and the `hundreds` and `ones` before their scale."""

    done: Decimal = NOTHING
    scale: Decimal | None = None
    hundreds: Decimal | None = None
    ones: Decimal | None = None
    is_in_digits: bool = False

    @property
    def group(self) -> Decimal | None:
        """The hundreds and ones that wait for a scale, or for the end; None if there are no such."""
        return None if self.hundreds is None and self.ones is None else (self.hundreds or NOTHING) + (self.ones or NOTHING)

    def add(self, number: Decimal) -> bool:
        """Take a number that is written out; False if it cannot follow what was read."""
        if number >= 1000:
            return self.group is None and self.finish(NOTHING, number, number)
        if number == 100:
            self.hundreds, was = number, self.group
            return was is None
        was, self.ones = self.ones, number + (self.ones or NOTHING)
        if was is None:
            return number >= 1 or self.hundreds is None
        is_whole = was == int(was)
        return is_whole and (number < 1 or (number < 10 and not self.is_in_digits and 20 <= was < 100 and was % 10 == 0))

    def times(self, scale: Decimal) -> bool:
        """Take a scale; False where there is nothing that it can multiply."""
        digit = self.ones if self.ones is not None and 1 <= self.ones <= 9 else NOTHING
        if scale == 10:
            self.ones = digit * 10
            return digit >= 2 and digit == int(digit)
        if scale == 100:
            was, self.hundreds, self.ones = self.hundreds, digit * 100, None
            return was is None and digit > 0
        return self.group is not None and self.finish(self.group * scale, NOTHING, scale)

    def finish(self, product: Decimal, number: Decimal, scale: Decimal) -> bool:
        """Add to what is done; False where the scale is no smaller than the one before."""
        is_smaller = self.scale is None or scale < self.scale
        self.done, self.scale = self.done + product + number, scale
        self.hundreds = self.ones = None
        self.is_in_digits = False
        return is_smaller


def read_amount(tokens: Sequence[str], words: Vocabulary, language: Language) -> tuple[Decimal, Numeral | None] | None:
    """The amount that tokens stand for, all of them; and its first number, where that stands in digits.

    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> words, language = vocabulary_of("id"), language_of("id")
    >>> [str(read_amount(text.split(), words, language)[0]) for text in ("dua ratus lima puluh ribu", "1,5 jt", "1 1/2")]
    ['250000', '1500000.0', '1.5']
    >>> read_amount(["dua", "tiga"], words, language), read_amount(["1", "juta", "500"], words, language)
    (None, None)
    """
    amount, numeral = Sum(), None
    tokens = [part for token in tokens for part in parted(token, words)]
    for place, token in enumerate(tokens):
        if token[0] in "0123456789.,":
            read = read_digits(amount, token, language)
            numeral = numeral or read
            is_read = read is not None
        else:
            is_read = read_word(amount, token, words) or is_joint(token, place, len(tokens))
        if not is_read:
            return None
    last = amount.group
    if not tokens or (last is not None and amount.scale is not None and amount.scale >= TENTHS):
        return None
    return amount.done + (last or NOTHING), numeral


def parted(token: str, words: Vocabulary) -> tuple[str, ...]:
    """A number and its scale where they are written as one word, else the token alone.

    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> parted("limapuluh", vocabulary_of("id")), parted("delapan", vocabulary_of("id"))
    (('lima', 'puluh'), ('delapan',))
    """
    if len(token) < 7 or token in words.numbers or not token.isalpha():
        return (token,)
    ends = (
        end for end in (*words.scales, *words.teens) if len(end) > 3 and token.endswith(end) and token.removesuffix(end) in words.numbers
    )
    return next(((token.removesuffix(end), end) for end in ends), (token,))


def is_joint(token: str, place: int, count: int) -> bool:
    """True for an "and" between two numbers."""
    return token in AND and 0 < place < count - 1


def read_word(amount: Sum, token: str, words: Vocabulary) -> bool:
    """Take a number or a scale that is written out; False if it is neither, or does not fit."""
    if token in words.articles:
        return amount == Sum() and amount.add(Decimal(1))
    if token in words.teens:
        return amount.ones is not None and 2 <= amount.ones <= 9 and amount.times(Decimal(10)) and tenth(amount)
    if token in words.scales and amount.group is not None:
        return amount.times(words.scales[token])
    return token in words.numbers and amount.add(words.numbers[token])


def tenth(amount: Sum) -> bool:
    """Make a teen of tens.

    >>> amount = Sum(ones=Decimal(20))
    >>> tenth(amount), str(amount.ones)
    (True, '12')
    """
    amount.ones = (amount.ones or NOTHING) / 10 + 10
    return True


def read_digits(amount: Sum, token: str, language: Language) -> Numeral | None:
    """Take a number in digits, or a fraction such as 1/2; None if it is neither, or does not fit."""
    whole, slash, part = token.partition("/")
    if slash:
        is_fraction = whole.isdecimal() and part.isdecimal() and len(token) < 6 and 0 < int(whole) < int(part)
        fraction = Decimal(int(whole)) / Decimal(int(part)) if is_fraction else NOTHING
        return Numeral(fraction) if is_fraction and amount.add(fraction) else None
    numeral = read_numeral(token, language)
    if numeral is None or amount.group is not None:
        return None
    amount.ones, amount.is_in_digits = numeral.value, True
    return numeral

"""Numbers as people choose by them: "2", "no 2", "yang nomor 2", "2. Lokasi", "dua"."""

from collections.abc import Iterable, Mapping

from flask_chatbot.core.conversation.heard import Heard, list_of
from flask_chatbot.core.language.words import NO_COUNTING, counting_of_all

NUMBER_LIMIT = 2  # digits of a number that chooses: a longer one is an amount, a year, a telephone


def number_said(heard: Heard) -> tuple[int, str] | None:
    """The number that a text chooses by, and the words behind it; None where it chooses by none.

    >>> from flask_chatbot.core.language.readings import Folding
    >>> [number_said(Heard("", frozenset({said}), Folding())) for said in ("yang nomor 2", "dua", "2 lokasi", "rumah 2", "01")]
    [(2, ''), (2, ''), (2, 'lokasi'), None, (1, '')]
    """
    around = list_of("choosing", heard.folding)
    for said in sorted(heard.said, key=len):
        words = said.split(" ")
        while words and words[0] in around:
            words = words[1:]
        number = as_number(words[0], heard.folding.words.counting) if words else None
        if number is not None:
            rest = [word for word in words[1:] if word not in around]
            return number, " ".join(rest)
    return None


def as_number(word: str, counting: Mapping[str, str] = NO_COUNTING) -> int | None:
    """A number in digits or as a word, of any language or of the bot's `counting`; None if it is neither, or too long to choose by.

    >>> as_number("2"), as_number("dua"), as_number("kedua"), as_number("02"), as_number("2026")
    (2, 2, 2, 2, None)
    """
    digits = counting.get(word) or counting_of_all().get(word, word)
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= NUMBER_LIMIT
    return int(digits) if is_number else None


def chosen_number(heard: Heard, words: Iterable[str]) -> int | None:
    """The number that a text chooses by, counted from 1, in a list of these words; None where what stands behind it is no part of them.

    >>> from flask_chatbot.core.language.readings import Folding
    >>> [chosen_number(Heard("", frozenset({said}), Folding()), ["Harga", "Lokasi toko"]) for said in ("2 lokasi", "2 kilo", "7")]
    [2, None, 7]
    """
    said = number_said(heard)
    if said is None:
        return None
    number, rest = said
    listed = list(words)
    if rest and not (0 < number <= len(listed) and f" {rest} " in f" {heard.folding.fold(listed[number - 1])} "):
        return None
    return number

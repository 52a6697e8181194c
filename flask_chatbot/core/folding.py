"""Texts in the one form they are compared in."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

TEXT_LIMIT = 4096  # characters of a message that count, before and after NFKC
IGNORED_AT_EACH_END = 8  # courtesy words taken off one end of a text, at the most
# Variation selectors, the keycap's frame, joiners and marks of writing direction: nobody types them on purpose.
UNSEEN = re.compile("[\ufe00-\ufe0f\u20e3\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\u061c]")
LIKE_PUNCTUATION = "~`^"  # WhatsApp's marks for struck and fixed text are symbols to Unicode


def fold(text: str) -> str:
    """A text as it is compared: NFKC, case folded, white space single, punctuation around words gone.

    ``#`` is no punctuation, and a text of nothing but punctuation stays as it is.

    >>> fold("  Selamat,   PAGI!! "), fold("*Menu*"), fold("\\uff2d\\uff25\\uff2e\\uff35"), fold("1\\ufe0f\\u20e3"), fold("?")
    ('selamat pagi', 'menu', 'menu', '1', '?')
    """
    text = text[:TEXT_LIMIT].strip()
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", UNSEEN.sub("", text))[:TEXT_LIMIT]
        text = unicodedata.normalize("NFKC", text.casefold())
    if text.isalnum():
        return text
    return "#".join([fold_words(part) for part in text.split("#")])


def fold_words(text: str) -> str:
    """The words of a text that is lower case already, without the punctuation around each of them."""
    words = text.split()
    kept = [word if word.isalnum() else strip_punctuation(word) for word in words]
    return " ".join(word for word in kept if word) or " ".join(words)


def strip_punctuation(word: str) -> str:
    """The word without punctuation at its ends."""
    start, end = 0, len(word)
    while start < end and is_punctuation(word[start]):
        start += 1
    while end > start and is_punctuation(word[end - 1]):
        end -= 1
    return word[start:end]


def is_punctuation(character: str) -> bool:
    """Whether a character at the end of a word counts for nothing."""
    return not character.isalnum() and (character in LIKE_PUNCTUATION or unicodedata.category(character)[0] == "P")


class Folding:
    """How one bot folds: with its synonyms, and with the courtesy words that do not count.

    `synonyms` maps a folded word to the folded word it stands for.
    """

    __slots__ = ("_ignored", "_synonyms")

    def __init__(self, ignore_words: Iterable[str] = (), synonyms: Mapping[str, str] = MappingProxyType({})) -> None:
        self._synonyms = dict(synonyms)
        self._ignored = frozenset(self.fold(word) for word in ignore_words)

    def fold(self, text: str) -> str:
        """The folded text, each word replaced by what it stands for.

        >>> Folding(synonyms={"hrg": "harga"}).fold("HRG kopi?")
        'harga kopi'
        """
        folded = fold(text)
        if not self._synonyms:
            return folded
        return "#".join([" ".join([self._synonyms.get(word, word) for word in part.split(" ")]) for part in folded.split("#")])

    def without_courtesy(self, folded: str) -> list[str]:
        """Every text that is left of a folded one when courtesy words are taken off its ends, each once.

        >>> Folding(["kak", "min"]).without_courtesy("min halo kak")
        ['min halo', 'halo kak', 'halo']
        """
        words = folded.split(" ")
        ahead, behind = self._courtesy(words), self._courtesy(words[::-1])
        cuts = [(first, last) for first in range(ahead + 1) for last in range(behind + 1) if 0 < first + last < len(words)]
        return list(dict.fromkeys(" ".join(words[first : len(words) - last]) for first, last in cuts))

    def _courtesy(self, words: list[str]) -> int:
        """How many of the first words are courtesy, as far as that counts."""
        count = 0
        for word in words[:IGNORED_AT_EACH_END]:
            if word not in self._ignored:
                break
            count += 1
        return count

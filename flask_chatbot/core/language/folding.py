"""Texts in the one form they are compared in."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

TEXT_LIMIT = 4096  # characters of a message that count, before and after NFKC
IGNORED_AT_EACH_END = 8  # courtesy words taken off one end of a text, at the most
# Variation selectors, the keycap's frame, joiners and marks of writing direction: nobody types them on purpose.
UNSEEN = re.compile("[\ufe00-\ufe0f\u20e3\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\u061c]")
LIKE_PUNCTUATION = "~`^"  # WhatsApp's marks for struck and fixed text are symbols to Unicode
# Chinese, Japanese, Thai and their neighbours are written without spaces: there, each character is a word.
WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@lru_cache(maxsize=4)  # one message is asked for several times, and a long one costs a millisecond
def fold(text: str) -> str:
    """A text as it is compared: NFKC, case folded, white space single, punctuation around words gone.

    ``#`` is no punctuation, and a text of nothing but punctuation stays as it is.

    >>> fold("  Selamat,   PAGI!! "), fold("*Menu*"), fold("\\uff2d\\uff25\\uff2e\\uff35"), fold("1\\ufe0f\\u20e3"), fold("?")
    ('selamat pagi', 'menu', 'menu', '1', '?')
    """
    text = text[:TEXT_LIMIT].strip()
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", nfkc(UNSEEN.sub("", text)).casefold())
    if text.isalnum():
        return text
    if "#" not in text:
        return fold_words(text)
    return "#".join([fold_words(part) if part else "" for part in text.split("#")])


def is_blank(text: str) -> bool:
    """True if a text holds nothing that can be seen.

    >>> is_blank(" \\u200b\\n"), is_blank("?")
    (True, False)
    """
    return not text[:1].isalnum() and not UNSEEN.sub("", text).strip()


@lru_cache(maxsize=4)
def nfkc(text: str) -> str:
    """The first 4,096 characters of the NFKC of a text.

    Few characters become eighteen, so little of a text is tried first: what is cut off cannot change what stands so far before it.

    >>> len(nfkc("\\ufdfa" * 4096)), nfkc("\\uff21")
    (4096, 'A')
    """
    for size in (256, 1024):
        start = unicodedata.normalize("NFKC", text[:size])
        if len(text) <= size or len(start) > TEXT_LIMIT + size:
            return start[:TEXT_LIMIT]
    return unicodedata.normalize("NFKC", text)[:TEXT_LIMIT]


def fold_words(text: str) -> str:
    """The words of a text that is lower case already, without the punctuation around each of them."""
    words = text.split()
    if "".join(words).isalnum():
        return " ".join(words)
    kept = [word if word.isalnum() else strip_punctuation(word) for word in words]
    return " ".join(filter(None, kept)) or " ".join(words)


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


def split_words(folded: str) -> list[str]:
    """The words of a folded text, as they are looked for inside of it.

    Punctuation inside a word parts it, unless between digits; ``#``, a symbol such as an emoji, and each character of a script without
    spaces are words of their own.

    >>> split_words("kak,harga-nya rp10.000#ok\U0001f64f"), split_words("\u4ef7\u683c 5kg")
    (['kak', 'harga', 'nya', 'rp10.000', '#', 'ok', '\U0001f64f'], ['\u4ef7', '\u683c', '5kg'])
    """
    words: list[str] = []
    for word in folded.replace("#", " # ").split():
        if word == "#" or (word.isascii() and word.isalnum()):
            words.append(word)
        else:
            words += "".join([spaced(word, place) for place in range(len(word))]).split()
    return words


def spaced(word: str, place: int) -> str:
    """A character of a word: with spaces around where it is a word of its own, a space where it parts two words."""
    apart = parted(word[place])
    is_between_digits = apart == " " and word[place - 1 : place].isdigit() and word[place + 1 : place + 2].isdigit()
    return word[place] if is_between_digits else apart


@lru_cache(maxsize=4096)
def parted(character: str) -> str:
    """The same for a character whatever stands beside it."""
    is_symbol = unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    if is_symbol or WITHOUT_SPACES.match(character):
        return f" {character} "
    return " " if is_punctuation(character) else character


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
        if "#" in folded:
            return "#".join([self._heads(part) if part else "" for part in folded.split("#")])
        return self._heads(folded)

    def _heads(self, folded: str) -> str:
        return " ".join([self._synonyms.get(word, word) for word in folded.split(" ")])

    def words(self, folded: str) -> list[str]:
        """The words of a folded text, as they are looked for inside of it."""
        words = split_words(folded)
        return [self._synonyms.get(word, word) for word in words] if self._synonyms else words

    def begun_by(self, start: str) -> frozenset[str]:
        """The words that stand for one that begins like this.

        >>> sorted(Folding(synonyms={"hrg": "harga", "brp": "berapa"}).begun_by("hr"))
        ['harga']
        """
        return frozenset(head for word, head in self._synonyms.items() if word.startswith(start))

    def without_courtesy(self, folded: str) -> list[str]:
        """Every text that is left of a folded one when courtesy words are taken off its ends, each once.

        >>> Folding(["kak", "min"]).without_courtesy("min halo kak")
        ['min halo', 'halo kak', 'halo']
        """
        if " " not in folded:  # nothing would be left
            return []
        words = folded.split(" ")
        if words[0] not in self._ignored and words[-1] not in self._ignored:
            return []
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

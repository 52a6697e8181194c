"""Other ways of writing a folded text: without accents, with its spaces elsewhere, with letters that are held down."""

import re
import unicodedata
from functools import lru_cache

JOINTS = re.compile("[ '-]+")
TWICE = re.compile(r"(.)\1")  # what every run of letters has, found in a quarter of the time
RUNS = re.compile(r"([^\W\d_])\1+")
VOWELS = frozenset("aeiou")
ACCENTED = re.compile("[\u00e0-\u024f\u1e00-\u1eff]")  # the blocks of Latin letters beyond those of ASCII
ACCENTS = re.compile("([a-z])[\u0300-\u036f]+")  # that no letter is composed with
STROKES = dict(zip("øłđħı", "oldhi", strict=True))
JOINED_LEAST = 6  # letters of a text whose spaces may stand elsewhere
RUNS_LEAST = 3  # letters of a text whose letters may be repeated: XL is no XXL


def without_accents(folded: str) -> str:
    """The text with the plain letters of the Latin script.

    >>> without_accents("café latte"), without_accents("й")
    ('cafe latte', 'й')
    """
    if folded.isascii():
        return folded
    return ACCENTS.sub(r"\1", ACCENTED.sub(lambda found: plain_letter(found[0]), folded))


@lru_cache(maxsize=1024)  # there are no more
def plain_letter(accented: str) -> str:
    """The Latin letter below an accent or a stroke; any other as it is."""
    base = unicodedata.normalize("NFD", accented)[0]
    return base if "a" <= base <= "z" else STROKES.get(accented, accented)


def joined(folded: str) -> str:
    """The text without spaces, hyphens and apostrophes; between digits a space stays.

    >>> joined("di mana"), joined("kaos laki-laki"), joined("jam 10 30")
    ('dimana', 'kaoslakilaki', 'jam10 30')
    """
    if folded.isalnum():
        return folded
    parts = JOINTS.split(folded)
    if not any(part[-1:].isdigit() for part in parts):
        return "".join(parts)
    found = parts[0]
    for part in parts[1:]:
        found += f" {part}" if found[-1:].isdigit() and part[:1].isdigit() else part
    return found


def may_be_joined(folded: str) -> bool:
    """True if a text has letters enough for its spaces to stand elsewhere.

    >>> may_be_joined("di mana"), may_be_joined("di sni"), may_be_joined("1 000 000")
    (True, False, False)
    """
    return has_letters(folded, JOINED_LEAST)


def squeezed(folded: str) -> str:
    """The text with runs of one letter as that letter once, if the word has a vowel and two different letters.

    >>> squeezed("maaaaf haloo"), squeezed("xxxl aaa 1000")
    ('maf halo', 'xxxl aaa 1000')
    """
    if not TWICE.search(folded):
        return folded
    return " ".join([squeezed_word(word) if RUNS.search(word) else word for word in folded.split(" ")])


def squeezed_word(word: str) -> str:
    """The same of one word."""
    letters = {letter for letter in without_accents(word) if letter.isalpha()}
    return RUNS.sub(r"\1", word) if len(letters) > 1 and not VOWELS.isdisjoint(letters) else word


def may_be_squeezed(folded: str) -> bool:
    """True if a text has letters enough for some of them to be repeated.

    >>> may_be_squeezed("maaf"), may_be_squeezed("xl")
    (True, False)
    """
    return has_letters(folded, RUNS_LEAST)


def has_letters(folded: str, least: int) -> bool:
    """True if a text has so many letters: for most, their first characters say so.

    >>> has_letters("di mana", 6), has_letters("jam 10", 4)
    (True, False)
    """
    return len(folded) >= least and (folded[:least].isalpha() or sum(map(str.isalpha, folded)) >= least)

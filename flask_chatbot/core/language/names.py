"""The names of people, as a shop may address them: what profiles hold beside a name is left out."""

import re
import unicodedata
from functools import lru_cache

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.signs import UNSEEN, without_look_alikes
from flask_chatbot.core.language.words import words_of_all
from flask_chatbot.core.late import late_pattern

LOOKED_AT = 200  # characters of a profile's name
WORD_LIMIT = 30  # letters of a word of a name; what is longer is none
NAME_LIMIT = 40  # letters of a name, which ends with the last word that fits
WORDS_LIMIT = 3
SHOUTED = 4  # capitals from which a word is shouted, and no abbreviation
BEHIND = re.compile(r"[,|(\[{<:;/]")  # what stands behind one of these is no name: a degree, a shop, an advertisement
DIGITS_AROUND = re.compile(r"^[0-9'-]+|[0-9'-]+$")
STACKED = late_pattern("([\u0300-\u036f]{2})[\u0300-\u036f]+")  # accents upon accents


def address(call: str, profile: str) -> str:
    """The words that a person is addressed by: `call`, and their name where the profile has one.

    >>> address("Kak", "\U0001f338Budi_99\U0001f338"), address("Kak", "\U0001f338"), address("Bapak/Ibu", "Pak Budi")
    ('Kak Budi', 'Kak', 'Bapak/Ibu Budi')
    """
    return " ".join(filter(None, (call, spoken_name(profile))))


@lru_cache(maxsize=1024)  # people write several times
def spoken_name(profile: str) -> str:
    """The name in a profile as it is said: up to three words without emoji, signs, digits and titles; empty if there is none.

    >>> [spoken_name(each) for each in ("budi santoso", "BUDI", "Ani, S.Kom", "{{ 7*7 }}", "b4ng", "x" * 4096)]
    ['Budi Santoso', 'Budi', 'Ani', '', '', '']
    """
    seen = UNSEEN.sub("", profile[:LOOKED_AT])
    plain = unicodedata.normalize("NFKC", without_look_alikes(seen))[:LOOKED_AT].strip()
    heads = (head for head in BEHIND.split(STACKED.sub(r"\1", plain)) if any(map(str.isalpha, head)))
    words = [DIGITS_AROUND.sub("", word) for word in "".join(map(spoken, next(heads, ""))).split()]
    return joined_words([as_spoken(word) for word in words if is_word(word)])


def spoken(character: str) -> str:
    """A character that belongs to a word, or a space for any other."""
    return character if unicodedata.category(character)[0] in "LMN" or character in "'-" else " "


def is_word(word: str) -> bool:
    """True if a word may belong to a name: it has letters, no digits, and an end."""
    return len(word) <= WORD_LIMIT and word[:1].isalpha() and not any(unicodedata.category(each)[0] == "N" for each in word)


def as_spoken(word: str) -> str:
    """A word with a capital first letter, and no shouting."""
    is_shouted = word.isupper() and len(word) >= SHOUTED
    return word[:1].upper() + (word[1:].lower() if is_shouted else word[1:])


def joined_words(words: list[str]) -> str:
    """The first words of a name, without titles ahead of them; those that would make it too long are left out."""
    titles = words_of_all("titles")
    while words and fold(words[0]) in titles:
        words = words[1:]
    words = words[:WORDS_LIMIT]
    while len(" ".join(words)) > NAME_LIMIT:
        words = words[:-1]
    return " ".join(words)

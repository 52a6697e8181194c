"""The words of a language by meaning: courtesy, yes and no, greetings; read from its file beside this module."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flask_chatbot.core.language.folding import fold

LANGUAGES = ("id", "en")
NOTHING = re.compile("(?!)")
PIECES = re.compile(r"\([^)]*\)|[^\s(]+")  # of an entry with choices
NO_COUNTING: Mapping[str, str] = MappingProxyType({})
NO_GREETINGS: Mapping[str, frozenset[str]] = MappingProxyType({})
GREETING_LISTS = MappingProxyType({"any": ("any", "morning", "day", "afternoon", "evening"), "peace": ("peace", "any")})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """Folded words and runs of words. `ignore` is courtesy at both ends of a text, `ignore_first` and `ignore_last` at one of them.

    `greetings` are several lists, since "selamat pagi" is not "selamat malam". A text with a word of `questions` asks for something.
    `call_off` are words of `cancel` that say no to a yes-or-no question, `nothing` those of `skip` that do. Around the label of a
    field, `correct` says that its value is wrong, with `correct_first` ahead and `correct_last` behind.
    `choosing` stands around a number that is chosen, `back` leads to the menu before. `done` is for staff. `opt_out` finds whole
    texts. `titles` stand ahead of names. `alone` names the lists that a bot has in
    place of those of all languages.
    """

    ignore: frozenset[str] = frozenset()
    ignore_first: frozenset[str] = frozenset()
    ignore_last: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    cancel: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    call_off: frozenset[str] = frozenset()
    nothing: frozenset[str] = frozenset()
    wait: frozenset[str] = frozenset()
    resume: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    correct: frozenset[str] = frozenset()
    correct_first: frozenset[str] = frozenset()
    correct_last: frozenset[str] = frozenset()
    choosing: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    thanks: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    opt_out: re.Pattern[str] = NOTHING
    counting: Mapping[str, str] = field(default_factory=lambda: NO_COUNTING)
    greetings: Mapping[str, frozenset[str]] = field(default_factory=lambda: NO_GREETINGS)

    @property
    def small_talk(self) -> frozenset[str]:
        """All greetings and thanks."""
        return self.thanks.union(*self.greetings.values())

    def greetings_like(self, text: str) -> tuple[frozenset[str], ...]:
        """The lists that a greeting may stand for, nearest first; empty if the text is no greeting.

        >>> [sorted(each) for each in Words(greetings={"any": {"halo"}, "morning": {"pagi"}}).greetings_like("pagi")]
        [['pagi'], ['halo']]
        """
        name = next((name for name, greetings in self.greetings.items() if text in greetings), None)
        if name is None:
            return ()
        return tuple(self.greetings[like] for like in GREETING_LISTS.get(name, (name, "any")) if like in self.greetings)


@cache
def words_of(language: str) -> Words:
    """The words of a language; ValueError if the package has no file for it.

    >>> "kak" in words_of("id").ignore, words_of("en").yes >= {"ok", "yes"}
    (True, True)
    """
    if language not in LANGUAGES:
        raise ValueError(f"there are no words of {language!r}")
    file = file_of(language)
    lists = {name: read_list(written) for name, written in file.items() if isinstance(written, str)}
    greetings = {name: read_list(written) for name, written in file["greetings"].items()}
    counting = {word: digits for digits, written in file["counting"].items() for word in read_list(written)}
    return Words(greetings=greetings, counting=counting, opt_out=read_choices(file["opt_out"]), **lists)


@cache
def file_of(language: str) -> Mapping[str, Any]:
    """The file of a language, read once: that takes as long as a check of fifty rules."""
    return tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8"))


@cache
def words_of_all(name: str) -> frozenset[str]:
    """The words of one list in all languages.

    >>> words_of_all("yes") >= {"ya", "yes"}
    True
    """
    return frozenset().union(*(getattr(words_of(language), name) for language in LANGUAGES))


def words_heard(words: Words, name: str) -> frozenset[str]:
    """The words of one list that a bot hears: those of all languages with its own, or its own alone.

    >>> sorted(words_heard(Words(no=frozenset({"moh"}), alone=frozenset({"no"})), "no"))
    ['moh']
    """
    own: frozenset[str] = getattr(words, name)
    return own if name in words.alone else words_of_all(name) | own


@cache
def counting_of_all() -> Mapping[str, str]:
    """The digits that the small numbers stand for as words, in all languages.

    >>> counting_of_all()["dua"], counting_of_all()["two"]
    ('2', '2')
    """
    return {word: digits for language in LANGUAGES for word, digits in words_of(language).counting.items()}


def read_list(written: str) -> frozenset[str]:
    """The folded entries of a list.

    >>> sorted(read_list("Terima kasih, TQ"))
    ['terima kasih', 'tq']
    """
    return frozenset(fold(entry) for entry in written.split(","))


def read_choices(entries: Iterable[str]) -> re.Pattern[str]:
    """A pattern for whole texts that are one of the entries, with any of their spaces left out; brackets hold alternative words.

    >>> found = read_choices(["(stop, jangan) (, kirim) promo", "unsub"])
    >>> [bool(found.fullmatch(text)) for text in ("stop promo", "jangankirim promo", "kirim promo", "unsub")]
    [True, True, False, True]
    """
    return re.compile("|".join("".join(map(choice, PIECES.findall(entry))) for entry in entries))


def choice(piece: str) -> str:
    """The pattern of one piece of an entry, a word or words in brackets; an empty alternative makes it optional."""
    options = [fold(option) for option in piece.strip("()").split(",")]
    written = "|".join(f"{re.escape(option)} ?".replace("\\ ", " ?") for option in options if option)
    return f"(?:{written})?" if "" in options else f"(?:{written})"

"""The steps in which a text is looked up, and the readings of it that each adds."""

from collections.abc import Iterable
from enum import Enum, StrEnum
from itertools import chain
from typing import TypeVar

from flask_chatbot.core.language.folding import fold_with_signs, without_signs
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.signs import has_signs
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.translation.translatable import msgid

E = TypeVar("E", bound=type[Enum])


def quick(enum: E) -> E:
    """The enum with its members as plain attributes of the class, as they are from Python 3.12 on.

    Python 3.11 reads each by a property, which costs 150 ns, twenty times as much; deciding on a message reads a dozen of them.

    >>> @quick
    ... class Size(Enum):
    ...     SMALL = 1
    >>> vars(Size)["SMALL"]
    <Size.SMALL: 1>
    """
    for member in enum:
        type.__setattr__(enum, member.name, member)  # Enum itself refuses to have a member set
    return enum


@quick
class LookupStep(StrEnum):
    """The steps in which a text is looked up, each taken where those before found nothing; in the words of an explanation."""

    WRITTEN = ""
    ASIDE = msgid("without accents and emoji")
    SYNONYMS = msgid("by its synonyms")
    COURTESY = msgid("without courtesy")
    COURTEOUS_SYNONYMS = msgid("by its synonyms, without courtesy")
    SPACED = msgid("with a space for the #")
    OPT_OUT = msgid("as a phrase of opting out")
    JOINED = msgid("with its spaces elsewhere")
    SQUEEZED = msgid("without repeated letters")
    MEANING = msgid("by its meaning")


AS_KEYWORD = (LookupStep.WRITTEN, LookupStep.ASIDE, LookupStep.SYNONYMS, LookupStep.COURTESY, LookupStep.COURTEOUS_SYNONYMS)
BY_SYNONYMS = (LookupStep.SYNONYMS, LookupStep.COURTEOUS_SYNONYMS)
EXACT = frozenset({LookupStep.WRITTEN, LookupStep.ASIDE, LookupStep.COURTESY})  # as written, less decoration and courtesy


def steps_of(folding: Folding) -> tuple[LookupStep, ...]:
    """The steps by keyword that can change a text: those by synonyms only where there are any.

    >>> [step.value for step in steps_of(Folding())]
    ['', 'without accents and emoji', 'without courtesy']
    """
    return AS_KEYWORD if folding.has_synonyms else tuple([step for step in AS_KEYWORD if step not in BY_SYNONYMS])


class Reader:
    """Reads one text in each of the steps; `folded` is the text as written, with the emoji that the rules hold.

    `written` are the readings of the first step: this, and the text without any emoji.
    """

    __slots__ = ("_folding", "_heads", "_is_plain", "_signs", "_split", "_steps", "_words", "folded", "text", "written")

    def __init__(self, text: str, folding: Folding, signs: frozenset[str]) -> None:
        folded = fold_with_signs(text)
        is_plain = folded.isalnum() or folded.replace(" ", "").replace("#", "").isalnum()  # as most
        may_have_signs = not is_plain and has_signs(folded)
        self.text = text
        self.folded = without_signs(folded, signs) if may_have_signs else folded
        self.written: tuple[str, ...] = once([self.folded, without_signs(folded)]) if may_have_signs else (folded,)
        self._folding = folding
        self._signs = signs
        self._is_plain = is_plain and folded.isascii() and not folding.has_synonyms
        self._steps: dict[LookupStep, tuple[str, ...]] | None = None
        self._heads: list[tuple[Reader, str]] | None = None
        self._words: list[str] | None = None
        self._split: list[str] | None = None

    def at(self, step: LookupStep) -> tuple[str, ...]:
        """The readings of the text in a step after the first; none where nothing is left of it."""
        if self._steps is None:
            self._steps = {}
        readings = self._steps.get(step)
        if readings is None:
            readings = self._steps[step] = self._read(step)
        return readings

    def heads(self, most: int) -> "list[tuple[Reader, str]]":
        """Readers of the text before each ``#``, up to so many, each with the text after it."""
        if self._heads is None:
            self._heads = []
        while len(self._heads) < most:
            end = self.text.find("#", len(self.text) - len(self._heads[-1][1]) if self._heads else 0)
            if end < 0:
                break
            self._heads.append((Reader(self.text[:end], self._folding, self._signs), self.text[end + 1 :]))
        return self._heads[:most]

    def bare(self) -> "Reader | None":
        """Reads the text without the marks at its end; None where there are none."""
        return Reader(self.folded.rstrip("#"), self._folding, self._signs) if self.folded.endswith("#") else None

    def all(self) -> tuple[str, ...]:
        """All readings, the nearest to what was written first."""
        courteous = self.at(LookupStep.COURTESY)
        if not self._folding.has_synonyms:
            return (*self.at(LookupStep.ASIDE), *courteous) if courteous else self.at(LookupStep.ASIDE)
        return once([*self.at(LookupStep.ASIDE), *self.at(LookupStep.SYNONYMS), *courteous, *self.at(LookupStep.COURTEOUS_SYNONYMS)])

    def headed(self) -> tuple[str, ...]:
        """The readings by their heads, as similar texts are compared."""
        return once(map(self._folding.heads, self.all())) if self._folding.has_synonyms else self.all()

    def words(self) -> list[str]:
        """The words of all readings, one reading after the other, and those of `split`. Setting courtesy aside only removes some.

        A text without the first word of a literal among them is not that literal, in any step. A ``#`` separates words, too.
        """
        if self._words is None:
            if self._is_plain:
                self._words = self.folded.replace("#", " ").split(" ")
                self._split = None if "#" in self.folded else self._words
            else:
                readings = [*self.at(LookupStep.ASIDE), *self.at(LookupStep.SYNONYMS)]
                self._words = [*" ".join(readings).replace("#", " ").split(" "), *self.split()]
        return self._words

    def plain_words(self) -> list[str]:
        """The words of a text that reads alike in all steps but for courtesy; none of any other."""
        return (self._words or self.words()) if self._is_plain else []

    def split(self) -> list[str]:
        """The words of `folded`, as phrases look for them."""
        if self._split is None:
            self._split = self._folding.split(self.folded)
        return self._split

    def _read(self, step: LookupStep) -> tuple[str, ...]:
        if step is LookupStep.ASIDE:
            return self.written if self.folded.isascii() else once([*self.written, *map(without_accents, self.written)])
        if step is LookupStep.SYNONYMS:
            return once(map(self._folding.heads, self.at(LookupStep.ASIDE))) if self._folding.has_synonyms else ()
        before = self.at(LookupStep.ASIDE if step is LookupStep.COURTESY else LookupStep.SYNONYMS)
        left = [self._folding.without_courtesy(reading) for reading in before]
        return tuple(left[0]) if len(left) == 1 else once(chain.from_iterable(left))


def once(readings: Iterable[str]) -> tuple[str, ...]:
    """The readings, each once."""
    return tuple(dict.fromkeys(readings))

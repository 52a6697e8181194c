"""The keywords of a book: looked up as written, then as each further step reads a text."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from flask_chatbot.core.language.folding import fold_with_signs, without_signs
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.matching.rule import Rule

Found = list[tuple[Rule, str]]


class LookupStep(StrEnum):
    """The steps in which a text is looked up, each taken where those before found nothing; in the words of an explanation."""

    WRITTEN = ""
    ASIDE = "without accents and emoji"
    SYNONYMS = "by its synonyms"
    COURTESY = "without courtesy"
    COURTEOUS_SYNONYMS = "by its synonyms, without courtesy"
    SPACED = "with a space for the #"
    OPT_OUT = "as a phrase of opting out"
    JOINED = "with its spaces elsewhere"
    SQUEEZED = "without repeated letters"
    MEANING = "by its meaning"


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
    """Reads one text in each of the steps; `folded` is the text as written, with the emoji that the rules hold."""

    __slots__ = ("_folding", "_steps", "folded")

    def __init__(self, text: str, folding: Folding, signs: frozenset[str]) -> None:
        folded = fold_with_signs(text)
        self._folding = folding
        self.folded = without_signs(folded, signs)
        plain = without_signs(folded) if signs else self.folded
        written = (self.folded,) if plain == self.folded else (self.folded, plain)
        self._steps: dict[LookupStep, tuple[str, ...]] = {LookupStep.WRITTEN: written}

    def at(self, step: LookupStep) -> tuple[str, ...]:
        """The readings of the text that a step adds; none where it changes nothing."""
        if step not in self._steps:
            self._steps[step] = tuple(dict.fromkeys(self._read(step)))
        return self._steps[step]

    def all(self) -> tuple[str, ...]:
        """All readings, the nearest to what was written first."""
        return tuple(dict.fromkeys([reading for step in steps_of(self._folding) for reading in self.at(step)]))

    def headed(self) -> tuple[str, ...]:
        """The readings by their heads, as similar texts are compared."""
        return tuple(dict.fromkeys(self._folding.heads(reading) for reading in self.all()))

    def _read(self, step: LookupStep) -> Iterable[str]:
        if step is LookupStep.ASIDE:
            written = self.at(LookupStep.WRITTEN)
            return (*written, *map(without_accents, written))
        if step is LookupStep.SYNONYMS:
            headed = map(self._folding.heads, self.at(LookupStep.ASIDE))
            return (reading for reading in headed if reading not in self.at(LookupStep.ASIDE))
        before = self.at(LookupStep.ASIDE if step is LookupStep.COURTESY else LookupStep.SYNONYMS)
        return (left for reading in before for left in self._folding.without_courtesy(reading))


class Keywords:
    """The keywords that take fields, or those that do not, by their literals."""

    __slots__ = ("_aside", "_literals")

    def __init__(self, rules: Iterable[Rule], folding: Folding, *, takes_fields: bool) -> None:
        self._literals: dict[str, tuple[Rule, ...]] = {}
        for rule in rules:
            for literal in dict.fromkeys(keyword.literal for keyword in rule.keywords if keyword.takes_fields is takes_fields):
                self._literals[literal] = (*self._literals.get(literal, ()), rule)
        self._aside: dict[str, list[str]] = {}  # the literals that have another form
        for literal in self._literals:
            for form in other_forms(literal, folding):
                self._aside.setdefault(form, []).append(literal)

    def __bool__(self) -> bool:
        return bool(self._literals)

    @property
    def has_other_forms(self) -> bool:
        """True if a literal is found by something else than itself."""
        return bool(self._aside)

    def __iter__(self) -> Iterator[str]:
        return iter(self._literals)

    def rules(self, literal: str) -> tuple[Rule, ...]:
        """The rules that have this literal."""
        return self._literals.get(literal, ())

    def find(self, readings: Iterable[str], step: LookupStep) -> Found:
        """The rules with a literal that is one of the readings of a text; beyond what is written, in any of its forms."""
        found: Found = []
        for reading in readings:
            if rules := self._literals.get(reading):
                found += [(rule, reading) for rule in rules]
            if step is not LookupStep.WRITTEN and self._aside:
                found += [(rule, literal) for literal in self._aside.get(reading, ()) for rule in self._literals[literal]]
        return found


def other_forms(literal: str, folding: Folding) -> set[str]:
    """A literal without accents and emoji, and by its heads, where that is something else."""
    headed = folding.heads(literal)
    if literal.isascii() and headed == literal:
        return set()  # as nearly always
    plain = without_signs(literal)
    return {plain, without_accents(literal), without_accents(plain), headed, without_accents(headed)} - {literal}

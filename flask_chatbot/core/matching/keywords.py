"""Keywords by their literals."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask_chatbot.core.language.folding import without_signs
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import EXACT, LookupStep, Reader

Found = list[tuple[Rule, str]]


class Keywords:
    """The keywords that take fields, or those that do not, by their `literals`."""

    __slots__ = ("_aside", "_exact", "_headed", "_kind", "literals")

    def __init__(self, rules: Iterable[Rule], folding: Folding, *, takes_fields: bool) -> None:
        self._kind = Kind.FIELDS if takes_fields else Kind.KEYWORD
        self.literals: dict[str, tuple[Rule, ...]] = {}
        self._exact: set[tuple[Rule, str]] = set()
        for rule in rules:
            for keyword in rule.keywords:
                if keyword.takes_fields is takes_fields:
                    self.literals[keyword.literal] = (*self.literals.get(keyword.literal, ()), rule)
                    if keyword.exact:
                        self._exact.add((rule, keyword.literal))
        self._aside: dict[str, list[str]] = {}  # the literals that have another form, by this
        self._headed: dict[str, list[str]] = {}  # those that have another by their heads
        for literal in self.literals:
            for form in forms_aside(literal):
                self._aside.setdefault(form, []).append(literal)
            for form in forms_headed(literal, folding):
                self._headed.setdefault(form, []).append(literal)

    def __bool__(self) -> bool:
        return bool(self.literals)

    @property
    def first_words(self) -> frozenset[str]:
        """The first words of the literals in all their forms, as `Reader.words` has them."""
        return frozenset(form.replace("#", " ").partition(" ")[0] for form in chain(self.literals, self._aside, self._headed))

    @property
    def has_forms_aside(self) -> bool:
        """True if a literal has a form without accents and emoji."""
        return bool(self._aside)

    def __iter__(self) -> Iterator[str]:
        return iter(self.literals)

    def rules(self, literal: str) -> tuple[Rule, ...]:
        """The rules that have this literal."""
        return self.literals.get(literal, ())

    def is_exact(self, rule: Rule, literal: str) -> bool:
        """True if a rule has this literal, and takes it only as written, less decoration and courtesy."""
        return (rule, literal) in self._exact

    def find(self, reader: Reader, step: LookupStep, rest: str = "") -> list[Candidate]:
        """The candidates with a literal that is a reading of a text; beyond what is written, in any of its forms for that step.

        `rest` is the text after this one.
        """
        found: list[Candidate] = []
        readings = reader.written if step is LookupStep.WRITTEN else reader.at(step)
        for reading in readings:
            for rule in self.literals.get(reading, ()):
                found.append(Candidate(rule, self._kind, reading, rest, step))  # noqa: PERF401  a list of its own costs as much again
        if step is LookupStep.WRITTEN or not readings:
            return found
        for forms in (self._aside,) if step in EXACT else (self._aside, self._headed):
            of_forms = [literal for reading in readings for literal in forms.get(reading, ())] if forms else ()
            found += [Candidate(rule, self._kind, literal, rest, step) for literal in of_forms for rule in self.literals[literal]]
        if step not in EXACT and self._exact:
            return [each for each in found if (each.rule, each.literal) not in self._exact]
        return found


def forms_aside(literal: str) -> set[str]:
    """A literal without accents and emoji, where that is something else.

    >>> sorted(forms_aside("caf\u00e9 \U0001f44d")), forms_aside("kopi")
    (['cafe', 'cafe \U0001f44d', 'caf\u00e9'], set())
    """
    if literal.isascii():
        return set()  # as nearly always
    plain = without_signs(literal)
    return {plain, without_accents(literal), without_accents(plain)} - {literal}


def forms_headed(literal: str, folding: Folding) -> set[str]:
    """A literal by its heads, where that is something else, with and without accents and emoji.

    >>> forms_headed("hrg kopi", Folding(synonyms={"hrg": "harga"}))
    {'harga kopi'}
    """
    headed = folding.heads(literal)
    return set() if headed == literal else {headed, *forms_aside(headed)}

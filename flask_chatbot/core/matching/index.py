"""The index: finds the rules that a text matches, in the documented order, at a cost independent of their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from flask_chatbot.core.language.folding import TEXT_LIMIT, fold_with_signs, without_signs
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.signs import has_signs
from flask_chatbot.core.matching.pattern_index import PatternIndex
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.values.problems import Problem


class Kind(IntEnum):
    """The ways to match, in the order in which they win among rules of one priority."""

    KEYWORD = 1
    FIELDS = 2
    PATTERN = 3
    CONTAINS = 4
    SIMILAR = 5
    FALLBACK = 6
    MENU = 7  # not found in a text of its own: chosen from a menu that was shown
    FORM = 8  # likewise: filled in, one answer at a time
    GUESS = 9  # likewise: it says something that the text is near


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that answers, how it was found, and the values read for it.

    `literal` is the folded text or the pattern that found it; for a form, the keyword that began it. `data` are the parts after the ``#``;
    `invalid` has a sentence for each field without a valid value.
    """

    rule: Rule
    kind: Kind
    literal: str = ""
    data: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)


class Candidate(NamedTuple):
    """A rule that a text matches by `literal`; `rest` is the text after the keyword's ``#``."""

    rule: Rule
    kind: Kind
    literal: str
    rest: str = ""

    @property
    def size(self) -> int:
        """The length of the literal without its star; 0 for a pattern."""
        if self.kind is Kind.PATTERN:
            return 0
        return len(self.literal) - (self.literal.count("*") if self.kind is Kind.CONTAINS else 0)

    def rank(self) -> tuple[int, int, int, int, str]:
        """The sort key of a candidate, winner lowest: priority, then kind, the longer literal, the order in the files.

        Between two literals of one rule that are otherwise equal, the alphabet decides.
        """
        return (-self.rule.priority, self.kind, -self.size, self.rule.position, self.literal)

    def match(self) -> Match:
        """The match before any values are read."""
        return Match(rule=self.rule, kind=self.kind, literal=self.literal)

    def groups(self, text: str) -> Mapping[str, str | None]:
        """The contents of the groups of the pattern that found the rule in `text`; empty for other kinds."""
        if self.kind is not Kind.PATTERN:
            return {}
        return next(pattern for pattern in self.rule.patterns if pattern.source == self.literal).read(text)


def always(rule: Rule) -> bool:
    """True for every rule, ignoring its conditions."""
    return True


class Index:
    """All rules of a book by their triggers."""

    __slots__ = (
        "_contains",
        "_fallbacks",
        "_fields",
        "_folding",
        "_has_only_keywords",
        "_highest_other",
        "_keywords",
        "_marks",
        "_patterns",
        "_signs",
        "_similar",
    )

    def __init__(self, rules: Iterable[Rule], folding: Folding) -> None:
        rules = tuple(rules)
        self._folding = folding
        self._keywords: dict[str, tuple[Rule, ...]] = {}
        self._fields: dict[str, tuple[Rule, ...]] = {}
        for rule in rules:
            for keyword in dict.fromkeys(rule.keywords):
                table = self._fields if keyword.takes_fields else self._keywords
                table[keyword.literal] = (*table.get(keyword.literal, ()), rule)
        self._signs = frozenset(word for rule in rules for literal in literals(rule) if has_signs(literal) for word in literal.split(" "))
        self._patterns = PatternIndex(rules) or None
        self._contains = PhraseIndex(rules, folding) or None
        self._similar = SimilarIndex(rules) or None
        self._has_only_keywords = not (self._patterns or self._contains or self._similar)
        self._fallbacks = sorted((Candidate(rule, Kind.FALLBACK, "") for rule in rules if rule.fallback), key=Candidate.rank)
        self._highest_other = max((rule.priority for rule in rules if rule.patterns or rule.contains or rule.similar), default=0)
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def problems(self) -> Iterator[Problem]:
        """Yield rules that would be too slow to match."""
        yield from self._patterns.problems() if self._patterns is not None else ()
        yield from self._similar.problems() if self._similar is not None else ()

    def candidates(self, text: str, may_answer: Callable[[Rule], bool] = always) -> Iterator[Candidate]:
        """Yield the rules that a text matches, each by its best literal, winner first, fallbacks last; found lazily.

        If none of the rules that a keyword finds `may_answer` now, it is read with and without its ``#`` as if they did not exist.
        """
        text = text[:TEXT_LIMIT]
        folded = self._fold(text)
        bare = (folded, *self._folding.without_courtesy(folded))
        if has_signs(folded):
            plain = without_signs(folded)
            bare = (*bare, plain, *self._folding.without_courtesy(plain))
        found = whole(self._keywords, bare, Kind.KEYWORD)
        if "#" in folded:
            found += self._by_mark(text)
            if folded.endswith("#"):
                ahead = folded.rstrip("#")
                bare = (ahead, *self._folding.without_courtesy(ahead))
                found = found if answered(found, may_answer) else found + whole(self._keywords, bare, Kind.KEYWORD)
        if self._fields and not answered(found, may_answer):  # last, a keyword that takes fields, written without any
            found = found + whole(self._fields, bare, Kind.FIELDS)
        keywords = ranked(found)
        if self._has_only_keywords:
            return iter(once(keywords + self._fallbacks) if keywords else self._fallbacks)
        if keywords and keywords[0].rule.priority >= self._highest_other:
            sure = once([candidate for candidate in keywords if candidate.rule.priority >= self._highest_other])
            return chain(sure, self._after(sure, keywords, text, folded, bare))
        # A list, since leaving a generator in its middle costs as much as looking up a keyword.
        return iter(once(ranked(keywords + self._others(text, folded, bare)) + self._fallbacks))

    def found(self, text: str) -> dict[int, Candidate]:
        """All of them except fallbacks, by the positions of their rules."""
        return {candidate.rule.position: candidate for candidate in self.candidates(text) if candidate.kind is not Kind.FALLBACK}

    def _after(
        self, sure: list[Candidate], keywords: list[Candidate], text: str, folded: str, bare: tuple[str, ...]
    ) -> Iterator[Candidate]:
        """Yield the candidates after keywords that nothing can outrank, searched only when those are passed over."""
        found = ranked(keywords + self._others(text, folded, bare))
        yield from once([*sure, *found, *self._fallbacks])[len(sure) :]

    def _others(self, text: str, folded: str, bare: tuple[str, ...]) -> list[Candidate]:
        """The candidates that take more than a look-up to find."""
        found = []
        if self._patterns is not None and (hits := self._patterns.find(text)):
            found += [Candidate(rule, Kind.PATTERN, source) for rule, source in hits]
        if self._contains is not None and (hits := self._contains.find(self._folding.split(folded))):
            found += [Candidate(rule, Kind.CONTAINS, literal) for rule, literal in hits]
        if self._similar is not None and (hits := self._similar.find(bare)):
            found += [Candidate(rule, Kind.SIMILAR, literal) for rule, literal in hits]
        return found

    def _fold(self, text: str) -> str:
        """The folded text, with the emoji that the rules contain."""
        return self._folding.heads(without_signs(fold_with_signs(text), self._signs))

    def _by_mark(self, text: str) -> list[Candidate]:
        found = []
        end = -1
        for _ in range(self._marks):
            end = text.find("#", end + 1)
            if end < 0:
                break
            literal = self._fold(text[:end])
            found += [Candidate(rule, Kind.FIELDS, literal, text[end + 1 :]) for rule in self._fields.get(literal, ())]
        return found


def literals(rule: Rule) -> Iterator[str]:
    """The folded texts that a rule is found by, except patterns."""
    yield from (keyword.literal for keyword in rule.keywords)
    yield from (phrase.literal for phrase in rule.contains)
    yield from rule.similar


def whole(table: Mapping[str, tuple[Rule, ...]], readings: Iterable[str], kind: Kind) -> list[Candidate]:
    """The rules of a table whose literal is one of the readings of a text."""
    found: list[Candidate] = []
    for literal in readings:
        if rules := table.get(literal):
            found += [Candidate(rule, kind, literal) for rule in rules]
    return found


def answered(candidates: Iterable[Candidate], may_answer: Callable[[Rule], bool]) -> bool:
    """True if one of the rules may answer."""
    return any(may_answer(candidate.rule) for candidate in candidates)


def ranked(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates, winner first."""
    return sorted(candidates, key=Candidate.rank) if len(candidates) > 1 else candidates


def once(candidates: list[Candidate]) -> list[Candidate]:
    """The first candidate of each rule."""
    if len(candidates) < 2:
        return candidates
    firsts: dict[int, Candidate] = {}
    for candidate in candidates:
        firsts.setdefault(candidate.rule.position, candidate)
    return list(firsts.values())

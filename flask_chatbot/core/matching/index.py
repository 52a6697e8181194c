"""The index: finds the rules that a text matches, in the documented order, at a cost independent of their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from itertools import chain
from math import inf
from typing import NamedTuple

from flask_chatbot.core.fields.field import Context
from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language, language_of
from flask_chatbot.core.language.signs import has_signs, with_marks
from flask_chatbot.core.language.variants import squeezed, without_accents
from flask_chatbot.core.matching.keywords import Found, Keywords, LookupStep, Reader, steps_of
from flask_chatbot.core.matching.loose import LooseIndex
from flask_chatbot.core.matching.pattern_index import PatternIndex
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.matching.spaced import SpacedIndex
from flask_chatbot.core.values.actions import Subscribe
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
    """A rule that a text matches by `literal`, in one `step`; `rest` is the text after the keyword's ``#``."""

    rule: Rule
    kind: Kind
    literal: str
    rest: str = ""
    step: LookupStep = LookupStep.WRITTEN

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


COURTESY_LETTERS = 300  # of all courtesy that is set aside at both ends of a text, about
LETTERS_LIMIT = 1000  # of a text in which words are looked for that are written otherwise
MayAnswer = Callable[[Rule], bool]
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # a value is read at any time when only its form matters


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
        "_has_small_talk",
        "_highest_other",
        "_keywords",
        "_loose",
        "_marks",
        "_opt_outs",
        "_patterns",
        "_plain_words",
        "_reach",
        "_signs",
        "_similar",
        "_spaced",
        "_steps",
    )

    def __init__(self, rules: Iterable[Rule], folding: Folding, language: Language | None = None, country: str = "ID") -> None:
        rules = tuple(rules)
        self._folding = folding
        self._steps = steps_of(folding)
        self._keywords = Keywords(rules, folding, takes_fields=False)
        self._fields = Keywords(rules, folding, takes_fields=True)
        self._signs = frozenset(word for rule in rules for literal in literals(rule) if has_signs(literal) for word in literal.split(" "))
        self._spaced = SpacedIndex(rules, self._fields, folding, Context(language or language_of("id"), country, SOME_DAY)) or None
        self._opt_outs = [rule for rule in rules if Subscribe(False) in rule.actions]
        self._patterns = PatternIndex(rules) or None
        self._contains = PhraseIndex(rules, folding) or None
        accented = {word for rule in rules for phrase in rule.contains for word in phrase.words if not word.isascii()}
        self._plain_words = {without_accents(word): word for word in sorted(accented)}  # of the phrases, by their plain letters
        self._similar = SimilarIndex(rules) or None
        self._loose = LooseIndex(rules, folding, self._contains, self._whole)
        self._fallbacks = sorted((Candidate(rule, Kind.FALLBACK, "") for rule in rules if rule.fallback), key=Candidate.rank)
        self._highest_other = max((rule.priority for rule in rules if rule.patterns or rule.contains or rule.similar), default=-inf)
        self._has_small_talk = any(rule.small_talk for rule in rules)
        longest = max((len(each) for rule in rules for each in (*(keyword.literal for keyword in rule.keywords), *rule.similar)), default=0)
        self._reach = 2 * longest + COURTESY_LETTERS  # a longer text is no literal, in whatever step
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def problems(self) -> Iterator[Problem]:
        """Yield rules that would be too slow to match."""
        yield from self._patterns.problems() if self._patterns is not None else ()
        yield from self._similar.problems() if self._similar is not None else ()

    def candidates(self, text: str, may_answer: MayAnswer = always) -> Iterator[Candidate]:
        """Yield the rules that a text matches, each by its best literal, winner first, fallbacks last; found lazily.

        If none of the rules found so far `may_answer` now, the text is read on as if they did not exist: with and without its ``#``, and
        in the next step.
        """
        text = with_marks(text[:TEXT_LIMIT])
        reader = Reader(text, self._folding, self._signs)
        keywords = ranked(self._by_keyword(text, reader, may_answer))
        if keywords and keywords[0].rule.priority >= self._highest_other and answered(keywords, may_answer):
            sure = once([candidate for candidate in keywords if candidate.rule.priority >= self._highest_other])
            return chain(sure, self._after(sure, keywords, text, reader, may_answer))
        # A list, since leaving a generator in its middle costs as much as looking up a keyword.
        return iter(once(self._all(keywords, text, reader, may_answer)))

    def found(self, text: str) -> dict[int, Candidate]:
        """All of them except fallbacks, by the positions of their rules."""
        return {candidate.rule.position: candidate for candidate in self.candidates(text) if candidate.kind is not Kind.FALLBACK}

    def _after(
        self, sure: list[Candidate], keywords: list[Candidate], text: str, reader: Reader, may_answer: MayAnswer
    ) -> Iterator[Candidate]:
        """Yield the candidates after keywords that nothing can outrank, searched only when those are passed over."""
        yield from once([*sure, *self._all(keywords, text, reader, may_answer)])[len(sure) :]

    def _all(self, keywords: list[Candidate], text: str, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """All candidates, and the fallbacks."""
        found = keywords + self._others(text, reader)
        if not answered(found, may_answer):
            found += self._loosely(text, may_answer)
        found = ranked(found)
        if self._has_small_talk and len(found) > 1 and any(candidate.rule.small_talk for candidate in found):
            found.sort(key=lambda candidate: candidate.rule.small_talk and self._asks(text, candidate.literal))
        return found + self._fallbacks

    def _loosely(self, text: str, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates of a text written otherwise; of a text with a mark, by the part before it."""
        head, _, rest = text.partition("#")
        if len(head) > LETTERS_LIMIT or not head.strip():
            return []
        steps = self._loose.find(Reader(head, self._folding, self._signs).all(), may_answer)
        takes_parts = bool(rest.strip("# \t\n"))
        return [
            Candidate(rule, Kind.SIMILAR, literal, rest, step)
            for step, found in steps
            for rule, literal in found
            if not takes_parts or rule in self._fields.rules(literal)
        ]

    def _asks(self, text: str, literal: str) -> bool:
        """True if a text asks for something beside a literal."""
        if "?" in text:
            return True
        rest = set(self._folding.split(self._folding.fold(text))) - set(literal.split(" "))
        return not rest.isdisjoint(self._folding.words.questions)

    def _others(self, text: str, reader: Reader) -> list[Candidate]:
        """The candidates that take more than a look-up to find."""
        found = []
        if self._patterns is not None and (hits := self._patterns.find(text)):
            found += [Candidate(rule, Kind.PATTERN, source) for rule, source in hits]
        if self._contains is not None:
            for reading in reader.at(LookupStep.WRITTEN):
                hits = self._contains.find(self._folding.split(reading))
                found += [Candidate(rule, Kind.CONTAINS, literal) for rule, literal in hits]
            if not found and len(reader.folded) <= LETTERS_LIMIT and (self._plain_words or not reader.folded.isascii()):
                words = map(without_accents, self._folding.split(reader.folded))
                hits = self._contains.find([self._plain_words.get(word, word) for word in words])
                found += [Candidate(rule, Kind.CONTAINS, literal, "", LookupStep.ASIDE) for rule, literal in hits]
        if (
            self._similar is not None
            and len(reader.folded) <= self._reach
            and (hits := self._similar.find((bare(reader, self._folding, self._signs) or reader).headed()))
        ):
            found += [Candidate(rule, Kind.SIMILAR, literal) for rule, literal in hits]
        return found

    def _whole(self, text: str) -> Found:
        """The keywords and similar texts that are a text."""
        found = [*self._keywords.find((text,), LookupStep.WRITTEN), *self._fields.find((text,), LookupStep.WRITTEN)]
        return found + self._similar.named(text) if self._similar is not None else found

    def _by_keyword(self, text: str, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates by keyword, step by step up to the first that finds a rule that may answer."""
        if "#" not in text and answered(found := self._as_keyword(reader, LookupStep.WRITTEN), may_answer):
            return found  # as most keywords are written
        found = []
        heads = [each for each in self._heads(text) if len(each[0].folded) <= self._reach] if "#" in text else []
        end = bare(reader, self._folding, self._signs)
        for step in self._steps:
            if step is not LookupStep.WRITTEN and len((end or reader).folded) > self._reach and not heads:
                break
            if step is LookupStep.ASIDE and text.isascii() and not (self._keywords.has_other_forms or self._fields.has_other_forms):
                continue
            found += self._at(step, reader, end, heads, found, may_answer)
            if answered(found, may_answer):
                return found
        if len((end or reader).folded) > self._reach and not heads:
            return found
        if self._spaced is not None and "#" not in text:
            found += [Candidate(rule, Kind.FIELDS, literal, rest, LookupStep.SPACED) for rule, literal, rest in self._spaced.find(text)]
        if self._opt_outs and not found:
            opt_out = self._folding.words.opt_out
            readings = chain.from_iterable((reading, squeezed(reading)) for reading in reader.all())
            said = next((reading for reading in readings if opt_out.fullmatch(reading)), "")
            found += [Candidate(rule, Kind.KEYWORD, said, "", LookupStep.OPT_OUT) for rule in self._opt_outs if said]
        if text.startswith("#") and not found:
            left = text.lstrip("# \t")
            return self._by_keyword(left, Reader(left, self._folding, self._signs), may_answer) if left else found
        return found

    def _at(
        self,
        step: LookupStep,
        reader: Reader,
        end: Reader | None,
        heads: list[tuple[Reader, str]],
        before: list[Candidate],
        may_answer: MayAnswer,
    ) -> list[Candidate]:
        """The candidates of one step: by the text, the part before a mark, then the text without a mark at its end, as either kind."""
        is_far = len((end or reader).folded) > self._reach
        found = [] if is_far else self._as_keyword(reader, step)
        for head, rest in heads:
            found += [Candidate(rule, Kind.FIELDS, literal, rest, step) for rule, literal in self._fields.find(head.at(step), step)]
        if is_far:
            return found
        if end is not None and not answered(before + found, may_answer):
            found += self._as_keyword(end, step)
        if self._fields and not answered(before + found, may_answer):
            readings = (end or reader).at(step)
            found += [Candidate(rule, Kind.FIELDS, literal, "", step) for rule, literal in self._fields.find(readings, step)]
        return found

    def _as_keyword(self, reader: Reader, step: LookupStep) -> list[Candidate]:
        """The candidates whose keyword is the text, in one step."""
        return [Candidate(rule, Kind.KEYWORD, literal, "", step) for rule, literal in self._keywords.find(reader.at(step), step)]

    def _heads(self, text: str) -> list[tuple[Reader, str]]:
        """The text before each mark, and after it."""
        found = []
        end = -1
        for _ in range(self._marks):
            end = text.find("#", end + 1)
            if end < 0:
                break
            found.append((Reader(text[:end], self._folding, self._signs), text[end + 1 :]))
        return found


def bare(reader: Reader, folding: Folding, signs: frozenset[str]) -> Reader | None:
    """Reads a text without the marks at its end; None where there are none."""
    return Reader(reader.folded.rstrip("#"), folding, signs) if reader.folded.endswith("#") else None


def literals(rule: Rule) -> Iterator[str]:
    """The folded texts that a rule is found by, except patterns."""
    yield from (keyword.literal for keyword in rule.keywords)
    yield from (phrase.literal for phrase in rule.contains)
    yield from rule.similar


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

"""The index: finds the rules that a text matches, in the documented order, at a cost independent of their number."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, starmap
from math import inf

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language, language_of
from flask_chatbot.core.language.signs import has_signs, with_marks
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.matching.cues import Cues
from flask_chatbot.core.matching.keyword_index import KeywordIndex
from flask_chatbot.core.matching.keywords import Found
from flask_chatbot.core.matching.loose import LooseIndex
from flask_chatbot.core.matching.match import Candidate, Kind, MayAnswer, always, answered, once, ranked
from flask_chatbot.core.matching.pattern_index import PatternIndex
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.matching.steps import LookupStep, Reader
from flask_chatbot.core.values.problems import Problem

COURTESY_LETTERS = 300  # of all courtesy that is set aside at both ends of a text, about
LETTERS_LIMIT = 1000  # of a text in which words are looked for that are written otherwise
Find = Callable[[Reader], list[Candidate]]


class Index:
    """All rules of a book by their triggers."""

    __slots__ = (
        "_accented",
        "_contains",
        "_cues",
        "_fallbacks",
        "_folding",
        "_has_small_talk",
        "_highest",
        "_keywords",
        "_loose",
        "_patterns",
        "_reach",
        "_signs",
        "_similar",
        "_stages",
    )

    def __init__(self, rules: Iterable[Rule], folding: Folding, language: Language | None = None, country: str = "ID") -> None:
        rules = tuple(rules)
        self._folding = folding
        whole = [keyword.literal for rule in rules for keyword in rule.keywords] + [literal for rule in rules for literal in rule.similar]
        phrases = [phrase.literal for rule in rules for phrase in rule.contains]
        self._signs = frozenset(word for literal in (*whole, *phrases) if has_signs(literal) for word in literal.split(" "))
        self._reach = 2 * max(map(len, whole), default=0) + COURTESY_LETTERS  # a longer text is no literal, in whatever step
        self._keywords = KeywordIndex(rules, folding, self._signs, self._reach, language or language_of("id"), country)
        self._patterns = PatternIndex(rules) or None
        self._contains = PhraseIndex(rules, folding) or None
        self._accented = PhraseIndex(rules, folding, plainly=True) or None
        self._similar = SimilarIndex(rules) or None
        self._loose = LooseIndex(rules, folding, self._contains, self._whole)
        self._cues = Cues([each for each in (self._contains, self._accented) if each is not None], self._similar, self._loose)
        self._fallbacks = sorted((Candidate(rule, Kind.FALLBACK, "") for rule in rules if rule.fallback), key=Candidate.rank)
        self._has_small_talk = any(rule.small_talk for rule in rules)
        stages = tuple(self._stages_of(rules))
        self._stages = tuple([find for find, _ in stages])
        self._highest = tuple([max((most for _, most in stages[place:]), default=-inf) for place in range(len(stages) + 1)])

    def problems(self) -> Iterator[Problem]:
        """Yield rules that would be too slow to match."""
        yield from self._patterns.problems() if self._patterns is not None else ()
        yield from self._similar.problems() if self._similar is not None else ()

    def candidates(self, text: str, may_answer: MayAnswer = always) -> Iterator[Candidate]:
        """Yield the rules that a text matches, each by its best literal, winner first, fallbacks last; found lazily.

        If none of the rules found so far `may_answer` now, the text is read on as if they did not exist: with and without its ``#``, and
        in the next step.
        """
        text = text[:TEXT_LIMIT]
        reader = Reader(text if text.isascii() else with_marks(text), self._folding, self._signs)
        found, is_answered = self._keywords.find(reader, may_answer)
        if not (found or self._cues.stand_in(reader)):  # as of most texts without a keyword
            hits = self._patterns.find(reader.text) if self._patterns is not None else []
            return iter(self._in_order(by_pattern(hits), reader) if hits else self._fallbacks)
        for stage, highest in enumerate(self._highest):
            if stage:
                found = found + self._stages[stage - 1](reader)
            sure = [each for each in found if each.rule.priority >= highest] if found else found
            if sure and (is_answered or answered(sure, may_answer)) and not (stage and has_small_talk(sure)):
                sure = once(ranked(sure)) if len(sure) > 1 else sure
                # Called only once these are passed over. A generator that is abandoned costs as much as finding a keyword.
                return chain(sure, chain.from_iterable(starmap(self._after, [(sure, found, stage, reader, may_answer)])))
        return iter(self._all(found, len(self._stages), reader, may_answer))

    def found(self, text: str) -> dict[int, Candidate]:
        """All of them except fallbacks, by the positions of their rules."""
        return {candidate.rule.position: candidate for candidate in self.candidates(text) if candidate.kind is not Kind.FALLBACK}

    def _stages_of(self, rules: Sequence[Rule]) -> Iterator[tuple[Find, float]]:
        """Yield the ways to find rules other than by keyword, in order, each with the highest priority of a rule that it may find."""
        if self._patterns is not None:
            yield self._by_pattern, max(rule.priority for rule in rules if rule.patterns)
        if self._contains is not None:
            yield self._by_phrase, max(rule.priority for rule in rules if rule.contains)
        if self._similar is not None:
            yield self._by_likeness, max(rule.priority for rule in rules if rule.similar)

    def _after(self, sure: list[Candidate], found: list[Candidate], stage: int, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates after those that no later stage can outrank."""
        rules = {candidate.rule.position for candidate in sure}
        return [each for each in self._all(found, stage, reader, may_answer) if each.rule.position not in rules]

    def _all(self, found: list[Candidate], stage: int, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """All candidates, with those of the stages that are left, and the fallbacks."""
        for find in self._stages[stage:]:
            found = found + find(reader)
        if not found or not answered(found, may_answer):
            found = found + self._loosely(reader, may_answer)
        return self._in_order(found, reader)

    def _in_order(self, found: list[Candidate], reader: Reader) -> list[Candidate]:
        """The candidates found, winner first, each rule once, and the fallbacks."""
        if not found:
            return self._fallbacks
        found = ranked(found)
        if self._has_small_talk and len(found) > 1 and has_small_talk(found):
            found.sort(key=lambda candidate: candidate.rule.small_talk and self._folding.asks(reader.text, candidate.literal))
        return once(found + self._fallbacks)

    def _loosely(self, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates of a text written otherwise; of a text with a mark, by the part before it."""
        part, rest = reader.heads(1)[0] if "#" in reader.text else (reader, "")
        if len(part.text) > LETTERS_LIMIT or not part.text.strip():
            return []
        if not (steps := self._loose.find(part, may_answer)):
            return []
        takes_parts = bool(rest.strip("# \t\n"))
        return [
            Candidate(rule, Kind.SIMILAR, literal, rest, step)
            for step, found in steps
            for rule, literal in found
            if not takes_parts or self._keywords.takes_fields(rule, literal)
        ]

    def _by_pattern(self, reader: Reader) -> list[Candidate]:
        return by_pattern(self._patterns.find(reader.text)) if self._patterns is not None else []

    def _by_phrase(self, reader: Reader) -> list[Candidate]:
        """The candidates whose phrase stands in a text; where none does, without accents on both sides."""
        phrases, split, found = self._contains, self._folding.split, list[Candidate]()
        if phrases is None:
            return found
        for reading in reader.written:
            if hits := phrases.find(reader.split() if reading is reader.folded else split(reading)):
                found += [Candidate(rule, Kind.CONTAINS, literal) for rule, literal in hits]
        if not found and (self._accented is not None or not reader.text.isascii()) and len(reader.folded) <= LETTERS_LIMIT:
            words = [*map(without_accents, reader.split())]
            hits = phrases.find(words) + (self._accented.find(words) if self._accented is not None else [])
            found += [Candidate(rule, Kind.CONTAINS, literal, "", LookupStep.ASIDE) for rule, literal in dict.fromkeys(hits)]
        return found

    def _by_likeness(self, reader: Reader) -> list[Candidate]:
        """The candidates whose similar text is the whole text, but for typing errors."""
        if self._similar is None or len(reader.folded) > self._reach:
            return []
        if not (self._folding.has_synonyms or self._similar.may_find(reader.words())):  # what a synonym stands for may have others itself
            return []
        hits = self._similar.find((reader.bare() or reader).headed())
        return [Candidate(rule, Kind.SIMILAR, literal) for rule, literal in hits] if hits else []

    def _whole(self, text: str) -> Found:
        """The keywords and similar texts that are a text."""
        found = self._keywords.whole(text)
        return found + self._similar.named(text) if self._similar is not None else found


def by_pattern(hits: Found) -> list[Candidate]:
    """The candidates of rules that were found by a pattern, each with that."""
    return [Candidate(rule, Kind.PATTERN, source) for rule, source in hits]


def has_small_talk(candidates: Iterable[Candidate]) -> bool:
    """True if one of the rules is small talk."""
    return any(candidate.rule.small_talk for candidate in candidates)

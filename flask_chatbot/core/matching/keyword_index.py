"""The rules that a text finds by keyword, step by step."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from flask_chatbot.core.fields.field import Context
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.language.variants import squeezed
from flask_chatbot.core.matching.keywords import Found, Keywords
from flask_chatbot.core.matching.match import Candidate, Kind, MayAnswer, answered
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.spaced import SpacedIndex
from flask_chatbot.core.matching.steps import LookupStep, Reader, steps_of
from flask_chatbot.core.values.actions import Subscribe

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # a value is read at any time when only its form matters


# A part of a text to look up among the keywords of one kind, and the text after it and its ``#``.
_Look = tuple[Kind, Keywords, Reader, str]


class KeywordIndex:
    """All keywords of a book; no step finds one in a text longer than `reach`."""

    __slots__ = (
        "_fields",
        "_first_words",
        "_folding",
        "_keywords",
        "_marks",
        "_opt_outs",
        "_plain_steps",
        "_reach",
        "_signs",
        "_spaced",
        "_steps",
    )

    def __init__(
        self, rules: Sequence[Rule], folding: Folding, signs: frozenset[str], reach: int, language: Language, country: str
    ) -> None:
        self._folding = folding
        self._signs = signs
        self._reach = reach
        self._keywords = Keywords(rules, folding, takes_fields=False)
        self._fields = Keywords(rules, folding, takes_fields=True)
        self._steps = steps_of(folding)
        has_forms = self._keywords.has_forms_aside or self._fields.has_forms_aside
        self._plain_steps = self._steps if has_forms else tuple([step for step in self._steps if step is not LookupStep.ASIDE])
        self._spaced = SpacedIndex(rules, self._fields, folding, Context(language, country, SOME_DAY)) or None
        self._opt_outs = [rule for rule in rules if Subscribe(False) in rule.actions]
        self._first_words = frozenset(chain(self._keywords.first_words, self._fields.first_words))
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def find(self, text: str, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates by keyword, step by step up to the first that finds a rule that may answer."""
        looks = self._looks(text, reader)
        if not looks:
            return []
        found = found_by(looks, LookupStep.WRITTEN)
        if found and answered(found, may_answer):
            return found
        for step, further in self._further(text, reader, looks):
            found += found_by(further, step)
            if found and answered(found, may_answer):
                return found
        if "#" not in text and self._spaced is not None:
            found += [Candidate(rule, Kind.FIELDS, literal, rest, LookupStep.SPACED) for rule, literal, rest in self._spaced.find(text)]
        if self._opt_outs and not found:
            found = self._opting_out(reader)
        if not found and text.startswith("#") and (left := text.lstrip("# \t")):
            return self.find(left, Reader(left, self._folding, self._signs), may_answer)
        return found

    def whole(self, text: str) -> Found:
        """The keywords that are a text, letter by letter, though it was written otherwise: no exact ones."""
        tables = (self._keywords, self._fields)
        return [(rule, text) for table in tables for rule in table.rules(text) if not table.is_exact(rule, text)]

    def takes_fields(self, rule: Rule, literal: str) -> bool:
        """True if a literal is a keyword of a rule that takes fields."""
        return rule in self._fields.rules(literal)

    def _looks(self, text: str, reader: Reader) -> list[_Look]:
        """The parts of a text to look up first: the whole of it, and those before its marks. What is out of reach is left out."""
        if "#" not in text:
            return [(Kind.KEYWORD, self._keywords, reader, "")] if len(reader.folded) <= self._reach else []
        heads = self._heads(text)
        return [(Kind.KEYWORD, self._keywords, reader, ""), *heads] if self._reaches(reader) else heads

    def _further(self, text: str, reader: Reader, first: list[_Look]) -> Iterator[tuple[LookupStep, list[_Look]]]:
        """Yield each step with further parts to look up in it, in rounds: each round where those before it find no rule that may answer.

        Every step begins with the `first` parts, looked up as they are written before. Then comes the text without the marks at its end,
        then the same as a keyword that takes fields, and is given none.
        """
        rounds = [first]
        if self._reaches(reader):
            end = reader.bare()
            rounds += [[(Kind.KEYWORD, self._keywords, end, "")]] if end is not None else []
            rounds += [[(Kind.FIELDS, self._fields, end or reader, "")]] if self._fields else []
        yield from ((LookupStep.WRITTEN, looks) for looks in rounds[1:])
        if self._has_words_of_keywords(text, reader):
            steps = self._plain_steps if text.isascii() else self._steps
            yield from ((step, looks) for step in steps[1:] for looks in rounds)

    def _has_words_of_keywords(self, text: str, reader: Reader) -> bool:
        """True unless a text has no word that a keyword begins with, which it needs whatever courtesy is set aside."""
        is_plain = text.isascii() and "#" not in text and not self._folding.has_synonyms
        return not is_plain or not self._first_words.isdisjoint(reader.folded.split(" "))

    def _reaches(self, reader: Reader) -> bool:
        """True if a text without the marks at its end is short enough to be a literal."""
        return len((reader.bare() or reader).folded) <= self._reach

    def _heads(self, text: str) -> list[_Look]:
        """The text before each mark, with the text after it."""
        found: list[_Look] = []
        end = -1
        for _ in range(self._marks):
            end = text.find("#", end + 1)
            if end < 0:
                break
            head = Reader(text[:end], self._folding, self._signs)
            if len(head.folded) <= self._reach:
                found.append((Kind.FIELDS, self._fields, head, text[end + 1 :]))
        return found

    def _opting_out(self, reader: Reader) -> list[Candidate]:
        """The rules that opt a person out, where a text is a phrase of the language for that."""
        opt_out = self._folding.words.opt_out
        readings = chain.from_iterable((reading, squeezed(reading)) for reading in reader.all())
        said = next((reading for reading in readings if opt_out.fullmatch(reading)), "")
        return [Candidate(rule, Kind.KEYWORD, said, "", LookupStep.OPT_OUT) for rule in self._opt_outs if said]


def found_by(looks: Iterable[_Look], step: LookupStep) -> list[Candidate]:
    """The candidates for some parts of a text in one step."""
    found: list[Candidate] = []
    for kind, keywords, part, rest in looks:
        if (readings := part.at(step)) and (hits := keywords.find(readings, step)):
            found += [Candidate(rule, kind, literal, rest, step) for rule, literal in hits]
    return found

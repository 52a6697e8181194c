"""The rules that a text finds by keyword, step by step."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, product, repeat

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
_Look = tuple[Keywords, Reader, str]


class KeywordIndex:
    """All keywords of a book; no step finds one in a text longer than `reach`."""

    __slots__ = (
        "_fields",
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
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def find(self, reader: Reader, may_answer: MayAnswer) -> list[Candidate]:
        """The candidates by keyword, step by step up to the first that finds a rule that may answer."""
        found, text = self._keywords.find(reader, LookupStep.WRITTEN), reader.text
        looks = [(self._keywords, reader, "")]
        if "#" in text:
            heads = [(self._fields, head, rest) for head, rest in reader.heads(self._marks) if len(head.folded) <= self._reach]
            found += found_by(heads, LookupStep.WRITTEN)
            looks += heads
        if found and answered(found, may_answer):
            return found
        if len(looks) == 1 and len(reader.folded.rstrip("#")) > self._reach:
            return found
        for step, further in self._further(looks, reader):
            found += found_by(further, step)
            if found and answered(found, may_answer):
                return found
        if self._spaced is not None and "#" not in text:
            found += self._spaced.find(reader)
        if self._opt_outs and not found:
            found = self._opting_out(reader)
        if not found and text.startswith("#") and (left := text.lstrip("# \t")):
            return self.find(Reader(left, self._folding, self._signs), may_answer)
        return found

    def whole(self, text: str) -> Found:
        """The keywords that are a text, letter by letter, though it was written otherwise: no exact ones."""
        tables = (self._keywords, self._fields)
        return [(rule, text) for table in tables for rule in table.rules(text) if not table.is_exact(rule, text)]

    def takes_fields(self, rule: Rule, literal: str) -> bool:
        """True if a literal is a keyword of a rule that takes fields."""
        return rule in self._fields.rules(literal)

    def _further(self, first: list[_Look], reader: Reader) -> list[tuple[LookupStep, list[_Look]]]:
        """Each step with further parts to look up in it, in rounds: each round where those before it find no rule that may answer.

        Every step begins with the `first` parts, looked up as they are written before. Then comes the text without the marks at its end,
        then the same as a keyword that takes fields, and is given none. What no step can find is left out.
        """
        end = reader.bare()
        rounds = [[(self._keywords, end, "")]] if end is not None else []
        rounds.append([(self._fields, end or reader, "")])
        known = [few for each in (first, *rounds) if (few := [look for look in each if self._may_find(*look)])]
        steps = self._plain_steps if reader.folded.isascii() else self._steps
        return [*zip(repeat(LookupStep.WRITTEN), rounds), *product(steps[1:], known)]

    def _may_find(self, keywords: Keywords, part: Reader, _: str) -> bool:
        """True if a part of a text is short enough to be a literal, and has a word that one begins with."""
        return len(part.folded) <= self._reach and not keywords.first_words.isdisjoint(part.words())

    def _opting_out(self, reader: Reader) -> list[Candidate]:
        """The rules that opt a person out, where a text is a phrase of the language for that."""
        opt_out = self._folding.words.opt_out
        readings = chain.from_iterable((reading, squeezed(reading)) for reading in reader.all())
        said = next((reading for reading in readings if opt_out.fullmatch(reading)), "")
        return [Candidate(rule, Kind.KEYWORD, said, "", LookupStep.OPT_OUT) for rule in self._opt_outs if said]


def found_by(looks: Iterable[_Look], step: LookupStep) -> list[Candidate]:
    """The candidates for some parts of a text in one step."""
    return [each for keywords, part, rest in looks for each in keywords.find(part, step, rest)]

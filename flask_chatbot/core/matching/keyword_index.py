"""The rules that a text finds by keyword, step by step."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

from flask_chatbot.core.fields.field import Context
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.language.variants import squeezed
from flask_chatbot.core.matching.keywords import Found, Keywords
from flask_chatbot.core.matching.match import Candidate, Kind, MayAnswer, always, answered
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
        self._first_words = self._keywords.first_words | self._fields.first_words
        self._steps = steps_of(folding)
        has_forms = self._keywords.has_forms_aside or self._fields.has_forms_aside
        self._plain_steps = self._steps if has_forms else tuple([step for step in self._steps if step is not LookupStep.ASIDE])
        self._spaced = SpacedIndex(rules, self._fields, folding, Context(language, country, SOME_DAY)) or None
        self._opt_outs = [rule for rule in rules if Subscribe(False) in rule.actions]
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def find(self, reader: Reader, may_answer: MayAnswer) -> tuple[list[Candidate], bool]:
        """The candidates by keyword, step by step up to the first that finds a rule that may answer; and True if one does.

        A text without any word that a keyword begins with is looked up as it is written, and in no further step.
        """
        found: list[Candidate] = []
        rounds = self._rounds(reader)
        for step in self._plain_steps if reader.folded.isascii() else self._steps:
            if step is not LookupStep.WRITTEN and self._first_words.isdisjoint(reader.words()):
                break
            for looks in rounds:
                for keywords, part, rest in looks:
                    found += keywords.find(part, step, rest)
                if found and (may_answer is always or answered(found, may_answer)):
                    return found, True
        found += self._otherwise(reader, found, may_answer) if rounds else ()
        return found, bool(found) and answered(found, may_answer)

    def whole(self, text: str) -> Found:
        """The keywords that are a text, letter by letter, though it was written otherwise: no exact ones."""
        tables = (self._keywords, self._fields)
        return [(rule, text) for table in tables for rule in table.rules(text) if not table.is_exact(rule, text)]

    def takes_fields(self, rule: Rule, literal: str) -> bool:
        """True if a literal is a keyword of a rule that takes fields."""
        return rule in self._fields.rules(literal)

    def _rounds(self, reader: Reader) -> list[list[_Look]]:
        """The parts of a text to look up in each step, in rounds: each round where those before it find no rule that may answer.

        First come the whole of it and the parts before its marks, then it without the marks at its end, and then the same as a keyword
        that takes fields, and is given none. What is out of reach is left out; and a plain text without any word that a keyword begins
        with has none in any part, so that there is nothing to look up.
        """
        if reader.folded not in self._keywords.literals and len(reader.folded) <= self._reach:
            words = reader.plain_words()
            if words and self._first_words.isdisjoint(words):
                return [[]]
        if "#" not in reader.text:
            return [[(self._keywords, reader, "")], [(self._fields, reader, "")]] if len(reader.folded) <= self._reach else []
        heads = [(self._fields, head, rest) for head, rest in reader.heads(self._marks) if len(head.folded) <= self._reach]
        end = reader.bare()
        if len((end or reader).folded) > self._reach:
            return [heads] if heads else []
        rounds = [[(self._keywords, reader, ""), *heads]]
        if end is not None:
            rounds.append([(self._keywords, end, "")])
        return [*rounds, [(self._fields, end or reader, "")]]

    def _otherwise(self, reader: Reader, found: list[Candidate], may_answer: MayAnswer) -> list[Candidate]:
        """The candidates by keyword beside those `found` step by step, none of which answers."""
        if self._spaced is not None and "#" not in reader.text and (spaced := self._spaced.find(reader)):
            return spaced
        if self._opt_outs and not found and (opting_out := self._opting_out(reader)):
            return opting_out
        if not found and reader.text.startswith("#") and (left := reader.text.lstrip("# \t")):
            return self.find(Reader(left, self._folding, self._signs), may_answer)[0]
        return []

    def _opting_out(self, reader: Reader) -> list[Candidate]:
        """The rules that opt a person out, where a text is a phrase of the language for that."""
        opt_out = self._folding.words.opt_out
        readings = chain.from_iterable((reading, squeezed(reading)) for reading in reader.all())
        said = next((reading for reading in readings if opt_out.fullmatch(reading)), "")
        return [Candidate(rule, Kind.KEYWORD, said, "", LookupStep.OPT_OUT) for rule in self._opt_outs if said]

"""The index: which rules a text matches, in the documented order, at a cost that does not grow with their number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from flask_chatbot.core.folding import TEXT_LIMIT, Folding
from flask_chatbot.core.rules import Rule


class Kind(IntEnum):
    """The ways to match, in the order in which they win among rules of one priority."""

    KEYWORD = 1
    FIELDS = 2
    FALLBACK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that answers, how it was found, and what was read for it.

    `literal` is the folded text it was found by, `data` the parts after the ``#``; `invalid` has a sentence for each field without a
    good value.
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

    def rank(self) -> tuple[int, int, int, int]:
        """Its place among others, the winner lowest: priority, then kind, the longer literal, the order in the files."""
        return (-self.rule.priority, self.kind, -len(self.literal), self.rule.position)


class Index:
    """All rules of a book by their folded literals."""

    __slots__ = ("_fallbacks", "_fields", "_folding", "_keywords", "_marks")

    def __init__(self, rules: Iterable[Rule], folding: Folding) -> None:
        self._folding = folding
        self._keywords: dict[str, tuple[Rule, ...]] = {}
        self._fields: dict[str, tuple[Rule, ...]] = {}
        fallbacks = []
        for rule in rules:
            for keyword in dict.fromkeys(rule.keywords):
                table = self._fields if keyword.takes_fields else self._keywords
                table[keyword.literal] = (*table.get(keyword.literal, ()), rule)
            if rule.fallback:
                fallbacks.append(Candidate(rule, Kind.FALLBACK, ""))
        self._fallbacks = sorted(fallbacks, key=Candidate.rank)
        # No literal holds more marks than this, so no more are looked at, however many a text has.
        self._marks = 1 + max((literal.count("#") for literal in self._fields), default=-1)

    def candidates(self, text: str) -> list[Candidate]:
        """The rules a text matches, the winner first, fallbacks last."""
        text = text[:TEXT_LIMIT]
        folded = self._folding.fold(text)
        found = self._whole(folded) + self._by_mark(text)
        if not found and folded.endswith("#"):
            folded = folded.rstrip("#")
            found = self._whole(folded)
        if not found:  # a keyword that takes fields, written without any
            found = self._whole(folded, Kind.FIELDS)
        if len(found) > 1:
            found.sort(key=Candidate.rank)
        return found + self._fallbacks

    def _whole(self, folded: str, kind: Kind = Kind.KEYWORD) -> list[Candidate]:
        """The rules whose literal is the whole text, courtesy words taken off its ends or not."""
        table = self._keywords if kind is Kind.KEYWORD else self._fields
        readings = (folded, *self._folding.without_courtesy(folded))
        return [Candidate(rule, kind, literal) for literal in readings for rule in table.get(literal, ())]

    def _by_mark(self, text: str) -> list[Candidate]:
        found = []
        end = -1
        for _ in range(self._marks):
            end = text.find("#", end + 1)
            if end < 0:
                break
            literal = self._folding.fold(text[:end])
            found += [Candidate(rule, Kind.FIELDS, literal, text[end + 1 :]) for rule in self._fields.get(literal, ())]
        return found

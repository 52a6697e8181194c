"""`Match` and `Candidate`: the rules that a text leads to, how each was found, and their order."""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from flask_chatbot.core.matching.rule import Keyword, Rule
from flask_chatbot.core.matching.steps import LookupStep, quick

MayAnswer = Callable[[Rule], bool]
NO_VALUES: Mapping[str, object] = MappingProxyType({})
NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})


@quick
class Kind(IntEnum):
    """The ways to match, in the order in which they win among rules of one priority."""

    KEYWORD = 1
    FIELDS = 2
    PATTERN = 3
    SENDS = 4  # the kind of the message, whatever its caption
    CONTAINS = 5
    SIMILAR = 6
    FALLBACK = 7
    MENU = 8  # not found in a text of its own: chosen from a menu that was shown
    FORM = 9  # likewise: filled in, one answer at a time
    GUESS = 10  # likewise: it says something that the text is near


class Match(NamedTuple):
    """A rule that answers, how it was found, and the values read for it.

    `literal` is the folded text, the pattern or the kind of message that found it; for a form, the keyword that began it. `data` are the
    parts after the ``#``; `invalid` has a sentence for each field without a valid value.
    """

    rule: Rule
    kind: Kind
    literal: str = ""
    data: tuple[str, ...] = ()
    fields: Mapping[str, object] = NO_VALUES
    invalid: Mapping[str, str] = NO_PROBLEMS

    def keyword_of(self, keywords: Iterable[Keyword]) -> Keyword | None:
        """The one of these keywords that found the rule or began its form; None if it was something else."""
        return next((each for each in keywords if each.literal == self.literal), None)


class Candidate(NamedTuple):
    """A rule that a text matches by `literal`, in one `step`; `rest` is the text after the keyword's ``#``."""

    rule: Rule
    kind: Kind
    literal: str
    rest: str = ""
    step: LookupStep = LookupStep.WRITTEN

    @property
    def size(self) -> int:
        """The length of the literal without its star; 0 for a pattern, and for what stands for several kinds of messages."""
        if self.kind is Kind.SENDS:
            return int(self.literal != "media")
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


def answered(candidates: Collection[Candidate], may_answer: MayAnswer) -> bool:
    """True if one of the rules may answer."""
    if may_answer is always:
        return bool(candidates)
    for candidate in candidates:  # noqa: SIM110  any() costs twice as much for one, and there hardly are more
        if may_answer(candidate.rule):
            return True
    return False


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

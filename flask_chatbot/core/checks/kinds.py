"""Conflicts between rules that answer messages which are no text: kinds that go to another rule."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from flask_chatbot.core.checks.overlaps import always_first
from flask_chatbot.core.conditions.conditions import disjoint
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.sent import preceding
from flask_chatbot.core.translation.translatable import Translatable, linked, tr
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.core.values.sent import kinds_in


class KindClaim(NamedTuple):
    """One kind of message that a rule is for, as it is found: by a caption, or whatever that is."""

    kind: str
    candidate: Candidate

    @property
    def sentence(self) -> Translatable:
        """The claim as a sentence names it."""
        if self.candidate.kind is Kind.SENDS:
            return tr("message kind {kind!r}", kind=self.kind)
        return tr("message kind {kind!r} with {literal!r}", kind=self.kind, literal=self.candidate.literal)


def claimed_twice(book: RuleBook, handled: Collection[str]) -> Iterator[Problem]:
    """Yield warnings about messages that two rules are for, and about rules that no message is left to."""
    groups: dict[tuple[str, Kind, str], list[KindClaim]] = {}
    for rule in book.rules:
        for claim in claims(rule):
            literal = "" if claim.candidate.kind is Kind.SENDS else claim.candidate.literal
            groups.setdefault((claim.kind, claim.candidate.kind, literal), []).append(claim)
    lost: dict[str, list[tuple[KindClaim, Rule]]] = {}
    for group in groups.values():
        ordered = sorted(group, key=lambda claim: preceding(claim.candidate))
        for place, claim in enumerate(ordered):
            first = next((each.candidate for each in ordered[:place] if takes(each.candidate, claim.candidate, handled)), None)
            if first is not None:
                lost.setdefault(claim.candidate.rule.name, []).append((claim, first.rule))
    led_to = {entry.rule for rule in book.rules for entry in rule.menu}
    for name, losses in lost.items():
        yield from warnings_of(book.by_name[name], losses, led_to)


def claims(rule: Rule) -> Iterator[KindClaim]:
    """Every kind that a rule is for; those of patterns and phrases are left out, since what they find is not known."""
    for name in rule.sends:
        found = [Candidate(rule, Kind.SENDS, name)]
        if rule.is_worded:
            found = [Candidate(rule, Kind.FIELDS if each.takes_fields else Kind.KEYWORD, each.literal) for each in rule.keywords]
        yield from (KindClaim(kind, each) for kind in sorted(kinds_in([name])) for each in found)


def takes(first: Candidate, other: Candidate, handled: Collection[str]) -> bool:
    """True if a candidate may take all messages of one kind from another that comes later."""
    ours, theirs = other.rule, first.rule
    if ours is theirs or disjoint(ours.when, theirs.when):
        return False
    return (theirs.name not in handled and always_first(theirs, ours)) or (first[1:3] == other[1:3] and theirs.priority == ours.priority)


def warnings_of(rule: Rule, losses: list[tuple[KindClaim, Rule]], led_to: Collection[str]) -> Iterator[Problem]:
    """Yield one warning for a rule that loses every kind, else one for each that two rules write alike."""
    whole = {claim for claim, _ in losses} == set(claims(rule)) and not (rule.patterns or rule.contains)
    if whole and rule.name not in led_to and all(always_first(winner, rule) for _, winner in losses):
        reasons = linked(
            "; ",
            [
                tr("its {claim} goes to rule {rule!r} at {mark}", claim=claim.sentence, rule=winner.name, mark=winner.mark)
                for claim, winner in losses[:1]
            ],
        )
        yield Problem(
            rule.mark,
            tr("rule {rule!r} can never be reached: {reasons}{more}. Change or remove it.", rule=rule.name, reasons=reasons, more=""),
            "warning",
        )
        return
    for claim, winner in losses:
        if winner.priority == rule.priority and set(winner.sends) & set(rule.sends):
            message = tr(
                "rule {rule!r} at {mark} also claims the {claim}, at the same priority, and comes first. "
                "Set a `priority:`, or conditions that exclude each other.",
                rule=winner.name,
                mark=winner.mark,
                claim=claim.sentence,
            )
            yield Problem(rule.mark, message, "warning")

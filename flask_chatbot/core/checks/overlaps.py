"""Conflicts between rules for texts: literals with two owners, rules never reached, texts one by synonyms or a typing error apart."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from flask_chatbot.core.conditions.conditions import CLOCK, Condition, disjoint
from flask_chatbot.core.deciding.rulebook import RULES_PER_LITERAL, RuleBook
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.language.variants import without_accents
from flask_chatbot.core.matching.index import Index
from flask_chatbot.core.matching.keywords import forms_aside, forms_headed
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.translation.translatable import Translatable, linked, tr
from flask_chatbot.core.values.problems import Problem

NOUNS = {
    Kind.KEYWORD: tr("keyword"),
    Kind.FIELDS: tr("keyword with #"),
    Kind.PATTERN: tr("pattern"),
    Kind.CONTAINS: tr("phrase"),
    Kind.SIMILAR: tr("similar text"),
    Kind.FALLBACK: tr("place as fallback"),
}
# What can take every text that a literal of the kind finds, or at least the one it was written for.
TAKERS = {
    Kind.KEYWORD: (Kind.KEYWORD, Kind.FIELDS, Kind.CONTAINS, Kind.SIMILAR),
    Kind.FIELDS: (Kind.FIELDS, Kind.CONTAINS),
    Kind.CONTAINS: (Kind.CONTAINS,),
    Kind.SIMILAR: (Kind.CONTAINS, Kind.SIMILAR),
}
STRANGE = "\ue000"  # a word that no rule holds
NAMED_LIMIT = 3  # losses that one warning names


class Loss(NamedTuple):
    """A claim and the one that beats it; `is_sure` if that holds whatever the conditions."""

    claim: Candidate
    winner: Candidate
    is_sure: bool

    @property
    def is_same(self) -> bool:
        """True if both claim the same text."""
        return self.claim[1:3] == self.winner[1:3]

    @property
    def is_total(self) -> bool:
        """True if nothing is left to the claim: a text with typing errors may be similar to one that no phrase finds."""
        return self.is_sure and (self.claim.kind is not Kind.SIMILAR or self.is_same)


def find_overlaps(book: RuleBook, handled: Collection[str]) -> Iterator[Problem]:
    """Yield warnings about rules that take each other's messages; those `handled` by Python may skip to the next rule."""
    groups: dict[tuple[Kind, str], list[Candidate]] = {}
    texts = [rule for rule in book.rules if not rule.sends]
    for rule in texts:
        for claim in claims(rule):
            groups.setdefault((claim.kind, claim.literal), []).append(claim)
    losses: dict[int, list[Loss]] = {}
    for group in groups.values():
        ordered = rivals(book.index, group)
        for loss in filter(None, (lost(claim, ordered, handled) for claim in group)):
            losses.setdefault(loss.claim.rule.position, []).append(loss)
    led_to = {entry.rule for rule in book.rules for entry in rule.menu}
    for suffered in losses.values():
        yield from warnings_of(suffered[0].claim.rule, suffered, led_to)
    known = {pair(loss.claim, loss.winner) for suffered in losses.values() for loss in suffered}
    yield from fallen_together(groups, book.folding, known)
    yield from near(texts, groups.values(), known)


def claims(rule: Rule) -> Iterator[Candidate]:
    """Everything that a rule is found by."""
    for keyword in rule.keywords:
        yield Candidate(rule, Kind.FIELDS if keyword.takes_fields else Kind.KEYWORD, keyword.literal)
    yield from (Candidate(rule, Kind.PATTERN, pattern.source) for pattern in rule.patterns)
    yield from (Candidate(rule, Kind.CONTAINS, phrase.literal) for phrase in rule.contains)
    yield from (Candidate(rule, Kind.SIMILAR, literal) for literal in rule.similar)
    if rule.fallback:
        yield Candidate(rule, Kind.FALLBACK, "")


def rivals(index: Index, group: Sequence[Candidate]) -> list[Candidate]:
    """The claims on the text that a literal was written for, winner first: equal patterns, or all fallbacks."""
    kind, literal = group[0].kind, group[0].literal
    if kind in TAKERS:
        found = [each for each in index.found(example(kind, literal)).values() if each.kind in TAKERS[kind]]
        return [each for each in found if each.kind is not Kind.SIMILAR or each.kind is not kind or each.literal == literal]
    return list(islice(sorted(group, key=Candidate.rank), RULES_PER_LITERAL))


def example(kind: Kind, literal: str) -> str:
    """A text that a literal finds, with as little else in it as possible.

    >>> example(Kind.KEYWORD, "harga"), example(Kind.CONTAINS, "harga*").replace(STRANGE, "?")
    ('harga', '? harga? ?')
    """
    if kind is Kind.CONTAINS:
        return f"{STRANGE} {literal.replace('*', STRANGE)} {STRANGE}"
    return f"{literal}#{STRANGE}" if kind is Kind.FIELDS else literal


def lost(claim: Candidate, ordered: Iterable[Candidate], handled: Collection[str]) -> Loss | None:
    """The rule that a claim loses to: one that always goes first, else one of equal priority with the same claim that may go first."""
    unsure = None
    for rival in ordered:
        if rival.rank() >= claim.rank():
            break
        if rival.rule is claim.rule:
            continue
        if rival.rule.name not in handled and always_first(rival.rule, claim.rule):
            return Loss(claim, rival, True)
        loss = Loss(claim, rival, False)
        if unsure is None and loss.is_same and is_open(loss):
            unsure = loss
    return unsure


def always_first(rule: Rule, other: Rule) -> bool:
    """True if a rule that is tried first answers whenever the other one could."""
    return not rule.needs and (rule.when in (None, other.when) or (bool(rule.otherwise) and asks_clock_alone(rule.when)))


def asks_clock_alone(when: Condition | None) -> bool:
    """True if a condition depends only on the clock, so that ``otherwise`` answers when it does not hold."""
    return when is not None and all(getattr(when, key) is None for key in Condition.__slots__ if key not in CLOCK)


def is_open(loss: Loss) -> bool:
    """True if only the order of the files decides between two equal claims."""
    ours, theirs = loss.claim.rule, loss.winner.rule
    return loss.claim.kind is not Kind.FALLBACK and ours.priority == theirs.priority and not disjoint(ours.when, theirs.when)


def warnings_of(rule: Rule, losses: Sequence[Loss], led_to: Collection[str]) -> Iterator[Problem]:
    """Yield one warning for a rule that loses everything, else one for each loss."""
    if rule.name not in led_to and len(losses) == len(list(claims(rule))) and all(loss.is_total for loss in losses):
        reasons = linked("; ", (tr("its {loss}", loss=loss_text(loss)) for loss in losses[:NAMED_LIMIT]))
        more = tr("; and so do {count} more", count=len(losses) - NAMED_LIMIT) if len(losses) > NAMED_LIMIT else ""
        yield Problem(
            rule.mark,
            tr("rule {rule!r} can never be reached: {reasons}{more}. Change or remove it.", rule=rule.name, reasons=reasons, more=more),
            "warning",
        )
        return
    for loss in losses:
        if loss.is_same and is_open(loss):
            winner = loss.winner.rule
            message = tr(
                "rule {rule!r} at {mark} also claims the {claim}, at the same priority, and comes first. "
                "Set a `priority:`, or conditions that exclude each other.",
                rule=winner.name,
                mark=winner.mark,
                claim=named(loss.claim),
            )
            yield Problem(rule.mark, message, "warning")
        else:
            yield Problem(rule.mark, tr("the {loss}. Change one of them, or a priority.", loss=loss_text(loss)), "warning")


def loss_text(loss: Loss) -> Translatable:
    """The rule that a claim loses to, and the reason."""
    claim, winner = loss.claim, loss.winner
    by = "" if loss.is_same else tr(" by the {claim}", claim=named(winner))
    reasons = (
        tr("whose priority is higher"),
        tr("and a {first} goes before a {second}", first=NOUNS[winner.kind], second=NOUNS[claim.kind]),
        tr("which is longer"),
        tr("which stands first"),
    )
    why = next(reason for ours, theirs, reason in zip(claim.rank(), winner.rank(), reasons, strict=False) if ours != theirs)
    return tr(
        "{claim} goes to rule {rule!r} at {mark}{by}, {why}",
        claim=named(claim),
        rule=winner.rule.name,
        mark=winner.rule.mark,
        by=by,
        why=why,
    )


def named(claim: Candidate) -> Translatable:
    """A claim as a sentence names it."""
    if claim.kind is Kind.FALLBACK:
        return NOUNS[claim.kind]
    if claim.kind is Kind.FIELDS:
        return tr("keyword {literal!r}", literal=claim.literal + "#")
    return tr("{kind} {literal!r}", kind=NOUNS[claim.kind], literal=clip(claim.literal, 60))


def fallen_together(
    groups: Mapping[tuple[Kind, str], Sequence[Candidate]], folding: Folding, known: set[frozenset[int]]
) -> Iterator[Problem]:
    """Yield warnings about literals that are one in a later step of the look-up, once per pair of rules, except the `known` pairs."""
    alike: dict[tuple[Kind, str], list[Candidate]] = {}
    for claim in chain.from_iterable(groups.values()):
        for form in later_forms(claim, folding):
            alike.setdefault((claim.kind, form), []).append(claim)
    for key, found in alike.items():
        first, *others = sorted((*groups.get(key, ()), *found), key=lambda each: each.rule.position)
        for other in others:
            if is_confusing(other, first) and pair(other, first) not in known:
                known.add(pair(other, first))
                message = tr(
                    "the {claim} is one with the {other} of rule {rule!r} at {mark} where accents, emoji or synonyms make them alike. "
                    "Keep one of them, or join the rules.",
                    claim=named(other),
                    other=named(first),
                    rule=first.rule.name,
                    mark=first.rule.mark,
                )
                yield Problem(other.rule.mark, message, "warning")


def later_forms(claim: Candidate, folding: Folding) -> set[str]:
    """The other texts that a literal is looked up by where nothing is found as written."""
    if claim.kind in (Kind.CONTAINS, Kind.SIMILAR):
        return {without_accents(claim.literal)} - {claim.literal}
    if claim.kind not in (Kind.KEYWORD, Kind.FIELDS):
        return set()
    is_exact = any(keyword.exact for keyword in claim.rule.keywords if keyword.literal == claim.literal)
    return forms_aside(claim.literal) | (set() if is_exact else forms_headed(claim.literal, folding))


def near(rules: Iterable[Rule], groups: Iterable[Sequence[Candidate]], known: set[frozenset[int]]) -> Iterator[Problem]:
    """Yield warnings about keywords and similar texts one typing error apart, once per pair of rules, except the `known` pairs."""
    index = SimilarIndex(rules)
    for group in groups if index else ():
        if group[0].kind not in (Kind.KEYWORD, Kind.FIELDS, Kind.SIMILAR):
            continue
        found = [Candidate(rule, Kind.SIMILAR, literal) for rule, literal in index.find([group[0].literal])]
        for claim in group:
            other = next((each for each in found if is_confusing(claim, each)), None)
            if other is not None and pair(claim, other) not in known:
                known.add(pair(claim, other))
                yield confusion(claim, other)


def pair(claim: Candidate, other: Candidate) -> frozenset[int]:
    """The two rules, in either order."""
    return frozenset((claim.rule.position, other.rule.position))


def is_confusing(claim: Candidate, other: Candidate) -> bool:
    """True if a text near both could go to either rule; equal texts are left to `warnings_of`."""
    return other.rule is not claim.rule and claim[1:3] != other[1:3] and not disjoint(claim.rule.when, other.rule.when)


def confusion(claim: Candidate, other: Candidate) -> Problem:
    """The warning about two texts that are hard to tell apart, placed at the later rule."""
    first, last = sorted((claim, other), key=lambda each: each.rule.position)
    message = tr(
        "the {claim} is no more than a typing error away from the {other} of rule {rule!r} at {mark}. Choose words that differ more.",
        claim=named(last),
        other=named(first),
        rule=first.rule.name,
        mark=first.rule.mark,
    )
    return Problem(last.rule.mark, message, "warning")

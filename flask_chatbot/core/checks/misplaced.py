"""Sentences that say what another rule says, and less of what their own does."""

from collections.abc import Iterator

from flask_chatbot.core.conditions.conditions import disjoint
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.matching.guesses import Guess
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem

ALIKE = 0.6  # score of two phrases that customers hardly tell apart


def misplaced(book: RuleBook) -> Iterator[Problem]:
    """Warnings of each `similar` text that is nearer to a phrase of another rule than to what else its own says, one for two rules."""
    known: set[tuple[int, int]] = set()
    index = SimilarIndex(book.rules)
    for rule in book.rules if book.guess != "never" else ():
        for written in rule.similar_written:
            found = [each for each in book.guesses.nearest(written) if each.words != written]
            other = next((each for each in found if rule not in each.rules), None)
            if other is None or other.score < ALIKE or is_at_home(rule, other, found):
                continue
            pair = (rule.position, other.rules[0].position)
            typed = any(near is rule for near, _ in index.find([book.folding.literal(other.words)]))  # that is a warning of its own
            if pair not in known and not typed and not disjoint(rule.when, other.rules[0].when):
                known.add(pair)
                yield warning(rule, written, other)


def is_at_home(rule: Rule, other: Guess, found: list[Guess]) -> bool:
    """True if a rule says something else that is as near, or counts as one with the other rule."""
    own = next((each for each in found if rule in each.rules), None)
    return own is not None and (own.score >= other.score or own.owner == other.owner)


def warning(rule: Rule, written: str, other: Guess) -> Problem:
    """The warning of one text."""
    theirs = other.rules[0]
    message = tr(
        "the similar text {text!r} of rule {rule!r} is nearer to {other!r} of rule {theirs!r} at {mark} than to anything else its own rule "
        "says. Move it there, or choose words that differ more.",
        text=clip(written, 60),
        rule=rule.name,
        other=clip(other.words, 60),
        theirs=theirs.name,
        mark=theirs.mark,
    )
    return Problem(rule.mark, message, "warning")

"""Guesses at the meaning of texts that nothing matches: answered at once, or suggested."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_chatbot.core.conversation.dialogue import Offer, offer_text
from flask_chatbot.core.deciding.doubts import YIELDS, Doubts
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.matching.guesses import Guess
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.long_texts import stacked
from flask_chatbot.core.values.replies import REPLIES_LIMIT, Reply, Text

# Chosen by benchmarks/thresholds.py, on public sets of texts.
ANSWERED = 0.40  # score of a phrase that is answered at once, where the book says so
AHEAD = 0.05  # by which it is ahead of the nearest phrase of another rule
SUGGESTED = 0.25  # score of a phrase that is suggested
SUGGESTIONS = 3  # in one menu


class Meant(NamedTuple):
    """A phrase that may have been meant, as it is shown, with its score and the rule that would answer it now.

    One that `yields` comes after all that are suggested and do not. `guess` is how it was found.
    """

    rule: Rule
    words: str
    score: float
    yields: bool
    guess: Guess


@dataclass(frozen=True, slots=True)
class Guessed:
    """The guesses at a text that nothing matches.

    `near` are the nearest phrases, one of each rule; `answer` is the one that is answered at once, and `doubt` says why none is.
    """

    near: tuple[Meant, ...] = ()
    answer: Meant | None = None
    doubt: str = ""

    @property
    def suggestions(self) -> tuple[Meant, ...]:
        """The phrases near enough to be suggested."""
        return tuple([meant for meant in self.near if meant.score >= SUGGESTED][:SUGGESTIONS])

    def reason(self, meant: Meant) -> str:
        """The result for one of the phrases, with its reason, in a sentence."""
        if meant is self.answer:
            return tr("wins: its phrase is the nearest, with a score of {score:.2f}", score=meant.score)
        if self.answer:
            return tr("its phrase is not as near, with a score of {score:.2f}", score=meant.score)
        if meant not in self.suggestions:
            return tr("not suggested: its score is {score:.2f}, and {least:.2f} is needed", score=meant.score, least=SUGGESTED)
        doubt = self.doubt if meant is self.near[0] else meant.yields and YIELDS
        if self.doubt and doubt:
            return tr("suggested, with a score of {score:.2f}. It is not answered at once: {doubt}", score=meant.score, doubt=doubt)
        return tr("suggested, with a score of {score:.2f}", score=meant.score)


NOTHING_GUESSED = Guessed()


def guess(book: RuleBook, text: str, may_answer: Callable[[Rule], bool], passed: Collection[Rule] = ()) -> Guessed:
    """Guess at the meaning of a text, by the rules that may answer now, except those that have passed it on already."""
    if book.guess == "never":
        return NOTHING_GUESSED
    doubts = Doubts(book, text)
    near = tuple(sorted(meanings(book, text, doubts, may_answer, passed), key=lambda meant: (meant.score < SUGGESTED, meant.yields)))
    if book.guess == "suggest" or not near:
        return Guessed(near)
    doubt = doubt_of([meant for meant in near if meant.yields is near[0].yields], doubts)
    return Guessed(near, None if doubt else near[0], doubt)


def meanings(book: RuleBook, text: str, doubts: Doubts, may_answer: Callable[[Rule], bool], passed: Collection[Rule]) -> Iterator[Meant]:
    """Yield the nearest phrase of each owner, nearest first, with the rule that answers it."""
    owners: set[int] = set()
    for found in book.guesses.nearest(text):
        if found.owner in owners:
            continue
        rule = next((rule for rule in found.rules if rule not in passed and may_answer(rule)), None)
        if rule is not None:
            owners.add(found.owner)
            yield Meant(rule, found.words, found.score, doubts.yields(rule, found.words), found)


def doubt_of(near: Sequence[Meant], doubts: Doubts) -> str:
    """The reason why the nearest phrase is not answered at once; empty if it is."""
    first, second = near[0], near[1] if len(near) > 1 else None
    if first.score < ANSWERED:
        return tr("that takes {least:.2f}", least=ANSWERED)
    if second and first.score - second.score < AHEAD:
        return tr("rule {rule!r} is less than {least:.2f} behind", rule=second.rule.name, least=AHEAD)
    return doubts.about(first.rule, first.words, first.guess.is_whole)


def with_suggestions(
    rule: Rule, replies: tuple[Reply, ...], suggestions: Sequence[Meant], language: Language
) -> tuple[tuple[Reply, ...], Offer | None]:
    """The replies of a fallback with suggestions below its last text, unless that names the first one; and the offer made."""
    entries = tuple([(meant.words, meant.rule.name) for meant in suggestions])
    if not entries or not replies:
        return replies, None
    if "suggestion" in rule.uses:
        return replies, Offer(rule=rule.name, entries=entries[:1], is_menu=False)
    offer = Offer(rule=rule.name, entries=entries)
    others, above = above_menu(replies)
    return (*others, *stacked(above, offer_text(offer, language))), offer


def above_menu(replies: tuple[Reply, ...]) -> tuple[tuple[Reply, ...], str]:
    """The replies that stay as they are, and the text that a menu goes below: the last of them, if it is one."""
    last = replies[-1] if replies else None
    return (replies[:-1], last.text) if isinstance(last, Text) else (replies[: REPLIES_LIMIT - 1], "")

"""Explanations: why a rule won, and why each of the others did not."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_chatbot.core.conversation.dialogue import chat_key
from flask_chatbot.core.conversation.heard import hear
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.deciding.context import MessageContext, never_answers
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.explain_dialogue import in_dialogue
from flask_chatbot.core.deciding.form_turn import pasted_into
from flask_chatbot.core.deciding.guessing import guess
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trials import KINDS, WINS, Trial, lasting, trial
from flask_chatbot.core.deciding.unsupported import says_nothing
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import Translatable, linked, tr
from flask_chatbot.core.values.messages import Message

WORDS = {Kind.CONTAINS: tr("phrase"), Kind.SIMILAR: tr("text")}  # what is not called a keyword
WITHOUT_TEXT = {Kind.FALLBACK: tr("as fallback"), Kind.MENU: tr("by the menu"), Kind.FORM: tr("by its form")}
NO_ANSWER = tr("no answer: skipped by its handler, or not asked")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule that a text might be answered by: how it was found, and why it won or lost."""

    candidate: Candidate
    why: str

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Translatable:
        """All of it in one line."""
        rule, kind, literal, _, step = self.candidate
        by = WITHOUT_TEXT[kind] if not literal else tr("by {kind} {literal!r}", kind=KINDS[kind], literal=literal)
        found = linked(" ", (by, tr(step.value))) if literal and step else by
        return tr(
            "{rule} ({mark}) {found}, priority {priority}: {why}",
            rule=rule.name,
            mark=rule.mark,
            found=found,
            priority=rule.priority,
            why=self.why,
        )


def explain(
    book: RuleBook,
    message: Message,
    state: State,
    now: datetime,
    *,
    decision: Decision | None = None,
    handled: Collection[str] = (),
) -> tuple[Explanation, ...]:
    """Explain every rule that a message might be answered by, in the order in which they are tried.

    `state` is the sender's earlier state, `now` an aware datetime. `decision` is the result of the message if handlers were run; if not,
    `handled` names the rules that have one.
    """
    context = MessageContext(book, message, now, not state.seen)
    tries = [*in_dialogue(context, state), *with_pasted(context, state, [*by_rules(context, state, decision)])]
    found = [tried for tried in tries if tried.candidate.kind is not Kind.FALLBACK]
    fallbacks = [tried for tried in tries if tried.candidate.kind is Kind.FALLBACK]
    if says_nothing(message):
        fallbacks = []
    elif all(passed_over(tried, decision) for tried in found):
        found += unfinished(context, state)
        found += guesses(context, state, [tried.candidate for tried in tries])
    explanations: list[Explanation] = []
    winner: Candidate | None = None
    for tried in (*found, *fallbacks):
        if winner is not None:
            are_guesses = winner.kind is tried.candidate.kind is Kind.GUESS
            explanations.append(Explanation(tried.candidate, tried.reason if are_guesses else order(tried.candidate, winner)))
            continue
        passed = passed_over(tried, decision)
        explanations.append(Explanation(tried.candidate, passed or winning(tried, decision, handled)))
        winner = None if passed else tried.candidate
    return tuple(explanations)


def with_pasted(context: MessageContext, state: State, tries: Sequence[Trial]) -> Iterator[Trial]:
    """Yield the rules that match, and ahead of the first one that gives way to it the form that pasted lines fill in."""
    is_over = "\n" not in context.message.text or state.paused_on(context.message.line) > context.time
    for tried in (*tries, None):
        if not is_over and (found := pasted_into(context, tried and tried.candidate)):
            is_over = True
            yield Trial(
                Candidate(found[0], Kind.FORM, ""),
                tr("goes first: lines of the text have the labels of {labels}", labels=", ".join(found[1].texts)),
            )
        if tried is not None:
            yield tried


def unfinished(context: MessageContext, state: State) -> Iterator[Trial]:
    """Yield the form that was set aside, where the customer is reminded of it, or cancels it, for want of another answer."""
    time = context.time
    dialogue = read_dialogue(state.dialogue, chat_key(context.message), time)
    rule = context.book.by_name.get(dialogue.aside.rule) if dialogue.aside else None
    if rule is None or not rule.fields or not context.may_guess or state.paused_on(context.message.line) > time:
        return
    if hear(context.message.text, context.book.folding).means("cancel"):
        yield Trial(Candidate(rule, Kind.FORM, ""), tr("its form was set aside, and what no rule takes drops it"))
    elif not dialogue.aside_said:
        yield Trial(Candidate(rule, Kind.FORM, ""), tr("its form was set aside, and what no rule takes gets a reminder of it, once"))


def guesses(context: MessageContext, state: State, passed: Sequence[Candidate]) -> Iterator[Trial]:
    """The phrases nearest to a text that no rule answers, with their scores."""
    time = context.time
    dialogue = read_dialogue(state.dialogue, chat_key(context.message), time)
    if state.paused_on(context.message.line) > time or dialogue.form is not None or not context.may_guess:
        return
    rules = {candidate.rule for candidate in passed}
    guessed = guess(context.book, context.message.text, context.may_answer, rules)
    for meant in guessed.near:
        yield Trial(Candidate(meant.rule, Kind.GUESS, meant.words), guessed.reason(meant), answers=meant is guessed.answer)


def passed_over(tried: Trial, decision: Decision | None) -> str:
    """The reason why the next candidate is tried after this one; empty if this one answers."""
    if not tried.answers:
        return tried.reason
    if decision is None or is_by(decision, tried.candidate):
        return ""
    return NO_ANSWER if decision.match is None else tr("its handler skipped")


def winning(tried: Trial, decision: Decision | None, handled: Collection[str]) -> str:
    """The way a candidate answers, as far as that is known before its handler runs."""
    may_skip = decision is None and tried.candidate.rule.name in handled and tried.reason.startswith(WINS)
    return tr("{reason}, unless its handler skips", reason=tried.reason) if may_skip else tried.reason


def is_by(decision: Decision, candidate: Candidate) -> bool:
    """True if the decision is a candidate's answer."""
    return decision.match is not None and (decision.match.rule, decision.match.kind) == (candidate.rule, candidate.kind)


def by_rules(context: MessageContext, state: State, decision: Decision | None) -> Iterator[Trial]:
    """Yield each rule that matches; where their handlers skipped, those of the later steps of the look-up, too."""
    tried: set[Rule] = set()

    def may_answer(rule: Rule) -> bool:
        return rule not in tried and context.may_answer(rule)

    while found := [each for each in context.candidates(may_answer) if each.rule not in tried]:
        yield from (matched(context, candidate, state) for candidate in found)
        if decision is None or any(is_by(decision, candidate) for candidate in found):
            break
        tried.update(candidate.rule for candidate in found)


def matched(context: MessageContext, candidate: Candidate, state: State) -> Trial:
    """Try a rule that matches, where the bot answers this person in this chat."""
    if silence := silenced(state, context.message.line, context.time):
        return Trial(candidate, silence, answers=False)
    if never_answers(context.book, context.message):
        return Trial(candidate, tr("the bot never answers in groups"), answers=False)
    if not context.hears(candidate):
        return Trial(candidate, tr("in groups only keywords are answered"), answers=False)
    return trial(context, candidate, state)


def silenced(state: State, line: str | None, now: float) -> str:
    """The reason why the bot keeps quiet for somebody on a line; empty if it does not."""
    left = state.paused_on(line) - now
    if left <= 0:
        return ""
    if state.is_taken_over(line):
        return tr("the owner writes to this person by hand, and the bot is silent: {time} left", time=lasting(left))
    return tr("the bot is paused for this person: {time} left", time=lasting(left))


def order(candidate: Candidate, winner: Candidate) -> str:
    """The reason why a candidate comes after the winner, by the documented order."""
    if winner.kind in (Kind.FORM, Kind.MENU):
        return tr("the {kind} goes first", kind=KINDS[winner.kind])
    if candidate.kind is Kind.FALLBACK and winner.kind is not Kind.FALLBACK:
        return tr("a fallback answers only what no other rule does")
    if winner.rule.sends and not candidate.rule.sends and candidate.rank()[:3] == winner.rank()[:3]:
        return tr("of two that are equal, the one with 'sends' goes first")
    is_broader = winner.kind is Kind.SENDS
    reasons = (
        tr("its priority is lower than {priority}", priority=winner.rule.priority),
        tr("a {kind} goes first", kind=KINDS[winner.kind]),
        tr("{literal!r} is one kind, and 'media' several", literal=winner.literal) if is_broader else shorter(winner),
        tr("it comes after {rule} in the files", rule=winner.rule.name),
    )
    pairs = zip(candidate.rank(), winner.rank(), reasons, strict=False)  # which of its own literals a rule is found by decides nothing
    return next(reason for ours, theirs, reason in pairs if ours != theirs)


def shorter(winner: Candidate) -> Translatable:
    """The reason why a candidate with a shorter literal comes after the winner."""
    return tr("its {kind} is shorter than {literal!r}", kind=WORDS.get(winner.kind, tr("keyword")), literal=winner.literal)

"""The engine: decides how to answer a message."""

from collections.abc import Collection, Container, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from flask_chatbot.core.conversation.dialogue import NOWHERE, chat_key
from flask_chatbot.core.conversation.memory import NO_MEMORY, NOTHING, Memory
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.context import never_answers
from flask_chatbot.core.deciding.decision import Decision, Handle, no_handler
from flask_chatbot.core.deciding.form_turn import by_labels, in_form, not_finished, resumed
from flask_chatbot.core.deciding.guessing import guess
from flask_chatbot.core.deciding.menu_turn import heard_in, in_menu, in_offer, tapped
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.unsupported import says_nothing, unsupported
from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.lookups.find import LookUp, nowhere
from flask_chatbot.core.matching.match import Candidate, Kind, MayAnswer
from flask_chatbot.core.matching.match import always as any_rule
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.contents import WRITTEN
from flask_chatbot.core.values.long_texts import as_one_message
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.saving.slots import HasPlace, always


def decide(
    book: RuleBook,
    message: Message,
    memory: Memory,
    now: datetime,
    random: Random,
    handle: Handle = no_handler,
    handled: Container[str] | None = None,
    look_up: LookUp = nowhere,
    *,
    has_place: HasPlace = always,
) -> Decision:
    """Decide on one message; `now` is an aware datetime. No text makes it raise, only an unreadable `memory` does.

    `handle` is called for each match whose fields are valid: it returns the replies, or names for the rule's own templates, or None; it may
    raise `Skip`, `Invalid`, `HandlerFailed` and `ForwardFailed`, and change the notes it is given. With `handled`, the names of some rules,
    it is called only for those and for rules with actions. `memory` is only read, and so are the rows that `look_up` finds elsewhere than
    in files beside the rules, and those by which `has_place` knows if a slot has a place left. An answer that cannot be made is logged with
    its rule's place, and the customer gets one apology.
    """
    is_plain = message.kind == "text" and message.chat == "private"  # as nearly all
    if not is_plain and never_answers(book, message):
        return Decision(None)
    message = message if len(message.text) <= TEXT_LIMIT else replace(message, text=message.text[:TEXT_LIMIT])
    state = NOTHING if memory is NO_MEMORY else memory.recall(book.person(message.sender), now.timestamp())
    if state is not NOTHING and state.paused_on(message.line) > now.timestamp():
        return Decision(None)
    before = read_dialogue(state.dialogue, chat_key(message), now.timestamp()) if state.dialogue else NOWHERE
    # Positional, since keyword arguments would cost as much as finding the rule.
    turn = Answering(book, message, now, not state.seen, state, before, before, state.answered, random, handle, handled, look_up, has_place)
    decision = None if is_plain and before is NOWHERE else in_dialogue(turn)
    decision = decision or by_rules(turn)
    if book.one_message and len(decision.replies) > 1:
        decision = decision._replace(replies=as_one_message(decision.replies))
    remember = None if memory is NO_MEMORY else turn.remembered()
    if remember is None and not turn.choices:
        return decision
    return decision._replace(remember=remember, choices=turn.choices)


def in_dialogue(turn: Answering) -> Decision | None:
    """The decision by what was tapped, by the form that waits for an answer, else by what was shown last; None if the rules decide."""
    decision = unsupported(turn) if turn.message.kind == "unsupported" else tapped(turn) if turn.message.choice else None
    if decision is not None or turn.dialogue is NOWHERE:
        return decision
    heard = heard_in(turn.message, turn.book)
    return in_form(turn, heard) or in_offer(turn, heard) or resumed(turn, heard) or in_menu(turn, heard)


def by_rules(turn: Answering) -> Decision:
    """The decision of the first rule that answers the text, else by what it may have meant, else by the fallback."""
    passed: dict[Rule, Candidate] = {}
    decision = first_answer(turn, passed, turn.may_answer if turn.book.has_conditions else any_rule)
    if decision is not None:
        return decision
    fallbacks = [candidate for candidate in passed.values() if candidate.kind is Kind.FALLBACK]
    if len(fallbacks) < len(passed) and (decision := after_skipping(turn, passed)) is not None:
        return decision
    if not passed and "\n" in turn.message.text and (decision := by_labels(turn, None)) is not None:
        return decision
    if says_nothing(turn.message):
        return unsupported(turn) if turn.message.kind not in WRITTEN else Decision(None)
    return by_guess(turn, passed, fallbacks) if turn.may_guess else Decision(None)


def after_skipping(turn: Answering, passed: dict[Rule, Candidate]) -> Decision | None:
    """The decision of a rule that the text leads to in a later step, where handlers have skipped all those `passed`."""
    skipped: set[Rule] = set()
    while skipped < (left := {rule for rule in passed if not rule.fallback and turn.may_answer(rule)}):
        skipped = left
        decision = first_answer(turn, passed, lambda rule: rule not in passed and turn.may_answer(rule))
        if decision is not None:
            return decision
    return None


def first_answer(turn: Answering, passed: dict[Rule, Candidate], may_answer: MayAnswer) -> Decision | None:
    """The decision of the first rule that answers, of those not yet `passed`; the ones that do not answer are added to these."""
    is_group = turn.message.chat == "group"
    is_lines = "\n" in turn.message.text
    for candidate in turn.candidates(may_answer):
        if candidate.rule in passed:
            continue
        if is_lines and (pasted := by_labels(turn, candidate)) is not None:
            return pasted
        if candidate.kind is not Kind.FALLBACK and not (is_group and not turn.hears(candidate)):
            decision = turn.attempt(candidate, turn.answer_to)
            if decision is not None:
                return decision
        passed[candidate.rule] = candidate
    return None


def by_guess(turn: Answering, passed: Collection[Rule], fallbacks: Sequence[Candidate]) -> Decision:
    """The decision on a text that no rule has answered: by what it may have meant, else by the fallback."""
    if turn.dialogue.aside is not None and (unfinished := not_finished(turn)) is not None:
        return unfinished
    if turn.before.form is None and turn.book.guess != "never":
        turn.guessed = guess(turn.book, turn.message.text, turn.may_answer, passed)
    meant = turn.guessed.answer
    for candidate in [Candidate(meant.rule, Kind.GUESS, meant.words), *fallbacks] if meant else fallbacks:
        decision = turn.attempt(candidate, turn.answer_to)
        if decision is not None:
            return decision
    return Decision(None)

"""The turn of what was shown to choose from: suggestions, and menus."""

from collections.abc import Callable
from dataclasses import replace

from flask_chatbot.core.conversation.dialogue import OUT, Dialogue, menu_text
from flask_chatbot.core.conversation.heard import Heard, hear
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.matching.match import Candidate, Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Text


def tapped(turn: Answering) -> Decision | None:
    """The answer of the rule that a tapped choice leads to, at any time; None for what is no choice of ours.

    Who taps during a form leaves it, and nothing given to it is lost.
    """
    before = turn.dialogue
    rule = tapped_rule(turn.book, before, turn.message)
    if rule is None:
        return None
    left = before.set_aside(before.form, turn.time).left() if before.form else before
    is_below = any(target == rule.name for _, target in before.menus[-1].entries) if before.menus else False
    turn.dialogue = replace(left.heard(), is_below=is_below or left.is_below)
    decision = turn.attempt(Candidate(rule, Kind.MENU, ""), turn.answer_to)
    if decision is None:
        turn.dialogue = before
    return decision


def tapped_rule(book: RuleBook, dialogue: Dialogue, message: Message) -> Rule | None:
    """The rule that a tapped choice leads to; None for what is no choice of ours, and for the one that leads back."""
    choice = message.choice
    rule = book.by_name.get(choice.id) if choice else None
    if rule is None or (choice == Choice(OUT, say(book.locale.language.addressing(message.sender.name), "menu_back")) and dialogue.menus):
        return None
    shown = {target for menu in dialogue.menus for _, target in menu.entries}
    return rule if rule.is_found or rule.name in shown or rule.name in book.in_menus else None  # any program may send any id


def heard_in(message: Message, book: RuleBook) -> Heard:
    """The text of the message, which is the number 0 if a choice that leads back, or declines, was tapped."""
    return hear(OUT if message.choice and message.choice.id == OUT else message.text, book.folding)


def in_offer(turn: Answering, heard: Heard) -> Decision | None:
    """The answer of the suggestion that the text takes, or the sentence for a declined offer; None for any other text."""
    offer, turn.dialogue = turn.before.offer, turn.dialogue.heard()
    if offer is None or turn.before.form is not None:
        return None
    rule = turn.book.by_name.get(offer.taken(heard) or "")
    if rule is not None:
        return turn.attempt(Candidate(rule, Kind.MENU, ""), turn.answer_to)
    if not offer.declined(heard):
        return None
    rule = turn.book.by_name.get(offer.rule)
    return Decision(Match(rule=rule, kind=Kind.MENU) if rule else None, (Text(say(turn.language, "declined")),))


def in_menu(turn: Answering, heard: Heard) -> Decision | None:
    """The previous menu, or the answer of the rule that the text chooses from the last menu; None if it chooses nothing."""
    before = turn.dialogue
    back = before.back(heard)
    if back is not None:
        rule = turn.book.by_name.get(back.rule)
        return Decision(Match(rule=rule, kind=Kind.MENU) if rule else None, (turn.show(back),))
    chosen = turn.book.by_name.get(before.chosen(heard) or "")
    if chosen is None:
        return by_number(turn, heard)
    turn.dialogue = replace(before, is_below=True)
    decision = turn.attempt(Candidate(chosen, Kind.MENU, ""), turn.answer_to)
    if decision is None:
        turn.dialogue = before
    return decision


def by_number(turn: Answering, heard: Heard) -> Decision | None:
    """The menu again, for a number that it does not have, and where it has ended for one that it had."""
    dialogue = turn.dialogue
    number = shown_again_for(turn.book, dialogue, heard, turn.may_answer)
    if not number:
        return None
    menu = dialogue.menus[-1]
    rule = turn.book.by_name.get(menu.rule)
    shown = turn.show(menu)
    if not dialogue.have_ended:
        choices = replace(menu, text=say(turn.language, "menu_no_number", number=number))
        shown = Text(menu_text(choices, len(turn.dialogue.menus) > 1, turn.language))
    return Decision(Match(rule=rule, kind=Kind.MENU) if rule else None, (shown,))


def shown_again_for(book: RuleBook, dialogue: Dialogue, heard: Heard, may_answer: Callable[[Rule], bool]) -> int:
    """The number for which the last menu is shown again, unless it is the keyword of a rule; else 0."""
    number = dialogue.number(heard)
    if not number or (number <= len(dialogue.menus[-1].entries)) is not dialogue.have_ended:
        return 0
    found = book.index.candidates(heard.text, may_answer)
    return 0 if any(candidate.kind is Kind.KEYWORD for candidate in found) else number

"""The turn of what was shown to choose from: suggestions, and menus."""

from collections.abc import Collection
from dataclasses import replace

from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.matching.index import Candidate, Kind, Match
from flask_chatbot.core.values.replies import Text


def in_offer(turn: Answering, said: Collection[str]) -> Decision | None:
    """The answer of the suggestion that the text takes, or the sentence for a declined offer; None for any other text."""
    offer, turn.dialogue = turn.before.offer, turn.dialogue.heard()
    if offer is None or turn.before.form is not None:
        return None
    rule = turn.book.by_name.get(offer.taken(said, turn.book.folding.fold) or "")
    if rule is not None:
        return turn.attempt(Candidate(rule, Kind.MENU, ""), turn.answer_to)
    if not offer.declined(said):
        return None
    rule = turn.book.by_name.get(offer.rule)
    return Decision(Match(rule=rule, kind=Kind.MENU) if rule else None, (Text(say(turn.language, "declined")),))


def in_menu(turn: Answering, said: Collection[str]) -> Decision | None:
    """The previous menu, or the answer of the rule that the text chooses from the last menu; None if it chooses nothing."""
    before = turn.dialogue
    back = before.back(said)
    if back is not None:
        rule = turn.book.by_name.get(back.rule)
        return Decision(Match(rule=rule, kind=Kind.MENU) if rule else None, (turn.show(back),))
    chosen = turn.book.by_name.get(before.chosen(said, turn.book.folding.fold) or "")
    if chosen is None:
        return None
    turn.dialogue = replace(before, is_below=True)
    decision = turn.attempt(Candidate(chosen, Kind.MENU, ""), turn.answer_to)
    if decision is None:
        turn.dialogue = before
    return decision

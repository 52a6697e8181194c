"""The turn of a form that waits for an answer: what a text does to it."""

from collections.abc import Collection

from flask_chatbot.core.conversation.forms import Ask, Form, Stop, step
from flask_chatbot.core.conversation.heard import Heard
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.context import leaves
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.matching.index import Candidate, Kind, Match
from flask_chatbot.core.values.replies import Text


def in_form(turn: Answering, said: Collection[str]) -> Decision | None:
    """The effect of the text on the form in progress; None if it leaves the form, or there is none."""
    form = turn.dialogue.form
    turn.dialogue = turn.dialogue.left()
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields or leaves(turn.context, rule, form, first=not turn.state.seen):
        return None
    return turn.attempt(Candidate(rule, Kind.FORM, form.literal), lambda candidate: go_on(turn, candidate.match(), form, said))


def go_on(turn: Answering, match: Match, form: Form, said: Collection[str]) -> Decision:
    """The next turn of a form: a question, its end, or the answer once everything is filled in."""
    outcome = step(form, match.rule.fields or (), Heard(turn.message.text, frozenset(said), turn.book.folding), turn.context.field_context)
    if isinstance(outcome, Ask):
        return turn.ask(match, outcome)
    if isinstance(outcome, Stop):
        return Decision(match, (Text(outcome.text),))
    return turn.complete(turn.context.read_form(match.rule, outcome.form), outcome.form, outcome.confirmed, outcome.said)

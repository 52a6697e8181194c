"""The turn of a form that waits for an answer: what a text does to it."""

from dataclasses import replace

from flask_chatbot.core.conversation.forms import Ask, Form, Stop, next_question, step
from flask_chatbot.core.conversation.heard import Heard
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.context import leaves, trigger
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.fields.field import titled
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.matching.index import Candidate, Kind, Match
from flask_chatbot.core.values.replies import Text


def in_form(turn: Answering, heard: Heard) -> Decision | None:
    """The effect of the text on the form in progress; None if it leaves the form, or there is none."""
    form = turn.dialogue.form
    turn.dialogue = turn.dialogue.left()
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields:
        return None
    if leaves(turn.context, rule, form, first=not turn.state.seen):
        turn.dialogue = turn.dialogue.set_aside(form, turn.time)
        return None
    return turn.attempt(Candidate(rule, Kind.FORM, form.literal), lambda candidate: go_on(turn, candidate.match(), form, heard))


def go_on(turn: Answering, match: Match, form: Form, heard: Heard) -> Decision:
    """The next turn of a form: a question, its end, or the answer once everything is filled in."""
    outcome = step(form, match.rule.fields or (), heard, turn.context.field_context)
    if isinstance(outcome, Ask):
        return turn.ask(match, outcome)
    if isinstance(outcome, Stop):
        if outcome.aside is not None:
            turn.dialogue = turn.dialogue.set_aside(outcome.aside, turn.time)
        return Decision(match, (Text(outcome.text),))
    return turn.complete(turn.context.read_form(match.rule, outcome.form), outcome.form, outcome.confirmed, outcome.said)


def resumed(turn: Answering, heard: Heard) -> Decision | None:
    """The question of the form that was set aside, where the text goes on with it."""
    form = turn.dialogue.aside
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields or not heard.means("resume"):
        return None
    turn.dialogue = turn.dialogue.resumed()
    return turn.attempt(Candidate(rule, Kind.FORM, form.literal), lambda candidate: again(turn, candidate.match(), form))


def again(turn: Answering, match: Match, form: Form) -> Decision:
    """The question that a form waits for an answer to, once more."""
    fields = match.rule.fields or ()
    names = [field.name for field in fields]
    asks = tuple(name for name in form.asks if name in names)
    if asks:
        return turn.ask(match, next_question(replace(form, asks=asks), fields, turn.language))
    return turn.complete(turn.context.read_form(match.rule, form), form)


def not_finished(turn: Answering) -> Decision | None:
    """The reminder, once, of a form that was set aside; None where there is none any more, or it was given already."""
    form = turn.dialogue.aside
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields or turn.dialogue.aside_said:
        return None
    turn.dialogue = replace(turn.dialogue, aside_said=True)
    match = Match(rule=rule, kind=Kind.FORM, literal=form.literal)
    keyword = next((keyword.written for keyword in rule.keywords if not keyword.takes_fields), trigger(match).rstrip("#"))
    key = "form_aside_or_anew" if keyword else "form_aside"
    return Decision(match, (Text(say(turn.language, key, rule=titled(keyword), keyword=keyword)),))

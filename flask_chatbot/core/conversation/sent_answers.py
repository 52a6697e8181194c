"""Files and places as answers to the questions of a form."""

from collections.abc import Sequence
from dataclasses import replace

from flask_chatbot.core.conversation.forms import Ask, Done, Form, Stop, advance, problem_of, question, step, together
from flask_chatbot.core.conversation.heard import Heard
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.sent import first_taking
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.values.sent import SentValue


def sent_step(form: Form, fields: Sequence[Field], heard: Heard, sent: Sequence[SentValue], context: Context) -> Ask | Stop | Done:
    """Apply a message that is no text to a form: as the value that is asked for, or of a question to come, else by its caption.

    What fits nowhere is no wrong answer: the question comes again. Where all is to be confirmed, what is sent replaces
    what was sent before.
    """
    known = {each.name: each for each in fields}
    asked = known.get(form.asks[0]) if form.asks else None
    if heard.means("cancel") or (form.asks and asked is None):
        return step(form, fields, heard, context)
    if (fitting := first_taking([asked] if asked else fields, sent)) is not None:
        return given(form, *fitting, fields, context)
    if heard.text.strip() and not (asked is not None and asked.is_sent):
        outcome = step(form, fields, heard, context)
        if not (isinstance(outcome, Ask) and outcome.form.wrong > form.wrong):
            return outcome
    elif (fitting := first_taking([known[name] for name in form.asks[1:] if name in known], sent)) is not None:
        return noted(form, *fitting, fields, context)
    return asked_again(form, fields, unfit(asked, sent, context), context)


def asked_again(form: Form, fields: Sequence[Field], said: str, context: Context) -> Ask:
    """The sentence for a message that is no answer, and what the form asks for below it."""
    asked = next((each for each in fields if each.name in form.asks[:1]), None)
    again = question(asked, context.language) if asked else "" if form.picks or form.doubts else say(context.language, "not_yesno")
    return Ask(form, together(said, again))


def given(form: Form, asked: Field, value: SentValue, fields: Sequence[Field], context: Context) -> Ask | Done:
    """The form with something sent as the value of a field, which is not asked for any more."""
    texts, times = {**form.texts, asked.name: str(value)}, {**form.times, asked.name: context.now.timestamp()}
    left = tuple(name for name in form.asks if name != asked.name)
    changed = replace(form, texts=texts, times=times, sent={**form.sent, asked.name: value}, asks=left, wrong=0, picks=False, unclear="")
    return advance(changed, fields, context)


def noted(form: Form, later: Field, value: SentValue, fields: Sequence[Field], context: Context) -> Ask | Done:
    """The question again, with the value of a later one noted."""
    outcome = given(form, later, value, fields, context)
    said = say(context.language, "form_noted", values=f"{later.title}: {value}")
    return replace(outcome, text=together(said, outcome.text)) if isinstance(outcome, Ask) else outcome


def unfit(asked: Field | None, sent: Sequence[SentValue], context: Context) -> str:
    """The sentence about something sent that is no value of the field that is asked for."""
    if asked is not None and asked.is_sent:
        return problem_of(asked, "-", context)
    return (
        say(context.language, "not_text", what=say(context.language, f"kind_{sent[0].kind}"))
        if sent
        else say(context.language, "unsupported")
    )

"""Forms that ask one question at a time: the effect of each text on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_chatbot.core.fields.field import Context, Field, Reading, read_fields
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.language.words import words_of_all

WRONG_LIMIT = 3  # wrong answers that end a form

_CANCEL, _SKIP, YES, NO = map(words_of_all, ("cancel", "skip", "yes", "no"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A rule's fields being filled in: the texts so far, and the names of the fields left to ask for, the current one first.

    With none left it waits for a yes or no to the rule's `confirm`. `literal` is the folded keyword that began it, empty if something else
    did. `times` are the epoch seconds when each text was read: "besok" stays the day that it was then. `problems` are those of fields still
    to ask for. `wrong` counts the wrong answers to this question, `refused` how often a handler rejected what was filled in.
    """

    rule: str
    literal: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    wrong: int = 0
    refused: int = 0


NO_FORM = Form(rule="")  # of rules without fields, one for all


@dataclass(frozen=True, slots=True)
class Ask:
    """The form goes on: `text` is the one message of this turn."""

    form: Form
    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The form ends without a result; `text` says why."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to ask for; `confirmed` if the customer said yes to the summary."""

    form: Form
    confirmed: bool = False


def readings(text: str, folding: Folding) -> frozenset[str]:
    """The forms in which a text may be a word that a form or menu expects: as written, by its synonyms, without courtesy words.

    >>> from flask_chatbot.core.language.words import Words
    >>> sorted(readings("Ya, kak!", Folding(Words(ignore=frozenset({"kak"})))))
    ['ya', 'ya kak']
    """
    forms = {fold(text), folding.fold(text)}
    return frozenset(forms.union(*map(folding.without_courtesy, forms)))


def begin(form: Form, fields: Sequence[Field], language: str) -> Ask:
    """The first question of a form, which keeps the texts of fields that it does not ask for."""
    texts = {name: text for name, text in form.texts.items() if name not in form.asks}
    problems = {name: sentence for name, sentence in form.problems.items() if name in form.asks}
    return next_question(replace(form, texts=texts, problems=problems), fields, language)


def step(form: Form, fields: Sequence[Field], text: str, said: Collection[str], context: Context) -> Ask | Stop | Done:
    """Apply a text to a form; `said` are its readings. A question whose field was removed by a reload is skipped."""
    known = {each.name: each for each in fields}
    asked = known.get(form.asks[0]) if form.asks else None
    is_option = asked is not None and bool(asked.options) and not problem_of(asked, text, context)
    if not is_option and not _CANCEL.isdisjoint(said):
        return Stop(say(context.language, "form_cancelled"))
    if not form.asks:
        return confirmed(form, said, context.language)
    left = replace(form, asks=tuple(name for name in form.asks[1:] if name in known), wrong=0)
    if asked is None:
        return advance(left, fields, context.language)
    if not is_option and asked.may_be_left_out and not _SKIP.isdisjoint(said):
        text = ""
    elif problem := problem_of(asked, text, context):
        return wrong(form, together(problem, question(asked, context.language)), context.language)
    texts, times = {**form.texts, asked.name: text.strip()}, {**form.times, asked.name: context.now.timestamp()}
    return advance(replace(left, texts=texts, times=times), fields, context.language)


def problem_of(asked: Field, text: str, context: Context) -> str:
    """The problem with a text as the answer to a question, or an empty text. Silence is no answer, even to an optional question."""
    wanted = replace(asked, optional=False, default=None, question="")
    return read_fields([wanted], [text], context).problems.get(asked.name, "")


def answers_nothing(form: Form, fields: Sequence[Field], text: str, context: Context) -> bool:
    """True if a text is not a valid answer to the form's question."""
    asked = next((each for each in fields if form.asks and each.name == form.asks[0]), None)
    return asked is not None and bool(problem_of(asked, text, context))


def advance(form: Form, fields: Sequence[Field], language: str) -> Ask | Done:
    """The next question of a form, or the end of its questions."""
    return next_question(form, fields, language) if form.asks else Done(form)


def next_question(form: Form, fields: Sequence[Field], language: str) -> Ask:
    """The question for the next field, with the problem of its text, if any."""
    asked = next(each for each in fields if each.name == form.asks[0])
    problems = {name: sentence for name, sentence in form.problems.items() if name != asked.name}
    return Ask(replace(form, problems=problems), together(form.problems.get(asked.name, ""), question(asked, language)))


def filled(form: Form, fields: Sequence[Field], context: Context) -> Reading:
    """The values of a form's texts, each read as of the time it was given."""
    reading = Reading()
    for each in fields:
        at = form.times.get(each.name)
        then = context if at is None else replace(context, now=datetime.fromtimestamp(at, context.now.tzinfo))
        one = read_fields([each], [form.texts.get(each.name, "")], then)
        reading.values.update(one.values)
        reading.problems.update(one.problems)
    return reading


def confirmed(form: Form, said: Collection[str], language: str) -> Ask | Stop | Done:
    """The effect of a yes, a no or anything else on a form that asks for confirmation."""
    if not YES.isdisjoint(said):
        return Done(form, confirmed=True)
    if not NO.isdisjoint(said):
        return Stop(say(language, "form_cancelled"))
    return wrong(form, say(language, "not_yesno"), language)


def wrong(form: Form, text: str, language: str) -> Ask | Stop:
    """The question again, with the way out; after three wrong answers, the end."""
    if form.wrong + 1 >= WRONG_LIMIT:
        return Stop(say(language, "form_given_up"))
    return Ask(replace(form, wrong=form.wrong + 1), together(text, say(language, "form_way_out")))


def question(asked: Field, language: str) -> str:
    """The question for a field, with its options unless the author names them all, and how to skip it if that is allowed."""
    text = asked.question.strip() or say(language, "ask_field", label=asked.title)
    options = [option.value for option in asked.options]
    if not all(fold(option) in fold(text) for option in options):
        text = together(text, *(f"- {option}" for option in options))
    return together(text, say(language, "form_skip")) if asked.may_be_left_out else text


def together(*parts: str) -> str:
    """Several sentences as one message, without repeats."""
    return "\n".join(dict.fromkeys(part for part in parts if part))

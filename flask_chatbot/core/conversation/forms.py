"""Forms that ask one question at a time: the effect of each text on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flask_chatbot.core.conversation.choosing import chosen_number
from flask_chatbot.core.conversation.corrections import Named, correction_in, lines_in
from flask_chatbot.core.conversation.heard import Heard, hear, list_of
from flask_chatbot.core.fields.answers import has_numbers, read_yesno
from flask_chatbot.core.fields.contacts import email_guess
from flask_chatbot.core.fields.field import Context, Field, FieldType, Reading, applies, read_fields
from flask_chatbot.core.fields.times import in_part
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import Language, clip, say
from flask_chatbot.core.language.words import words_of_all
from flask_chatbot.core.values.sent import SentValue

NOTED_LIMIT = 200  # characters of values, as the bot repeats them
TRIES = 3  # wrong answers to one question that set a form aside, unless the rules say otherwise

YES_OR_NO = Field(name="confirm", type="yesno", kind=FieldType(read=read_yesno))
YES, NO = map(words_of_all, ("yes", "no"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A rule's fields being filled in: the texts so far, and the names of the fields left to ask for, the current one first.

    With none left it waits for a yes or no to the rule's `confirm`. `literal` is the folded keyword that began it, empty if something else
    did. `times` are the epoch seconds when each text was read: "besok" stays the day that it was then. `problems` are those of fields still
    to ask for. `wrong` counts the wrong answers to this question, `refused` how often a handler rejected what was filled in. `doubts` names
    the field whose e-mail address may be misspelled, while that is asked; `settled` are the addresses that were asked about.
    `unclear` is the last text for a time that was no clear one. `sent` are the values of fields that came as files or places; their `texts`
    are only words for them.
    """

    rule: str
    literal: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    wrong: int = 0
    refused: int = 0
    picks: bool = False
    strayed: str = ""
    doubts: str = ""
    unclear: str = ""
    settled: tuple[str, ...] = ()
    sent: Mapping[str, SentValue] = field(default_factory=dict)


NO_FORM = Form(rule="")  # of rules without fields, one for all


@dataclass(frozen=True, slots=True)
class Ask:
    """The form goes on: `text` is the one message of this turn. It is `loose` if another rule may take the text instead."""

    form: Form
    text: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """The form ends without a result; `text` says why."""

    text: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to ask for; `confirmed` if the customer said yes to the summary."""

    form: Form
    confirmed: bool = False
    said: str = ""
    loose: bool = False


def begin(form: Form, fields: Sequence[Field], language: Language) -> Ask:
    """The first question of a form, which keeps the texts of fields that it does not ask for."""
    texts = {name: text for name, text in form.texts.items() if name not in form.asks}
    problems = {name: sentence for name, sentence in form.problems.items() if name in form.asks}
    return next_question(replace(form, texts=texts, problems=problems), fields, language)


def step(form: Form, fields: Sequence[Field], heard: Heard, context: Context) -> Ask | Stop | Done:
    """Apply a text to a form. A question whose field is gone, by a reload, is passed over."""
    context = dated(form, fields, context)
    known = {each.name: each for each in fields}
    asked = known.get(form.asks[0]) if form.asks else None
    fits = asked is not None and asked.is_typed and not problem_of(asked, heard.text, context)
    if asked is not None and calls_off(asked, heard):
        return taken(form, asked, say(context.language, "no"), fields, context)
    if heard.means("cancel") and not (fits and asked is not None and asked.options):
        return Stop(cancelled(form, context.language))
    if asked is None and form.asks:
        return advance(replace(form, asks=tuple(name for name in form.asks[1:] if name in known), wrong=0), fields, context)
    if asked is not None and not fits and (left_out := skips(asked, heard)) is not None:
        return taken(form, asked, left_out and say(context.language, left_out), fields, context)
    if asked is not None and fits:
        return taken(form, asked, heard.text, fields, context)
    named = lines_in(heard.text, fields, heard.folding) or correction_in(heard, fields, asked is None or asked.is_typed)
    if named is not None and (asked is None or not is_only(named, asked)):
        return corrected(form, named, fields, context)
    if asked is None:
        return without_doubt(form, known[form.doubts], heard, context) if form.doubts in known else confirmed(form, fields, heard, context)
    return answered(form, asked, named, fields, heard, context)


def cancelled(form: Form, language: Language) -> str:
    """The sentence that a form is dropped, by the keyword that began it."""
    return say(language, "form_cancelled", rule=form.literal or form.rule.replace("_", " "))


def answered(form: Form, asked: Field, named: Named | None, fields: Sequence[Field], heard: Heard, context: Context) -> Ask | Stop | Done:
    """Take a text as the answer to a question, unless it asks to wait or is no value of the field."""
    if heard.means("wait"):
        return Ask(form, together(say(context.language, "form_waits"), question(asked, context.language)))
    text = named.texts[asked.name] if named else heard.text
    text = (form.unclear and in_part(form.unclear, text, asked, context)) or text
    is_nothing = named is None and not asked.is_typed and heard.means("skip")  # no value of a text that is required
    if problem := say(context.language, "missing") if is_nothing else problem_of(asked, text, context):
        unclear = replace(form, unclear=text if asked.type == "time" else "")
        problem = (named and problem_of(asked, heard.text, context)) or problem  # which quotes all of it
        return wrong(unclear, together(problem, question(asked, context.language)), context.language, asked)
    return replace(taken(form, asked, text, fields, context), loose=named is None)


def calls_off(asked: Field, heard: Heard) -> bool:
    """True if a text says no to a yes-or-no question by a word that ends other forms."""
    return asked.type == "yesno" and heard.means("call_off")


def skips(asked: Field, heard: Heard) -> str | None:
    """The built-in word that a text leaves a question out by: none of them, or a no to a yes-or-no question; None where it does not."""
    if not asked.may_be_left_out or not heard.means("skip", "thanks"):
        return None
    return "no" if asked.type == "yesno" and heard.means("nothing") else ""


def is_only(named: Named, asked: Field) -> bool:
    """True if a text names the field that is asked for, with a value, and no other."""
    return set(named.texts) == {asked.name} and bool(named.texts[asked.name]) and not (named.unknown or named.twice)


def taken(form: Form, asked: Field, text: str, fields: Sequence[Field], context: Context) -> Ask | Done:
    """The form with a text as the answer to its question."""
    known = {each.name for each in fields}
    texts, times = {**form.texts, asked.name: text.strip()}, {**form.times, asked.name: context.now.timestamp()}
    left = tuple(name for name in form.asks if name in known and name != asked.name)
    return advance(replace(form, texts=texts, times=times, asks=left, wrong=0, picks=False, unclear=""), fields, context)


def corrected(form: Form, named: Named, fields: Sequence[Field], context: Context) -> Ask | Done:
    """The form with the values that a text names; those that are wrong, doubled or lacking are asked for, and all else is kept."""
    texts, times, problems = dict(form.texts), dict(form.times), dict(form.problems)
    again: list[str] = []
    noted: list[str] = []
    for each in (each for each in fields if each.name in named.texts):
        text = named.texts[each.name]
        problem = say(context.language, "given_twice", label=each.title) if each.name in named.twice else ""
        problem = problem or (text and problem_of(each, text, context))
        left_out = skips(each, hear(text, context.folding)) if each.name not in named.twice and (problem or not each.is_typed) else None
        if left_out is None and (not text or problem):
            again.append(each.name)
            problems[each.name] = problem
            continue
        texts[each.name] = text if left_out is None else left_out and say(context.language, left_out)
        times[each.name] = context.now.timestamp()
        problems.pop(each.name, None)
        noted.append(noted_as(each, texts[each.name], context) if texts[each.name] else f"{each.title}: -")
    asks = (*again, *(name for name in form.asks if name not in named.texts))
    changed = replace(form, texts=texts, times=times, problems=problems, asks=asks, wrong=0, picks=False, doubts="", unclear="")
    said = say(context.language, "form_noted", values="; ".join(noted)) if noted else ""
    unknown = say(context.language, "lines_unknown", lines=clip("; ".join(named.unknown), NOTED_LIMIT)) if named.unknown else ""
    outcome = advance(changed, fields, context)
    return replace(outcome, text=together(unknown, said, outcome.text)) if isinstance(outcome, Ask) else replace(outcome, said=unknown)


def noted_as(each: Field, text: str, context: Context) -> str:
    """A value with its label, as the bot repeats it: the option that a number or a synonym stands for, else the text as it was given."""
    value = read_fields([replace(each, condition=None)], [text], context).values[each.name] if each.options else None
    return f"{each.title}: {clip(value if isinstance(value, str) else text, NOTED_LIMIT)}"


def problem_of(asked: Field, text: str, context: Context) -> str:
    """The problem with a text as the answer to a question, or an empty text. Silence is no answer, even to an optional question."""
    wanted = replace(asked, optional=False, default=None, question="", condition=None)
    return read_fields([wanted], [text], context).problems.get(asked.name, "")


def answers_nothing(form: Form, fields: Sequence[Field], text: str, context: Context) -> bool:
    """True if a text is not a valid answer to the form's question."""
    asked = next((each for each in fields if form.asks and each.name == form.asks[0]), None)
    return asked is not None and bool(problem_of(asked, text, context))


def advance(form: Form, fields: Sequence[Field], context: Context) -> Ask | Done:
    """The next question of a form whose condition holds, or the end of its questions."""
    language = context.language
    known = {each.name: each for each in fields}
    while form.asks and known[form.asks[0]].condition is not None:
        names = {**context.names, **filled(form, fields, context).values}
        if applies(known[form.asks[0]], names):
            break
        form = replace(form, asks=form.asks[1:])
    return next_question(form, fields, language) if form.asks else Done(form)


def next_question(form: Form, fields: Sequence[Field], language: Language) -> Ask:
    """The question for the next field, with the problem of its text, if any."""
    asked = next(each for each in fields if each.name == form.asks[0])
    problems = {name: sentence for name, sentence in form.problems.items() if name != asked.name}
    return Ask(replace(form, problems=problems), together(form.problems.get(asked.name, ""), question(asked, language)))


def filled(form: Form, fields: Sequence[Field], context: Context) -> Reading:
    """The values of a form's texts, each read as of the time it was given; of what is still to be asked for there is none."""
    reading = Reading()
    context = context._replace(sent=form.sent) if form.sent else context
    for each in fields:
        if form.asks and (each.name in form.asks or each.condition is not None) and not form.texts.get(each.name):
            reading.values[each.name] = None
            continue
        at = form.times.get(each.name)
        then = context if at is None else context._replace(now=datetime.fromtimestamp(at, context.now.tzinfo))
        one = read_fields([each], [form.texts.get(each.name, "")], then._replace(names={**then.names, **reading.values}))
        reading.values.update(one.values)
        reading.problems.update(one.problems)
        day = one.values[each.name]
        context = context._replace(day=day) if day.__class__ is date else context
    return reading


def dated(form: Form, fields: Sequence[Field], context: Context) -> Context:
    """The context for the next answer of a form: its date is the last date given so far."""
    given = [each for each in fields if each.type == "date" and form.texts.get(each.name)]
    days = [day for day in filled(form, given, context).values.values() if isinstance(day, date)] if given else []
    return context._replace(day=days[-1]) if days else context


def confirmed(form: Form, fields: Sequence[Field], heard: Heard, context: Context) -> Ask | Stop | Done:
    """Handle the answer to the question whether all is right, or which value to change."""
    language, answer = context.language, yes_or_no(heard, context)
    if answer:
        return Done(replace(form, picks=False), confirmed=not form.picks)
    picked = picked_field(form, fields, heard)
    if picked:
        return next_question(replace(form, asks=(picked,), wrong=0, picks=False), fields, language)
    if (answer is False or heard.means("correct")) and fields and not form.picks:
        return Ask(replace(form, picks=True, wrong=0), together(say(language, "form_which"), *numbered(fields), way_out(language)))
    if heard.means("wait"):
        return Ask(form, together(say(language, "form_waits"), say(language, "not_yesno")))
    said = together(say(language, "form_which"), *numbered(fields)) if form.picks else say(language, "not_yesno")
    return wrong(form, said, language)


def yes_or_no(heard: Heard, context: Context) -> bool | None:
    """True for a yes, also of several words such as "siap, benar", False for a no; None for anything else."""
    if heard.means("yes", "no"):
        return heard.means("yes")
    try:
        return read_yesno(heard.text, YES_OR_NO, context)
    except ValueError:
        return None


def in_doubt(form: Form, fields: Sequence[Field], values: Mapping[str, object], language: Language) -> Ask | None:
    """The question about the first e-mail address that looks misspelled; None where there is none, or each was asked about."""
    for each in fields:
        address = values.get(each.name)
        if each.type == "email" and isinstance(address, str) and address not in form.settled and (meant := email_guess(address)):
            return Ask(replace(form, doubts=each.name, asks=(), wrong=0), say(language, "email_guess", value=address, guess=meant))
    return None


def without_doubt(form: Form, asked: Field, heard: Heard, context: Context) -> Ask | Done:
    """The form with the address that was meant, by a yes, or as it was given, by a no, or with another one in its place."""
    before = form.texts.get(asked.name, "")
    address = str(filled(form, [asked], context).values[asked.name])
    answers = list_of("yes", heard.folding) | list_of("no", heard.folding)
    other = " ".join(word for word in heard.text.split() if fold(word) not in answers)  # "bukan, budi@yahoo.com"
    answer = yes_or_no(heard, context)
    after = email_guess(address) if answer else before if answer is False else other
    if after != before and problem_of(asked, after, context):
        text = say(context.language, "email_guess", value=address, guess=email_guess(address))
        if heard.means("wait"):
            return Ask(form, together(say(context.language, "form_waits"), text))
        return wrong(form, together(say(context.language, "not_yesno"), text), context.language)
    return Done(replace(form, texts={**form.texts, asked.name: after}, settled=(*form.settled, address), doubts="", wrong=0))


def picked_field(form: Form, fields: Sequence[Field], heard: Heard) -> str:
    """The name of the field that is to change: by its number, where they were shown, or the only one there is; empty for none."""
    if form.picks:
        number = chosen_number(heard, [each.title for each in fields]) or 0
        return fields[number - 1].name if 0 < number <= len(fields) else ""
    return fields[0].name if len(fields) == 1 and heard.means("no", "correct") else ""


def numbered(fields: Sequence[Field]) -> list[str]:
    """The fields to choose from, with their numbers."""
    return [f"{number}. {each.title}" for number, each in enumerate(fields, 1)]


def wrong(form: Form, text: str, language: Language, asked: Field | None = None) -> Ask:
    """The question again, with the way out."""
    return Ask(replace(form, wrong=form.wrong + 1), together(text, way_out(language, asked)), loose=True)


def way_out(language: Language, asked: Field | None = None) -> str:
    """The way to leave a form, in a sentence; a yes-or-no question has another word for it."""
    return say(language, "form_way_out_yesno" if asked is not None and asked.type == "yesno" else "form_way_out")


def question(asked: Field, language: Language) -> str:
    """The question for a field, with its options unless the author names them all, and how to skip it if that is allowed."""
    text = asked.question.strip() or say(language, f"not_{asked.type}" if asked.is_sent else "ask_field", label=asked.title)
    options = [option.value for option in asked.options]
    if not all(fold(option) in fold(text) for option in options):
        is_numbered = has_numbers(asked)
        text = together(text, *(f"{number}. {option}" if is_numbered else f"- {option}" for number, option in enumerate(options, 1)))
    return together(text, say(language, "form_skip")) if asked.may_be_left_out else text


def together(*parts: str) -> str:
    """Several sentences as one message, without repeats."""
    return "\n".join(dict.fromkeys(part for part in parts if part))

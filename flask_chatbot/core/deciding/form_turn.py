"""The turn of a form that waits for an answer: what a text does to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from flask_chatbot.core.conversation.corrections import Named, lines_in
from flask_chatbot.core.conversation.forms import (
    Ask,
    Done,
    Form,
    Stop,
    cancelled,
    corrected,
    next_question,
    question,
    step,
    together,
    wrong,
)
from flask_chatbot.core.conversation.heard import Heard, hear
from flask_chatbot.core.conversation.memory import on_line
from flask_chatbot.core.conversation.sent_answers import asked_again, sent_step
from flask_chatbot.core.deciding.answering import Answering
from flask_chatbot.core.deciding.context import MessageContext, leaves, trigger
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.guessing import above_menu
from flask_chatbot.core.deciding.pasted import LEAST
from flask_chatbot.core.fields.field import titled
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.matching.match import Candidate, Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import AS_KEYWORD
from flask_chatbot.core.values.actions import Forward, Pause, Subscribe
from flask_chatbot.core.values.long_texts import stacked
from flask_chatbot.core.values.replies import Text


def in_form(turn: Answering, heard: Heard) -> Decision | None:
    """The effect of the text on the form in progress; None if it leaves the form, or there is none."""
    form = turn.dialogue.form
    turn.dialogue = turn.dialogue.left()
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields:
        return None
    if (opts_out := opting_out(turn)) is not None:
        turn.dialogue = replace(turn.dialogue.set_aside(form, turn.time), aside_said=True)
        return turn.attempt(opts_out, turn.answer_to)
    if leaves(turn, rule, form):
        turn.dialogue = turn.dialogue.set_aside(form, turn.time)
        return None
    return going_on(turn, rule, form, lambda match: go_on(turn, match, form, heard))


def going_on(turn: Answering, rule: Rule, form: Form, answer: Callable[[Match], Decision]) -> Decision | None:
    """The answer to the next text of a form; where its handler skips, the form is set aside, and nothing given to it is lost."""
    decision = turn.attempt(Candidate(rule, Kind.FORM, form.literal), lambda candidate: answer(candidate.match()))
    if decision is None:
        turn.dialogue = turn.dialogue.set_aside(form, turn.time)
    return decision


def go_on(turn: Answering, match: Match, form: Form, heard: Heard) -> Decision:
    """The next turn of a form: a question, its end, or the answer once everything is filled in."""
    fields, context, sent = match.rule.fields or (), turn.field_context, turn.sent
    is_sent = bool(sent) or turn.is_wordless
    outcome = sent_step(form, fields, heard, sent, context) if is_sent else step(form, fields, heard, context)
    if outcome.loose and (strayed := digression(turn, match, form, heard)) is not None:
        return strayed
    if match.rule.find is not None and not isinstance(outcome, Stop):
        outcome = looked_up(turn, match.rule, form, outcome)
    if isinstance(outcome, Ask) and (full := no_place(turn, match.rule, form, outcome.form)) is not None:
        return full
    if isinstance(outcome, Ask) and outcome.form.wrong >= turn.book.tries_of(match.rule):
        turn.dialogue = turn.dialogue.set_aside(form, turn.time, is_said=True)
        return Decision(match, (Text(say(turn.language, "form_given_up")),))
    if isinstance(outcome, Ask):
        return turn.ask(match, outcome)
    if isinstance(outcome, Stop):
        return Decision(match, (Text(outcome.text),))
    return turn.complete(turn.read_form(match.rule, outcome.form), outcome.form, outcome.confirmed, outcome.said)


def looked_up(turn: Answering, rule: Rule, before: Form, outcome: Ask | Done) -> Ask | Done:
    """The outcome of an answer; where it completes what the rule looks up, and nothing is there, the question for it again."""
    after, by = outcome.form, rule.find.by if rule.find else ()
    given = [name for name in by if after.texts.get(name) and (name in before.asks or before.texts.get(name) != after.texts[name])]
    if not given or not set(by).isdisjoint(after.asks):
        return outcome
    match = turn.read_form(rule, after)
    if not set(by).isdisjoint(match.invalid) or turn.finds(match):
        return outcome
    asked = next(field for field in rule.fields or () if field.name == given[-1])
    said = (reply.text for reply in turn.nothing_found(match).replies if isinstance(reply, Text))
    texts = {name: text for name, text in after.texts.items() if name != asked.name}
    form = replace(after, texts=texts, asks=(asked.name, *after.asks), wrong=before.wrong)
    return wrong(form, together(*said, question(asked, turn.language)), turn.language, asked)


def no_place(turn: Answering, rule: Rule, before: Form, after: Form) -> Decision | None:
    """The answer where a form goes on, and the slot that is given now has no place left; else None. The end of a form asks anyway."""
    given = [name for name in rule.per if after.texts.get(name) and before.texts.get(name) != after.texts[name]]
    if not given or not set(rule.per).isdisjoint(after.asks):
        return None
    match = turn.read_form(rule, after)
    return None if not set(rule.per).isdisjoint(match.invalid) or turn.has_place_for(match) else turn.slot_full(match, after)


def unread(turn: Answering, said: str) -> Decision | None:
    """The sentence for a message that nobody can read, and the question of the form in progress below it; None if neither is there."""
    form = turn.dialogue.form
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields:
        return None
    asking = asked_again(form, rule.fields, said, turn.field_context)
    if not asking.text:
        return None
    turn.dialogue = turn.dialogue.left()
    return going_on(turn, rule, form, lambda match: turn.ask(match, asking))


def opting_out(context: MessageContext) -> Candidate | None:
    """The rule that opts a person out, where the whole text is for it; else None."""
    return next((each for each in found_whole(context) if Subscribe(False) in each.rule.actions), None)


def found_whole(context: MessageContext) -> Iterator[Candidate]:
    """Yield the rules of which the text as a whole is a keyword or a similar sentence, and that may answer now."""
    said = hear(context.message.text, context.book.folding).said
    for candidate in context.candidates(context.may_answer):
        is_whole = candidate.kind in (Kind.KEYWORD, Kind.SIMILAR) or (candidate.kind is Kind.FIELDS and candidate.step in AS_KEYWORD)
        is_similar = not said.isdisjoint(candidate.rule.similar)  # of a rule that is found by what it contains, too
        if (is_whole or is_similar) and context.hears(candidate) and context.may_answer(candidate.rule):
            yield candidate


def straying(context: MessageContext, rule: Rule, form: Form, heard: Heard) -> Candidate | None:
    """The other rule that answers a text in between, by its keyword; None where the form takes it: always the same text once more."""
    asked = next((field for field in rule.fields or () if form.asks and field.name == form.asks[0]), None)
    if form.strayed == fold(heard.text) or not rule.interrupt or (asked is not None and not asked.interrupt):
        return None
    found = found_whole(context)
    return next((each for each in found if each.rule is not rule and not each.rule.small_talk), None)


def digression(turn: Answering, match: Match, form: Form, heard: Heard) -> Decision | None:
    """The answer of another rule, and the question again below it; None where the form takes the text.

    A rule that begins something itself sets the form aside.
    """
    candidate, menus = straying(turn, match.rule, form, heard), turn.dialogue.menus
    decision = turn.attempt(candidate, turn.answer_to) if candidate else None
    if decision is None or candidate is None:
        return None
    begins = any(isinstance(action, Pause | Forward) for action in decision.actions)
    if begins or turn.dialogue.form is not None or turn.dialogue.menus is not menus:
        turn.dialogue = turn.dialogue.set_aside(form, turn.time)
        return decision
    question = again(turn, match, replace(form, strayed=fold(heard.text)))
    others_said, above = above_menu(decision.replies)
    below = "\n\n".join(reply.text for reply in question.replies if isinstance(reply, Text))
    return decision._replace(replies=(*others_said, *stacked(above, below, "\n\n")))


def resumed(turn: Answering, heard: Heard) -> Decision | None:
    """The question of the form that was set aside, where the text goes on with it."""
    form = turn.dialogue.aside
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields or not heard.means("resume"):
        return None
    turn.dialogue = turn.dialogue.resumed()
    return going_on(turn, rule, form, lambda match: again(turn, match, form))


def again(turn: Answering, match: Match, form: Form) -> Decision:
    """The question that a form waits for an answer to, once more."""
    fields = match.rule.fields or ()
    names = [field.name for field in fields]
    asks = tuple(name for name in form.asks if name in names)
    if asks:
        return turn.ask(match, next_question(replace(form, asks=asks), fields, turn.language))
    return turn.complete(turn.read_form(match.rule, form), form)


def not_finished(turn: Answering) -> Decision | None:
    """The reminder, once, of a form that was set aside, or its end by a word that cancels; None where neither is due."""
    form = turn.dialogue.aside
    rule = turn.book.by_name.get(form.rule) if form else None
    if form is None or rule is None or not rule.fields:
        return None
    match = Match(rule=rule, kind=Kind.FORM, literal=form.literal)
    if hear(turn.message.text, turn.book.folding).means("cancel"):
        turn.dialogue = turn.dialogue.resumed()
        return Decision(match, (Text(cancelled(form, turn.language)),))
    if turn.dialogue.aside_said:
        return None
    turn.dialogue = replace(turn.dialogue, aside_said=True)
    keyword = next((keyword.written for keyword in rule.keywords if not keyword.takes_fields), trigger(match).rstrip("#"))
    key = "form_aside_or_anew" if keyword else "form_aside"
    return Decision(match, (Text(say(turn.language, key, rule=titled(keyword), keyword=keyword)),))


def by_labels(turn: Answering, candidate: Candidate | None) -> Decision | None:
    """The next question, or the answer, of the form that pasted lines fill in, where it goes before a candidate; None for no such form."""
    found = pasted_into(turn, candidate)
    if found is None:
        return None
    (rule, named), literal = found, next((keyword.literal for keyword in found[0].keywords), "")
    return turn.attempt(Candidate(rule, Kind.FORM, literal), lambda candidate: filled_in(turn, candidate.match(), named))


def pasted_into(context: MessageContext, candidate: Candidate | None) -> tuple[Rule, Named] | None:
    """The rule whose form pasted lines fill in before a candidate answers, and the values by their labels."""

    def answers(rule: Rule) -> bool:
        return not context.unmet(rule)

    rule: Rule | None = None
    named: Named | None = None
    if candidate is not None and candidate.kind is Kind.FIELDS and candidate.rest and answers(candidate.rule) and candidate.rule.paste:
        rule, named = candidate.rule, lines_in(candidate.rest, candidate.rule.fields or (), context.book.folding)
    elif (candidate is None or candidate.kind > Kind.PATTERN) and context.hears_all:
        rule, named = context.book.pasted.find(context.message.text, answers) or (None, None)
    return (rule, named) if rule is not None and named is not None and len(named.texts) >= LEAST else None


def filled_in(turn: Answering, match: Match, named: Named) -> Decision:
    """The turn of a form that begins with values by their labels; of a rule that never asks, all of them are explained."""
    rule, fields = match.rule, match.rule.fields or ()
    if turn.answered.get(on_line(turn.message.line, rule.name), 0.0) > turn.time:
        return Decision(match)
    asks = tuple(field.name for field in fields if rule.asks or not field.may_be_left_out)
    before = turn.dialogue.aside_of(rule.name)  # what was given to it goes on
    begun = before or Form(rule=rule.name, literal=match.literal, asks=asks)
    outcome = corrected(begun, named, fields, turn.field_context)
    if isinstance(outcome, Ask) and rule.may_ask:
        return turn.ask(match, outcome)
    texts = {**named.texts, **outcome.form.texts}
    form = replace(outcome.form, texts=texts, asks=())
    return turn.complete(turn.read_form(rule, form), form, said="" if isinstance(outcome, Ask) else outcome.said)

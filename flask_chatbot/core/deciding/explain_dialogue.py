"""Explanations of what goes before the rules: a tapped choice, the form in progress, suggestions and menus."""

from collections.abc import Iterator

from flask_chatbot.core.conversation.dialogue import Dialogue, Offer, chat_key
from flask_chatbot.core.conversation.forms import Form, step
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue
from flask_chatbot.core.deciding.context import MessageContext, leaves, never_answers
from flask_chatbot.core.deciding.form_turn import opting_out, straying
from flask_chatbot.core.deciding.menu_turn import heard_in, shown_again_for, tapped_rule
from flask_chatbot.core.deciding.trials import KINDS, WINS, Trial, trial
from flask_chatbot.core.matching.match import Candidate, Kind
from flask_chatbot.core.translation.translatable import tr


def in_dialogue(context: MessageContext, state: State) -> Iterator[Trial]:
    """Yield what goes before the rules: what was tapped, the form in progress, and the last menu."""
    time = context.time
    if never_answers(context.book, context.message) or state.paused_on(context.message.line) > time:
        return
    dialogue = read_dialogue(state.dialogue, chat_key(context.message), time)
    tapped = [*by_tap(context, dialogue, state)]
    yield from tapped
    if dialogue.form:
        yield from in_form(context, dialogue.form, state)
    if any(tried.answers for tried in tapped):  # its words would choose the same again
        return
    if dialogue.offer and not dialogue.form:
        yield from in_offer(context, dialogue.offer, state)
    aside = context.book.by_name.get(dialogue.aside.rule) if dialogue.aside and not dialogue.form else None
    if aside and heard_in(context.message, context.book).means("resume"):
        yield Trial(Candidate(aside, Kind.FORM, ""), tr("goes first: its form was set aside, and goes on"))
    if dialogue.menus:
        yield from in_menu(context, dialogue, state)


def by_tap(context: MessageContext, dialogue: Dialogue, state: State) -> Iterator[Trial]:
    """Yield the rule that a tapped button, or an entry of a list, leads to."""
    choice, rule = context.message.choice, tapped_rule(context.book, dialogue, context.message)
    if choice and rule:
        tried = trial(context, Candidate(rule, Kind.MENU, ""), state)
        wins = tr("{wins}: {title!r} was tapped", wins=WINS, title=choice.title or choice.id)
        yield tried._replace(reason=wins) if tried.reason == WINS else tried


def in_form(context: MessageContext, form: Form, state: State) -> Iterator[Trial]:
    """Yield the effect on the form in progress."""
    rule = context.book.by_name.get(form.rule)
    if rule is None or not rule.fields:
        return
    asks = tr("its form asks for {field!r}", field=form.asks[0]) if form.asks else tr("its form asks for a yes or no")
    candidate = Candidate(rule, Kind.FORM, "")
    taker = leaves(context, rule, form)
    heard = heard_in(context.message, context.book)

    is_loose = not context.is_wordless and step(form, rule.fields, heard, context.field_context).loose
    if opting_out(context):
        yield Trial(candidate, tr("{asks}, and opting out leaves it", asks=asks), answers=False)
    elif not taker and is_loose and straying(context, rule, form, heard):
        yield Trial(candidate, tr("{asks}, and comes again below the answer of another rule", asks=asks), answers=False)
    elif taker:
        yield Trial(candidate, tr("{asks}, and a {kind} leaves it", asks=asks, kind=KINDS[taker.kind]), answers=False)
    else:
        yield Trial(candidate, tr("goes first: {asks}", asks=asks))


def in_offer(context: MessageContext, offer: Offer, state: State) -> Iterator[Trial]:
    """The suggestion that the text takes, of those made last."""
    book, heard = context.book, heard_in(context.message, context.book)
    taken, fallback = book.by_name.get(offer.taken(heard) or ""), book.by_name.get(offer.rule)
    if taken:
        yield trial(context, Candidate(taken, Kind.MENU, ""), state)
    elif fallback and offer.declined(heard):
        yield Trial(Candidate(fallback, Kind.MENU, ""), tr("goes first: what it suggested is declined"))


def in_menu(context: MessageContext, dialogue: Dialogue, state: State) -> Iterator[Trial]:
    """Yield the choice that the text makes from the last menu."""
    book, heard = context.book, heard_in(context.message, context.book)
    back = dialogue.back(heard)
    owner = book.by_name.get((back or dialogue.menus[-1]).rule)
    chosen = book.by_name.get(dialogue.chosen(heard) or "")
    if back and owner:
        yield Trial(Candidate(owner, Kind.MENU, ""), tr("goes first: 0 leads back to its menu"))
    elif chosen:
        yield trial(context, Candidate(chosen, Kind.MENU, ""), state)
    elif owner and shown_again_for(book, dialogue, heard, context.may_answer):
        yield Trial(Candidate(owner, Kind.MENU, ""), tr("goes first: its menu is shown again for the number"))
    elif owner and not dialogue.have_ended:
        yield Trial(Candidate(owner, Kind.MENU, ""), tr("its menu was shown last, and the text chooses nothing of it"), answers=False)

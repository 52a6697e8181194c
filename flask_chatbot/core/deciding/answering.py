"""The answer of a rule to one message, and the changes that it makes for the sender."""

from collections.abc import Callable, Container, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random

from flask_chatbot.core.conditions.conditions import is_clock
from flask_chatbot.core.conversation.changes import differ, with_dialogue, with_notes
from flask_chatbot.core.conversation.dialogue import Dialogue, ShownMenu, chat_key, menu_choices, menu_text, offer_choices
from flask_chatbot.core.conversation.forms import NO_FORM, Ask, Form, begin, in_doubt, together
from flask_chatbot.core.conversation.memory import State, on_line
from flask_chatbot.core.deciding.context import MessageContext, asks_again, begun_by, log_failure, trigger
from flask_chatbot.core.deciding.decision import Decision, ForwardFailed, Handle, HandlerFailed, Notes, Outcome, lacking
from flask_chatbot.core.deciding.guessing import NOTHING_GUESSED, Guessed, above_menu, with_suggestions
from flask_chatbot.core.deciding.leftovers import with_above, without_unused
from flask_chatbot.core.fields.correction import correction
from flask_chatbot.core.fields.field import SURPLUS, Field, Reading
from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.lookups.find import LookUp, found_of
from flask_chatbot.core.matching.match import Candidate, Kind, Match
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.answers import make_all
from flask_chatbot.core.values.actions import Pause
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.long_texts import stacked
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.replies import REPLIES_LIMIT, Menu, Reply, Text
from flask_chatbot.core.values.saving.slots import HasPlace
from flask_chatbot.core.values.sent import SentValue
from flask_chatbot.errors import AnswerFailed, Invalid, Skip


@dataclass(slots=True, eq=False)
class Answering(MessageContext):
    """One decision in progress on a message.

    Changes to the sender's state collect in `dialogue`, `answered`, `paused_until` and `notes`; `before` is the stored dialogue. `choices`
    are those shown last.
    """

    state: State
    before: Dialogue
    dialogue: Dialogue
    answered: Mapping[str, float]
    random: Random
    handle: Handle
    handled: Container[str] | None
    look_up: LookUp
    has_place: HasPlace
    paused_until: float | None = field(default=None, init=False)
    notes: Notes | None = field(default=None, init=False)
    guessed: Guessed = field(default=NOTHING_GUESSED, init=False)
    choices: tuple[Choice, ...] = field(default=(), init=False)

    def attempt(self, candidate: Candidate, answer: Callable[[Candidate], Decision | None]) -> Decision | None:
        """The answer of a candidate's rule, or an apology if it cannot be made; None to try the next one."""
        before = self.dialogue
        try:
            return answer(candidate)
        except Skip:
            self.dialogue, self.choices, self.found = before, (), None
            return None
        except AnswerFailed as error:
            self.dialogue, self.choices = before, ()
            return Decision(candidate.match(), self.apology(candidate.rule, error), failure=error)

    def answer_to(self, candidate: Candidate) -> Decision | None:
        """The answer of a rule whose conditions hold, unless it must keep quiet; its `otherwise`; None if it is passed over."""
        rule = candidate.rule
        if rule.when is not None and (unmet := self.unmet(rule)):
            if not rule.otherwise or not is_clock(unmet):
                return None
            match = candidate.match()
            return Decision(match, make_all(rule.otherwise, self.names(match), self.random))
        if self.answered and self.answered.get(on_line(self.message.line, rule.name), 0.0) > self.time:
            return Decision(candidate.match())
        if not rule.plan.reads:
            data = self.parts(candidate) if candidate.rest or "#" in self.message.text else ()
            match = Match(rule, candidate.kind, candidate.literal, data)
            return self.complete(match, NO_FORM) if rule.plan.has_steps else self.finished(match, no_form)
        match, filled, sent = self.read(candidate)
        if not match.invalid and not rule.plan.has_steps:
            return self.finished(match, lambda: self.begun(match, filled, sent))
        form = self.begun(match, filled, sent)
        return self.first_question(match, form) if rule.asks else self.complete(match, form)

    def begun(self, match: Match, filled: Sequence[str], sent: Mapping[str, SentValue]) -> Form:
        """The form of a match, with what its values were read from."""
        if not match.rule.fields:
            return NO_FORM
        texts = {field.name: text for field, text in zip(match.rule.fields, filled, strict=False)}
        texts |= {name: str(match.fields[name]) for name in match.rule.groups if match.fields[name] is not None}
        return Form(rule=match.rule.name, literal=begun_by(match), texts=texts, times=dict.fromkeys(texts, self.time), sent=sent)

    def first_question(self, match: Match, form: Form) -> Decision:
        """The first question of a form, skipping fields that a pattern has found already."""
        fields = match.rule.fields or ()
        asks = tuple(field.name for field in fields if not form.texts.get(field.name) or field.name in match.invalid)
        match = match._replace(invalid={name: problem for name, problem in match.invalid.items() if form.texts.get(name)})
        if not asks:
            return self.complete(match, form)
        return self.ask(match, begin(replace(form, asks=asks, problems=match.invalid), fields, self.language))

    def complete(self, match: Match, form: Form, confirmed: bool = False, said: str = "") -> Decision:
        """The answer to a match with all fields read: a refusal, a request to confirm, or its replies."""
        if match.invalid:
            return self.refuse(match, form)
        if match.rule.fields and any(each.condition is not None for each in match.rule.fields):
            form, unused = without_unused(match, form, self.field_context)
            said = together(said, unused)
        if match.rule.confirm is not None and not confirmed:
            if not self.finds(match):
                return self.nothing_found(match)
            if not self.has_place_for(match):
                return self.slot_full(match, form)
            return self.ask_to_confirm(match, form, said)
        decision = self.finished(match, lambda: form)
        return with_above(decision, said) if said else decision

    def finished(self, match: Match, form: Callable[[], Form]) -> Decision:
        """The replies to a match with all fields valid, and confirmed where that is asked for; its form is made only for a failure."""
        rule = match.rule
        before = self.dialogue = self.dialogue.without_asides_of(rule.name) if rule.fields else self.dialogue
        if rule.plan.acts and not self.finds(match):
            return self.nothing_found(match)
        if rule.plan.acts and not self.has_place_for(match):
            return self.slot_full(match, form())
        try:
            if rule.actions or self.handled is None or rule.name in self.handled:
                return self.answered_by(match)
            if rule.plan.only_replies and self.guessed is NOTHING_GUESSED:
                return Decision(match, make_all(rule.reply, self.names(match) if rule.fills_in else {}, self.random))
            return self.reply(match, None)
        except HandlerFailed as error:
            self.dialogue = before.set_aside(form(), self.time)  # nothing was done: who goes on with it tries again
            return Decision(match, error.replies)
        except Invalid as error:
            match = match._replace(invalid=error.fields, fields={**match.fields, **dict.fromkeys(error.fields)})
            tried = form()
            return self.refuse(match, replace(tried, refused=tried.refused + 1), by_handler=True)
        except AnswerFailed as error:  # all that the customer gave is kept, by what is done with it, or else to try again
            self.dialogue = before if rule.actions else before.set_aside(form(), self.time)
            return self.acting(match, self.apology(rule, error))._replace(failure=error)

    def finds(self, match: Match) -> bool:
        """True if the rows that a rule looks up are there; from now on they are `found` in its templates."""
        find = match.rule.find
        if find is None:
            return True
        wanted = find.wanted(match.fields)
        rows = () if find.shows_all(wanted) else self.look_up(find, wanted, self.message)
        count = len(rows or ())
        if rows is None and (table := self.book.tables.get(find.table)) is not None:
            rows, count = table.look_up(find, wanted)
        self.found = found_of(rows, count) if rows else None
        return bool(rows)

    def nothing_found(self, match: Match) -> Decision:
        """The answer of a rule whose rows are not there; nothing else of it is done."""
        answers = match.rule.not_found
        replies = make_all(answers, self.names(match), self.random) if answers else (Text(say(self.language, "not_found")),)
        return Decision(match, replies)

    def has_place_for(self, match: Match) -> bool:
        """True if there is a place for the row that a rule saves, where places are limited."""
        save = match.rule.save
        return save is None or save.limit is None or self.has_place(save.limit.slot(save.name, match.fields))

    def slot_full(self, match: Match, form: Form) -> Decision:
        """The answer where no place is left, with the question for another slot below it if the rule asks; nothing else is done."""
        per, fields, said = match.rule.per, match.rule.fields or (), self.full_text(match, form)
        if not per or not match.rule.may_ask:
            return Decision(match, (Text(said),))
        asking = begin(replace(form, asks=(*per, *(name for name in form.asks if name not in per)), wrong=0), fields, self.language)
        return self.ask(match, replace(asking, text=together(said, asking.text)))

    def full_text(self, match: Match, form: Form) -> str:
        """The sentence that no place is left: the rule's own, or the built-in one with the values of the slot."""
        save = match.rule.save
        if save is not None and save.full is not None:
            try:
                return save.full.render(self.names(match))
            except AnswerFailed as error:
                log_failure("rule %(rule)r at %(place)s cannot say that it is full: %(error)s", match.rule, error)
        titles = {field.name: field.title for field in match.rule.fields or ()}
        wanted = ", ".join(f"{titles.get(name, name)} {form.texts.get(name) or match.fields.get(name)}" for name in match.rule.per)
        return say(self.language, "slot_full", slot=wanted) if wanted else say(self.language, "all_full")

    def ask_to_confirm(self, match: Match, form: Form, said: str) -> Decision:
        """The question whether all is right; where its template cannot be rendered, the values as they were given."""
        rule, fields, failure = match.rule, match.rule.fields or (), None
        if (doubt := in_doubt(form, fields, match.fields, self.language)) is not None:
            return self.ask(match, doubt)
        try:
            text = rule.confirm.render(self.names(match)) if rule.confirm else ""
        except AnswerFailed as error:  # all that the customer gave is kept
            failure = error
            log_failure("rule %(rule)r at %(place)s cannot show its form: %(error)s", rule, error)
            given = [f"{each.title}: {form.texts[each.name]}" for each in fields if form.texts.get(each.name)]
            text = together(*given, say(self.language, "not_yesno"))
        defaults = dict.fromkeys((field.name for field in fields), self.time)  # a default was read now
        kept = replace(
            NO_FORM, rule=rule.name, literal=begun_by(match), texts=form.texts, refused=form.refused, settled=form.settled, sent=form.sent
        )
        form = replace(kept, times={**defaults, **form.times})
        return self.ask(match, Ask(form, together(said, text or say(self.language, "not_yesno"))))._replace(failure=failure)

    def answered_by(self, match: Match) -> Decision:
        """The answer of the rule and its handler, or its `failed` if a forwarded webhook gives none."""
        if self.notes is None:
            self.notes = deepcopy(dict(self.state.notes)) if self.state.notes else {}
        try:
            return self.reply(match, self.handle(match, self.message, self.notes))
        except ForwardFailed:
            failed = match.rule.failed
            apology: tuple[Reply, ...] = (Text(say(self.language, "apology")),)
            return self.acting(match, make_all(failed, self.names(match), self.random) if failed else apology)

    def apology(self, rule: Rule, error: AnswerFailed) -> tuple[Reply, ...]:
        """The apology for an answer that cannot be made; the log says why."""
        log_failure("rule %(rule)r at %(place)s cannot answer: %(error)s", rule, error)
        return (Text(say(self.language, "apology")),)

    def refuse(self, match: Match, form: Form, by_handler: bool = False) -> Decision:
        """The reaction to missing and wrong values: a question, the rule's own words, or an explanation of all of them."""
        rule, fields = match.rule, match.rule.fields or ()
        asks = tuple(field.name for field in fields if field.name in match.invalid or self.may_need(field, match, form))
        if not any(name in match.invalid for name in asks):
            asks = ()
        if asks and SURPLUS not in match.invalid and asks_again(match, form):
            if form.refused >= self.book.tries_of(rule):
                self.dialogue = self.dialogue.set_aside(replace(form, asks=asks, problems=match.invalid, refused=0), self.time)
                return Decision(match, (Text(say(self.language, "form_given_up")),))
            problems = {name: problem for name, problem in match.invalid.items() if by_handler or form.texts.get(name)}
            return self.ask(match, begin(replace(form, asks=asks, problems=problems, wrong=0), fields, self.language))
        if rule.on_invalid == "reply":
            return Decision(match, make_all(rule.invalid, self.names(match), self.random))
        written = trigger(match)
        given = by_handler or bool(match.data) or match.kind in (Kind.PATTERN, Kind.FORM) or not written
        reading = Reading(dict(match.fields), dict(match.invalid))
        return Decision(match, (Text(correction(written, fields, reading, self.language, given)),))

    def may_need(self, field: Field, match: Match, form: Form) -> bool:
        """True if a field is asked for although nothing is wrong with it.

        Its `if` may depend on what is still missing; or it may be left out and has a question of its own, where nothing was given yet.
        """
        if form.texts.get(field.name) or not match.invalid:
            return False
        if field.may_be_left_out:
            return bool(field.question) and not any(form.texts.values())
        return field.condition is not None

    def ask(self, match: Match, question: Ask) -> Decision:
        """A question, with the form that waits for its answer."""
        self.dialogue = self.dialogue.asking(question.form, self.time, self.book.patience_of(question.form.rule))
        return Decision(match, (Text(question.text[:TEXT_LIMIT]),))

    def reply(self, match: Match, outcome: Outcome) -> Decision:
        """The replies of the handler or the rule, with the rule's menu, its suggestions and its actions."""
        rule, supplied = match.rule, None
        if isinstance(outcome, tuple):
            replies = tuple(self.menu(rule, each) if isinstance(each, Menu) else each for each in outcome)
            has_menu = not outcome or any(isinstance(each, Menu) for each in outcome)  # [] is silence
        else:
            if rule.needs and (wanting := lacking(match, outcome or ())):
                raise AnswerFailed(f"no Python handler supplied {', '.join(wanting)}")
            names, supplied = self.names(match) if rule.fills_in else {}, outcome
            if "suggestion" in rule.uses and match.kind is Kind.FALLBACK:
                supplied = {**(outcome or {}), "suggestion": next((meant.words for meant in self.guessed.suggestions), None)}
            if supplied:
                names.update(supplied)
            if rule.actions and (save := rule.save) is not None:
                names.setdefault("saved", {"number": save.first_number(self.now)})
            replies, has_menu = make_all(rule.reply, names, self.random), False
        if rule.menu and not has_menu:
            replies = self.with_menu(rule, replies)
        elif self.guessed is not NOTHING_GUESSED and match.kind is Kind.FALLBACK and not isinstance(outcome, tuple):
            replies, offer = with_suggestions(rule, replies, self.guessed.suggestions, self.language)
            if offer is not None:
                self.dialogue = self.dialogue.offering(offer, self.time)
                self.choices = offer_choices(offer, self.language) if offer.is_menu else ()
        if rule.once_per is not None and replies:
            self.answered = {**self.answered, on_line(self.message.line, rule.name): self.time + rule.once_per.total_seconds()}
        return self.acting(match, replies, supplied) if rule.actions else Decision(match, replies)

    def acting(self, match: Match, replies: tuple[Reply, ...], supplied: Mapping[str, object] | None = None) -> Decision:
        """The replies with the rule's other actions; a pause begins with them."""
        if self.found is not None:
            supplied = {"found": self.found, **(supplied or {})}
        for action in match.rule.actions:
            if isinstance(action, Pause):
                self.paused_until = self.time + action.duration.total_seconds()
        return Decision(match, replies, None, match.rule.actions, supplied=supplied)

    def with_menu(self, rule: Rule, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """The replies, with the rule's menu below the last text."""
        others, above = above_menu(replies)
        entries = {entry.words: entry.rule for entry in rule.menu}
        alone = menu_text(ShownMenu(rule=rule.name, entries=tuple(entries.items())), True, self.language)
        if len(stacked(above, alone)) > 1 and len(others) < REPLIES_LIMIT - 1:
            others, above = (*others, Text(above)), ""
        return (*others, self.menu(rule, Menu(above, entries)))

    def menu(self, rule: Rule, menu: Menu) -> Text:
        """A menu as a text; from now on its numbers are valid."""
        for target in menu.entries.values():
            if target not in self.book.by_name:
                guess = did_you_mean(target, self.book.by_name)
                raise AnswerFailed(f"its handler returned a menu that leads to {target!r}, and there is no such rule.{guess}")
        return self.show(ShownMenu(rule=rule.name, text=menu.text, entries=tuple(menu.entries.items())))

    def show(self, menu: ShownMenu) -> Text:
        self.dialogue = self.dialogue.showing(menu, self.time, self.book.patience_of(menu.rule))
        has_back = len(self.dialogue.menus) > 1
        self.choices = menu_choices(menu, has_back, self.language)
        return Text(menu_text(menu, has_back, self.language))

    def remembered(self) -> State | None:
        """The sender's state after this message; None if it is unchanged."""
        state = before = self.state
        if self.dialogue is not self.before and self.dialogue != self.before:
            state = with_dialogue(state, chat_key(self.message), self.dialogue)
        if self.notes is not None and differ(self.notes, state.notes):
            state = with_notes(state, self.notes, self.time)
        seen = state.seen or self.book.tracks_first_contact
        if self.answered is not state.answered or seen != state.seen:
            state = replace(state, answered=self.answered, seen=seen)
        if self.paused_until is not None:
            state = state.pausing(self.message.line, self.paused_until)
        return None if state is before else state


def no_form() -> Form:
    """The form of a rule that reads no values."""
    return NO_FORM

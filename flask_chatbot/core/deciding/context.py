"""The context of one message: the rule book, and the time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from flask_chatbot.core.conditions.conditions import Unmet, is_clock
from flask_chatbot.core.conversation.forms import Form, answers_nothing, filled
from flask_chatbot.core.conversation.memory import Memory
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.field import NOTHING_SENT, Context, dealt, read_dealt
from flask_chatbot.core.fields.sent import fitted, sent_in, spread
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.matching.match import Candidate, Kind, Match, MayAnswer
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import EXACT
from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.messages import PARTS_LIMIT, Message, split_parts
from flask_chatbot.core.values.sent import SENT, SENT_NAMES, SentValue, kinds_of, name_of
from flask_chatbot.errors import AnswerFailed

NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})
CHOSEN = (Kind.MENU, Kind.GUESS)  # found by other means than the text: what stands after its ``#`` is not for the rule

log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class MessageContext:
    """A message put to the rules of a book, `at` an aware time; `first` if its sender never wrote before.

    `found` are the rows that the rule has looked up.
    """

    book: RuleBook
    message: Message
    at: datetime
    first: bool
    found: Mapping[str, object] | None = field(default=None, init=False)

    @property
    def time(self) -> float:
        """The time in epoch seconds."""
        return self.at.timestamp()

    @property
    def now(self) -> datetime:
        """The time in the zone of the rules, computed only when a rule asks for it."""
        return self.at.astimezone(self.book.locale.timezone)

    @property
    def field_context(self) -> Context:
        """The place and time that its values are read for."""
        sender, now = self.message.sender, self.now
        language = self.language
        names = {"nama": sender.name, "nohp": sender.number, "sapaan": language.sapaan, "now": now}
        return self.book.field_context(now, names, language)

    @property
    def language(self) -> Language:
        """The language of the built-in sentences, as it speaks to the sender."""
        return self.book.locale.language.addressing(self.message.sender.name)

    def candidates(self, may_answer: MayAnswer) -> Iterator[Candidate]:
        """Yield the rules that the message leads to, winner first: by its text or caption, or by its kind."""
        message, book = self.message, self.book
        if message.kind not in SENT or (book.sent is None and not self.is_wordless):
            return book.index.candidates(message.text, may_answer)
        return book.sent.candidates(kinds_of(message), message.text, may_answer) if book.sent is not None else iter(())

    @property
    def may_guess(self) -> bool:
        """True if the message has words, in a chat where a fallback may answer them."""
        message = self.message
        return (message.chat != "group" or self.hears_all) and (message.kind == "text" or not self.is_wordless)

    @property
    def is_wordless(self) -> bool:
        """True if the message is no text and has no caption, so that no words of any rule can fit it."""
        return self.message.kind in SENT and not self.message.text.strip()

    @property
    def sent(self) -> tuple[SentValue, ...]:
        """The files, places and contacts that the message holds, as values."""
        return sent_in(self.message, self.language)

    def unmet(self, rule: Rule) -> tuple[Unmet, ...]:
        """The conditions of a rule that do not hold."""
        return rule.when.unmet(self.message, self.now, self.book.hours, self.first) if rule.when is not None else ()

    def may_answer(self, rule: Rule) -> bool:
        """True unless a rule's conditions rule it out; its `otherwise` counts as an answer."""
        if rule.when is None:
            return True
        unmet = self.unmet(rule)
        return not unmet or (bool(rule.otherwise) and is_clock(unmet))

    @property
    def hears_all(self) -> bool:
        """True unless only exact keywords are answered in the message's chat."""
        return self.message.chat != "group" or self.book.groups != "keywords"

    def hears(self, candidate: Candidate) -> bool:
        """True if what was found in this way is answered in the message's chat."""
        return self.hears_all or (candidate.kind in (Kind.KEYWORD, Kind.FIELDS) and candidate.step in EXACT)

    def parts(self, candidate: Candidate) -> tuple[str, ...]:
        """The parts of the text that are for the rule: those after the ``#``."""
        kind, text = candidate.kind, self.message.text
        behind = candidate.rest if kind is Kind.FIELDS else "" if "#" not in text or kind in CHOSEN else text.partition("#")[2]
        return first_parts(behind) if behind else ()

    def read(self, candidate: Candidate) -> tuple[Match, Sequence[str], Mapping[str, SentValue]]:
        """The match with its fields read from the parts after ``#``, a pattern's groups or what was sent; and what they were read from.

        That is one text for each field, then those that no field takes.
        """
        rule, kind, literal, rest, _ = candidate
        text, data = self.message.text, self.parts(candidate)
        groups = candidate.groups(text) if kind is Kind.PATTERN else NO_GROUPS
        named = {name: groups.get(name) for name in rule.groups} if rule.groups else {}
        if not rule.fields:
            return Match(rule, kind, literal, data, named), (), NOTHING_SENT
        fields, context, sent = rule.fields, self.field_context, NOTHING_SENT
        written = tuple(field for field in fields if not field.is_sent) if rule.takes_sent else fields
        filled = dealt(written, [groups.get(field.name) or "" for field in written] if kind is Kind.PATTERN else rest.split("#"))
        if rule.takes_sent:
            sent = fitted(fields, self.sent)
            filled = spread(fields, filled, sent)
            context = context._replace(sent=sent)
        reading = read_dealt(fields, filled, context)
        return Match(rule, kind, literal, data, named | reading.values, reading.problems), filled, sent

    def read_form(self, rule: Rule, form: Form) -> Match:
        """The match of a completed form; its texts are the `data`."""
        fields = rule.fields or ()
        reading = filled(form, fields, self.field_context)
        named = {name: form.texts.get(name) for name in rule.groups}
        data = [form.texts.get(field.name, "") for field in fields if not field.is_sent]
        while data and not data[-1]:
            data.pop()
        fields_read = {**named, **reading.values}
        return Match(rule=rule, kind=Kind.FORM, literal=form.literal, data=tuple(data), fields=fields_read, invalid=reading.problems)

    def names(self, match: Match) -> dict[str, object]:
        """The names that templates may use besides the `vars`, in a new dict; a field hides a built-in name."""
        message = self.message
        sender = message.sender
        names: dict[str, object] = {"nama": sender.name, "nohp": sender.number, "data": match.data, "text": message.text}
        for name in match.rule.uses:
            names[name] = self._looked_up(name)
        if match.rule.sends:
            names.update(named_parts(self.sent))
        if match.fields:  # without any they are a read-only mapping, which costs more to copy than a dict
            names.update(match.fields)
        if self.found is not None:
            names["found"] = self.found
        return names

    def _looked_up(self, name: str) -> object:
        """The value of a name that is costly to compute and rarely used."""
        hours = self.book.hours
        if name == "keyword":
            return self.message.keyword
        if name == "sapaan":
            return self.language.sapaan
        if name == "now":
            return self.now
        if name == "is_open":
            return hours is None or hours.is_open(self.now)
        if name == "next_open":
            return hours.next_open(self.now) if hours else None
        return None  # a suggestion, where nothing is suggested


def named_parts(sent: Sequence[SentValue]) -> dict[str, object]:
    """The values of a message under their names in templates and handlers of rules with `sends`; None for those it does not hold.

    >>> from flask_chatbot.core.values.sent import PlaceValue
    >>> named_parts([PlaceValue(lat=-6.2, lng=106.8)])["location"].lat, named_parts([])
    (-6.2, {'media': None, 'location': None, 'contact': None})
    """
    names: dict[str, object] = dict.fromkeys(SENT_NAMES)
    for value in reversed(sent):
        names[name_of(value)] = value
    return names


def first_parts(text: str) -> tuple[str, ...]:
    """The parts between the ``#`` of a text, up to the limit."""
    parts = split_parts(text)
    if len(parts) > PARTS_LIMIT:
        log.warning("a message has %d parts between its #, and the first %d are used", len(parts), PARTS_LIMIT)
    return parts[:PARTS_LIMIT]


def trigger(match: Match) -> str:
    """The keyword to show in the form, as its author wrote it: the one the customer used, if it takes fields; empty without a form."""
    forms = [keyword for keyword in match.rule.keywords if keyword.takes_fields]
    keyword = match.keyword_of(forms) or next(iter(forms), None)
    return keyword.written if keyword else ""


def begun_by(match: Match) -> str:
    """The folded keyword that starts a form of this match; empty if something else found the rule."""
    return match.literal if match.kind in (Kind.KEYWORD, Kind.FIELDS, Kind.FORM) else ""


def leaves(context: MessageContext, rule: Rule, form: Form) -> Candidate | None:
    """The candidate that takes a text away from a rule's form; None if the form may read it.

    A keyword with its ``#`` always does. A form that nobody began by name, as of a pattern that did not find everything it needs, gives way
    to any keyword or pattern if the text does not answer it. A rule that may not answer now takes nothing.
    """
    text = context.message.text
    is_unasked = bool(rule.patterns) and not rule.asks and answers_nothing(form, rule.fields or (), text, context.field_context)
    if not is_unasked and "#" not in text:
        return None
    kinds = (Kind.KEYWORD, Kind.FIELDS, Kind.PATTERN) if is_unasked else (Kind.FIELDS,)

    found = context.candidates(context.may_answer)
    return next((each for each in found if each.kind in kinds and context.hears(each) and context.may_answer(each.rule)), None)


def asks_again(match: Match, form: Form) -> bool:
    """True if missing and wrong values are asked for, and not explained.

    Without a form to show, nobody could follow it: what is missing is asked for then. What was written whole and is wrong is explained,
    since whoever wrote it can write it again.
    """
    rule = match.rule
    if rule.on_invalid != "explain":
        return rule.on_invalid == "ask"
    return rule.may_ask and (match.kind is Kind.FORM or not any(form.texts.get(name) for name in match.invalid))


def never_answers(book: RuleBook, message: Message) -> bool:
    """True if nothing is answered in the message's chat, or to a message of its kind."""
    return message.kind in UNANSWERED or (message.chat == "group" and book.groups == "never")


def keeps_quiet(book: RuleBook, message: Message, memory: Memory, now: datetime) -> bool:
    """True if the bot must stay silent whatever the text: in this chat, or to this person for now."""
    time = now.timestamp()
    return never_answers(book, message) or memory.recall(book.person(message.sender), time).paused_on(message.line) > time


def log_failure(sentence: str, rule: Rule, error: AnswerFailed) -> None:
    """Log what a rule cannot do, in a sentence that names the `rule`, its `place` and the `error`."""
    log.error(sentence, {"rule": rule.name, "place": rule.mark, "error": error.with_way_out})

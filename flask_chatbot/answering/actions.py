"""Actions of a rule beside its replies: save a row, notify staff, unsubscribe people, call other webhooks."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from flask_chatbot.answering.forwarding import Forwarder
from flask_chatbot.answering.handing_over import give_back, hand_over
from flask_chatbot.answering.history import KEPT
from flask_chatbot.answering.moving import tell
from flask_chatbot.answering.reminding import remind_later
from flask_chatbot.answering.staff import named, staff_says
from flask_chatbot.bot.effects import AnsweredMessage, Remember
from flask_chatbot.core.deciding.context import MessageContext
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import StaffDone, customer_of
from flask_chatbot.core.deciding.taking import row_of, waiting
from flask_chatbot.core.fields.field import titled
from flask_chatbot.core.fields.sent import sent_in
from flask_chatbot.core.language.numbers import senders_phone
from flask_chatbot.core.language.sentences import Locale, say
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.staff_moves import StaffMove
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Notify, Save, Subscribe
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.long_texts import split_texts
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import is_outside_id, is_person_id
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.core.values.saving.numbering import RowNumber
from flask_chatbot.core.values.sent import FileValue, ValueWithParts
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.errors import AnswerFailed, StoreError
from flask_chatbot.media import references
from flask_chatbot.store import optouts, people, saved
from flask_chatbot.store.console import hours
from flask_chatbot.store.measuring import totals
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.rows.places import take_place
from flask_chatbot.store.upkeep.sweeping import sweep

SWEEP_EVERY = 300.0  # seconds
NEVER_SEEN = "Nobody on this line has this id. Let them write once, and send it again; or write their number under notify or staff."

log = get_logger(__name__)


Record = Callable[[Connection, AnsweredMessage], None]


class _Overtaken(Exception):
    """Another message was committed first, of the same sender or for a last place, so the transaction is rolled back."""


class Actions:
    """The effects of webhook messages, whose replies go back in the HTTP answer. Without `lines` nothing can be sent.

    Files that no saved row refers to are kept for `files_kept` seconds, as messages are.
    """

    def __init__(self, database: Database, forwarder: Forwarder, lines: Lines | None, *, files_kept: float = KEPT.total_seconds()) -> None:
        self.database = database
        self._forwarder = forwarder
        self._lines = lines
        self._files_kept = files_kept
        self._swept_at = -math.inf

    def number(self, save: Save, now: datetime) -> RowNumber:
        """Reserve the next number of a table. A number that is never used leaves a gap."""
        with self.database.writing() as connection:
            return saved.reserve_number(connection, save.name, save.numbering, now)

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Return the replies of another webhook; raise `FetchError` if it gives none."""
        return self._forwarder.ask(action, match, message)

    def do_for_staff(self, wanted: StaffMove | StaffDone, message: Message, book: RuleBook, now: datetime) -> str:
        """Do what a member of staff asks for, in a transaction of its own; return the answer."""
        if isinstance(wanted, StaffDone):
            return give_back(self.database, book, wanted, message, now)
        return staff_says(self.database, self._lines, book, wanted, message.sender, now)

    def carry_out(self, answered: AnsweredMessage, remember: Remember, record: Record | None = None) -> bool:
        """Remember, act and call `record`, all in one transaction; False if another message came first.

        That is one of the same sender, or one that took the last place of a slot.
        """
        try:
            with self.database.writing() as connection:
                answered = _identified(connection, answered) if record is not None or _keeps(answered.decision) else answered
                memory = StoreMemory(self.database).within(connection, answered.message.sender.person)
                if answered.decision.remember is not None and not remember(memory):
                    raise _Overtaken
                self.do(connection, answered)
                if record is not None:
                    record(connection, answered)
        except _Overtaken:
            return False
        if self._lines is not None:
            self._lines.wake()
        else:
            self._sweep(answered.book, answered.now.timestamp())
        return True

    def _sweep(self, book: RuleBook, now: float) -> None:
        """Delete some expired rows and count messages for the charts, as a worker would."""
        if abs(now - self._swept_at) < SWEEP_EVERY:
            return
        self._swept_at = now
        try:
            with self.database.writing() as connection:
                sweep(connection, now)
                hours.count_some(connection, lambda _, rule: book.is_fallback(rule), now)  # without lines, all came to these rules
                if totals.add_up(connection) == totals.AT_ONCE:
                    self._swept_at = -math.inf  # each message leaves several counts: go on with the next one
        except StoreError as error:
            log.warning("expired rows stay for now: %s", error)

    def do(self, connection: Connection, answered: AnsweredMessage) -> None:
        """Store what handlers have sent, and carry out every action of the decision that fits into a transaction."""
        self._note_files(connection, answered)
        for store in answered.sends:
            store(connection)
        match, number = answered.decision.match, None
        told: list[tuple[str, str]] = []
        for action in answered.decision.actions if match else ():
            if isinstance(action, Save):
                number = self.save(connection, action, answered)
            elif isinstance(action, Notify):
                told += self.notify(connection, action, answered, number)
            elif isinstance(action, Subscribe):
                self.subscribe(connection, action, answered)
        hand_over(connection, answered, told)

    def _note_files(self, connection: Connection, answered: AnsweredMessage) -> None:
        """Note the kept files of the message, and of forms that go on, which last as long as either."""
        state, at, person = answered.decision.remember, answered.now.timestamp(), answered.message.sender.person
        until = at + self._files_kept
        sent = [each.file for each in answered.message.attachments if each.file]
        references.note(connection, sent, person, at, until)
        references.release(connection, sent, [references.holder_of(answered.message.sender.address)])
        if state is not None:
            files = [value.file for value in waiting(state, at) if value.file]
            references.note(connection, files, person, at, max(until, state.kept_until(at)))

    def save(self, connection: Connection, action: Save, answered: AnsweredMessage) -> RowNumber:
        """Save one row under the number that the reply mentions, and return it. Raises `_Overtaken` if its slot has no place left."""
        match, number = answered.decision.match, answered.saved
        number = number or saved.reserve_number(connection, action.name, action.numbering, answered.now)
        values = row_of(match, answered.message, answered.book.locale.language) if match else {}
        if action.limit is not None and not take_place(connection, action.limit.slot(action.name, values)):
            raise _Overtaken
        writer = answered.message.sender
        customer = customer_of(answered.book, action, values, writer)
        row = _row_of(connection, action, answered, number, values, customer)
        files = [value.file for value in values.values() if isinstance(value, FileValue) and value.file]
        references.note(connection, files, row.person, row.at, None)
        saved.add(connection, row, number.running, "" if customer is writer else writer.name or writer.number)
        gateway = None if self._lines is None else self._lines.behind(answered.message.line) or self._lines.first
        remind_later(connection, gateway, answered.book, row, row.at)
        if gateway is not None and customer is not writer:
            tell(connection, gateway, answered.book, row)
        return number

    def subscribe(self, connection: Connection, action: Subscribe, answered: AnsweredMessage) -> None:
        """Opt the sender in to promotions by this line, or out of them."""
        message = answered.message
        line, name = message.line or "", message.sender.person or senders_phone(message.sender.number, answered.book.locale.country)
        if action.wanted:
            optouts.opt_in(connection, name, line, is_only=self._lines is not None and self._lines.is_only(line))
        else:
            optouts.opt_out(connection, name, answered.now.timestamp(), line)

    def notify(self, connection: Connection, action: Notify, answered: AnsweredMessage, number: RowNumber | None) -> list[tuple[str, str]]:
        """Queue a message to a member of staff, in the outbox like any other; `number` is that of the saved row.

        Returns the chat and the id of each message: a long text is several.
        """
        match = answered.decision.match
        if match is None:
            return []
        rule, gateway = match.rule, self._gateway_for(action, answered.message)
        if gateway is None:
            log.warning(
                "rule %r at %s notifies nobody: notify needs a connection to WhatsApp. Set CHATBOT_TRANSPORT.", rule.name, rule.mark
            )
            return []
        is_id, terms = is_outside_id(action.to) or is_person_id(action.to), Terms(is_reply=True, rule=rule.name)
        texts = split_texts(written(action, match, answered, number))
        if is_id and people.with_id(connection, action.to, gateway.transport.name) is None:
            log.warning("rule %r at %s notifies an id that nobody on this line has. Write a number.", rule.name, rule.mark)
            for text in texts:
                gateway.fail(connection, action.to, text, NEVER_SEEN, terms)
            return []
        chat = action.to if is_id else person_chat(action.to)
        return [(chat, gateway.post(connection, chat, text, terms)) for text in texts]

    def _gateway_for(self, action: Notify, message: Message) -> Gateway | None:
        """The gateway of a notice: that of its own line, else that behind the message, else the first; None if nothing can be sent."""
        lines = self._lines
        return None if lines is None else lines.of(action.line) or lines.behind(message.line) or lines.first


def _row_of(
    connection: Connection, action: Save, answered: AnsweredMessage, number: RowNumber, values: Mapping[str, object], customer: Sender
) -> saved.SavedRow:
    """The row that a message fills in, of a customer."""
    book, at = answered.book, answered.now.timestamp()
    text = book.number(customer) or customer.address  # one, in whatever spelling their messages come
    is_other = customer is not answered.message.sender
    person = customer.person or (people.get(connection, text, at) if is_other else "")
    return saved.SavedRow(
        name=action.name,
        number=number.number,
        code=number.code,
        fields={name: _plain(value) for name, value in values.items()},
        sender=text,
        sender_name=saved.last_name(connection, action.name, person) if is_other else customer.name,
        at=at,
        person=person,
        state=action.first_state,
    )


def _keeps(decision: Decision) -> bool:
    """True if a decision leaves something to keep of the person."""
    return decision.remember is not None or any(isinstance(action, Save | Subscribe | Notify) for action in decision.actions)


def _identified(connection: Connection, answered: AnsweredMessage) -> AnsweredMessage:
    """The answered message with the id of whoever wrote it, which stays theirs until the transaction ends."""
    sender = answered.message.sender
    name = answered.book.person(sender)
    person = people.get(connection, name, answered.now.timestamp()) if name else ""
    if person == sender.person:
        return answered
    return replace(answered, message=replace(answered.message, sender=replace(sender, person=person)))


def _plain(value: object) -> object:
    """A field's value as JSON can hold it: files and places as their parts; dates and the values of custom types become text."""
    if isinstance(value, ValueWithParts):
        return value.data()
    return value if value is None or isinstance(value, str | int | float) else str(value)


def said_in(message: Message, locale: Locale) -> list[str]:
    """The message as staff read it: words for what was sent, and its text or caption."""
    return [*map(str, sent_in(message, locale.language)), *([message.text] if message.text else [])]


def written(action: Notify, match: Match, answered: AnsweredMessage, number: RowNumber | None) -> list[Text]:
    """The text for a member of staff: that of the rule, none where it comes out empty; else, or where it cannot be made, a notice."""
    if action.text is not None:
        names = MessageContext(answered.book, answered.message, answered.now, first=not answered.state.seen).names(match)
        saved_row = {} if number is None else {"saved": {"number": number.shown}}
        try:
            own = action.text.render_whole({**names, **(answered.decision.supplied or {}), **saved_row})
        except AnswerFailed as error:
            log.error(
                "rule %r at %s cannot write its notice, and sends the usual one: %s", match.rule.name, match.rule.mark, error.with_way_out
            )
        else:
            return [Text(own)] if own else []
    return [notice(answered.message, match, answered.book.locale, None if number is None else number.shown)]


def notice(message: Message, match: Match, locale: Locale, number: int | str | None = None) -> Text:
    """The usual notification for staff: who wrote, and the rule's fields, one per line, or else what was sent and the text.

    It begins with the `number` of the row if one was saved.
    """
    who = named(message.sender, locale)
    titles = {field.name: field.title for field in match.rule.fields or ()}
    filled = [f"{titles.get(name) or titled(name)}: {value}" for name, value in match.fields.items() if value is not None]
    of_row = {} if number is None else {"number": str(number)}
    first = say(locale.language, "notice_saved" if of_row else "notice", who=who, rule=match.rule.name, **of_row)
    return Text("\n".join([first, *(filled or said_in(message, locale))]))

"""Actions of a rule beside its replies: save a row, notify staff, unsubscribe people, call other webhooks."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from flask_chatbot.answering.forwarding import Forwarder
from flask_chatbot.answering.history import KEPT
from flask_chatbot.bot.effects import AnsweredMessage, Remember
from flask_chatbot.core.deciding.context import MessageContext
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.taking import row_of, waiting
from flask_chatbot.core.fields.field import titled
from flask_chatbot.core.fields.sent import sent_in
from flask_chatbot.core.language.numbers import format_phone, senders_phone
from flask_chatbot.core.language.sentences import Locale, clip, say
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Notify, Save, Subscribe
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import is_outside_id, is_person_id
from flask_chatbot.core.values.replies import TEXT_LIMIT, Reply, Text
from flask_chatbot.core.values.sent import FileValue, ValueWithParts
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import AnswerFailed, StoreError
from flask_chatbot.media import references
from flask_chatbot.store import optouts, people, saved
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.sweeping import sweep

SWEEP_EVERY = 300.0  # seconds

log = logging.getLogger(__name__)


Record = Callable[[Connection, AnsweredMessage], None]


class _Overtaken(Exception):
    """Another message of the same sender was committed first, so the transaction is rolled back."""


class Actions:
    """The effects of webhook messages, whose replies go back in the HTTP answer. Without a `gateway` nothing can be sent.

    Files that no saved row refers to are kept for `files_kept` seconds, as messages are.
    """

    def __init__(
        self, database: Database, forwarder: Forwarder, gateway: Gateway | None, *, files_kept: float = KEPT.total_seconds()
    ) -> None:
        self.database = database
        self._forwarder = forwarder
        self._gateway = gateway
        self._files_kept = files_kept
        self._swept_at = -math.inf

    def number(self, name: str) -> int:
        """Reserve the next number of a table. A number that is never used leaves a gap."""
        with self.database.writing() as connection:
            return saved.reserve(connection, name)

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Return the replies of another webhook; raise `FetchError` if it gives none."""
        return self._forwarder.ask(action, match, message)

    def carry_out(self, answered: AnsweredMessage, remember: Remember, record: Record | None = None) -> bool:
        """Remember, act and call `record`, all in one transaction; False if another message of the sender came first."""
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
        if self._gateway is not None:
            self._gateway.wake()
        else:
            self._sweep(answered.now.timestamp())
        return True

    def _sweep(self, now: float) -> None:
        """Delete some expired rows, as a worker would."""
        if abs(now - self._swept_at) < SWEEP_EVERY:
            return
        self._swept_at = now
        try:
            with self.database.writing() as connection:
                sweep(connection, now)
        except StoreError as error:
            log.warning("expired rows stay for now: %s", error)

    def do(self, connection: Connection, answered: AnsweredMessage) -> None:
        """Store what handlers have sent, and carry out every action of the decision that fits into a transaction."""
        self._note_files(connection, answered)
        for store in answered.sends:
            store(connection)
        match, number = answered.decision.match, None
        for action in answered.decision.actions if match else ():
            if isinstance(action, Save):
                number = self.save(connection, action, answered)
            elif isinstance(action, Notify):
                self.notify(connection, action, answered, number)
            elif isinstance(action, Subscribe):
                _subscribe(connection, action, answered)

    def _note_files(self, connection: Connection, answered: AnsweredMessage) -> None:
        """Note the kept files of the message, and of forms that go on, which last as long as either."""
        state, at, person = answered.decision.remember, answered.now.timestamp(), answered.message.sender.person
        until = at + self._files_kept
        references.note(connection, [each.file for each in answered.message.attachments if each.file], person, at, until)
        if state is not None:
            files = [value.file for value in waiting(state, at) if value.file]
            references.note(connection, files, person, at, max(until, state.kept_until(at)))

    def save(self, connection: Connection, action: Save, answered: AnsweredMessage) -> int:
        """Save one row under the number that the reply mentions, and return it."""
        match, sender = answered.decision.match, answered.message.sender
        text = answered.book.number(sender) or sender.address  # one, in whatever spelling their messages come
        number = answered.saved if answered.saved is not None else saved.reserve(connection, action.name)
        values = row_of(match, answered.message, answered.book.locale.language) if match else {}
        fields = {name: _plain(value) for name, value in values.items()}
        at = answered.now.timestamp()
        files = [value.file for value in values.values() if isinstance(value, FileValue) and value.file]
        references.note(connection, files, sender.person, at, None)
        saved.add(
            connection,
            saved.SavedRow(
                name=action.name,
                number=number,
                fields=fields,
                sender=text,
                sender_name=sender.name,
                at=at,
                person=sender.person,
            ),
        )
        return number

    def notify(self, connection: Connection, action: Notify, answered: AnsweredMessage, number: int | None) -> None:
        """Queue a message to a member of staff, in the outbox like any other; `number` is that of the saved row."""
        match = answered.decision.match
        if match is None:
            return
        rule, gateway = match.rule, self._gateway
        if gateway is None:
            log.warning(
                "rule %r at %s notifies nobody: notify needs a connection to WhatsApp. Set CHATBOT_TRANSPORT.", rule.name, rule.mark
            )
            return
        is_id = is_outside_id(action.to) or is_person_id(action.to)
        if is_id and people.with_id(connection, action.to, gateway.transport.name) is None:
            log.warning("rule %r at %s notifies an id that nobody on this line has. Write a number.", rule.name, rule.mark)
        elif text := written(action, match, answered, number):
            gateway.post(connection, action.to if is_id else person_chat(action.to), text)


def _keeps(decision: Decision) -> bool:
    """True if a decision leaves something to keep of the person."""
    return decision.remember is not None or any(isinstance(action, Save | Subscribe) for action in decision.actions)


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


def _subscribe(connection: Connection, action: Subscribe, answered: AnsweredMessage) -> None:
    """Opt the sender in to promotions by this line, or out of them."""
    message = answered.message
    name = message.sender.person or senders_phone(message.sender.number, answered.book.locale.country)
    if action.wanted:
        optouts.opt_in(connection, name, message.line or "")
    else:
        optouts.opt_out(connection, name, answered.now.timestamp(), message.line or "")


def named(sender: Sender, locale: Locale) -> str:
    """A sender as staff read it: the name with the number, or with the username and the id by which commands find them.

    >>> named(Sender(name="Budi", username="budi", person="P01"), Locale())
    'Budi @budi P01'
    """
    username = f"@{sender.username}" if sender.username else ""
    hidden = [clip(username, 40), sender.address or sender.person]
    return " ".join(filter(None, [clip(sender.name, 80), *([format_phone(sender.number, locale.country)] if sender.number else hidden)]))


def said_in(message: Message, locale: Locale) -> list[str]:
    """The message as staff read it: words for what was sent, and its text or caption."""
    return [*map(str, sent_in(message, locale.language)), *([message.text] if message.text else [])]


def written(action: Notify, match: Match, answered: AnsweredMessage, number: int | None) -> Text | None:
    """The text for a member of staff: that of the rule, None where it comes out empty; else, or where it cannot be made, a notice."""
    if action.text is not None:
        names = MessageContext(answered.book, answered.message, answered.now).names(match)
        saved_row = {} if number is None else {"saved": {"number": number}}
        try:
            own = action.text.render({**names, **(answered.decision.supplied or {}), **saved_row})
        except AnswerFailed as error:
            log.error(
                "rule %r at %s cannot write its notice, and sends the usual one: %s", match.rule.name, match.rule.mark, error.with_way_out
            )
        else:
            return Text(own) if own else None
    return notice(answered.message, match, answered.book.locale, number)


def notice(message: Message, match: Match, locale: Locale, number: int | None = None) -> Text:
    """The usual notification for staff: who wrote, and the rule's fields, one per line, or else what was sent and the text.

    It begins with the `number` of the row if one was saved.
    """
    who = named(message.sender, locale)
    titles = {field.name: field.title for field in match.rule.fields or ()}
    filled = [f"{titles.get(name) or titled(name)}: {value}" for name, value in match.fields.items() if value is not None]
    of_row = {} if number is None else {"number": str(number)}
    first = say(locale.language, "notice_saved" if of_row else "notice", who=who, rule=match.rule.name, **of_row)
    return Text("\n".join([first, *(filled or said_in(message, locale))])[:TEXT_LIMIT])

"""`Gateway`: sends messages for the API, the console and `bot.send()`, and reports their status."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from secrets import token_hex
from typing import Any, TypeVar

from sqlalchemy import Connection

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.late import sleep
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.chats import is_group, number_of, person_chat, person_in
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Media, Reply, Text
from flask_chatbot.core.values.stored import type_of
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import is_chat, server_time
from flask_chatbot.delivery.accepted import PLAIN, REPLY, Accepted, IdempotencyKey, Terms, make_id, read_accepted
from flask_chatbot.delivery.retry import LEADERSHIP
from flask_chatbot.delivery.waits import TransportStatus, Wait, cannot_open, waiting_calls, why_waits
from flask_chatbot.errors import FetchRefused, NotAccepted, TransportError, TryLater
from flask_chatbot.store import callbacks, idempotency, optouts, outbox, people, requests, stored
from flask_chatbot.store.callbacks import NewCallback, StoredCallback
from flask_chatbot.store.outbox import NewMessage
from flask_chatbot.store.stored import Stored
from flask_chatbot.transports.base import Group, Session, Transport
from flask_chatbot.webclient.client import HttpClient

LIFETIME = 24 * 3600.0  # seconds: a message that did not go out by then never will
REMEMBERED = 24 * 3600.0  # seconds an Idempotency-Key is
PATIENCE = LEADERSHIP + 5.0  # seconds until a transport in another process is given up: its successor has it sooner
LOOK = 0.05  # seconds between two looks for its answer
NUMBER_KNOWN = 60.0  # seconds our own number is not asked for again
OPTED_OUT = tr("This number opted out of promotion. Send it without 'promo' if it is not a promotion, or do not send it.")
UNKNOWN_PHONE = Session(is_authenticated=False)
NUMBER_PATIENCE = 1.0  # seconds a send may wait for it
NUMBER_AGAIN = 5.0  # seconds until a send waits for it again, where it was not known

T = TypeVar("T")
log = logging.getLogger(__name__)


def do_nothing() -> None:
    """Wake nobody: a worker in another process polls by itself."""


@dataclass(kw_only=True)
class Gateway:
    """The gateway of one app.

    `is_open` is True while a worker of this process has the transport open, `open_error` says why it cannot, `wake` makes it look for work.
    """

    bot: Bot
    database: Database
    transport: Transport
    clock: Callable[[], float] = time.time  # epoch seconds
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep
    is_open: bool = False
    open_error: str = ""
    wake: Callable[[], None] = do_nothing
    _phone: tuple[float, Session] | None = field(default=None, repr=False)  # when it was answered
    _asked_number: tuple[float, str] | None = field(default=None, repr=False)  # when, and by which request

    def has_worker(self, wake: Callable[[], None]) -> None:
        """Register a worker of this process; `wake` makes it look for work at once."""
        self.wake = wake

    def opened(self, is_open: bool) -> None:
        """Record that the transport is open in this process, or no longer is."""
        self.is_open = is_open

    def shut(self, why: str) -> None:
        """Record why the transport cannot be opened; an empty text once it could."""
        self.open_error = why

    @cached_property
    def client(self) -> HttpClient:
        """The client for all calls of other people's URLs."""
        return HttpClient(private_hosts=self.bot.settings.private_hosts)

    @property
    def hears_acks(self) -> bool:
        """True if the app has functions for acks."""
        return bool(self.bot.handlers.acks)

    def send(self, chat: str, reply: Reply, terms: Terms = PLAIN, *, key: IdempotencyKey | None = None) -> Accepted:
        """Accept a message to a chat; a repeated idempotency `key` returns the first answer.

        Raises `NotAccepted` if the number opted out of promotion, or the key was used for another message; `StoreError` if it was not
        stored.
        """
        own_number, now = self.number(), self.clock()
        message, refused = self._message(chat, reply, terms, now)
        accepted = Accepted(
            id=message.id,
            ack=Ack.PENDING,
            type=message.type,
            timestamp=int(now),
            from_=person_chat(own_number) if own_number else "",
            to=chat,
        )
        with self.database.writing() as connection:
            if key is not None and (earlier := _earlier(connection, key, accepted, now)):
                return earlier
            # Who opts out after a message was accepted does not change what its repeats are answered.
            outbox.add(connection, self._in_order(connection, [message]))
            if refused is not None:
                callbacks.add(connection, [refused])
        self.wake()
        log.info("accepted message %s (%s)", accepted.id, accepted.type)
        return accepted

    def send_all(self, chat: str, replies: Sequence[Reply], terms: Terms = PLAIN) -> tuple[str, ...]:
        """Accept several messages to a chat, all of them or none; return their ids, in order.

        Raises `NotAccepted` also if a file's URL may never be fetched.
        """
        for reply in replies:
            self._check_file(reply)
        now = self.clock()
        made = [self._message(chat, reply, terms, now) for reply in replies]
        with self.database.writing() as connection:
            outbox.add(connection, self._in_order(connection, [message for message, _ in made]))
            callbacks.add(connection, [refused for _, refused in made if refused is not None])
        self.wake()
        ids = tuple(message.id for message, _ in made)
        log.info("accepted %d messages: %s", len(ids), ", ".join(ids))
        return ids

    def post(self, connection: Connection, chat: str, reply: Reply) -> str:
        """Queue a reply that goes out if the transaction of `connection` is committed; return its id. Call `wake` after that."""
        return self.post_all(connection, chat, [reply])[0]

    def post_all(self, connection: Connection, chat: str, replies: Sequence[Reply], person: str = "") -> tuple[str, ...]:
        """Queue several replies to one chat as `post` does, that of a `person` if their id is known; return their ids, in order."""
        now = self.clock()
        made = [self._message(chat, reply, REPLY, now)[0] for reply in replies]
        outbox.add(connection, self._in_order(connection, made, person))
        return tuple(message.id for message in made)

    def message(self, id: str) -> Stored | None:  # noqa: A002  the contract's word
        """The stored state of a message."""
        with self.database.reading() as connection:
            return stored.find(connection, id)

    def waits(self, message: Stored) -> tuple[Wait | None, list[tuple[StoredCallback, Wait]]]:
        """The wait of a message, if it waits, and those of its callbacks."""
        status = TransportStatus(
            session=self.transport.name,
            is_bound=not self.transport.runs_anywhere,
            is_open=self.is_open,
            open_error=self.open_error,
            has_pace=self.bot.settings.pace is not None,
        )
        with self.database.reading() as connection:
            wait = why_waits(connection, message, status, self.clock())
            return wait, waiting_calls(callbacks.of_message(connection, message.id))

    def call_ack_handlers(self, id: str, ack: Ack) -> None:  # noqa: A002
        """Call the app's functions for acks, in the app's context; the first error is raised once all have been called."""
        message = self.message(id)
        if message is None:  # swept away meanwhile
            return
        values = {"message_id": id, "ack": ack, "number": number_of(message.chat), "error": message.error if ack is Ack.ERROR else None}
        failures: list[Exception] = []
        for handler in self.bot.handlers.acks.values():
            try:
                handler(values)
            except Exception as error:  # noqa: BLE001  one function of the app must not silence the next
                failures.append(error)
        if failures:
            raise failures[0]

    def groups(self) -> tuple[Group, ...]:
        """The groups our phone is in. Raises `TryLater` if nobody can answer now."""
        return self._ask("groups", "", lambda: tuple(self.transport.groups()), lambda answer: tuple(Group(**group) for group in answer))

    def session(self) -> Session:
        """The state of our phone: connected and as whom, else the code to scan. Raises `TryLater` if nobody can answer now."""
        return self._ask("session", "", self.transport.session, read_session)

    def has_whatsapp(self, number: str) -> bool:
        """True if a number uses WhatsApp. Raises `TryLater` if nobody can answer now."""
        return self._ask("number", number, lambda: self.transport.has_whatsapp(number), bool)

    def number(self) -> str:
        """Our own number as last known; empty if it is unknown."""
        return self.phone().number

    def phone(self) -> Session:
        """Our own phone as last known, with its number and name; both empty if it is unknown."""
        if self._phone is None or self.timer() - self._phone[0] > NUMBER_KNOWN:
            try:
                found = self._look_phone_up()
            except TransportError as error:
                log.info("our own number is unknown now: %s", error)
                found = UNKNOWN_PHONE
            if found.number:  # an unknown number is not kept: it may be known in a moment
                self._phone = self.timer(), found
        return self._phone[1] if self._phone else UNKNOWN_PHONE

    def _look_phone_up(self) -> Session:
        """Our phone; an unknown one if there is none, or nobody has answered yet. Only one send every few seconds waits for it."""
        if self._is_at_hand():
            return self.transport.session()
        asked = self._asked_number
        if asked is None or self.timer() - asked[0] > NUMBER_AGAIN:
            name = self._put("session", "")
            self._asked_number = self.timer(), name
            return self._wait_for(name, self.transport.session, read_session, NUMBER_PATIENCE)
        answer = self._answer_to(asked[1])
        return UNKNOWN_PHONE if answer is None else read_session(answer)

    def _ask(self, kind: str, argument: str, direct: Callable[[], T], read: Callable[[Any], T]) -> T:
        """The answer of the transport: directly if it can be asked here, else through the process that has it open."""
        return direct() if self._is_at_hand() else self._wait_for(self._put(kind, argument), direct, read, PATIENCE)

    def _put(self, kind: str, argument: str) -> str:
        """Put a request to the process that has the transport open; return its id."""
        name = token_hex(16)
        with self.database.writing() as connection:
            requests.ask(connection, name, self.transport.name, kind, argument, server_time(connection) or self.clock())
        return name

    def _wait_for(self, asked: str, direct: Callable[[], T], read: Callable[[Any], T], patience: float) -> T:
        """Wait for the answer to a request; the transport's own if it opens here meanwhile."""
        deadline = self.timer() + patience
        while self.timer() < deadline:
            self.sleep(LOOK)
            if self._is_at_hand():
                return direct()
            answer = self._answer_to(asked)
            if answer is not None:
                return read(answer)
        if self.open_error:
            raise TryLater(cannot_open(self.open_error))
        raise TryLater(tr("No process that is connected to WhatsApp answered. Is the worker running?"))

    def _answer_to(self, asked: str) -> Any:
        """The answer to a request, read from its JSON; None if there is none yet. Raises `TryLater` if it could not be answered."""
        with self.database.reading() as connection:
            result = requests.result(connection, asked)
        if result is not None and result.answer is None:
            raise TryLater(result.error or tr("WhatsApp could not be asked."))
        return None if result is None or result.answer is None else json.loads(result.answer)

    def _check_file(self, reply: Reply) -> None:
        """Raise `NotAccepted` if a reply's file can never be fetched. A name that does not resolve now may do so later."""
        if isinstance(reply, Media):
            try:
                self.client.check(reply.url)
            except FetchRefused as error:
                raise NotAccepted(tr("The file cannot be fetched: {error}", error=reason_of(error))) from None

    def _is_at_hand(self) -> bool:
        return self.transport.runs_anywhere or self.is_open

    def _message(self, chat: str, reply: Reply, terms: Terms, now: float) -> tuple[NewMessage, NewCallback | None]:
        """A message, and the callback to keep if its `notify_url` can never be called.

        Raises `NotAccepted` if the chat cannot be one of WhatsApp's.
        """
        if not is_chat(chat):
            raise NotAccepted(tr("There is no chat of this name. It is not one that WhatsApp gives to people or groups."))
        name = make_id()
        refused = self._refused(name, terms.notify_url, now) if terms.notify_url else None
        message = NewMessage(
            id=name,
            session=self.transport.name,
            chat=chat,
            type="chat" if isinstance(reply, Text) and is_group(chat) else type_of(reply),
            reply=reply,
            promo=terms.promo,
            is_reply=terms.is_reply,
            notify_url=None if refused else terms.notify_url,
            created_at=now,
            start_at=terms.start_at,
            expires_at=max(now, terms.start_at) + LIFETIME,
        )
        return message, refused

    def _in_order(self, connection: Connection, made: Sequence[NewMessage], person: str = "") -> Sequence[NewMessage]:
        """Messages to one chat with their order key: the person's, who is made if nobody has written to them before.

        Raises `NotAccepted` for a promotion to somebody who wants none by this line.
        """
        if not made or is_group(made[0].chat):
            return made
        person = people.get(connection, person or person_in(made[0].chat), made[0].created_at)
        if made[0].promo and optouts.has_opted_out(connection, person, self.transport.name):
            raise NotAccepted(OPTED_OUT)
        return [replace(message, order_key=person) for message in made]

    def _refused(self, message: str, url: str, now: float) -> NewCallback | None:
        """The record of a URL that is never called; None for a valid one."""
        try:
            self.client.check(url)
        except FetchRefused as error:
            log.info("the notifyurl of message %s is refused: %s", message, error)
            name = f"msg_{token_hex(12)}"
            return NewCallback(id=name, message=message, ack=Ack.PENDING, at=now, url=url, host="", created_at=now, error=str(error))
        return None


def read_session(answer: Mapping[str, Any]) -> Session:
    """Read a session from the JSON of another process."""
    return Session(**answer)


def _earlier(connection: Connection, key: IdempotencyKey, accepted: Accepted, now: float) -> Accepted | None:
    """The earlier answer under the same key; None stores the new one, in the same transaction as its message."""
    answer = json.dumps(asdict(accepted))
    if idempotency.add(connection, key.hash, key.body_hash, answer, now=now, expires_at=now + REMEMBERED):
        return None
    given = idempotency.find(connection, key.hash, now)
    if given is None or given.body != key.body_hash:
        raise NotAccepted(tr("This Idempotency-Key was used for another message within 24 hours. Use a new key for each message."), 409)
    return read_accepted(json.loads(given.answer))

"""`Gateway`: accepts messages of the API, the console and `bot.send()`, and reports their status."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from secrets import token_hex

from sqlalchemy import Connection

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.chats import is_group, number_of, person_chat, person_in
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import PERSON, is_outside_id
from flask_chatbot.core.values.replies import Media, Reply
from flask_chatbot.core.values.stored import type_of
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import is_chat
from flask_chatbot.delivery.accepted import PLAIN, REPLY, Accepted, IdempotencyKey, Terms, find_or_keep, make_id
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.fitting import NO_NUMBERS, NO_TEMPLATES, aimed
from flask_chatbot.delivery.pacing import Tempo, tempo_of
from flask_chatbot.delivery.reminding.reminders import Reminders
from flask_chatbot.delivery.transport_proxy import NO_GROUPS, TransportProxy
from flask_chatbot.delivery.waits import Wait, waiting_calls, why_waits
from flask_chatbot.delivery.window.window import Window
from flask_chatbot.errors import FetchRefused, NotAccepted
from flask_chatbot.settings.settings import Settings
from flask_chatbot.store import callbacks, inbox, optouts, people, stored
from flask_chatbot.store.callbacks import NewCallback, StoredCallback
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.store.stored import Stored
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.webhooks import HttpTransport
from flask_chatbot.webclient.client import HttpClient

LIFETIME = 24 * 3600.0  # seconds: a message that did not go out by then never will
OPTED_OUT = tr("This number opted out of promotion. Send it without 'promo' if it is not a promotion, or do not send it.")

Made = tuple[NewMessage, NewCallback | None]  # a message, and the callback that can never be called, if there is one

log = get_logger(__name__)


def do_nothing() -> None:
    """Wake nobody: a worker in another process polls by itself."""


@dataclass(kw_only=True)
class Gateway:
    """The gateway of one line; `proxy` asks its transport, `wake` makes a worker of this process look for work.

    `settings` are those of the line, `bot` answers what comes in by it.
    """

    bot: Bot
    settings: Settings
    database: Database
    proxy: TransportProxy
    clock: Callable[[], float] = time.time  # epoch seconds
    wake: Callable[[], None] = do_nothing

    @property
    def transport(self) -> Transport:
        """The transport, on which only the process that has it open may call more than its name."""
        return self.proxy.transport

    @cached_property
    def called(self) -> HttpTransport | None:
        """The transport, if it is called by HTTP. Kept, since each `isinstance` with a protocol looks at all of its members."""
        return self.transport if isinstance(self.transport, HttpTransport) else None

    def has_worker(self, wake: Callable[[], None]) -> None:
        """Register a worker of this process; `wake` makes it look for work at once."""
        self.wake = wake

    @cached_property
    def client(self) -> HttpClient:
        """The client for all calls of other people's URLs."""
        return HttpClient(private_hosts=self.settings.private_hosts)

    @cached_property
    def tempo(self) -> Tempo | None:
        """The rate limit of the line; None without one."""
        return tempo_of(self.settings)

    @cached_property
    def window(self) -> Window | None:
        """The hours in which anything may be sent to a person; None if that is at any time."""
        if not self.proxy.capabilities.window_24h:
            return None
        return Window(self.transport.name, template=self.settings.template, language=lambda: self.bot.book.locale.language.like)

    @cached_property
    def reminders(self) -> Reminders:
        """The check of reminders that are due."""
        return Reminders(self.transport.name, book=lambda: self.bot.book)

    @property
    def hears_acks(self) -> bool:
        """True if the app has functions for acks."""
        return bool(self.bot.handlers.acks)

    def send(self, chat: str, reply: Reply, terms: Terms = PLAIN, *, key: IdempotencyKey | None = None) -> Accepted:
        """Accept a message to a chat; a repeated idempotency `key` returns the first answer.

        Raises `NotAccepted` if the number opted out of promotion, the key was used for another message, or WhatsApp takes no such message
        for this person now; `StoreError` if it was not stored.
        """
        own_number, now = self.proxy.phone().number, self.clock()
        message, refused = self._message(chat, reply, terms, now)
        accepted = Accepted(
            id=message.id,
            ack=Ack.PENDING,
            type=message.type,
            timestamp=int(now),
            from_=person_chat(own_number) if own_number else "",
            to=chat,
        )

        def store(connection: Connection) -> Accepted | None:
            earlier = None if key is None else find_or_keep(connection, key, accepted, now)
            if earlier is None:  # who opts out after a message was accepted does not change what its repeats are answered
                self._store([(message, refused)], chat, [reply], terms, connection)
            return earlier

        if earlier := self.database.write(store, order=chat):
            return earlier
        self.wake()
        log.info("accepted message %(message_id)s (%(kind)s)", {"message_id": accepted.id, "kind": accepted.type, "line": message.session})
        return accepted

    def send_all(self, chat: str, replies: Sequence[Reply], terms: Terms = PLAIN, *, session: object = None) -> tuple[str, ...]:
        """Accept several messages to a chat, all of them or none; return their ids, in order.

        With a `session` or connection of the app's they are written into its transaction, and accepted once that is committed. Raises
        `NotAccepted` also if a file's URL may never be fetched.
        """
        ids, made = self._made(chat, replies, terms)
        if not made:
            return ()
        facts = {"count": len(ids), "message_ids": ", ".join(ids), "line": self.transport.name}
        if session is not None:
            from flask_chatbot.database.joining import joined  # it loads the ORM, which is slow

            with joined(self.database, session) as theirs:
                self._store(made, chat, replies, terms, theirs.connection)
                theirs.after_commit(self.wake)
            log.info("wrote %(count)d messages into a transaction of the app: %(message_ids)s", facts)
            return ids
        self.database.write(partial(self._store, made, chat, replies, terms), order=chat)
        self.wake()
        log.info("accepted %(count)d messages: %(message_ids)s", facts)
        return ids

    def prepare(self, chat: str, replies: Sequence[Reply], terms: Terms) -> tuple[tuple[str, ...], Callable[[Connection], None]]:
        """Make several messages as `send_all` does; return their ids, and the function that stores them in a transaction."""
        ids, made = self._made(chat, replies, terms)
        if terms.promo or self.window is not None or not self.proxy.capabilities.by_number:
            with self.database.reading() as connection:
                self.check(connection, chat, replies, terms)
        return ids, partial(self._add, made, chat)

    def _made(self, chat: str, replies: Sequence[Reply], terms: Terms) -> tuple[tuple[str, ...], list[Made]]:
        """New messages to one chat, and their ids."""
        for reply in replies:
            self._check_file(reply)
        made = [self._message(chat, reply, each, self.clock()) for reply, each in self._on_terms(replies, terms)]
        return tuple(message.id for message, _ in made), made

    def _on_terms(self, replies: Sequence[Reply], terms: Terms) -> list[tuple[Reply, Terms]]:
        """The replies that the transport can send, each with its terms: one of them quotes what they answer."""
        able = self.proxy.capabilities
        known = aimed(replies, able, terms.answers)
        first = next((place for place, reply in enumerate(known) if not isinstance(reply, Reaction)), None)
        unquoting = replace(terms, quotes=False)
        return [(reply, terms if place == first and able.quotes else unquoting) for place, reply in enumerate(known)]

    def _store(self, made: Sequence[Made], chat: str, replies: Sequence[Reply], terms: Terms, connection: Connection) -> None:
        """Store messages to one chat, if the replies in them may be sent there."""
        self.check(connection, chat, replies, terms)
        self._add(made, chat, connection)

    def _add(self, made: Sequence[Made], chat: str, connection: Connection) -> None:
        """Store messages to one chat, and the callbacks that can never be called."""
        new = [message for message, _ in made]
        is_quick = len(new) == 1 and chat.endswith(PERSON)
        if not (is_quick and new_messages.add_to(connection, person_in(chat), new[0])):
            new_messages.add(connection, self._in_order(connection, new))
        callbacks.add(connection, [refused for _, refused in made if refused is not None])

    def check(self, connection: Connection, chat: str, replies: Sequence[Reply], terms: Terms) -> None:
        """Raise `NotAccepted` for a promotion to somebody who wants none by this line, or what may not be sent to them, or not now.

        What is to be sent later may be written to by then, and is looked at when it is due.
        """
        if is_group(chat):
            return
        if not self.proxy.capabilities.by_number and chat.endswith(PERSON):
            raise NotAccepted(NO_NUMBERS)
        known = people.with_id(connection, chat, self.transport.name) if is_outside_id(chat) else None
        if terms.promo and optouts.has_opted_out(connection, known or person_in(chat), self.transport.name):
            raise NotAccepted(OPTED_OUT)
        now = self.clock()
        if self.window is not None and terms.start_at <= now and not (terms.is_reply or terms.has_written):
            self.window.check(connection, known or people.find(connection, person_in(chat)), replies, now, may_cut=terms.may_cut)

    def post(self, connection: Connection, chat: str, reply: Reply, terms: Terms = REPLY) -> str:
        """Queue a reply that goes out if the transaction of `connection` is committed; return its id. Call `wake` after that."""
        return self.post_all(connection, chat, [reply], terms=terms)[0]

    def post_all(
        self, connection: Connection, chat: str, replies: Sequence[Reply], person: str = "", terms: Terms = REPLY
    ) -> tuple[str, ...]:
        """Queue several replies to one chat as `post` does; return their ids, in order.

        `person` is the id of whoever is there, if this transaction has had it from `people.get`.
        """
        now = self.clock()
        made = [self._message(chat, reply, each, now)[0] for reply, each in self._on_terms(replies, terms)]
        new_messages.add(connection, self._in_order(connection, made, person))
        return tuple(message.id for message in made)

    def fail(self, connection: Connection, chat: str, reply: Reply, error: str, terms: Terms = REPLY) -> str:
        """Keep a reply that nobody can get as one that failed, to be seen and sent again; return its id."""
        now = self.clock()
        message, _ = self._message(chat, reply, terms, now)
        new_messages.add(connection, [message])
        acks = Acks(self.transport.name, clock=self.clock, has_handlers=lambda: self.hears_acks)
        acks.change(connection, message.id, Ack.ERROR, now, error)
        return message.id

    def has_seen(self, chat: str) -> bool:
        """True if somebody with this id, or a group with this chat, is known to our line."""
        if not is_group(chat):
            return self.person_with(chat) is not None
        with self.database.reading() as connection:
            if inbox.has_group(connection, self.transport.name, chat):
                return True
        return self.proxy.capabilities.groups and number_of(chat) in {group.id for group in self.proxy.groups()}

    def person_with(self, id_: str) -> str | None:
        """Our id of the person with an id in place of a number."""
        with self.database.reading() as connection:
            return people.with_id(connection, id_, self.transport.name)

    def known(self, id_: str) -> tuple[str, str]:
        """Our id of the person with an id in place of a number, and their number; either is empty if it is unknown."""
        with self.database.reading() as connection:
            person = people.with_id(connection, id_, self.transport.name)
            return person or "", people.number_of(connection, person) if person else ""

    def message(self, id: str) -> Stored | None:  # noqa: A002  the contract's word
        """The stored state of a message."""
        with self.database.reading() as connection:
            return stored.find(connection, id)

    def waits(self, message: Stored) -> tuple[Wait | None, list[tuple[StoredCallback, Wait]]]:
        """The wait of a message, if it waits, and those of its callbacks."""
        status = self.proxy.status(self.tempo)
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

    def _check_file(self, reply: Reply) -> None:
        """Raise `NotAccepted` if a reply's file can never be fetched. A name that does not resolve now may do so later."""
        if isinstance(reply, Media) and reply.url not in self.bot.book.media:
            try:
                self.client.check(reply.url)
            except FetchRefused as error:
                raise NotAccepted(tr("The file cannot be fetched: {error}", error=reason_of(error))) from None

    def _message(self, chat: str, reply: Reply, terms: Terms, now: float) -> tuple[NewMessage, NewCallback | None]:
        """A message, and the callback to keep if its `notify_url` can never be called.

        Raises `NotAccepted` if the chat cannot be one of WhatsApp's, or the transport has no groups or templates and this is one.
        """
        if not is_chat(chat):
            raise NotAccepted(tr("There is no chat of this name. It is not one that WhatsApp gives to people or groups."))
        if is_group(chat) and not self.proxy.capabilities.groups:
            raise NotAccepted(NO_GROUPS)
        if isinstance(reply, MessageTemplate) and not reply.plain and not self.proxy.capabilities.templates:
            raise NotAccepted(NO_TEMPLATES)
        name = make_id()
        refused = self._refused(name, terms.notify_url, now) if terms.notify_url else None
        message = NewMessage(
            id=name,
            session=self.transport.name,
            chat=chat,
            type="chat" if (kind := type_of(reply)) == "text" and is_group(chat) else kind,
            reply=reply,
            promo=terms.promo,
            is_reply=terms.is_reply,
            reply_to=terms.answers if terms.quotes else "",
            rule=terms.rule,
            caller=terms.caller,
            notify_url=None if refused else terms.notify_url,
            created_at=now,
            start_at=terms.start_at,
            expires_at=min(max(now, terms.start_at) + LIFETIME, math.inf if terms.until is None else terms.until),
        )
        return message, refused

    def _in_order(self, connection: Connection, made: Sequence[NewMessage], person: str = "") -> Sequence[NewMessage]:
        """Messages to one chat with their order key: the `person`, else whoever is there, who is made if nobody has written to them."""
        if not made or is_group(made[0].chat):
            return made
        person = person or self._person_at(connection, made[0].chat, made[0].created_at)
        return [replace(message, order_key=person) for message in made]

    def _person_at(self, connection: Connection, chat: str, now: float) -> str:
        """The id of the person in a chat, which may be named by an id of theirs."""
        known = people.with_id(connection, chat, self.transport.name) if is_outside_id(chat) else None
        return known or people.get(connection, person_in(chat), now)

    def _refused(self, message: str, url: str, now: float) -> NewCallback | None:
        """The record of a URL that is never called; None for a valid one."""
        try:
            self.client.check(url)
        except FetchRefused as error:
            log.info("the notifyurl of message %(message_id)s is refused: %(error)s", {"message_id": message, "error": error})
            name = f"msg_{token_hex(12)}"
            line = self.transport.name
            return NewCallback(
                id=name, message=message, ack=Ack.PENDING, at=now, url=url, host="", created_at=now, error=str(error), line=line
            )
        return None

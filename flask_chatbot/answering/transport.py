"""Messages from a transport: each is answered once, and its replies go out through the outbox."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection

from flask_chatbot.answering.actions import Actions
from flask_chatbot.answering.history import History
from flask_chatbot.answering.names import Renaming, named
from flask_chatbot.answering.once import AlreadyAnswered, Recorded, Turnstile, count_answered, count_unanswered
from flask_chatbot.answering.owner import Owner
from flask_chatbot.answering.typing_notices import TypingNotices
from flask_chatbot.answering.unanswered import Unanswered
from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.conversation.tappable import tappable
from flask_chatbot.core.deciding.matched_text import is_empty, matched_text
from flask_chatbot.core.language.addressees import without_mention
from flask_chatbot.core.language.numbers import mask
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.chats import chat_of, number_of
from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.database.statements import is_chat
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.fitting import aimed
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.media.keeping import Keeper
from flask_chatbot.store import inbox, people
from flask_chatbot.store.merging import identify
from flask_chatbot.store.strangers import restrictions

ANSWERS_LIMIT = 20  # answers to one sender in a minute; two bots must not talk all night
MINUTE = 60.0  # seconds
SILENCE = f"silence: this person was answered {ANSWERS_LIMIT} times in a minute"

log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Received(Recorded):
    """The effects of one message from the gateway's transport, including its replies in the outbox."""

    gateway: Gateway
    history: History
    id: str

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Forward with our id of the sender, who is made if they are a stranger with a number alone."""
        sender, name = message.sender, self.gateway.bot.book.person(message.sender)
        if name and not sender.person:
            with self.actions.database.writing() as connection:
                person = people.get(connection, name, self.gateway.bot.clock().timestamp())
            message = replace(message, sender=replace(sender, person=person))
        return self.actions.forward(action, match, message)

    def record(self, connection: Connection, answered: AnsweredMessage) -> None:
        replies, chat = answered.decision.replies, chat_of(answered.message)
        if replies and not is_chat(chat):  # delivered again, it would be as wrong
            facts = {"incoming_id": short_id(self.id), "replies": len(replies)}
            log.error("message %(incoming_id)s came from a chat that cannot be written to: its %(replies)d replies are dropped", facts)
            replies = ()
        able, message = self.gateway.proxy.capabilities, answered.message
        replies = aimed(replies, able, message.id or "")
        if not inbox.add(connection, self.history.row(self.gateway.transport.name, self.id, answered, len(replies))):
            raise AlreadyAnswered
        count_answered(connection, self.gateway.transport.name, answered, self.began)
        _release_held(connection, self.gateway, message)
        if replies:
            language, choices = answered.book.locale.language, answered.decision.choices
            replies = tappable(replies, choices, language, buttons=able.buttons, lists=able.lists)
            rule = answered.decision.match.rule.name if answered.decision.match else ""
            terms = Terms(is_reply=True, answers=message.id or "", quotes=message.chat == "group", rule=rule)
            self.gateway.post_all(connection, chat, replies, message.sender.person, terms)


class Inbound:
    """Answers messages from the gateway's transport; `context` is the app's, for its own functions."""

    def __init__(
        self, gateway: Gateway, *, actions: Actions, history: History, keeper: Keeper, context: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self._gateway = gateway
        self._bot = gateway.bot
        self._session = gateway.transport.name
        self._actions = actions
        self._history = history
        self._keeper = keeper
        self._context = context
        self._turnstile = Turnstile()
        show = getattr(gateway.transport, "typing", None) if gateway.proxy.capabilities.typing else None
        self._notices = TypingNotices(show) if show else None
        self._unanswered = Unanswered(self._bot, actions.database, history, session=self._session, context=context)
        self._renaming = Renaming(self._bot, actions.database)
        self._owner = Owner(self._bot, actions.database, history, session=self._session)

    def received(self, incoming: Incoming) -> None:
        """Answer a message, or heed another event, unless that has been done.

        Raises `StoreError` if the store fails, `TryLater` if a file that a rule takes cannot be had now, `Undecided` if it is too early to
        say who wrote an echo: then deliver it again.
        """
        if isinstance(incoming, Echo):
            self._tell_merged(self._owner.wrote(incoming, self._bot.clock()))
        elif isinstance(incoming, IdentityChange):
            self._tell_merged(self._renaming.changed(incoming, self._bot.clock().timestamp()))
        else:
            self._receive(incoming)

    def _receive(self, message: Message) -> None:
        message = self._addressed(message)
        own = self._bot.book.number(Sender(number=self._gateway.proxy.phone().number))
        if own and message.sender.number == own:  # two bots would talk for ever
            return
        if is_empty(message, self._bot.book):
            log.info("a message without a text or a file is not answered")
            return
        if not (message.sender.address or message.group or message.deletes):
            log.error("message %(incoming_id)s came without a sender, and cannot be answered", {"incoming_id": short_id(message.id or "")})
            return
        id_ = message.id or uuid4().hex
        message = self._keeper.equipped(replace(message, line=message.line or self._session), id_, self._gateway.proxy.download)
        # Behind the message that it deletes, so that none is kept after it was deleted.
        with self._turnstile.passing((self._session, message.deletes or id_)):
            self._answer(message, id_)

    def _addressed(self, message: Message) -> Message:
        """The message with its sender and group named as replies address them, whether the transport uses numbers or addresses.

        A mention of the bot at the beginning of a text in a group is left out, and so is a place that is nowhere on earth, which events of
        an older version may have: nothing could keep it.
        """
        sender = named(self._bot.book, message.sender)
        text = matched_text(message, self._bot.book)
        if message.chat == "group" and "@" in text:
            phone = self._gateway.proxy.phone()
            text = without_mention(text, [number_of(phone.number), phone.name])
        place = message.location if message.location is not None and message.location.is_on_earth else None
        return replace(message, text=text, sender=sender, group=number_of(message.group), location=place)

    def _answer(self, message: Message, id_: str) -> None:
        now = self._bot.clock()
        identified = self._identified(message, id_, now)
        if identified is None:
            log.info("message %(incoming_id)s arrived again: it was answered before", {"incoming_id": short_id(id_)})
            return
        message, answers = identified
        if message.kind in UNANSWERED:
            self._unanswered.take(message, id_, now)
            return
        if answers >= ANSWERS_LIMIT:
            self._keep_silent(message, id_, now, answers)
            return
        try:
            with self._context(), self._typing(message):
                decision = self._bot.answer(message, now, effects=_Received(self._actions, self._gateway, self._history, id_))
        except AlreadyAnswered:
            log.info("message %(incoming_id)s arrived again: it was answered just now", {"incoming_id": short_id(id_)})
            return
        rule = decision.match.rule.name if decision.match else None
        facts = {"incoming_id": short_id(id_), "rule": rule, "line": self._session, "replies": len(decision.replies)}
        log.info("answered message %(incoming_id)s: rule %(rule)r, %(replies)d replies", facts)

    def _typing(self, message: Message) -> AbstractContextManager[None]:
        """While the answer is made, the customer sees that it is on its way, if it takes long and the connection can show it."""
        return self._notices.shown(chat_of(message), message.id or "") if self._notices else nullcontext()

    def _identified(self, message: Message, id_: str, now: datetime) -> tuple[Message, int] | None:
        """The message with our id of its sender, and how many answers they got in the last minute; None if it was answered before.

        A number that is hidden now is filled in if it is known from before. A stranger who is only a number has no id before something is
        kept of them.
        """
        sender, at = message.sender, now.timestamp()
        names = sender.names
        with self._actions.database.reading() as connection:
            arrival = inbox.arrival(connection, self._session, id_, names, now=at, since=at - MINUTE)
            number = sender.number or (people.number_of(connection, arrival.person) if arrival.person else "")
        if arrival.is_repeat:
            return None
        person, answers = arrival.person or "", arrival.answers
        if arrival.person is None and sender.aliases:
            person, number, answers = self._met(names, at)
        return replace(message, sender=replace(sender, person=person, number=number)), answers

    def _met(self, names: Sequence[Alias], now: float) -> tuple[str, str, int]:
        """Make or merge the people with these names; return the id, the number and the answers. The app's functions hear of each merge."""
        with self._actions.database.writing() as connection:
            found = identify(connection, names, now)
            number = people.number_of(connection, found.person)
            answers = inbox.answered_since(connection, found.person, now - MINUTE)
        self._tell_merged(found.merged)
        return found.person, number, answers

    def _tell_merged(self, merged: Sequence[tuple[str, str]]) -> None:
        for old, new in merged:
            with self._context():
                self._bot.people_merged(old, new)

    def _keep_silent(self, message: Message, id_: str, now: datetime, answers: int) -> None:
        """Keep a message without an answer: its sender got as many as a minute allows."""
        who = mask(message.sender.number) or message.sender.person
        log.warning("%s was answered %d times in a minute, and gets no answer now. Is it a bot?", who, answers)
        with self._actions.database.writing() as connection:
            if inbox.add(connection, self._history.silence(self._session, id_, message, now, SILENCE)):
                count_unanswered(connection, self._session, message)
            _release_held(connection, self._gateway, message)


def _release_held(connection: Connection, gateway: Gateway, message: Message) -> None:
    """Let what is held for a stranger go out, since they wrote: the answer waits behind it."""
    if gateway.proxy.capabilities.strangers_limited and message.chat == "private" and message.sender.person:
        restrictions.release(connection, gateway.transport.name, message.sender.person, gateway.clock())


def short_id(id_: str) -> str:
    """A short form of a message id for the log: WhatsApp's own ids contain phone numbers.

    >>> short_id("false_628111@c.us_3EB0")
    '6167bd39859d'
    """
    return sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:12]

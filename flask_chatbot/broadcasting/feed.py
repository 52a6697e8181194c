"""`BroadcastQueue`: takes the people on the lists of broadcasts in turn, and never puts more into the outbox than soon goes out."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from flask_chatbot.broadcasting.content import Composition, read_content
from flask_chatbot.broadcasting.parts import ListPart
from flask_chatbot.broadcasting.reach import OPTED_OUT, Addressee, Reach
from flask_chatbot.broadcasting.reasons import write_reason
from flask_chatbot.broadcasting.running import waits_until
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.core.values.chats import person_in
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.loop import Begin
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store import optouts, people
from flask_chatbot.store.broadcasts import broadcasts, recipients
from flask_chatbot.store.broadcasts.broadcasts import StoredBroadcast
from flask_chatbot.store.broadcasts.recipients import Recipient, RecipientTurn

AHEAD = 100  # people whose messages may wait in the outbox at once
AHEAD_FOR = 30.0  # seconds that these take at the pace of the line: other messages wait behind them, and a stop takes them back
MOST_DELAYED = 10  # times as many may wait for another try
SERVED = tr("They are on the list twice.")
NOTHING = tr("There is nothing in it that this line can send.")

log = get_logger(__name__)


class BroadcastQueue:
    """The broadcasts of one line. What it writes goes out by the queue of messages, so nothing of its own is ever under way."""

    def __init__(self, gateway: Gateway, *, tempo: Tempo | None, is_open: Callable[[], bool]) -> None:
        self._gateway = gateway
        self._line = gateway.transport.name
        self._is_open = is_open
        self._ahead = AHEAD if tempo is None else max(2, min(AHEAD, int(tempo.rate * AHEAD_FOR)))
        self._composition: tuple[int, RuleBook, Composition] | None = None
        self._is_closing = False

    @property
    def under_way(self) -> int:
        return 0

    def has_results(self) -> bool:
        return False

    def is_due(self, connection: Connection, now: float) -> bool:
        if self._waits(now):
            return False
        found = broadcasts.due(connection, self._line, now)
        return found is not None and self._has_room(connection, found, now)

    def write(self, connection: Connection, now: float) -> Begin:
        if not self._waits(now):
            found = broadcasts.take_due(connection, self._line, now)
            if found is not None and self._has_room(connection, found, now):
                self._feed(connection, found, now)
        return lambda: None

    def close(self) -> None:
        self._is_closing = True

    def _waits(self, now: float) -> bool:
        """True in the night of the rules, and while the line is closed."""
        return self._is_closing or not self._is_open() or waits_until(self._gateway.bot.book, now) > 0.0

    def _has_room(self, connection: Connection, found: StoredBroadcast, now: float) -> bool:
        """True if half of what may wait in the outbox has gone out; of a list whose people have all had their turn, if everything has.

        Messages that are tried again later hold up nobody, unless they are many: then all others would fail, too.
        """
        number = found.number
        if not recipients.has_waiting(connection, number):
            return recipients.under_way(connection, number) == 0
        if recipients.under_way(connection, number, now) > self._ahead // 2:
            return False
        return recipients.under_way(connection, number) <= self._ahead * MOST_DELAYED

    def _feed(self, connection: Connection, found: StoredBroadcast, now: float) -> None:
        """Take the next people on a list, or end it after the last one."""
        recipients.settle(connection, found.number)
        some = recipients.waiting(connection, found.number, self._ahead - recipients.under_way(connection, found.number, now))
        if not some:
            broadcasts.end(connection, found.number, now)
            log.info("broadcast %d is over", found.number)
            return
        recipients.take_turns(connection, found.number, self._turns(connection, found, some, now))

    def _turns(self, connection: Connection, found: StoredBroadcast, some: Sequence[Recipient], now: float) -> list[RecipientTurn]:
        """The outcome of the turns of people on a list, whose messages are queued."""
        try:
            composition = self._composition_of(found)
        except NotAccepted as error:  # its rule is gone
            return [_skipped(each, None, reason_of(error)) for each in some]
        known = Reach(self._gateway).addressees(connection, [each.address for each in some])
        people.hold(connection, {each.person for each in known if each.person})
        part = ListPart(connection, self._gateway, composition, some, now)
        served = recipients.served(connection, found.number, [each.person for each in part.addressees if each.person])
        turns = []
        for each, addressee in zip(some, part.addressees, strict=True):
            reason = part.barred.get(each.address) or (SERVED if addressee.person in served else None)
            try:
                turn = _skipped(each, addressee.person, reason) if reason else self._queued(connection, found, each.place, part, addressee)
            except NotAccepted as error:
                turn = _skipped(each, addressee.person, reason_of(error))
            served.update({turn.person} if turn.person and turn.messages else ())
            turns.append(turn)
        return turns

    def _queued(self, connection: Connection, found: StoredBroadcast, place: int, part: ListPart, addressee: Addressee) -> RecipientTurn:
        """The turn of somebody whose messages are queued; raises `NotAccepted` with the reason if there are none."""
        replies = part.replies(addressee)
        person = addressee.person or people.get(connection, person_in(addressee.chat), self._gateway.clock())
        if person != addressee.person and optouts.opted_out_of(connection, {person}, self._line):  # they were forgotten, and this was kept
            raise NotAccepted(OPTED_OUT)
        terms = Terms(promo=True, rule=read_content(found.content).rule, caller=f"broadcast {found.number}")
        ids = self._gateway.post_all(connection, addressee.chat, replies, person, terms)
        if not ids:
            raise NotAccepted(NOTHING)
        return RecipientTurn(place=place, person=person, messages=ids)

    def _composition_of(self, found: StoredBroadcast) -> Composition:
        """The composition of a broadcast, made anew when the rules have changed."""
        book = self._gateway.bot.book
        if self._composition is None or self._composition[0] != found.number or self._composition[1] is not book:
            self._composition = found.number, book, Composition(read_content(found.content), book)
        return self._composition[2]


def _skipped(each: Recipient, person: str | None, reason: Translatable) -> RecipientTurn:
    return RecipientTurn(place=each.place, person=person, why=write_reason(reason))

"""`Reach`: tells who may get a broadcast by a line, and why the others may not. Ways to WhatsApp differ by their flags alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.core.values.chats import person_in
from flask_chatbot.core.values.people import PERSON, TELEGRAM, is_person_id
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import NotAccepted, Refused
from flask_chatbot.store import memory, optouts, people
from flask_chatbot.store.strangers import acquaintances

NO_ADDRESS = tr("They cannot be reached any more.")
ELSEWHERE = tr("Their only address is one that this line cannot write to.")
OPTED_OUT = tr("They opted out of promotion.")
PAUSED = tr("The bot is silent for them: staff are talking to them, or a rule paused it.")
NO_NUMBERS = tr("This connection writes only to people who wrote to it, and not to telephone numbers.")
STRANGER = tr("They never wrote by this line, and WhatsApp cuts off numbers that send promotions to strangers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody on a list as they are known now: our id of them, None for somebody new, and their chat; without an address it is empty."""

    address: str
    person: str | None
    chat: str

    @property
    def number(self) -> str:
        """Their telephone number; empty if it is unknown."""
        return person_in(self.chat) if self.chat.endswith(PERSON) else ""


class Reach:
    """The reach of one line. Nothing is written: somebody new stays unknown."""

    def __init__(self, gateway: Gateway) -> None:
        self._line = gateway.transport.name
        self._able = gateway.proxy.capabilities
        self._window = gateway.window

    def addressees(self, connection: Connection, addresses: Sequence[str]) -> list[Addressee]:
        """Those behind these addresses, in order."""
        ids = [each for each in addresses if is_person_id(each)]
        chats, current = people.chats_of(connection, ids), people.current(connection, ids)
        known = people.numbered(connection, [person_in(each) for each in addresses if not is_person_id(each)])
        return [
            Addressee(address=each, person=current.get(each), chat=chats.get(each, ""))
            if is_person_id(each)
            else Addressee(address=each, person=known.get(person_in(each)), chat=each)
            for each in addresses
        ]

    def barred(
        self, connection: Connection, found: Sequence[Addressee], replies: Callable[[Addressee], Sequence[Reply]], now: float
    ) -> Mapping[str, Translatable]:
        """The reasons why some of them get nothing now, by their addresses; `replies` are those for one of them."""
        persons = {each.person for each in found if each.person is not None}
        opted_out = optouts.opted_out_of(connection, persons, self._line)
        paused = memory.paused_among(connection, persons, self._line, now)
        wrote = acquaintances.have_written(connection, self._line, persons) if self._able.strangers_limited else persons
        is_open = persons if self._window is None else self._window.closes_at(connection, persons, now).keys()
        reasons = {}
        for each in found:
            reason = self._refuses(each, opted_out, paused, wrote) or (None if each.person in is_open else self._outside(each, replies))
            if reason is not None:
                reasons[each.address] = reason
        return reasons

    def _refuses(self, each: Addressee, opted_out: Collection[str], paused: Collection[str], wrote: Collection[str]) -> Translatable | None:
        """The reason why somebody gets nothing, whatever it is."""
        if not each.chat:
            return NO_ADDRESS
        if each.person in opted_out:
            return OPTED_OUT
        if each.person in paused:
            return PAUSED
        if not self._able.by_number and each.number:
            return NO_NUMBERS
        if each.chat.endswith(TELEGRAM) is self._able.by_number:
            return ELSEWHERE
        return STRANGER if self._able.strangers_limited and each.person not in wrote else None

    def _outside(self, each: Addressee, replies: Callable[[Addressee], Sequence[Reply]]) -> Translatable | None:
        """The reason why these cannot be sent outside of the hours after somebody wrote; None if there are no such hours."""
        if self._window is None:
            return None
        try:
            for reply in replies(each):
                self._window.outside(reply)
        except (Refused, NotAccepted) as error:
            return reason_of(error)
        return None

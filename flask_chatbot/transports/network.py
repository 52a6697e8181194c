"""The simulated WhatsApp between the phones and the bot: its numbers and groups, and the messages that arrived."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.values.chats import group_chat, is_group, number_of, person_chat
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Group
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.kept_files import KeptFiles

KEPT = 10_000  # messages; one that simulates for months must not fill the memory


@dataclass(slots=True, kw_only=True, eq=False)
class Subscriber:
    """A customer of the simulated WhatsApp."""

    number: str
    name: str = ""
    has_whatsapp: bool = True

    @property
    def sender(self) -> Sender:
        """The customer as the bot sees them."""
        return Sender(number=self.number, name=self.name)


class Network:
    """All numbers and groups, and the messages in their chats. `deliver` passes a message to the bot. Threads may share it."""

    _changed = Late(new_condition)

    def __init__(self, line: str, *, now: Callable[[], float], deliver: Callable[[Message], None]) -> None:
        self.deliver = deliver
        self.files = KeptFiles()
        self._line = line
        self._now = now
        self._subscribers: dict[str, Subscriber] = {}
        self._groups: dict[str, Group] = {}
        self._members: dict[str, frozenset[Subscriber]] = {}
        self._arrived: dict[str, Arrived] = {}

    def subscribe(self, number: str, name: str, has_whatsapp: bool) -> Subscriber:
        """The customer with a number, added if needed."""
        with self._changed:
            subscriber = self._subscribers.setdefault(number, Subscriber(number=number))
            subscriber.name, subscriber.has_whatsapp = name or subscriber.name, has_whatsapp
        return subscriber

    def add_group(self, id: str, name: str, members: Iterable[Subscriber]) -> Group:  # noqa: A002  the contract's word
        """A group of the bot's phone and these members."""
        with self._changed:
            self._groups[id] = Group(id=id, name=name)
            self._members[id] = frozenset(members)
            return self._groups[id]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, in order of creation."""
        with self._changed:
            return tuple(self._groups.values())

    @property
    def arrived(self) -> tuple[Arrived, ...]:
        """All messages that arrived on any phone, oldest first."""
        with self._changed:
            return tuple(self._arrived.values())

    def is_in(self, subscriber: Subscriber, chat: str) -> bool:
        """True if a customer is part of a chat."""
        return subscriber in self._members.get(number_of(chat), ()) if is_group(chat) else person_chat(subscriber.number) == chat

    def has_whatsapp(self, number: str) -> bool:
        """True if messages can reach a number."""
        subscriber = self._subscribers.get(number)
        return subscriber is None or subscriber.has_whatsapp

    def check(self, chat: str) -> None:
        """Raise `Refused` if nothing can arrive in a chat."""
        if is_group(chat):
            if number_of(chat) not in self._groups:
                raise Refused("The phone is in no such group. /api/groups lists those it is in.")
        elif not self.has_whatsapp(number_of(chat)):
            raise Refused("This number does not use WhatsApp.")

    def arrives(self, arrived: Arrived) -> bool:
        """Put a message on the phones of its chat; False if it came before under the same id."""
        with self._changed:
            if arrived.id in self._arrived:
                return False
            self._arrived[arrived.id] = arrived
            if len(self._arrived) > KEPT:
                del self._arrived[next(iter(self._arrived))]
            self._stir(arrived.chat)
            self._changed.notify_all()
            return True

    def message(self, subscriber: Subscriber, content: Message, group: str) -> Message:
        """A message with this content from a customer, as the bot gets it."""
        chat = group_chat(group) if group else person_chat(subscriber.number)
        if not self.is_in(subscriber, chat):
            raise ValueError(f"{subscriber.number} is not in group {group}. Make it a member: simulator.group(id, name, members=[...])")
        self._stir(chat)
        return replace(
            content,
            sender=subscriber.sender,
            chat="group" if group else "private",
            group=group,
            id=f"false_{chat}_{token_hex(10).upper()}",
            sent_at=datetime.fromtimestamp(self._now(), UTC),
            line=self._line,
            fetch=self.files.fetch,
        )

    def wait(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Wait until `is_so` is true, checking after each arrival; False after that many seconds of real time."""
        with self._changed:
            return self._changed.wait_for(is_so, seconds)

    def _stir(self, chat: str) -> None:
        with self._changed:
            group = self._groups.get(number_of(chat)) if is_group(chat) else None
            if group is not None:
                self._groups[group.id] = replace(group, last_chat=int(self._now()))

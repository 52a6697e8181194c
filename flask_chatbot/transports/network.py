"""The simulated WhatsApp between the phones and the bot: its numbers and groups, and the messages that arrived."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.values.chats import chat_with_sender, group_chat, is_group, number_of, person_chat
from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import LID, Alias, is_outside_id
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Group
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.kept_files import KeptFiles

TYPING = 10.0  # seconds that a phone shows it
DAY = 86_400.0  # seconds
KEPT = 10_000  # messages; one that simulates for months must not fill the memory


@dataclass(slots=True, kw_only=True, eq=False)
class Subscriber:
    """A customer of the simulated WhatsApp: the number is empty if there is none, and `user_id` if WhatsApp tells numbers alone.

    `line` is the bot's, in which the id counts if it is Meta's.
    """

    number: str
    user_id: str = ""
    name: str = ""
    username: str = ""
    has_whatsapp: bool = True
    is_hidden: bool = False
    line: str = ""
    wrote_at: float | None = None  # epoch seconds, of the last private message

    @property
    def sender(self) -> Sender:
        """The customer as the bot sees them."""
        aliases = (Alias("lid", self.user_id) if self.user_id.endswith(LID) else Alias("bsuid", self.user_id, self.line),)
        return Sender(
            number="" if self.is_hidden else self.number,
            name=self.name,
            username=self.username,
            aliases=aliases if self.user_id else (),
        )

    @property
    def chats(self) -> frozenset[str]:
        """The names of their private chat with the bot: by the number, and by the id."""
        return frozenset((*([person_chat(self.number)] if self.number else ()), *(alias.chat for alias in self.sender.aliases)))

    def __str__(self) -> str:
        return self.number or self.user_id


class Network:
    """All numbers and groups, and the messages in their chats. `deliver` passes what happens on to the bot. Threads may share it."""

    _changed = Late(new_condition)

    def __init__(self, line: str, *, now: Callable[[], float], deliver: Callable[[Incoming], None]) -> None:
        self.deliver = deliver
        self.files = KeptFiles()
        self._line = line
        self._now = now
        self._subscribers: dict[str, Subscriber] = {}  # by each of their chats
        self._moved: dict[str, Subscriber] = {}  # who got a message before they changed their number, by its id
        self._groups: dict[str, Group] = {}
        self._members: dict[str, frozenset[Subscriber]] = {}
        self._arrived: dict[str, Arrived] = {}
        self._typing: dict[str, tuple[str, float]] = {}  # by chat: the message that is answered, and until when it is shown

    def subscribe(self, number: str, user_id: str, *, name: str = "", username: str = "", has_whatsapp: bool = True) -> Subscriber:
        """The customer with a number, or else with an id, added if needed; raises `ValueError` if there is neither."""
        check_names(number, user_id)
        new = Subscriber(number=number, user_id=user_id, line=self._line)
        with self._changed:
            found = next((self._subscribers[chat] for chat in sorted(new.chats) if chat in self._subscribers), new)
            if user_id and found.user_id not in ("", user_id):
                raise ValueError(f"{found} has the id {found.user_id} already. Let that phone change its number: changes_number(...).")
            found.number, found.user_id = number or found.number, user_id or found.user_id
            found.name, found.username, found.has_whatsapp = name or found.name, username or found.username, has_whatsapp
            self._subscribers.update(dict.fromkeys(found.chats, found))
        return found

    def change_number(self, subscriber: Subscriber, number: str, user_id: str, *, is_announced: bool) -> None:
        """Give a customer another number, and another id if one is named; what arrived stays on their phone, the old names reach nobody.

        With `is_announced`, the bot gets a change of names.
        """
        check_names(number, user_id)
        names = subscriber.sender.names
        with self._changed:
            for chat in Subscriber(number=number, user_id=user_id).chats:
                holder = self._subscribers.get(chat, subscriber)
                if holder is not subscriber and holder.chats:
                    raise ValueError(f"{number_of(chat)} belongs to the phone of {holder.name or holder}. Choose another one.")
            for arrived in self._arrived.values():
                if arrived.chat in subscriber.chats:
                    self._moved.setdefault(arrived.id, subscriber)
            before = subscriber.chats
            subscriber.number, subscriber.user_id = number, user_id or subscriber.user_id
            nobody = {chat: Subscriber(number="", has_whatsapp=False, line=self._line) for chat in before}
            self._subscribers.update({**nobody, **dict.fromkeys(subscriber.chats, subscriber)})
            new = subscriber.sender.names
        if is_announced:
            old = tuple(name for name in names if name not in new)
            self.deliver(IdentityChange(id=f"change_{token_hex(10).upper()}", old=old or names, new=new, at=self._now()))

    def add_group(self, id: str, name: str, members: Iterable[Subscriber]) -> Group:  # noqa: A002  the contract's word
        """A group of the bot's phone and these members."""
        with self._changed:
            self._groups[id] = Group(id=id, name=name)
            self._members[id] = frozenset(members)
            return self._groups[id]

    def join(self, id: str, subscriber: Subscriber) -> Group:  # noqa: A002  the contract's word
        """The group with an id, which is created if needed, with one member more."""
        with self._changed:
            self._members[id] = self._members.get(id, frozenset()) | {subscriber}
            return self._groups.setdefault(id, Group(id=id, name=id))

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
        return subscriber in self._members.get(number_of(chat), ()) if is_group(chat) else chat in subscriber.chats

    def arrived_at(self, subscriber: Subscriber) -> tuple[Arrived, ...]:
        """All messages that arrived at a customer's phone, oldest first."""
        with self._changed:
            here = [(each, self._moved.get(each.id)) for each in self._arrived.values()]
        return tuple(each for each, holder in here if (self.is_in(subscriber, each.chat) if holder is None else holder is subscriber))

    def has_whatsapp(self, number: str) -> bool:
        """True if messages can reach a number."""
        return self._reaches(person_chat(number))

    def _reaches(self, chat: str) -> bool:
        subscriber = self._subscribers.get(chat)
        return subscriber is None or subscriber.has_whatsapp

    def check(self, chat: str, *, in_window: bool = False) -> None:
        """Raise `Refused` if nothing can arrive in a chat; with `in_window`, also if its customer has not written for 24 hours."""
        if is_group(chat):
            if number_of(chat) not in self._groups:
                raise Refused("The phone is in no such group. /api/groups lists those it is in.")
        elif not self._reaches(chat):
            raise Refused("This number does not use WhatsApp.")
        elif in_window:
            subscriber = self._subscribers.get(chat)
            if subscriber is None or subscriber.wrote_at is None or self._now() - subscriber.wrote_at >= DAY:
                raise Refused("This customer has not written for 24 hours. WhatsApp takes templates only.")

    def arrives(self, arrived: Arrived) -> bool:
        """Put a message on the phones of its chat; False if it came before under the same id."""
        with self._changed:
            if arrived.id in self._arrived:
                return False
            self._arrived[arrived.id] = arrived
            self._typing.pop(arrived.chat, None)
            if len(self._arrived) > KEPT:
                oldest = next(iter(self._arrived))
                del self._arrived[oldest]
                self._moved.pop(oldest, None)
            self._stir(arrived.chat)
            self._changed.notify_all()
            return True

    def shows_typing(self, chat: str, message_id: str) -> None:
        """Show on the phones of a chat that the bot is typing an answer to a message, until something arrives or some seconds pass."""
        with self._changed:
            self._typing[chat] = (message_id, self._now() + TYPING)
            self._changed.notify_all()

    def typing_to(self, subscriber: Subscriber) -> str:
        """The id of the message that the bot is typing an answer to, on a customer's phone; empty if it is not typing."""
        with self._changed:
            shown = [(chat, id_) for chat, (id_, until) in self._typing.items() if until > self._now()]
        return next((id_ for chat, id_ in shown if self.is_in(subscriber, chat)), "")

    def message(self, subscriber: Subscriber, content: Message, group: str) -> Message:
        """A message with this content from a customer, as the bot gets it."""
        chat = group_chat(group) if group else chat_with_sender(subscriber.sender)
        if not self.is_in(subscriber, chat):
            raise ValueError(f"{subscriber} is not in group {group}. Make it a member: simulator.group(id, name, members=[...])")
        self._stir(chat)
        if not group and content.kind not in UNANSWERED:
            subscriber.wrote_at = self._now()
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

    def by_hand(self, subscriber: Subscriber, text: str, group: str) -> Arrived:
        """A text that the bot's owner writes on the bot's own phone; it arrives at once."""
        chat = group_chat(group) if group else min(subscriber.chats)
        self.check(chat)
        id_ = token_hex(10).upper()
        arrived = Arrived(id=id_, transport_id=f"true_{chat}_{id_}", chat=chat, reply=Text(text), file=None, at=self._now())
        self.arrives(arrived)
        return arrived

    def echo_of(self, arrived: Arrived, subscriber: Subscriber | None = None) -> Echo:
        """The echo that tells the bot of a message that its own account sent."""
        to = subscriber or self._subscribers.get(arrived.chat)
        text = arrived.reply.text if isinstance(arrived.reply, Text) else ""
        return Echo(
            id=arrived.transport_id,
            to=to.sender if to is not None else Sender(number=number_of(arrived.chat)),
            at=arrived.at,
            group=number_of(arrived.chat) if is_group(arrived.chat) else "",
            text=text,
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


def check_names(number: str, user_id: str) -> None:
    """Raise `ValueError` if a customer would have no name, or an id that none can have.

    >>> check_names("628111", "ID.1349"), check_names("", "251500@lid")
    (None, None)
    """
    if user_id and not is_outside_id(user_id):
        raise ValueError(
            f"{user_id!r} is no id of a person. Write one like Meta's, ID.13491208655302741918, or WhatsApp Web's, 251500@lid."
        )
    if not number and not user_id:
        raise ValueError("A phone needs a number or an id: simulator.phone('628111'), or simulator.phone(user_id='ID.1349').")

"""The customers' side of a simulated WhatsApp: their phones and groups, and the messages that arrived."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Unpack

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.values.chats import group_chat, is_group, number_of, person_chat
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Group
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.kept_files import KeptFiles, SentFile, only_file

KEPT = 10_000  # messages; one that simulates for months must not fill the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A customer's phone; `simulator.phone(...)` makes it."""

    number: str
    name: str = ""
    has_whatsapp: bool = True
    _network: "Network" = field(repr=False, compare=False)

    def writes(self, text: str, *, group: Group | str = "", media: str | None = None, times: int = 1) -> Message:
        """Write to the bot, or in a group; the same message is delivered `times` times.

        The listener has it when this returns, unless it raised or the bot is offline: then it is delivered later.
        """
        return self._delivers(Message(text=text, media=media), group, times)

    def sends(
        self,
        *,
        caption: str = "",
        name: str = "",
        voice: bool = False,
        group: Group | str = "",
        times: int = 1,
        **file: Unpack[SentFile],
    ) -> Message:
        """Send a file, as in ``sends(image=b"...", caption="Bukti transfer")``: its content or its path, as the kind that names it.

        The kind is an image, audio, video, document or sticker, whatever the content is; `name` is for documents, `voice` makes an audio
        file a voice note. The bot gets the file only if it asks for it.
        """
        kind, source = only_file(file)
        attachment = self._network.files.keep(kind, source, name=name, voice=voice)
        return self._delivers(Message(text=caption, kind="media", attachments=(attachment,)), group, times)

    def taps(self, title: str) -> Message:
        """Tap the button, or the entry of a list, with these words in the last message that shows them."""
        shown = ((each.chat, choice) for each in reversed(self.received) for choice in getattr(each.reply, "choices", ()))
        chat, choice = next(((chat, choice) for chat, choice in shown if choice.title == title), ("", None))
        if choice is None:
            raise ValueError(f"No button or list that arrived at {self.number} shows {title!r}.")
        content = Message(text=choice.title, kind="choice", choice=choice)
        return self._delivers(content, number_of(chat) if is_group(chat) else "", 1)

    def _delivers(self, content: Message, group: Group | str, times: int) -> Message:
        message = self._network.message(self, content, group.id if isinstance(group, Group) else group)
        for _ in range(times):
            self._network.deliver(message)
        return message

    @property
    def received(self) -> tuple[Arrived, ...]:
        """All messages that arrived here, including those in this phone's groups, oldest first."""
        return tuple(each for each in self._network.arrived if self._network.is_in(self.number, each.chat))

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The replies that arrived here, without ids, times and files."""
        return tuple(each.reply for each in self.received)

    def waits_for(self, count: int, *, seconds: float = 10.0) -> tuple[Arrived, ...]:
        """Wait until `count` messages have arrived and return them; `TimeoutError` after that many seconds of real time."""
        if not self._network.wait(lambda: len(self.received) >= count, seconds):
            raise TimeoutError(f"{len(self.received)} of {count} messages arrived at {self.number} within {seconds:g} seconds.")
        return self.received


class Network:
    """All numbers and groups, and the messages in their chats. `deliver` passes a message to the bot. Threads may share it."""

    _changed = Late(new_condition)

    def __init__(self, line: str, *, now: Callable[[], float], deliver: Callable[[Message], None]) -> None:
        self.deliver = deliver
        self.files = KeptFiles()
        self._line = line
        self._now = now
        self._phones: dict[str, Phone] = {}
        self._groups: dict[str, Group] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._arrived: dict[str, Arrived] = {}

    def add_phone(self, number: str, name: str, has_whatsapp: bool) -> Phone:
        """The phone of a number, created if needed."""
        phone = Phone(number=number, name=name, has_whatsapp=has_whatsapp, _network=self)
        with self._changed:
            self._phones[number] = phone
        return phone

    def add_group(self, id: str, name: str, members: Iterable[Phone]) -> Group:  # noqa: A002  the contract's word
        """A group of the bot's phone and these members."""
        with self._changed:
            self._groups[id] = Group(id=id, name=name)
            self._members[id] = frozenset(member.number for member in members)
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

    def is_in(self, number: str, chat: str) -> bool:
        """True if a number is part of a chat."""
        return number in self._members.get(number_of(chat), ()) if is_group(chat) else person_chat(number) == chat

    def has_whatsapp(self, number: str) -> bool:
        """True if messages can reach a number."""
        phone = self._phones.get(number)
        return phone is None or phone.has_whatsapp

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

    def message(self, phone: Phone, content: Message, group: str) -> Message:
        """A message with this content from a phone, as the bot gets it."""
        chat = group_chat(group) if group else person_chat(phone.number)
        if not self.is_in(phone.number, chat):
            raise ValueError(f"{phone.number} is not in group {group}. Make it a member: simulator.group(id, name, members=[...])")
        self._stir(chat)
        return replace(
            content,
            sender=Sender(number=phone.number, name=phone.name),
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

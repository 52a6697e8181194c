"""The customers' side of a simulated WhatsApp: their phones, what they do with them, and what arrived there.

>>> from flask_chatbot.transports.simulator import Simulator
>>> simulator = Simulator(clock=lambda: 1000.0)
>>> budi = simulator.phone("628111", name="Budi")

Each thing that a customer does comes to the bot as one message, which is returned:

>>> order = budi.writes("pesan 2 kopi")
>>> budi.shares(0.5333, 101.45, name="Pasar Bawah").location
SharedLocation(lat=0.5333, lng=101.45, name='Pasar Bawah', address='')
>>> budi.edits(order, "pesan 3 kopi").edits == order.id
True
>>> budi.deletes(order).kind
'deletion'

Who has an id may hide the number from the bot, or change it:

>>> siti = simulator.phone("628222", user_id="251500@lid")
>>> siti.hides_number()
>>> siti.writes("halo").sender
Sender(number='', name='', person='', username='', aliases=(Alias(scheme='lid', value='251500@lid', scope=''),))
>>> siti.shows_number()
>>> siti.changes_number("628333")
>>> siti.writes("halo").sender.number
'628333'
"""

from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.contents import Reaction, Referral, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.transports.base import Group
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.kept_files import SentFile, only_file
from flask_chatbot.transports.network import Network, Subscriber


class How(TypedDict, total=False):
    """The circumstances of a message: its group, the message that it quotes, if it is forwarded, the advertisement that led to it.

    The same message is delivered `times` times.
    """

    group: Group | str
    times: int
    reply_to: Arrived | Message | str
    forwarded: bool
    referral: Referral | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A customer's phone; `simulator.phone(...)` makes it."""

    owner: Subscriber
    _network: Network = field(repr=False)

    @property
    def number(self) -> str:
        """The number of this phone; empty if it has only an id."""
        return self.owner.number

    @property
    def user_id(self) -> str:
        """The id that the bot gets besides the number, or in its place; empty if there is none."""
        return self.owner.user_id

    @property
    def name(self) -> str:
        """The name in the customer's profile."""
        return self.owner.name

    @property
    def has_whatsapp(self) -> bool:
        """True if messages can reach this phone."""
        return self.owner.has_whatsapp

    def writes(self, text: str, *, media: str | None = None, **how: Unpack[How]) -> Message:
        """Write to the bot, or in a `group`, perhaps in `reply_to` a message; the same message is delivered `times` times.

        It may be marked as `forwarded`, or as sent after a tap on an advertisement (`referral`). The listener has it when this returns,
        unless it raised or the bot is offline: then it is delivered later.
        """
        return self._delivers(Message(text=text, media=media), **how)

    def sends(
        self,
        *,
        caption: str = "",
        name: str = "",
        voice: bool = False,
        group: Group | str = "",
        times: int = 1,
        reply_to: Arrived | Message | str = "",
        forwarded: bool = False,
        **file: Unpack[SentFile],
    ) -> Message:
        """Send a file, as in ``sends(image=b"...", caption="Bukti transfer")``: its content or its path, as the kind that names it.

        The kind is an image, audio, video, document or sticker, whatever the content is; `name` is for documents, `voice` makes an audio
        file a voice note. The bot gets the file only if it asks for it.
        """
        kind, source = only_file(file)
        attachment = self._network.files.keep(kind, source, name=name, voice=voice)
        content = Message(text=caption, kind="media", attachments=(attachment,))
        return self._delivers(content, group=group, times=times, reply_to=reply_to, forwarded=forwarded)

    def shares(self, lat: float, lng: float, *, name: str = "", address: str = "", **how: Unpack[How]) -> Message:
        """Share a place, in degrees; without a name and an address it is a bare position."""
        return self._delivers(Message(text="", kind="location", location=SharedLocation(lat, lng, name, address)), **how)

    def shares_contact(self, name: str, *numbers: str, user_id: str = "", **how: Unpack[How]) -> Message:
        """Send a contact from the address book; `user_id` is the id of that person, if WhatsApp tells it."""
        return self._delivers(Message(text="", kind="contact", contacts=(SharedContact(name, numbers, user_id),)), **how)

    def taps(self, title: str) -> Message:
        """Tap the button, or the entry of a list, with these words in the last message that shows them."""
        shown = [(each, choice) for each in reversed(self.received) for choice in getattr(each.reply, "choices", ())]
        tapped = next((pair for pair in shown if pair[1].title == title), None)
        if tapped is None:
            titles = ", ".join(repr(choice.title) for _, choice in shown)
            there = f" They show {titles}." if titles else ""
            raise ValueError(f"No button or list that arrived at {self.owner} shows {title!r}.{there}")
        menu, choice = tapped
        content = Message(text=choice.title, kind="choice", choice=choice)
        return self._delivers(content, group=_place(menu)[1], reply_to=menu)

    def reacts(self, emoji: str, to: Arrived | Message | str | None = None, *, times: int = 1) -> Message:
        """React to a message, else to the last that arrived here; an empty emoji takes the reaction back."""
        if to is None and not self.received:
            raise ValueError(f"Nothing has arrived at {self.owner} yet that one could react to.")
        id_, group = _place(self.received[-1] if to is None else to)
        return self._delivers(Message(text="", kind="reaction", reaction=Reaction(emoji, id_)), group=group, times=times)

    def edits(self, message: Message | str, text: str, *, times: int = 1) -> Message:
        """Change the text of a message that was written here."""
        id_, group = _place(message)
        return self._delivers(Message(text=text, kind="edit", edits=id_), group=group, times=times)

    def deletes(self, message: Message | str, *, times: int = 1) -> Message:
        """Delete a message for everyone."""
        id_, group = _place(message)
        return self._delivers(Message(text="", kind="deletion", deletes=id_), group=group, times=times)

    def sends_unsupported(self, **how: Unpack[How]) -> Message:
        """Send what no transport can pass on, such as a poll or a view-once picture."""
        return self._delivers(Message(text="", kind="unsupported"), **how)

    def joins(self, group: Group | str) -> Group:
        """Become a member of a group, which is created if there is none with this id."""
        return self._network.join(group.id if isinstance(group, Group) else group, self.owner)

    def hides_number(self) -> None:
        """Keep the number from the bot from now on; it gets the id alone."""
        if not self.user_id:
            raise ValueError(f"{self.number} has no id to be known by. Give it one: simulator.phone({self.number!r}, user_id='ID.1349').")
        self.owner.is_hidden = True

    def shows_number(self) -> None:
        """Let the bot see the number again."""
        self.owner.is_hidden = False

    def changes_number(self, number: str, *, user_id: str = "", is_announced: bool = False) -> None:
        """Have another number from now on. The id stays, unless another one is named: to the bot, that is somebody new.

        With `is_announced`, WhatsApp tells the bot who that was. The old number reaches nobody until `simulator.phone` gives it to somebody
        else. What arrived stays on this phone.
        """
        self._network.change_number(self.owner, number, user_id, is_announced=is_announced)

    def _delivers(
        self,
        content: Message,
        *,
        group: Group | str = "",
        times: int = 1,
        reply_to: Arrived | Message | str = "",
        forwarded: bool = False,
        referral: Referral | None = None,
    ) -> Message:
        content = replace(content, reply_to=_place(reply_to)[0], forwarded=forwarded, referral=referral)
        message = self._network.message(self.owner, content, group.id if isinstance(group, Group) else group)
        for _ in range(times):
            self._network.deliver(message)
        return message

    @property
    def received(self) -> tuple[Arrived, ...]:
        """All messages that arrived here, including those in this phone's groups, oldest first."""
        return self._network.arrived_at(self.owner)

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The replies that arrived here, without ids, times and files."""
        return tuple(each.reply for each in self.received)

    @property
    def typing_to(self) -> str:
        """The id of the message that the bot is typing an answer to, as this phone shows it; empty while it is not typing."""
        return self._network.typing_to(self.owner)

    def waits_for_typing(self, *, seconds: float = 10.0) -> str:
        """Wait until the bot is typing, and return what `typing_to` says then; `TimeoutError` after that many seconds of real time."""
        if not self._network.wait(lambda: bool(self.typing_to), seconds):
            raise TimeoutError(f"The bot was not typing to {self.owner} within {seconds:g} seconds.")
        return self.typing_to

    def waits_for(self, count: int, *, seconds: float = 10.0) -> tuple[Arrived, ...]:
        """Wait until `count` messages have arrived and return them; `TimeoutError` after that many seconds of real time."""
        if not self._network.wait(lambda: len(self.received) >= count, seconds):
            raise TimeoutError(f"{len(self.received)} of {count} messages arrived at {self.owner} within {seconds:g} seconds.")
        return self.received


def _place(message: Arrived | Message | str) -> tuple[str, str]:
    """The transport's id of a message, and the group that it is in."""
    if isinstance(message, Arrived):
        return message.transport_id, number_of(message.chat) if is_group(message.chat) else ""
    return (message, "") if isinstance(message, str) else (message.id or "", message.group)

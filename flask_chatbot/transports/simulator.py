"""`Simulator`: WhatsApp in memory, with phones that write and receive. It needs no account, and fails on request.

>>> from flask_chatbot.core.values.replies import Text
>>> simulator = Simulator(clock=lambda: 1000.0)
>>> budi = simulator.phone("628111", name="Budi")

Whoever opens it hears what the phones write, and what becomes of the messages it sends them:

>>> class Shop:
...     def received(self, message):
...         simulator.send(Outbound(id="3EB0", chat="628111@c.us", reply=Text(f"Halo {message.sender.name}")))
...
...     def receipt(self, receipt):
...         print(receipt.ack.name)
>>> simulator.open(Shop())
>>> _ = budi.writes("halo")
>>> budi.replies
(Text(text='Halo Budi'),)
>>> simulator.advance(seconds=1)
SENT
DELIVERED
READ
"""

from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from traceback import format_tb

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.core.values.outbound import Ack, Outbound, Receipt
from flask_chatbot.errors import TryLater
from flask_chatbot.transports.base import Capabilities, Group, Listener, Passkey, Session
from flask_chatbot.transports.faults import AnswerLost, Arrived, Asked, Fault, Faults, Receipts, Slow, Time
from flask_chatbot.transports.linking import SimulatedLinking
from flask_chatbot.transports.network import KEPT, Network
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.postbox import Postbox

NUMBER = "6283111111111"
PROFILE = "Simulator"
AS_REAL = Receipts()
EVERYTHING = Capabilities(
    buttons=True,
    lists=True,
    stickers=True,
    quotes=True,
    reactions=True,
    templates=True,
    typing=True,
    edits=True,
    echoes=True,
    own_ids=True,
)

log = get_logger(__name__)


class Simulator:
    """A `Transport` to phones in memory. Threads may share it.

    Every number has WhatsApp, unless `phone(number, has_whatsapp=False)` says otherwise; groups are those made by `group`. A message sent
    twice under one id arrives once, as on WhatsApp; `attempts` shows both. It is able to do everything, or what `capabilities` say; with
    `window_24h`, it refuses what is no template once a customer has not written for 24 hours.

    Receipts come from a thread of its own, in real time. With a `clock` (epoch seconds) nothing happens by itself: `advance` moves the
    time. `on_delivery` is called with each message that arrives, in the thread that sends it. With `echoes_own` it tells of the messages
    that the bot itself sends, too, as some gateways do. To rules, messages come by the `line`, by default that of its `name`.
    """

    _changed = Late(new_condition)

    def __init__(
        self,
        *,
        name: str = "simulator",
        line: str = "",
        number: str = NUMBER,
        scanned: bool = True,
        runs_anywhere: bool = False,
        capabilities: Capabilities = EVERYTHING,
        receipts: Receipts = AS_REAL,
        clock: Callable[[], float] | None = None,
        echoes_own: bool = False,
        on_delivery: Callable[[Arrived], None] | None = None,
    ) -> None:
        self.name = name
        self.number = number
        self.runs_anywhere = runs_anywhere
        self.capabilities = capabilities
        self.receipts = receipts
        self.echoes_own = echoes_own
        self.on_delivery = on_delivery
        self._time = Time(clock)
        self._postbox = Postbox(self._time.now, by_itself=self._time.is_real)
        self._network = Network(line or name, now=self._time.now, deliver=self.deliver)
        self._linking = SimulatedLinking(lambda: self._connect(is_scanned=True, is_connected=True))
        self._faults = Faults()
        self._attempts: deque[Outbound] = deque(maxlen=KEPT)
        self._closed = 0  # times
        self._logged_out = 0  # times
        self._connect(is_scanned=scanned, is_connected=True)

    def phone(self, number: str = "", *, user_id: str = "", name: str = "", username: str = "", has_whatsapp: bool = True) -> Phone:
        """The phone of a number, created if needed.

        With a `user_id`, such as Meta's (``ID.1349...``) or WhatsApp Web's (``251500@lid``), the bot gets that besides the number, or alone
        if there is no number.
        """
        owner = self._network.subscribe(number, user_id, name=name, username=username, has_whatsapp=has_whatsapp)
        return Phone(owner=owner, _network=self._network)

    def group(self, id: str, name: str, members: Iterable[Phone] = ()) -> Group:  # noqa: A002  the contract's word
        """Create a group of the bot's phone and these members."""
        return self._network.add_group(id, name, (member.owner for member in members))

    def fails(self, fault: Fault, *, times: int | None = 1, on: Asked = "send", chat: str | None = None) -> None:
        """Make the next `times` calls of `on` fail, or all from now on if that is None; only those for `chat`, if one is named.

        An exception is raised; `Slow`, `AnswerLost` and `Receipts` are other things that can go wrong with a message.
        """
        if on != "send" and not isinstance(fault, BaseException):
            raise ValueError(f"{fault!r} is for messages that are sent. For {on!r}, give an exception: TryLater('...')")
        with self._changed:
            self._faults.order(fault, times=times, on=on, chat=chat)

    def works(self) -> None:
        """Drop all faults planned with `fails`."""
        with self._changed:
            self._faults.clear()

    def scan(self) -> None:
        """Scan the QR code with the bot's phone, which connects it, or asks for a passkey before that."""
        self._linking.go_on()

    def type_code(self, code: str) -> None:
        """Type the code of `pair` on the bot's phone, which connects it as `scan` does."""
        self._linking.type_code(code)

    def asks_passkey(self) -> None:
        """Ask for a passkey when the bot's phone is linked the next time."""
        self._linking.asks_passkey = True

    def log_out(self) -> None:
        """Log the bot out on its phone; there is a new QR code to scan."""
        self._logged_out += 1
        self._connect(is_scanned=False, is_connected=True)

    def disconnect(self) -> None:
        """Lose the connection to WhatsApp; messages that the phones write wait."""
        self._connect(is_scanned=self._is_scanned, is_connected=False)

    def reconnect(self) -> None:
        """Restore the connection."""
        self._connect(is_scanned=self._is_scanned, is_connected=True)

    def now(self) -> float:
        """The time in epoch seconds."""
        return self._time.now()

    def advance(self, seconds: float = 0.0) -> None:
        """Let time pass; everything due by then has been dispatched when this returns."""
        with self._changed:
            self._time.advance(seconds)
            self._changed.notify_all()
        self._postbox.dispatch_due()

    def owner_writes(self, text: str, *, to: Phone, group: Group | str = "", times: int = 1) -> Echo:
        """Let the owner write to a customer, or in a group of theirs, on the phone of the bot's own account.

        It arrives there, and the bot gets its echo, so many times, if the simulator's capabilities have `echoes`.
        """
        arrived = self._network.by_hand(to.owner, text, group.id if isinstance(group, Group) else group)
        echo = self._network.echo_of(arrived, to.owner)
        for _ in range(times if self.capabilities.echoes else 0):
            self.deliver(echo)
        return echo

    def deliver(self, incoming: Incoming) -> None:
        """Deliver a message or another event to the bot, again if it has been delivered already."""
        self._postbox.dispatch(partial(_pass_on, incoming))

    @property
    def arrived(self) -> tuple[Arrived, ...]:
        """All messages that arrived on any phone, oldest first."""
        return self._network.arrived

    @property
    def attempts(self) -> tuple[Outbound, ...]:
        """Every message passed to `send`, whatever the result."""
        with self._changed:
            return tuple(self._attempts)

    def open(self, listener: Listener) -> None:
        with self._changed:
            self._faults.next("open")
        self._postbox.open(listener)
        self._dispatch_waiting()

    def close(self) -> None:
        self._postbox.close()
        with self._changed:
            self._closed += 1
            self._changed.notify_all()

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        with self._changed:
            self._attempts.append(outbound)
            self._check_connection()
            fault = self._faults.next("send", outbound.chat)
        self._network.check(outbound.chat, in_window=self.capabilities.window_24h and not isinstance(outbound.reply, MessageTemplate))
        if isinstance(fault, Slow):
            self._take_time(fault.seconds)
        transport_id = f"true_{outbound.chat}_{outbound.id}"
        arrived = Arrived(
            id=outbound.id,
            transport_id=transport_id,
            chat=outbound.chat,
            reply=outbound.reply,
            file=file,
            at=self.now(),
            reply_to=outbound.reply_to,
        )
        if self._network.arrives(arrived):
            self._show(arrived)
            if self.echoes_own and self.capabilities.echoes:
                self.deliver(self._network.echo_of(arrived))
            self._plan(arrived, fault if isinstance(fault, Receipts) else self.receipts)
        if isinstance(fault, AnswerLost):
            raise TryLater("The connection broke before WhatsApp answered.")
        return transport_id

    def session(self) -> Session:
        if self._is_scanned and self._is_connected:
            return Session(is_authenticated=True, number=self.number, name=PROFILE)
        code = b64encode(sha256(f"{self.name} {self._logged_out}".encode()).digest()).decode()
        return Session(is_authenticated=False, qrcode="" if self._is_scanned else f"2@{code}")

    def pair(self, number: str) -> str:
        return self._linking.pair(number, self.number)

    def passkey(self) -> Passkey:
        return self._linking.passkey

    def answer_passkey(self, credential: str) -> None:
        self._linking.answer(credential)

    def confirm_passkey(self) -> None:
        self._linking.confirm()

    def groups(self) -> tuple[Group, ...]:
        with self._changed:
            self._check_connection()
            self._faults.next("groups")
        return self._network.groups

    def has_whatsapp(self, number: str) -> bool:
        with self._changed:
            self._check_connection()
            self._faults.next("has_whatsapp")
        return self._network.has_whatsapp(number)

    def download(self, attachment: Attachment) -> File:
        with self._changed:
            self._check_connection()
            self._faults.next("download")
        return self._network.files.fetch(attachment)

    def typing(self, chat: str, message_id: str) -> None:
        with self._changed:
            self._check_connection()
            self._faults.next("typing", chat)
        self._network.shows_typing(chat, message_id)

    def _connect(self, *, is_scanned: bool, is_connected: bool) -> None:
        with self._changed:
            self._is_scanned, self._is_connected = is_scanned, is_connected
            self._postbox.hold(not (is_scanned and is_connected))
        self._dispatch_waiting()

    def _dispatch_waiting(self) -> None:
        if not self._time.is_real:
            self._postbox.dispatch_due()

    def _check_connection(self) -> None:
        if not self.runs_anywhere and not self._postbox.is_open:
            raise TryLater("The simulator is not open in this process.")
        if not self._is_scanned:
            raise TryLater("The phone is not connected. Scan the QR code of /api/getqr with it.")
        if not self._is_connected:
            raise TryLater("There is no connection to WhatsApp.")

    def _take_time(self, seconds: float) -> None:
        """Wait for that many seconds; raise `TryLater` if the simulator is closed meanwhile."""
        until, closed = self.now() + seconds, self._closed
        with self._changed:
            timeout = seconds if self._time.is_real else None
            self._changed.wait_for(lambda: self.now() >= until or self._closed > closed, timeout)
            if self._closed > closed:
                raise TryLater("The simulator was closed before WhatsApp answered.")

    def _show(self, arrived: Arrived) -> None:
        facts = {"message_id": arrived.id, "type": type(arrived.reply).__name__, "line": self.name}
        log.info("message %(message_id)s (%(type)s) arrived at a simulated phone", facts)
        try:
            if self.on_delivery is not None:
                self.on_delivery(arrived)
        except Exception as error:  # noqa: BLE001  whatever the function does, the message has arrived
            where = "".join(format_tb(error.__traceback__))  # not what it says: that may hold the message
            log.error("on_delivery failed for message %s, which has arrived nevertheless: %s\n%s", arrived.id, type(error).__name__, where)

    def _plan(self, arrived: Arrived, receipts: Receipts) -> None:
        for ack, seconds in receipts:
            receipt = Receipt(id=arrived.transport_id, ack=ack, at=arrived.at + seconds, error=_error(ack), pricing=receipts.pricing)
            event = partial(_pass_receipt, receipt)
            if receipts.early and not seconds:
                self._postbox.dispatch(event)
            else:
                self._postbox.put(receipt.at, event)


def _pass_on(incoming: Incoming, listener: Listener) -> None:
    if isinstance(incoming, Echo):
        listener.echoed(incoming)
    elif isinstance(incoming, IdentityChange):
        listener.renamed(incoming)
    else:
        listener.received(incoming)


def _pass_receipt(receipt: Receipt, listener: Listener) -> None:
    listener.receipt(receipt)


def _error(ack: Ack) -> str:
    return "WhatsApp could not deliver it." if ack is Ack.ERROR else ""

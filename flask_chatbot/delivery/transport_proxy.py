"""`TransportProxy`: asks the transport from any process: directly where it is at hand, else through the process that has it open."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, NamedTuple, TypeVar

from flask_chatbot.core.late import sleep
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Attachment, Fetch, File
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery.asking.files import read_file, write_attachment
from flask_chatbot.delivery.asking.linking import check_step, read_linked, take_step
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.retry import LEADERSHIP
from flask_chatbot.delivery.waits import TransportStatus, cannot_open
from flask_chatbot.errors import Refused, StoreError, TransportError, TryLater
from flask_chatbot.store import requests
from flask_chatbot.transports.base import Capabilities, Group, Passkey, Session, Transport, capabilities_of
from flask_chatbot.transports.webhooks import HttpTransport

PATIENCE = LEADERSHIP + 5.0  # seconds until a transport in another process is given up: its successor has it sooner
LOOK = 0.05  # seconds between two looks for its answer
FILE_PATIENCE = 60.0  # seconds until a file that another process fetches is given up
PHONE_KNOWN = 60.0  # seconds our own phone is not asked for again
PHONE_PATIENCE = 1.0  # seconds a send may wait for it
PHONE_AGAIN = 5.0  # seconds until a send waits for it again, where it was not known
SEEN_AGAIN = 5.0  # seconds until who asks how the connection is makes us look again
NO_GROUPS = tr("This connection to WhatsApp has no groups. Send to each person instead.")
NO_NUMBER_CHECK = tr("This connection to WhatsApp cannot check numbers. Send the message: if the number has no WhatsApp, its ack is -1.")
NO_QR = tr("This connection to WhatsApp needs no QR code, so there is none to scan.")
UNKNOWN_PHONE = Session(is_authenticated=False)
SILENT = "It has not answered for a minute."

T = TypeVar("T")


class SeenSession(NamedTuple):
    """The state of a connection, and when it was seen so, in epoch seconds; None if it did not answer yet.

    `why` is the reason why it did not answer, in a sentence.
    """

    session: Session
    at: float | None
    why: str = ""


log = get_logger(__name__)


@dataclass(kw_only=True)
class TransportProxy:
    """The transport of one app, wherever it is open.

    `is_open` is True while a worker of this process has it open, `open_error` says why that worker cannot open it.
    """

    transport: Transport
    database: Database
    clock: Callable[[], float] = time.time  # epoch seconds
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep
    is_open: bool = False
    open_error: str = ""
    _phone: tuple[float, Session] | None = field(default=None, repr=False)  # when it was answered
    _seen: tuple[float, SeenSession] | None = field(default=None, repr=False)  # the last answer of any kind, or failure
    _is_answered: threading.Event | None = field(default=None, repr=False)  # while a thread asks for our phone
    _asked_phone: tuple[float, str] | None = field(default=None, repr=False)  # when, and by which request

    def opened(self, is_open: bool) -> None:
        """Record that the transport is open in this process, or no longer is."""
        self.is_open = is_open

    def shut(self, why: str) -> None:
        """Record why the transport cannot be opened; an empty text once it could."""
        self.open_error = why

    @property
    def capabilities(self) -> Capabilities:
        """The abilities of the transport."""
        return capabilities_of(self.transport)

    def status(self, tempo: Tempo | None = None) -> TransportStatus:
        """The transport as this process sees it; `tempo` is the rate limit of its line."""
        return TransportStatus(
            session=self.transport.name,
            is_bound=not self.transport.runs_anywhere,
            is_open=self.is_open,
            open_error=self.open_error,
            tempo=tempo,
        )

    def groups(self) -> tuple[Group, ...]:
        """The groups our phone is in. Raises `TryLater` if nobody can answer now, `Refused` if the transport has no groups."""
        if not self.capabilities.groups:
            raise Refused(NO_GROUPS)
        return self._ask("groups", "", lambda: tuple(self.transport.groups()), lambda answer: tuple(Group(**group) for group in answer))

    def session(self) -> Session:
        """The state of our phone: connected and as whom, else the code to scan. Raises `TryLater` if nobody can answer now."""
        return self._ask("session", "", self.transport.session, read_session)

    def to_scan(self) -> Session:
        """The state of our phone as `session` has it. Raises `Refused` if the transport needs no code."""
        if not self.capabilities.qr:
            raise Refused(NO_QR)
        return self.session()

    def has_whatsapp(self, number: str) -> bool:
        """True if a number uses WhatsApp. Raises `TryLater` if nobody can answer now, `Refused` if the transport never can."""
        if not self.capabilities.check_number:
            raise Refused(NO_NUMBER_CHECK)
        return self._ask("number", number, lambda: self.transport.has_whatsapp(number), bool)

    def pair(self, number: str) -> str:
        """Start linking the phone of a number; return the code to type there.

        This and the four below raise `TryLater` if nobody can answer now, `Refused` if the transport has no such step.
        """
        code: str = self._link("pair", number)
        return code

    def passkey(self) -> Passkey:
        """The passkey that WhatsApp asks for now, if it does."""
        found: Passkey = self._link("passkey")
        return found

    def answer_passkey(self, credential: str) -> None:
        """Hand over the answer to the passkey's challenge, as JSON."""
        self._link("answer_passkey", credential)

    def confirm_passkey(self) -> None:
        """Confirm that the passkey's code is the one on the phone."""
        self._link("confirm_passkey")

    def log_out(self) -> None:
        """Log the bot out of WhatsApp; its phone must be linked again."""
        self._link("log_out")
        self._phone = None

    def can(self, step: str) -> bool:
        """True if the transport has a step of linking a phone, such as "pair" or "log_out"."""
        return callable(getattr(self.transport, step, None))

    def _link(self, step: str, argument: str = "") -> Any:
        """Take a step of linking a phone, and return its answer."""
        check_step(self.transport, step)
        return self._ask(step, argument, lambda: take_step(self.transport, step, argument), read_linked)

    def download(self, attachment: Attachment) -> File:
        """Fetch the file of a message that came in. Raises `TryLater` if nobody can fetch it now, `Refused` if it cannot be fetched."""
        fetch: Fetch | None = getattr(self.transport, "download", None)
        if fetch is None:
            raise Refused(tr("This connection to WhatsApp fetches no files: its transport has no method 'download'."))
        if self._is_at_hand():
            return fetch(attachment)
        asked = self._put("file", write_attachment(attachment))
        try:
            return self._wait_for(asked, lambda: fetch(attachment), read_file, FILE_PATIENCE)
        finally:  # the file is not for keeping
            with self.database.writing() as connection:
                requests.withdraw(connection, asked)

    def phone(self) -> Session:
        """Our own phone as last known, with its number and name; both empty if it is unknown."""
        if self._phone is None or self.timer() - self._phone[0] > PHONE_KNOWN:
            try:
                found = self._look_phone_up()
            except TransportError as error:
                log.info("line %s: our own number is unknown now: %s", self.transport.name, error)
                found = UNKNOWN_PHONE
            if found.number:  # an unknown number is not kept: it may be known in a moment
                self._phone = self.timer(), found
        return self._phone[1] if self._phone else UNKNOWN_PHONE

    def seen(self) -> SeenSession:
        """The connection as it was seen last: now, or at the most a few seconds ago, unless it takes longer than a second to answer.

        One that did not answer for a minute, or failed when it was last asked, counts as not connected. Raises `StoreError` if the store
        fails.
        """
        if self._seen is None or self.timer() - self._seen[0] > SEEN_AGAIN:
            self._look_again()
        if self._seen is None:
            return SeenSession(UNKNOWN_PHONE, None)
        asked, seen = self._seen
        return seen if self.timer() - asked <= PHONE_KNOWN else SeenSession(UNKNOWN_PHONE, seen.at, SILENT)

    def ask_aside(self) -> None:
        """Ask how the connection is, for whoever calls `seen` next, in a thread of theirs that asks several."""
        with suppress(StoreError):  # they hear of it
            self.seen()

    def _look_again(self) -> None:
        try:
            self._look_phone_up()
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  a transport may raise anything, and then it is not connected
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Keep that the connection did not say how it is."""
        why = str(error) if isinstance(error, TransportError) else f"It failed with an internal error: {type(error).__name__}."
        log.info("line %s does not say how it is: %s", self.transport.name, why)
        self._saw(UNKNOWN_PHONE, why=why)

    def _saw(self, session: Session, asked: float | None = None, why: str = "") -> Session:
        """Keep the state of the connection, asked for at that time of `timer`, by default now."""
        now = self.timer()
        asked = now if asked is None else asked
        self._seen = asked, SeenSession(session, self.clock() - (now - asked), why)
        return session

    def _look_phone_up(self) -> Session:
        """Our phone; an unknown one if there is none, or nobody has answered yet. Only one send every few seconds waits for it."""
        if self._is_at_hand():
            return self._ask_aside() if isinstance(self.transport, HttpTransport) else self._saw(self.transport.session())
        asked = self._asked_phone
        if asked is None or self.timer() - asked[0] > PHONE_AGAIN:
            name = self._put("session", "")
            self._asked_phone = self.timer(), name
            return self._saw(self._wait_for(name, self.transport.session, read_session, PHONE_PATIENCE))
        answer = self._answer_to(asked[1])
        return UNKNOWN_PHONE if answer is None else self._saw(read_session(answer), asked[0])

    def _ask_aside(self) -> Session:
        """Ask a transport whose other side may be slow, in a thread: whoever began it waits a second for the answer, all others do not.

        The answer is kept when it comes; the phone that is returned is unknown.
        """
        if self._is_answered is None:
            answered = self._is_answered = threading.Event()
            threading.Thread(target=self._keep_phone, args=[answered], name="chatbot-phone", daemon=True).start()
            answered.wait(PHONE_PATIENCE)
        return UNKNOWN_PHONE

    def _keep_phone(self, answered: threading.Event) -> None:
        try:
            found = self._saw(self.transport.session())
            if found.number:
                self._phone = self.timer(), found
        except Exception as error:  # noqa: BLE001  nobody else hears of it
            self._failed(error)
        finally:
            self._is_answered = None
            answered.set()

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

    def _is_at_hand(self) -> bool:
        return self.transport.runs_anywhere or self.is_open


def read_session(answer: Mapping[str, Any]) -> Session:
    """Read a session from the JSON of another process."""
    return Session(**answer)

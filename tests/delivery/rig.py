"""A worker with nothing real around it but its database: a transport that follows a script, and clocks that are set by hand."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.incoming.events import Incoming
from flask_chatbot.core.values.outbound import Ack, Outbound, Pricing, Receipt
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.errors import Refused
from flask_chatbot.store import callbacks, stored
from flask_chatbot.store.callbacks import StoredCallback
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.store.stored import Stored
from flask_chatbot.transports.base import Group, Listener, Session
from flask_chatbot.webclient.client import Fetched, HttpClient
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.worker import WorkerOptions

PATIENCE = 30.0  # seconds
START = 1_700_000_000.0  # epoch seconds
DAY = 86_400.0
_numbers = count(1)


@dataclass
class Clock:
    """Stands still until it is set."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Wire:
    """A transport that keeps what it is given. `script` holds what the next sends do: an exception is raised, a function is called."""

    def __init__(self, name: str = "wire", *, runs_anywhere: bool = True) -> None:
        self.name = name
        self.runs_anywhere = runs_anywhere
        self.sent: list[tuple[str, str]] = []  # chat and id
        self.files: list[File | None] = []
        self.script: deque[Exception | Callable[[], object]] = deque()
        self.opening: deque[Exception] = deque()
        self.listener: Listener | None = None
        self.has_sent = threading.Semaphore(0)

    def open(self, listener: Listener) -> None:
        if self.opening:
            raise self.opening.popleft()
        self.listener = listener

    def close(self) -> None:
        self.listener = None

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        self.sent.append((outbound.chat, outbound.id))
        self.files.append(file)
        self.has_sent.release()
        if self.script:
            step = self.script.popleft()
            if isinstance(step, Exception):
                raise step
            step()
        return f"wire:{outbound.id}"

    def session(self) -> Session:
        return Session(is_authenticated=True, number="628000")

    def groups(self) -> Sequence[Group]:
        return [Group(id="120363041234567890", name="Toko", last_chat=5)]

    def has_whatsapp(self, number: str) -> bool:
        return number.startswith("62")

    def download(self, attachment: Attachment) -> File:
        raise Refused("There are no files here.")


class Client(HttpClient):
    """Answers each POST as `script` says, 200 if that is empty; `posts` holds URL, body and headers."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[tuple[str, bytes, dict[str, str]]] = []
        self.script: deque[Exception | Fetched] = deque()
        self.has_posted = threading.Semaphore(0)

    def post(self, url: str, body: bytes, headers: object, **_: object) -> Fetched:
        assert isinstance(headers, dict)
        self.posts.append((url, body, headers))
        step = self.script.popleft() if self.script else Fetched(status=200, headers={}, body=b"")
        self.has_posted.release()
        if isinstance(step, Exception):
            raise step
        return step


@dataclass
class Rig:
    """All parts of a worker, over one database."""

    database: Database
    wire: Wire = field(default_factory=Wire)
    client: Client = field(default_factory=Client)
    clock: Clock = field(default_factory=Clock)
    timer: Clock = field(default_factory=lambda: Clock(0.0))
    reported: list[tuple[str, Ack]] = field(default_factory=list)
    came: list[Incoming] = field(default_factory=list)
    fetched: dict[str, File | Exception] = field(default_factory=dict)
    hears_acks: bool = False

    @property
    def options(self) -> WorkerOptions:
        """The options of a worker."""
        return self.options_with()

    def options_with(self, **line: Any) -> WorkerOptions:
        """The options of a worker whose one line has these besides."""
        return WorkerOptions(
            database=self.database,
            lines=[
                LineOptions(
                    transport=self.wire,
                    acks=self.acks,
                    fetch=self.fetch,
                    received=self.came.append,
                    **line,
                )
            ],
            callback_sender=CallbackSender(
                self.client,
                secrets=(),
                on_ack=lambda message, ack: self.reported.append((message, ack)),
                clock=self.clock,
                random=Random(1),
            ),
            sweep=lambda connection: 0,
            clock=self.clock,
            timer=self.timer,
            ask_time=lambda connection: None,  # whatever the database is, the clock is set by hand
            random=Random(1),
        )

    @property
    def acks(self) -> Acks:
        return Acks(self.wire.name, clock=self.clock, has_handlers=lambda: self.hears_acks)

    def fetch(self, url: str, filename: str) -> File:
        found = self.fetched[url]
        if isinstance(found, Exception):
            raise found
        return replace(found, name=filename)

    def accept(self, chat: str = "628111@c.us", reply: Reply | None = None, **more: object) -> str:
        """Queue a message; its id."""
        name = f"3EB0{next(_numbers):016X}"
        new = NewMessage(
            id=name,
            session=self.wire.name,
            chat=chat,
            type="text",
            reply=reply or Text("Halo"),
            created_at=self.clock(),
            expires_at=self.clock() + DAY,
        )
        with self.database.writing() as connection:
            new_messages.add(connection, [replace(new, **more)])  # type: ignore[arg-type]
        return name

    def receipt(self, message: str, ack: Ack, error: str = "", pricing: Pricing | None = None, **more: Any) -> None:
        """Let WhatsApp send a receipt of a message."""
        found = Receipt(id=f"wire:{message}", ack=ack, at=self.clock(), error=error, pricing=pricing)
        self.acks.receipt(self.database, replace(found, **more))

    def message(self, name: str) -> Stored:
        """The stored state of a message."""
        with self.database.reading() as connection:
            found = stored.find(connection, name)
        assert found is not None
        return found

    def state(self, name: str) -> tuple[str, Ack, str | None]:
        """The state of a message, its ack, and why."""
        message = self.message(name)
        return message.state, message.ack, message.error

    def callbacks(self, name: str) -> list[StoredCallback]:
        """The callbacks of a message."""
        with self.database.reading() as connection:
            return callbacks.of_message(connection, name)

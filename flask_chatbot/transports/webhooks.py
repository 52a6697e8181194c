"""`HttpTransport`: a transport that speaks HTTP, what it is handed for that, and the calls that come in for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.errors import TryLater
from flask_chatbot.transports.base import Transport

BODY_LIMIT = 256 * 1024  # bytes of a call that comes in, unless a transport says otherwise
ANSWER_LIMIT = 256 * 1024  # bytes of the answer to a call
DEADLINE = 20.0  # seconds for a call, from looking up the name to the last byte


class TooLong(TryLater):
    """The answer of an operator's own server is longer than its limit. A message may go out once it is repaired; a file never fits."""


class HttpAnswer(Protocol):
    """A server's answer to a call. The names of `headers` are in lower case."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def may_pass(self) -> bool:
        """True if the same call may succeed later, with nothing changed: 5xx, 408, 425, 429."""


class Client(Protocol):
    """Makes a transport's HTTP calls, from any thread, within a deadline for all of it."""

    def call(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
        limit: int = ANSWER_LIMIT,
        own: bool = False,
    ) -> HttpAnswer:
        """Call a URL and return the answer, whatever its status; redirects are not followed.

        `deadline` is in seconds, `limit` in bytes of the answer. `own` is for addresses that the operator configured, which may be private;
        all others must be public. Raises `TryLater` if there was no answer, or not in time; `Refused` if the address, one of other people,
        is never called or its answer cannot be used.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """A transport's tools: a `client` for its calls, and the `address` at which it can be called itself.

    The address ends in ``/in/<name>``; more may follow it. It is empty without CHATBOT_PUBLIC_URL. `as_written` returns a sentence about
    settings with each as the operator wrote it: under its own key, or in CHATBOT_LINES.
    """

    client: Client
    address: str = ""
    as_written: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """A call that came in at a transport's address: `path` is what followed the address, the names of `headers` are in lower case.

    `body` holds the bytes as they came, which is what signatures are made of.
    """

    method: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    """The answer to such a call."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


OK = WebhookAnswer(body=b'{"success":true}')


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookContent:
    """The content of a call: messages and receipts in order, and the `answer` once they are kept.

    `echoes` are messages of the bot's own account: kept before the `messages` of the same call, so that the bot is silent where the owner
    has answered already. `changes` are people who go by other names. `left_out` names the kinds of what was not understood, for the log.

    `restricted_until` is when WhatsApp takes something to strangers again, in epoch seconds, where it says so, and 0 once it does;
    `restriction` is the reason in a sentence: the end of one ends none with another reason. `restriction_at` is when that was said, by
    which older news that come late are known; None for now.
    """

    messages: tuple[Message, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    echoes: tuple[Echo, ...] = ()
    changes: tuple[IdentityChange, ...] = ()
    answer: WebhookAnswer = OK
    left_out: tuple[str, ...] = ()
    restricted_until: float | None = None
    restriction: str = ""
    restriction_at: float | None = None


@runtime_checkable
class HttpTransport(Transport, Protocol):
    """A transport whose other side is called by HTTP, and calls back at ``<prefix>/in/<name>``.

    It runs in any process, open or not. `body_limit` is in bytes: a longer call is refused before anybody reads it.
    """

    body_limit: int

    def equip(self, tools: Tools) -> None:
        """Keep the tools; called once in each process, before anything else."""

    def receive(self, call: WebhookCall) -> WebhookContent:
        """Read a call that came in; decide nothing and store nothing: what is returned is in the database before it is answered.

        Messages need their `id`, by which a repeated one is recognised. Raises `BadPayload` with the status of a refusal: for a wrong
        signature, say. It may be called from any thread, of any process.
        """

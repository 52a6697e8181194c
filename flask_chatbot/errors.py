"""Every error that this package raises on purpose, and the two that a handler may raise.

.. code-block:: text

    ChatbotError
    +-- SetupError        the bot cannot be used as it is set up: .problems
    |   +-- RulesError    ... for mistakes in the rule files
    |   +-- ConfigError   ... for mistakes in the configuration, and those in the rule files
    |   +-- HandlerError  ... for a Python handler that does not fit, or is missing
    +-- AnswerFailed      a reply could not be made for this message
    +-- StoreError        the database fails: the fact, the way out
    |   +-- Uncommitted   ... since the app's own session holds it, in this very thread
    +-- BadPayload        a request nobody can read, or that is refused: .status, .message
    +-- NotAccepted       a message that is not taken to be sent: .status
    +-- TransportError    a message that did not go out
    |   +-- TryLater      ... but may go out later: .after
    |   |   +-- NotConnected  ... once the key is right, or the phone linked
    |   |   +-- Restricted    ... once WhatsApp lets this number write to strangers again
    |   +-- Refused       ... and never will
    +-- FetchError        a URL of somebody else that gave no answer
    |   +-- FetchLater    ... but may give one later: .after
    |   +-- FetchRefused  ... that we do not call, or that will never give one
    +-- BadSignature      a webhook that was not signed as agreed
    +-- Skip              raised by a handler: let the next rule try
    +-- Invalid           raised by a handler: these fields are wrong: .fields
"""

from collections.abc import Iterable
from typing import Any

Problem = Any  # `flask_chatbot.core.values.problems.Problem`, which lies above: here it is only handed on


class ChatbotError(Exception):
    """The base of all our errors."""


class SetupError(ChatbotError):
    """The bot cannot be used as it is set up.

    Each of `problems` has a `message` with the fact and the way out, and a `mark` with `file`, `line` and `column`, which is false where
    the mistake is in no file. `str` of a problem is both.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class RulesError(SetupError):
    """The rules cannot be used; `problems` lists every mistake with its place."""


class ConfigError(SetupError):
    """The configuration cannot be used; each message names a key. The mistakes of the rule files are among `problems`."""


class HandlerError(SetupError):
    """A Python handler cannot be used, since its rule does not exist or lacks what it asks for; or it is missing."""


class AnswerFailed(ChatbotError):
    """A reply cannot be made for this message; `way_out` is the fix, if known.

    The message is safe to log: it never contains a customer's words.
    """

    def __init__(self, message: str, way_out: str = "") -> None:
        self.way_out = way_out
        super().__init__(message)

    @property
    def with_way_out(self) -> str:
        """The fact and the fix."""
        return f"{self}. {self.way_out}" if self.way_out else str(self)


class StoreError(ChatbotError):
    """The database cannot be read or written now. The message is safe to log: it contains no SQL, data or password."""


class Deadlock(StoreError):
    """The database server ended a transaction that waited for another, or they for each other. It can be tried again at once."""


class Uncommitted(StoreError):
    """A SQLite file cannot be written, since the app's own session has changes in it that this very thread has not committed."""


class BadPayload(ChatbotError):
    """A request body is refused; `status` is the HTTP status to answer with."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


class NotAccepted(ChatbotError):
    """A message is not accepted for sending, as for an invalid or opted-out number. `status` is the API's HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class TransportError(ChatbotError):
    """WhatsApp did not take a message, or could not be reached. The message is safe to log and show: no text, no number.

    Where the transport makes several messages of one, `taken` are the ids of those that were taken: set it, and the next try gets them as
    `Outbound.taken`.
    """

    taken: tuple[str, ...] = ()


class TryLater(TransportError):
    """The other side may accept it later; the outbox keeps it for at least `after` seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


class NotConnected(TryLater):
    """The line takes nothing at all now: its key is refused, its account locked or its phone not linked.

    Nothing is wrong with the message, so the try does not count: it is tried until its time is over.
    """


class Restricted(TryLater):
    """WhatsApp takes nothing to strangers from this number for now; answers to people who wrote to it still go out.

    `after` is 0 if nobody knows for how long.
    """


class Refused(TransportError):
    """The other side will never accept it; the outbox gives up."""


class FetchError(ChatbotError):
    """A call to somebody else's URL failed. The message is safe to log and show: it contains no secret of the URL."""


class FetchLater(FetchError):
    """The other side may answer later, after at least `after` seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


class FetchRefused(FetchError):
    """The address is never called, or its answer will not change; retrying is useless."""


class BadSignature(ChatbotError):
    """A webhook's signature is missing, too old or wrong: answer 401 and ignore its content."""


class Skip(ChatbotError):
    """Raise it in a handler to let the next rule try; in a fallback handler, the file's own fallback."""


class Invalid(ChatbotError):
    """Raise it in a handler to reject values: each field by name, with a sentence for the customer.

    >>> Invalid(kode="Kode barang tidak dikenal.").fields
    {'kode': 'Kode barang tidak dikenal.'}
    """

    def __init__(self, **fields: str) -> None:
        if not fields:
            raise TypeError("Invalid names at least one field: raise Invalid(kode='Kode barang tidak dikenal.')")
        self.fields = fields
        super().__init__(", ".join(fields))

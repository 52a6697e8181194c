"""Every error this package raises on purpose, and the two a handler may raise.

.. code-block:: text

    ChatbotError
    +-- RulesError        the rule files hold mistakes: .problems
    +-- ConfigError       the configuration holds mistakes: .problems
    +-- HandlerError      a Python handler does not fit: its place, the fact, the mend: .problems
    +-- AnswerFailed      a reply could not be made for this message
    +-- StoreError        the database fails: the fact, the mend
    +-- BadPayload        a request nobody can read, or that is refused: .status, .message
    +-- NotAccepted       a message that is not taken to be sent: .status
    +-- TransportError    a message that did not go out
    |   +-- TryLater      ... but may go out later: .after
    |   +-- Refused       ... and never will
    +-- FetchError        a URL of somebody else that gave no answer
    |   +-- FetchLater    ... but may give one later: .after
    |   +-- FetchRefused  ... that we do not call, or that will never give one
    +-- BadSignature      a webhook that was not signed as agreed
    +-- Skip              raised by a handler: let the next rule try
    +-- Invalid           raised by a handler: these fields are wrong: .problems
"""

from collections.abc import Iterable
from typing import Any

Problem = Any  # `flask_chatbot.core.values.problems.Problem`, which lies above: here it is only handed on


class ChatbotError(Exception):
    """The root: catch it to catch all of ours."""


class RulesError(ChatbotError):
    """Rules that cannot be used; `problems` says where and why, all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(ChatbotError):
    """Configuration that cannot be used; each of `problems` names a key and the mend.

    Where the rules hold mistakes too, these are among them, and in `rules` with their places.
    """

    def __init__(self, problems: Iterable[str], rules: Iterable[Problem] = ()) -> None:
        self.rules = tuple(rules)
        self.problems = (*problems, *map(str, self.rules))
        super().__init__("\n".join(self.problems))


class HandlerError(ChatbotError):
    """A Python handler that cannot be used: it names no rule there is, or wants what the rule has not.

    `problems` are those that have a place.
    """

    def __init__(self, *problems: "Problem | str") -> None:
        self.problems = tuple(each for each in problems if not isinstance(each, str))
        super().__init__("\n".join(map(str, problems)))


class AnswerFailed(ChatbotError):
    """A reply that cannot be made for this message, and the `way_out`, where it is known.

    What it says may be logged: it never holds what a customer wrote.
    """

    def __init__(self, message: str, way_out: str = "") -> None:
        self.way_out = way_out
        super().__init__(message)

    @property
    def with_way_out(self) -> str:
        """The fact and the way out."""
        return f"{self}. {self.way_out}" if self.way_out else str(self)


class StoreError(ChatbotError):
    """A database that cannot be read or written now. What it says may be logged: it holds no SQL, no data and no password."""


class BadPayload(ChatbotError):
    """A request body that is refused; `status` is the HTTP status to answer with."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


class NotAccepted(ChatbotError):
    """A message that is not taken to be sent: no such number, or one that opted out. `status` is what the API answers."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class TransportError(ChatbotError):
    """WhatsApp did not take a message, or could not be asked. What it says may be logged and shown: it holds no text and no number."""


class TryLater(TransportError):
    """The other side may take it later; the outbox keeps it, for `after` seconds at least."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


class Refused(TransportError):
    """The other side will never take it; the outbox gives up."""


class FetchError(ChatbotError):
    """A call of somebody else's URL that came to nothing. What it says may be logged and shown: it holds no secret of the URL."""


class FetchLater(FetchError):
    """The other side may answer later, after `after` seconds at the earliest."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


class FetchRefused(FetchError):
    """An address that is not called, or an answer that will stay as it is; another try is of no use."""


class BadSignature(ChatbotError):
    """A webhook whose signature is missing, too old or wrong: answer it 401, and do nothing it says."""


class Skip(ChatbotError):
    """Raise it in a handler to let the next rule try; in a fallback handler, the file's own fallback."""


class Invalid(ChatbotError):
    """Raise it in a handler where values are wrong: each field by name, with the sentence for the customer.

    >>> Invalid(kode="Kode barang tidak dikenal.").problems
    {'kode': 'Kode barang tidak dikenal.'}
    """

    def __init__(self, **problems: str) -> None:
        if not problems:
            raise TypeError("Invalid names at least one field: raise Invalid(kode='Kode barang tidak dikenal.')")
        self.problems = problems
        super().__init__(", ".join(problems))

"""Every error that this package raises on purpose, and the two that a handler may raise.

.. code-block:: text
"""

from collections.abc import Iterable
from typing import Any

Problem = Any  # `flask_chatbot.core.values.problems.Problem`, which lies above: here it is only handed on


class ChatbotError(Exception):
    """The base of all our errors."""


class RulesError(ChatbotError):
    """The rules cannot be used; `problems` lists every mistake with its place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(ChatbotError):
    """The configuration cannot be used; each of `problems` names a key and the fix.

    If the rules have mistakes too, they are included, and listed in `rules` with their places.
    """

    def __init__(self, problems: Iterable[str], rules: Iterable[Problem] = ()) -> None:
        self.rules = tuple(rules)
        self.problems = (*problems, *map(str, self.rules))
        super().__init__("\n".join(self.problems))


class HandlerError(ChatbotError):
    """A Python handler cannot be used: its rule does not exist, or lacks something the handler asks for.

    `problems` are those that have a place.
    """

    def __init__(self, *problems: "Problem | str") -> None:
        self.problems = tuple(each for each in problems if not isinstance(each, str))
        super().__init__("\n".join(map(str, problems)))


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
    """WhatsApp did not take a message, or could not be reached. The message is safe to log and show: no text, no number."""


class TryLater(TransportError):
    """The other side may accept it later; the outbox keeps it for at least `after` seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(message)


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

    >>> Invalid(kode="Kode barang tidak dikenal.").problems
    {'kode': 'Kode barang tidak dikenal.'}
    """

    def __init__(self, **problems: str) -> None:
        if not problems:
            raise TypeError("Invalid names at least one field: raise Invalid(kode='Kode barang tidak dikenal.')")
        self.problems = problems
        super().__init__(", ".join(problems))

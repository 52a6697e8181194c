"""Every error this package raises on purpose, and the two a handler may raise.

.. code-block:: text

    ChatbotError
    +-- RulesError        the rule files hold mistakes: .problems
    +-- ConfigError       the configuration holds mistakes: .problems
    +-- HandlerError      a Python handler does not fit: its place, the fact, the mend: .problems
    +-- AnswerFailed      a reply could not be made for this message
    +-- StoreError        the database fails: the fact, the mend
    +-- BadPayload        a webhook body nobody can read: .status, .message
    +-- Skip              raised by a handler: let the next rule try
    +-- Invalid           raised by a handler: these fields are wrong: .problems
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_chatbot.core.problems import Problem


class ChatbotError(Exception):
    """The root: catch it to catch all of ours."""


class RulesError(ChatbotError):
    """Rules that cannot be used; `problems` says where and why, all of them."""

    def __init__(self, problems: Iterable["Problem"]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(ChatbotError):
    """Configuration that cannot be used; each of `problems` names a key and the mend.

    Where the rules hold mistakes too, these are among them, and in `rules` with their places.
    """

    def __init__(self, problems: Iterable[str], rules: Iterable["Problem"] = ()) -> None:
        self.rules = tuple(rules)
        self.problems = (*problems, *map(str, self.rules))
        super().__init__("\n".join(self.problems))


class HandlerError(ChatbotError):
    """A Python handler that cannot be used: it names no rule there is, or wants what the rule has not.

    `problems` are those that have a place.
    """

    def __init__(self, *told: "Problem | str") -> None:
        self.problems = tuple(each for each in told if not isinstance(each, str))
        super().__init__("\n".join(map(str, told)))


class AnswerFailed(ChatbotError):
    """A reply that cannot be made for this message. What it says may be logged: it never holds what a customer wrote."""


class StoreError(ChatbotError):
    """A database that cannot be read or written now. What it says may be logged: it holds no SQL, no data and no password."""


class BadPayload(ChatbotError):
    """A request body that is refused; `status` is the HTTP status to answer with."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


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

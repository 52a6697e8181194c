"""Every error this package raises on purpose.

    ChatbotError
    +-- RulesError        the rule files hold mistakes: .problems
    +-- ConfigError       the configuration holds mistakes: .problems
    +-- TemplateFailed    a reply template could not be rendered for this message
    +-- BadPayload        a webhook body nobody can read: .status, .message
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
    """Configuration that cannot be used; each of `problems` names a key and the mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TemplateFailed(ChatbotError):
    """A reply template met a value it cannot work with; the message says which."""


class BadPayload(ChatbotError):
    """A request body that is refused; `status` is the HTTP status to answer with."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message = message
        self.status = status
        super().__init__(message)

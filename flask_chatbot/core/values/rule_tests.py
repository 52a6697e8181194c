"""The tests in rule files, as values: the texts sent, and the expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import Mark

NUMBER = "6281200000000"
MONDAY = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001  in whatever time zone the rules have


@dataclass(frozen=True, slots=True)
class Expectation:
    """One key of a test that is compared, and the place of its value.

    `wanted` is a name for ``rule``, texts by name for ``fields`` and ``reminds`` (None for nothing), names for ``invalid``, texts for
    ``reply_has``, a number for ``count``; for ``reply`` it is the replies in order, each as a tuple of acceptable ones.
    """

    key: str
    wanted: Any
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One message of a customer, and the expectations of its answer; `at` is in the rules' time zone, None for that of the one before.

    `sends` is the kind of a message that is no text, and `contents` what it holds, by the names of a message's parts. With `moves`, staff
    move the row of that table and number into that state in place of a message. `sender` writes it in place of the customer.
    """

    text: str
    mark: Mark
    expected: tuple[Expectation, ...] = ()
    at: datetime | None = None
    sends: str = ""
    contents: Mapping[str, Any] = field(default_factory=dict)
    moves: tuple[str, int, str] | None = None
    sender: Sender | None = None

    @property
    def said(self) -> str:
        """The message as a failure names it: its text, or its kind and caption.

        >>> from flask_chatbot.core.values.problems import NOWHERE
        >>> Exchange(text="bukti#12", mark=NOWHERE, sends="image").said
        '[image] bukti#12'
        """
        return " ".join(filter(None, [self.sends and f"[{self.sends}]", self.text])) if self.sends else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """One entry under ``tests:``; `given` replaces the values of a Python handler, `first` means that the sender is new."""

    mark: Mark
    exchanges: tuple[Exchange, ...] = ()
    sender: Sender = field(default_factory=lambda: Sender(number=NUMBER))
    at: datetime = MONDAY
    chat: Literal["private", "group"] = "private"
    line: str | None = None
    first: bool = False
    given: Mapping[str, object] = field(default_factory=dict)

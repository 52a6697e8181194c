"""Events of a simulated WhatsApp: arrived messages, receipts and their delays, and faults."""

import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Literal

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack, Pricing
from flask_chatbot.core.values.replies import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message on the phones of a chat. `id` is the `Outbound`'s, `transport_id` the one its receipts carry; `at` is in epoch seconds.

    `reply_to` is the id of the message that is shown above it, empty if it quotes none.
    """

    id: str
    transport_id: str
    chat: str
    reply: Reply
    file: File | None
    at: float
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """The delay of each receipt of a message, in seconds after it arrived; None for never.

    Each comes `copies` times. `early`: those of 0 seconds come before `send` returns, as from a server that is faster than our own
    database. With `failed`, the server took the message and gave it up later. With `pricing`, each says what the message costs.

    >>> list(Receipts(delivered=2.0, read=None))
    [(<Ack.SENT: 1>, 0.0), (<Ack.DELIVERED: 2>, 2.0)]
    """

    sent: float | None = 0.0
    delivered: float | None = 0.3
    read: float | None = 0.6
    played: float | None = None
    failed: float | None = None
    copies: int = 1
    early: bool = False
    pricing: Pricing | None = None

    def __iter__(self) -> Iterator[tuple[Ack, float]]:
        planned = {
            Ack.SENT: self.sent,
            Ack.DELIVERED: self.delivered,
            Ack.READ: self.read,
            Ack.PLAYED: self.played,
            Ack.ERROR: self.failed,
        }
        for ack, seconds in planned.items():
            if seconds is not None:
                yield from [(ack, seconds)] * self.copies


AT_ONCE = Receipts(delivered=0.0, read=0.0)


@dataclass(frozen=True, slots=True)
class Slow:
    """Sending a message takes that many seconds; then it arrives."""

    seconds: float


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The connection breaks after the message has arrived: the sender gets `TryLater`, the phone has the message."""


Fault = BaseException | Slow | AnswerLost | Receipts
Asked = Literal["send", "groups", "has_whatsapp", "download", "typing", "open"]


class Time:
    """Real time or, with a `clock` (epoch seconds), that clock's time plus whatever `advance` added."""

    def __init__(self, clock: Callable[[], float] | None) -> None:
        self.is_real = clock is None
        self._clock = clock or time.time
        self._ahead = 0.0  # seconds

    def now(self) -> float:
        """The time in epoch seconds."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds


class Faults:
    """Planned faults: the first that fits is used up, then the next. Not for several threads at once."""

    def __init__(self) -> None:
        self._orders: list[tuple[Fault, Asked, str | None]] = []
        self._lasting: list[tuple[Fault, Asked, str | None]] = []

    def order(self, fault: Fault, *, times: int | None, on: Asked, chat: str | None) -> None:
        """Plan a fault for the next `times` calls, or for all from now on if that is None; only in `chat`, if one is named."""
        if times is None:
            self._lasting.append((fault, on, chat))
        else:
            self._orders += [(fault, on, chat)] * times

    def clear(self) -> None:
        """Drop all planned faults."""
        self._orders.clear()
        self._lasting.clear()

    def next(self, on: Asked, chat: str | None = None) -> Slow | AnswerLost | Receipts | None:
        """The fault of this call; raised if it is an exception."""
        fault = self._take(on, chat)
        if isinstance(fault, BaseException):
            raise copy(fault)  # a copy: one exception raised twice collects the tracebacks of both
        return fault

    def _take(self, on: Asked, chat: str | None) -> Fault | None:
        for place, (fault, where, whom) in enumerate((*self._orders, *self._lasting)):
            if where == on and whom in (None, chat):
                if place < len(self._orders):
                    del self._orders[place]
                return fault
        return None

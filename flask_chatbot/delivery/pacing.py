"""The rate limit of a session's sends, if the operator set one: WhatsApp bans numbers that write like machines."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from flask_chatbot.settings.settings import Settings
from flask_chatbot.store import paces, waiting

TOGETHER = 5  # a fifth of the pace may go without waiting, after a time of quiet
CLAIM_EVERY = 0.1  # seconds, at the most, where there is a faster pace than that
LONGEST_PAUSE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Tempo:
    """A token bucket: so many tokens arrive per second, and at most `burst` of them are kept. Each send takes one.

    With a `spread`, from 0 to 1, the pauses between sends are that much longer or shorter than even ones, by chance.

    >>> Tempo.of(5, 60.0), Tempo.of(100, 3600.0).burst
    (Tempo(rate=0.08333333333333333, burst=1, spread=0.0), 20)
    """

    rate: float
    burst: int
    spread: float = 0.0

    @classmethod
    def of(cls, count: int, seconds: float, spread: float = 0.0) -> "Tempo":
        """At most `count` sends in `seconds`, plus a fifth after a quiet time."""
        return cls(count / seconds, max(1, count // TOGETHER), spread)

    @property
    def at_once(self) -> int:
        """The number of sends that share a claim: at a fast pace, one claim for each would be slower than the pace.

        >>> Tempo.of(80, 1.0).at_once, Tempo.of(5, 60.0).at_once
        (8, 1)
        """
        return max(1, min(self.burst, int(self.rate * CLAIM_EVERY)))

    def pause(self, chance: float) -> float:
        """The seconds to wait after a send, so that even sends within the burst are spread out; `chance` is from 0 to 1.

        >>> Tempo(1.0, 12).pause(0.0), Tempo(1.0, 12).pause(1.0), Tempo(0.01, 1).pause(1.0)
        (0.2, 1.0, 3.0)
        >>> [round(Tempo(0.2, 2, 0.8).pause(chance), 3) for chance in (0.0, 0.5, 1.0)]
        [1.0, 5.0, 9.0]
        """
        if self.spread:
            return (1 + self.spread * (2 * chance - 1)) / self.rate
        return (0.2 + 0.8 * chance) * min(1 / self.rate, LONGEST_PAUSE)


def tempo_of(settings: Settings) -> Tempo | None:
    """The rate limit of a line with these settings: its own, that of the app, or the usual one of its transport; None without."""
    pace = settings.pace
    return None if pace is None else Tempo.of(pace.count, pace.seconds, pace.spread)


def paced_until(connection: Connection, line: str, tempo: Tempo | None) -> float:
    """The time since when, or from when on, the pace of a line lets the next message go, in epoch seconds; 0 if it holds none."""
    return 0.0 if tempo is None else paces.free_at(connection, line, tempo.rate)


def count_overdue(connection: Connection, lines: Iterable[tuple[str, Tempo | None]], before: float) -> int:
    """The number of messages that have been due since then, and that nobody has taken, though the pace of their line allows it."""
    paced = {line for line, tempo in lines if paced_until(connection, line, tempo) > before}
    return sum(count for line, count in waiting.overdue(connection, before).items() if line not in paced)

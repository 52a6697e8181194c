"""The rate limit of a session's sends, if the operator set one: WhatsApp bans numbers that write like machines."""

from dataclasses import dataclass

TOGETHER = 5  # a fifth of the pace may go without waiting, after a time of quiet
LONGEST_PAUSE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Tempo:
    """A token bucket: so many tokens arrive per second, and at most `burst` of them are kept. Each send takes one.

    >>> Tempo.of(5, 60.0), Tempo.of(100, 3600.0).burst
    (Tempo(rate=0.08333333333333333, burst=1), 20)
    """

    rate: float
    burst: int

    @classmethod
    def of(cls, count: int, seconds: float) -> "Tempo":
        """At most `count` sends in `seconds`, plus a fifth after a quiet time."""
        return cls(count / seconds, max(1, count // TOGETHER))

    def pause(self, chance: float) -> float:
        """The seconds to wait after a send, so that even sends within the burst are spread out; `chance` is from 0 to 1.

        >>> Tempo(1.0, 12).pause(0.0), Tempo(1.0, 12).pause(1.0), Tempo(0.01, 1).pause(1.0)
        (0.2, 1.0, 3.0)
        """
        return (0.2 + 0.8 * chance) * min(1 / self.rate, LONGEST_PAUSE)

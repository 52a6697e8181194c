"""The leases of the messages a worker has claimed: short, and renewed until the outcome of each send is recorded."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from flask_chatbot.delivery.retry import Clock
from flask_chatbot.store import outbox
from flask_chatbot.store.outbox import Claim

LONGEST = 150.0  # seconds that one send is waited for: longer than fetching a file and handing it over take
RENEWED_AT = 2 / 3  # of a lease left, so that one renewal that fails does no harm

_Key = tuple[int, int]  # a row, and the fence under which it was claimed


class Leases:
    """Claims that expire at most `lease` seconds after their worker crashes, however long it lives. `timer` is monotonic.

    One thread changes it; others may call `has_time`. A send that hangs is abandoned after `LONGEST` seconds, for another worker to try.
    """

    def __init__(self, lease: float, timer: Clock) -> None:
        self._lease = lease
        self._timer = timer
        self._claims: dict[_Key, Claim] = {}
        self._abandoned_at: dict[_Key, float] = {}  # of those that were begun, by the timer

    def in_flight(self, done: Iterable[Claim]) -> int:
        """The number of sends that have started and are not done, without those that hang."""
        timer = self._timer()
        return len({key for key, at in self._abandoned_at.items() if timer < at}.difference(map(_key, done)))

    def add(self, claims: Iterable[Claim]) -> None:
        """Add claims that were just made."""
        self._claims.update((_key(claim), claim) for claim in claims)

    def begin(self, claim: Claim) -> None:
        """Start the time limit of a claim's send."""
        self._abandoned_at[_key(claim)] = self._timer() + LONGEST

    def drop(self, claims: Iterable[Claim]) -> None:
        """Forget claims, since their outcome is recorded."""
        for key in map(_key, claims):
            self._claims.pop(key, None)
            self._abandoned_at.pop(key, None)

    def is_due(self, now: float) -> bool:
        """True if a lease has to be renewed now."""
        return bool(self._due(now))

    def renew(self, connection: Connection, now: float) -> Callable[[], None]:
        """Renew the leases that are due; call the returned function once that is committed."""
        due = self._due(now)
        held = outbox.renew(connection, due, now + self._lease)

        def take_over() -> None:
            kept = self._claims.copy()
            for lost in due:
                del kept[_key(lost)]
            self._claims = kept | {_key(claim): claim for claim in held}

        return take_over

    def has_time(self, claim: Claim, now: float) -> bool:
        """True if enough of a lease is left to start a send: after a long wait, another worker may hold the claim."""
        held = self._claims.get(_key(claim))
        return held is not None and held.leased_until - now > self._lease / 2

    def _due(self, now: float) -> list[Claim]:
        """Claims whose lease expires soon, or, after a clock was set back, later than any lease can."""
        soonest, latest, timer = now + RENEWED_AT * self._lease, now + self._lease, self._timer()
        return [
            claim
            for key, claim in self._claims.items()
            if not soonest < claim.leased_until <= latest and timer < self._abandoned_at.get(key, timer + 1)
        ]


def _key(claim: Claim) -> _Key:
    return claim.seq, claim.fence

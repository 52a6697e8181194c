"""How many callbacks may be under way to one host: a slow or dead one holds up nobody else."""

from dataclasses import dataclass

QUICK = 1.0  # seconds: an answer within it shows that the host keeps up
UNPROVEN = 2  # calls at once to a host that has not shown it
KNOWN = 10_000  # hosts


@dataclass(slots=True)
class _Lane:
    room: float = UNPROVEN
    under_way: int = 0

    @property
    def is_proven(self) -> bool:
        return self.room > UNPROVEN


class Lanes:
    """Counts the calls under way by host, and learns how many it can take.

    One that answers quickly gets more room, up to three quarters of the threads; one that does not falls back to a single call. Those that
    have not shown how they are share half of the threads: the others always have the rest.
    """

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads * 3 // 4)
        self._unproven = max(1, threads // 2)
        self._lanes: dict[str, _Lane] = {}
        self._active: set[str] = set()

    def room(self, host: str) -> int:
        """How many calls a host may have under way."""
        lane = self._lanes.get(host)
        return int(lane.room) if lane else UNPROVEN

    def under_way(self, host: str) -> int:
        """How many it has."""
        lane = self._lanes.get(host)
        return lane.under_way if lane else 0

    @property
    def active(self) -> frozenset[str]:
        """The hosts that have any."""
        return frozenset(self._active)

    def may_begin(self, host: str) -> bool:
        """Whether one more call may be made to a host."""
        lane = self._lanes.get(host)
        if lane is not None and lane.under_way >= int(lane.room):
            return False
        return (lane is not None and lane.is_proven) or self._newcomers() < self._unproven

    def begin(self, host: str) -> None:
        """Count one call more."""
        if host not in self._lanes and len(self._lanes) >= KNOWN:
            self._lanes = {active: self._lanes[active] for active in self._active}
        self._lanes.setdefault(host, _Lane()).under_way += 1
        self._active.add(host)

    def end(self, host: str) -> None:
        """Count one call less."""
        lane = self._lanes[host]
        lane.under_way -= 1
        if not lane.under_way:
            self._active.discard(host)

    def learn(self, host: str, seconds: float, is_answered: bool) -> None:
        """Give a host more room, or less, by how a call to it went."""
        lane = self._lanes.get(host)
        if lane is None:
            return
        if is_answered and seconds <= QUICK:
            lane.room = min(lane.room + 1, self._most)
        else:
            lane.room = max(1.0, lane.room / 2)

    def _newcomers(self) -> int:
        lanes = (self._lanes[host] for host in self._active)
        return sum(lane.under_way for lane in lanes if not lane.is_proven)

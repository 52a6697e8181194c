"""Limits on the callbacks under way to one host, so that a slow or dead one holds up nobody else."""

from dataclasses import dataclass

QUICK = 1.0  # seconds: an answer within it shows that the host keeps up
UNPROVEN = 2  # calls at once to a host that has not shown it
KNOWN = 10_000  # hosts


@dataclass(slots=True)
class _Allowance:
    room: float = UNPROVEN
    under_way: int = 0

    @property
    def is_proven(self) -> bool:
        return self.room > UNPROVEN


class HostLimits:
    """Counts the calls under way by host, and learns how many it can take.

    A host that answers quickly gets more room, up to three quarters of the threads; one that does not falls back to a single call. Unproven
    hosts share half of the threads: the others always have the rest.
    """

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads * 3 // 4)
        self._unproven = max(1, threads // 2)
        self._hosts: dict[str, _Allowance] = {}
        self._active: set[str] = set()

    def room(self, host: str) -> int:
        """The number of calls a host may have under way."""
        known = self._hosts.get(host)
        return int(known.room) if known else UNPROVEN

    def under_way(self, host: str) -> int:
        """The number of calls a host has under way."""
        known = self._hosts.get(host)
        return known.under_way if known else 0

    @property
    def active(self) -> frozenset[str]:
        """The hosts with calls under way."""
        return frozenset(self._active)

    def may_begin(self, host: str) -> bool:
        """True if one more call may be made to a host."""
        known = self._hosts.get(host)
        if known is not None and known.under_way >= int(known.room):
            return False
        return (known is not None and known.is_proven) or self._newcomers() < self._unproven

    def begin(self, host: str) -> None:
        """Count a call that begins."""
        if host not in self._hosts and len(self._hosts) >= KNOWN:
            self._hosts = {active: self._hosts[active] for active in self._active}
        self._hosts.setdefault(host, _Allowance()).under_way += 1
        self._active.add(host)

    def end(self, host: str) -> None:
        """Count a call that ended."""
        known = self._hosts[host]
        known.under_way -= 1
        if not known.under_way:
            self._active.discard(host)

    def learn(self, host: str, seconds: float, is_answered: bool) -> None:
        """Raise or lower the limit of a host by the result of a call."""
        known = self._hosts.get(host)
        if known is None:
            return
        if is_answered and seconds <= QUICK:
            known.room = min(known.room + 1, self._most)
        else:
            known.room = max(1.0, known.room / 2)

    def _newcomers(self) -> int:
        hosts = (self._hosts[name] for name in self._active)
        return sum(host.under_way for host in hosts if not host.is_proven)

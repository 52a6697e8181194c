"""The processor time of other processes, which a crowded machine bends less than the clock: Linux only, 0 elsewhere."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import psycopg

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # a second


def times() -> dict[int, tuple[int, float]]:
    """The parent and the seconds of processor time so far, of each process of this machine."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        found[int(path.parent.name)] = int(told[1]), (int(told[11]) + int(told[12])) / TICKS
    return found


def descendants(known: Mapping[int, tuple[int, float]], of: int) -> set[int]:
    """The processes that a process started, and those that they started.

    >>> sorted(descendants({2: (1, 0.0), 3: (2, 0.0), 4: (9, 0.0)}, of=1))
    [2, 3]
    """
    found: set[int] = set()
    level = {of}
    while level := {pid for pid, (parent, _) in known.items() if parent in level}:
        found |= level
    return found


def backends(address: str) -> set[int]:
    """The processes of a PostgreSQL server, if it is on this machine, that serve a database."""
    with psycopg.connect(address) as connection:
        return {row[0] for row in connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")}


class Meter:
    """Measures the seconds of processor time that our child processes, and PostgreSQL for them, spend from now on."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._before = times()

    def spent(self) -> tuple[float, float]:
        """The seconds of our processes, and those of the server's that serve the database now."""
        now = times()
        return self._of(now, descendants(now, os.getpid())), self._of(now, backends(self._address))

    def _of(self, now: Mapping[int, tuple[int, float]], pids: Collection[int]) -> float:
        return sum(now[pid][1] - self._before.get(pid, (0, 0.0))[1] for pid in pids if pid in now)

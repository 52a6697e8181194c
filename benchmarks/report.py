"""`Report`: what a run has measured, part by part, as it is printed and as it is written into a page."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from traceback import format_exc
from typing import TypeVar

from benchmarks.page import with_profiles, with_rows, with_tables, without_place
from benchmarks.tables import Row, table
from benchmarks.timing import limited, machine

T = TypeVar("T")
LIMIT = 600.0  # seconds for a part, and for the profiles of its rows


class Report:
    """The rows of each part that was measured, the profiles of those that do not hold, and which parts failed."""

    def __init__(self, write: Callable[[str], object] = sys.stdout.write, everything: bool = False, limit: float | None = LIMIT) -> None:
        self._write = write
        self._profiles_all = everything  # of rows that hold as well
        self._limit = limit
        self._said: list[str] = []  # all that was printed, of which the page shows the tables
        self._rows: dict[str, Sequence[Row]] = {}
        self._profiles: dict[str, dict[str, str]] = {}
        self._failed: list[str] = []

    def say(self, text: str) -> None:
        """Print at once, since a run takes minutes."""
        self._said.append(text)
        self._write(f"{text}\n")
        sys.stdout.flush()

    def measure(self, part: str, run: Callable[[], Sequence[Row]]) -> None:
        """Measure a part, and look where the time of what does not hold goes. If that fails, the run goes on without it."""
        begun = monotonic()
        rows = self._tried(part, run)
        if rows:
            self._rows[part] = rows
            wanted = [row for row in rows if self._profiles_all or not row.is_kept]
            found = {row.what: self._tried(f"the profile of {row.what}", row.drawn_profile) for row in wanted}
            self._profiles[part] = {what: text for what, text in found.items() if text}
        for what, text in self._profiles.get(part, {}).items():
            self.say(f"\n### {what}\n\n{text}")
        self.say(f"\n{part} took {monotonic() - begun:.0f} s.")

    def write(self, page: Path) -> None:
        """Put the rows, the tables and the profiles so far into a page."""
        text = with_tables(with_rows(page.read_text("utf-8"), self._rows, machine()), self._said)
        page.write_text(with_profiles(text, self._profiles), "utf-8")

    def end(self, page: Path | None) -> int:
        """Print the promises, and name what does not hold, what failed, and tables without a place on the page; 1 if there is any of it."""
        rows = [row for those in self._rows.values() for row in those]
        homeless = without_place(page.read_text("utf-8"), self._said) if page else []
        self.say(table("Promises", [row.cells() for row in rows]))
        faults = [f"BROKEN: {row.what}" for row in rows if not row.is_kept]
        faults += [f"FAILED: {what}" for what in self._failed]
        faults += [f"NO PLACE on the page for the table '{title}', which needs a line '% table: {title}' above it" for title in homeless]
        self.say("\n".join(["", *faults]) if faults else "\nAll promises are kept.")
        return 1 if faults else 0

    def _tried(self, what: str, work: Callable[[], T]) -> T | None:
        """The outcome of some work; None if it failed, or took too long, which is put down."""
        try:
            with limited(self._limit):
                return work()
        except Exception as error:  # noqa: BLE001  whatever a part meets, the others are to be measured
            self._failed.append(f"{what}: {error!r}")
            self.say(f"\nFAILED: {what}\n{format_exc()}")
            return None

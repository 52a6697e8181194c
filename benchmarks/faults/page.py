"""The page that a run writes: a table of the faults, what happened, and how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.faults.outcome import Outcome
from benchmarks.tables import table

HEADS = ("fault", "what happened", "messages", "lost", "out of order", "answered twice", "sent again", "recovery", "slowest answer")
ABOUT = Path(__file__).with_name("page.md")


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that struck, what it did, and what became of the messages."""

    kind: str
    name: str
    did: str
    outcome: Outcome


def page(struck: Sequence[Struck], machine: str, day: date, busy: float, rate: float) -> str:
    """The whole page; `busy` is the load of the machine as it began, `rate` how many messages a second came in."""
    kinds = list(dict.fromkeys(each.kind for each in struck))
    tables = [table(kind, [row(each) for each in struck if each.kind == kind], HEADS) for kind in kinds]
    about = ABOUT.read_text("utf-8").format(day=f"{day.day} {day:%B %Y}", machine=machine, busy=busy, rate=rate)
    return about + "\n".join(tables) + "\n"


def row(struck: Struck) -> list[str]:
    """One line of a table."""
    outcome = struck.outcome
    counts = (outcome.accepted, outcome.lost, outcome.out_of_order, outcome.answered_twice, outcome.repeats)
    return [struck.name, struck.did, *(f"{each:,}" for each in counts), f"{outcome.recovery:.1f} s", f"{outcome.slowest:.1f} s"]

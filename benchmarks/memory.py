"""Memory: what a process has grown by after loading, in bytes a rule."""

import gc
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.rulesets import make_rules, rule_file
from benchmarks.tables import Row, Say, drawn

if TYPE_CHECKING:
    from tracemalloc import Snapshot

PROMISE = 2_300  # bytes a rule
TRACED = 10_000  # rules, since tracing is slow
SHOWN = 15  # rows of a profile
PATIENCE = 300  # seconds for one child process


def run(say: Say, quick: bool = False) -> list[Row]:
    """Bytes a rule, measured in child processes: what the system says the process holds, and what Python says it does."""
    count = 10_000 if quick else 100_000
    resident, traced = measured("resident", count), measured("traced", TRACED)
    what, of_python = f"resident memory after loading {count:,} rules, a rule", f"held by Python objects at {TRACED:,} rules (tracemalloc)"
    return [
        Row(what, f"{resident:,.0f} bytes", "2.3 KB", resident / PROMISE, 1.0, profile=profile),
        Row(of_python, f"{traced:,.0f} bytes", "2.3 KB", traced / PROMISE, profile=profile),
    ]


def measured(how: str, count: int) -> float:
    """Bytes a rule."""
    return int(child(how, count)) / count


def profile() -> str:
    """Which files of ours and which libraries have made what Python holds: the line of each that asked for it counts."""
    held = [line.split("\t") for line in child("files", TRACED).splitlines()]
    whole = sum(int(bytes_) for _, bytes_ in held)
    rows = [[name, f"{int(bytes_) / whole:.1%}", f"{int(bytes_) / TRACED:,.0f} bytes"] for name, bytes_ in held[:SHOWN]]
    return drawn(rows, ("made in", "share", f"a rule of {TRACED:,}"))


def child(how: str, count: int) -> str:
    """What a fresh process that loads so many rules prints: `resident` or `traced` bytes, or those of each of the `files`."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "rules.yaml")
        path.write_text(rule_file(make_rules(count)), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.memory", how, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout  # noqa: S603  our own command


def resident() -> int:
    """Bytes of this process that are in memory now."""
    import resource  # not on Windows

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def grown(how: str, path: Path) -> str:
    """How much more this process holds once the rules are loaded."""
    import tracemalloc

    from benchmarks.books import load_text
    from flask_chatbot.core.loading.loader import load_rules

    load_text(
        "version: 1\nrules: [{keyword: a, pattern: abc, contains: b, similar: c, reply: '{{ nama }}'}]"
    )  # imports, and what they keep
    gc.collect()
    if how != "resident":
        tracemalloc.start()
    before = resident()
    book = load_rules(path)
    gc.collect()
    if how == "files":
        return "\n".join(f"{name}\t{bytes_}" for name, bytes_ in by_file(tracemalloc.take_snapshot()) if book.rules)
    return str(tracemalloc.get_traced_memory()[0] if how == "traced" else resident() - before if book.rules else 0)


def by_file(snapshot: "Snapshot") -> list[tuple[str, int]]:
    """The bytes that each of our files and each other package has made, most first."""
    from benchmarks.profile import place_of  # here, so that what it loads is in no measurement

    held: Counter[str] = Counter()
    for each in snapshot.statistics("filename"):
        held[place_of(each.traceback[0].filename) or "Python"] += each.size
    return held.most_common()


if __name__ == "__main__":
    sys.stdout.write(grown(sys.argv[1], Path(sys.argv[2])))

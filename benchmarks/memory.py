"""Memory: what a process has grown by after loading, in bytes a rule."""

import gc
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.rulesets import make_rules, rule_file
from benchmarks.tables import Row, Say

PROMISE = 2_300  # bytes a rule
PATIENCE = 300  # seconds for one child process


def run(say: Say, quick: bool = False) -> list[Row]:
    """Bytes a rule, measured in child processes: what the system says the process holds, and what Python says it does."""
    count = 10_000 if quick else 100_000
    resident, traced = (measured(how, size) for how, size in (("resident", count), ("traced", 10_000)))  # tracing is slow
    return [
        Row(f"resident memory after loading {count:,} rules, a rule", f"{resident:,.0f} bytes", "2.3 KB", resident / PROMISE, 1.0),
        Row("held by Python objects at 10,000 rules (tracemalloc)", f"{traced:,.0f} bytes", "2.3 KB", traced / PROMISE),
    ]


def measured(how: str, count: int) -> float:
    """Bytes a rule."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "rules.yaml")
        path.write_text(rule_file(make_rules(count)), encoding="utf-8")
        return child(how, path) / count


def child(how: str, path: Path) -> int:
    """What a fresh process measured: `resident` or `traced` bytes."""
    command = [sys.executable, "-m", "benchmarks.memory", how, str(path)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)  # noqa: S603  our own command
    return int(outcome.stdout)


def resident() -> int:
    """Bytes of this process that are in memory now."""
    import resource  # not on Windows

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def grown(how: str, path: Path) -> int:
    """How much more this process holds once the rules are loaded."""
    import tracemalloc

    from benchmarks.books import load_text
    from flask_chatbot.core.loading.loader import load_rules

    load_text(
        "version: 1\nrules: [{keyword: a, pattern: abc, contains: b, similar: c, reply: '{{ nama }}'}]"
    )  # imports, and what they keep
    gc.collect()
    if how == "traced":
        tracemalloc.start()
    before = resident()
    book = load_rules(path)
    gc.collect()
    bytes_ = tracemalloc.get_traced_memory()[0] if how == "traced" else resident() - before
    return bytes_ if book.rules else 0


if __name__ == "__main__":
    sys.stdout.write(str(grown(sys.argv[1], Path(sys.argv[2]))))

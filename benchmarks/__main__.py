"""The command: `python -m benchmarks [PART]`, of all parts without one. It ends with 1 where a promise is broken."""

import argparse
import sys
from logging import ERROR, getLogger
from pathlib import Path
from time import monotonic

from benchmarks.tables import Row, table, with_rows, with_tables
from benchmarks.timing import machine

PARTS = (
    "match",
    "nearest",
    "lookups",
    "load",
    "start",
    "webhook",
    "memory",
    "bad",
    "accept",
    "callbacks",
    "console",
    "line",
    "celery",
    "scrape",
    "scale",
    "way",
    "understanding",
)
FAULTS = "faults"  # only by its name: it takes a quarter of an hour, and writes a page
BURST = "burst"  # only by its name as well: it takes minutes
PROFILE = "profile"  # the same, since it has no promises


SAID: list[str] = []  # all that was printed, of which the page shows some tables


def say(text: str) -> None:
    """Print at once, since a run takes minutes."""
    SAID.append(text)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(part: str, quick: bool, plots: Path | None, folder: Path | None) -> list[Row]:
    """The figures of one part; its picture is drawn where `plots` names a folder. `folder` has the messages to understand."""
    if part == "understanding":
        from benchmarks import understanding

        return understanding.run(say, folder)
    if part == FAULTS:
        from benchmarks.faults.run import run

        return run(say, quick)
    if part == BURST:
        from benchmarks import burst

        return burst.run(say, quick)
    if part == "match":
        from benchmarks import match

        rows, curves = match.run(say, quick)
        if plots:
            from benchmarks.plots import draw_deciding

            draw_deciding(curves, plots)
        return rows
    if part == "webhook":
        from benchmarks import webhook

        rows, bars = webhook.run(say, quick)
        if plots:
            from benchmarks.plots import draw_webhook

            draw_webhook(bars, plots)
        return rows
    if part == "scale":
        from benchmarks import scale

        rows, curves_of_scale = scale.run(say, quick)
        if plots and curves_of_scale:
            from benchmarks.plots import draw_scale

            draw_scale(curves_of_scale, plots)
        return rows
    from benchmarks import accept, badinput, callbacks, celery, console, line, load, lookups, memory, nearest, profile, scrape, start, way

    runs = {
        "nearest": nearest.run,
        "lookups": lookups.run,
        "load": load.run,
        "start": start.run,
        "memory": memory.run,
        "bad": badinput.run,
        "accept": accept.run,
        "callbacks": callbacks.run,
        "line": line.run,
        "celery": celery.run,
        "scrape": scrape.run,
        "console": console.run,
        "way": way.run,
        PROFILE: profile.run,
    }
    return runs[part](say, quick)


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for, and print it as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is promised of the speed.")
    parser.add_argument("part", nargs="?", choices=[*PARTS, FAULTS, BURST, PROFILE], help="what to measure; everything without it")
    parser.add_argument("folder", nargs="?", type=Path, help="of `understanding`: the rules of a shop and what customers write to it")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes: a minute, for a first look")
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write the promises and the machine into this page, such as docs/performance.md"
    )
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw the pictures into this folder")
    chosen = parser.parse_args(arguments)
    getLogger("flask_chatbot").setLevel(ERROR)  # what is slow on purpose is warned of, for each message
    say(f"Measured on {machine()}.")
    measured: dict[str, list[Row]] = {}
    for part in [chosen.part] if chosen.part else PARTS:
        begun = monotonic()
        if found := measure(part, chosen.quick, chosen.plots, chosen.folder):
            measured[part] = found
        say(f"\n{part} took {monotonic() - begun:.0f} s.")
        if chosen.page:  # after each, so that a run that is ended keeps what it has measured
            chosen.page.write_text(with_tables(with_rows(chosen.page.read_text("utf-8"), measured, machine()), SAID), "utf-8")
    rows = [row for those in measured.values() for row in those]
    say(table("Promises", [row.cells() for row in rows]))
    broken = [row.what for row in rows if not row.is_kept]
    say("\n".join(["", *(f"BROKEN: {what}" for what in broken)]) if broken else "\nAll promises are kept.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

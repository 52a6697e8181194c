"""The command: `python -m benchmarks [PART]`, of all parts without one. It ends with 1 where a promise is broken."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from logging import ERROR, getLogger
from pathlib import Path
from typing import cast

from benchmarks.report import LIMIT, Report
from benchmarks.tables import Row, Say
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
ALONE = ("faults", "burst")  # only by their names: they take a quarter of an hour, or minutes
MODULES = {"bad": "badinput", "faults": "faults.run"}  # of parts that are not called as theirs is
PLOTS = {"match": "draw_deciding", "webhook": "draw_webhook", "scale": "draw_scale"}  # of parts that have figures for a picture, too


def measure(part: str, chosen: argparse.Namespace, say: Say) -> Sequence[Row]:
    """The figures of one part; its picture is drawn where a folder for plots is named."""
    getLogger("flask_chatbot").setLevel(ERROR)  # what is slow on purpose is warned of, for each message
    module = import_module(f"benchmarks.{MODULES.get(part, part)}")  # only now, since some need what the others do without
    if part == "understanding":
        return cast(Sequence[Row], module.run(say, chosen.folder))
    found = module.run(say, chosen.quick)
    if part not in PLOTS:
        return cast(Sequence[Row], found)
    rows, curves = found
    if chosen.plots and curves:
        getattr(import_module("benchmarks.plots"), PLOTS[part])(curves, chosen.plots)
    return cast(Sequence[Row], rows)


Measure = Callable[[str, argparse.Namespace, Say], Sequence[Row]]


def main(arguments: list[str] | None = None, measure: Measure = measure) -> int:
    """Measure what was asked for, and print it as Markdown."""
    chosen = read(arguments)
    report = Report(sys.stdout.write, chosen.profile, limit=None if chosen.part in ALONE else LIMIT)
    report.say(f"Measured on {machine()}.")
    for part in [chosen.part] if chosen.part else PARTS:
        report.measure(part, partial(measure, part, chosen, report.say))
        if chosen.page:  # after each, so that a run that is ended keeps what it has measured
            report.write(chosen.page)
    return report.end(chosen.page)


def read(arguments: list[str] | None) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is promised of the speed.")
    parser.add_argument("part", nargs="?", choices=[*PARTS, *ALONE], help="what to measure; everything without it")
    parser.add_argument("folder", nargs="?", type=Path, help="of `understanding`: the rules of a shop and what customers write to it")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes: a minute, for a first look")
    parser.add_argument("--profile", action="store_true", help="say where the time of each row goes, not only of those that do not hold")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write all of it into this page, such as docs/performance.md")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw the pictures into this folder")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

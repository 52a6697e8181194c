"""Where the time of a plain webhook goes: samples taken in the midst of its requests, since parts timed alone mislead."""

import signal
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import flask
import werkzeug

from benchmarks.apps import bodies, make_app
from benchmarks.rulesets import make_rules
from benchmarks.tables import Row, Say, table
from benchmarks.way import OURS
from benchmarks.webhook import calling

RULES = 1_000
EVERY = 0.001  # seconds of processor time between two samples; the kernel may make it a few times that
SAMPLES = 8_000
THEIRS = {"Flask": f"{Path(flask.__file__).parent}/", "Werkzeug": f"{Path(werkzeug.__file__).parent}/"}


def run(say: Say, quick: bool = False) -> list[Row]:
    """The shares of a call, by the file whose function was at work: what it calls of the standard library is its own time."""
    wanted = SAMPLES // 10 if quick else SAMPLES
    with TemporaryDirectory() as folder:
        work = calling(make_app("ours", folder, RULES), bodies(make_rules(RULES), 2_000))
        work()
        found: Counter[str] = Counter()

        def sample(_number: int, frame: FrameType | None) -> None:
            found[owner(frame)] += 1

        before = signal.signal(signal.SIGPROF, sample)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        try:
            while found.total() < wanted:
                work()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
    rows = [[name, f"{count / found.total():.1%}"] for name, count in found.most_common()]
    say(table(f"A webhook at {RULES:,} rules, by samples within its calls", rows, ("where", "share")))
    return []


def owner(frame: FrameType | None) -> str:
    """The file of ours, or the library, whose function is at work in a frame."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OURS):
            return file.removeprefix(OURS)
        for name, folder in THEIRS.items():
            if file.startswith(folder):
                return name
        frame = frame.f_back
    return "the benchmark"

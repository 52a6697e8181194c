"""Where the time of some work goes, by samples taken in its midst, since parts timed alone mislead.

The kernel interrupts the process after some processor time. Whatever each thread has spent since is put down to the function of ours, or
to the library, that it is in by then: what either calls of the standard library is its own time. What this cannot tell apart: a function
that is left within the same millisecond or so is met by chance, and shares below a hundredth say little. Of several threads, the one that
is interrupted runs on to where it lets go of the interpreter, so what reads and writes is charged with some of what was done before it.
"""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import clock_gettime, perf_counter, process_time, pthread_getcpuclockid
from types import CodeType, FrameType, TracebackType
from typing import Self

import flask

import flask_chatbot
from benchmarks.tables import drawn, seconds
from benchmarks.timing import Work

EVERY = 0.001  # seconds of processor time between two samples; the kernel may make it a few times that
SAMPLES = 1_500
PATIENCE = 30.0  # seconds to take them in
SHOWN = 15  # rows of a table
OURS, BENCHMARKS = (f"{folder}/" for folder in (Path(flask_chatbot.__file__).parent, Path(__file__).parent))
LIBRARIES = f"{Path(flask.__file__).parents[1]}/"


class Samples:
    """The seconds of processor time that each function spends while it is open: `with samples: work()`.

    The main thread opens it, and has to look up now and then: whatever other threads do while it sleeps is put down all at once.
    """

    def __init__(self) -> None:
        self.spent: dict[str, float] = Counter()  # type: ignore[assignment]  # of seconds
        self.taken = 0
        self.clock = 0.0  # seconds that it was open
        self.processor = 0.0
        self._threads: dict[int, float] = {}  # the processor time of each so far

    def __enter__(self) -> Self:
        self.clock, self.processor = -perf_counter(), -process_time()
        self._threads = {thread: _spent_by(thread) for thread in sys._current_frames()}
        self._before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)
        self.clock += perf_counter()
        self.processor += process_time()

    def _sample(self, _number: int, interrupted: FrameType | None) -> None:
        """Put down what each thread has spent; a signal comes to the main one, whose frame is the one that it interrupted."""
        self.taken += 1
        for thread, frame in sys._current_frames().items():
            spent = _spent_by(thread)
            at = interrupted if thread == threading.get_ident() else frame
            self.spent[owner(at)] += max(0.0, spent - self._threads.get(thread, 0.0))
            self._threads[thread] = spent

    def drawn(self, count: int, what: str = "a message", by_clock: bool = False) -> str:
        """The table of the dearest functions and libraries; `count` is how often the work was done, and `what` it was done for.

        What is measured `by_clock` has waited, too: for the disk, and for a processor that others use.
        """
        waited = max(0.0, self.clock - self.processor) if by_clock else 0.0
        whole = sum(self.spent.values()) + waited
        ours = sum(spent for name, spent in self.spent.items() if ": " in name)
        dearest = sorted(self.spent.items(), key=lambda each: -each[1])
        found = [("all of ours", ours), *dearest[:SHOWN], ("the rest", sum(spent for _, spent in dearest[SHOWN:])), ("waiting", waited)]
        rows = [[name, f"{spent / whole:.1%}", seconds(spent / count)] for name, spent in found if spent]
        return drawn(rows, ("where", "share", what))


def sampled(work: Work, what: str = "a message", by_clock: bool = False) -> str:
    """The table of some work, which is done until there are samples enough."""
    work()  # what is made on first use is made
    samples, count, until = Samples(), 0, perf_counter() + PATIENCE
    with samples:
        while samples.taken < SAMPLES and perf_counter() < until:
            count += work()
    return samples.drawn(count, what, by_clock)


def sampled_in_folder(make: Callable[[Path], Work], what: str = "a message", by_clock: bool = False) -> str:
    """The same of a work that needs a folder; on the disk, since temporary files are memory on many machines."""
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".profile-") as folder:
        return sampled(make(Path(folder)), what, by_clock)


def owner(frame: FrameType | None) -> str:
    """The function of ours, or the library, that is at work in a frame."""
    while frame is not None:
        if name := _name_of(frame.f_code):
            return name
        frame = frame.f_back
    return "Python"


@cache
def _name_of(code: CodeType) -> str | None:
    """The owner of some code, if it has one."""
    place = place_of(code.co_filename)
    return f"{place}: {code.co_qualname}" if code.co_filename.startswith(OURS) else place


def place_of(file: str) -> str | None:
    """A file of ours, or the library that a file is of; None for one of the standard library, and for what was compiled while it ran."""
    if file.startswith(OURS):
        return file.removeprefix(OURS)
    if file.startswith(LIBRARIES):
        return file.removeprefix(LIBRARIES).partition("/")[0].removesuffix(".py")
    return "the benchmark" if file.startswith(BENCHMARKS) else None


def _spent_by(thread: int) -> float:
    """Seconds of processor time of a thread that is alive."""
    return clock_gettime(pthread_getcpuclockid(thread))

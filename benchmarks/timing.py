"""Time that a crowded machine cannot bend: processor time, of things done in turn."""

import gc
import os
import platform
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[], int]  # does something, and returns how often it did


def cost(work: Work) -> float:
    """Seconds of processor time for one of the things that are done."""
    start = process_time()
    count = work()
    return (process_time() - start) / count


def done(act: Callable[[T], object], items: Iterable[T]) -> int:
    """Act on each of the items, keeping nothing of what comes of it; how many there were."""
    count = 0
    for item in items:
        act(item)
        count += 1
    return count


def in_turn(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """The cost of each, round after round, so that whatever else goes on here meets them all."""
    costs: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            costs[name].append(cost(work))
    return costs


def ratio(ones: Iterable[float], others: Iterable[float]) -> float:
    """How many times the others the ones are: the median over rounds.

    >>> ratio([2.0, 4.0, 90.0], [1.0, 2.0, 3.0])
    2.0
    """
    return median(one / other for one, other in zip(ones, others, strict=True))


@contextmanager
def no_collector() -> Iterator[None]:
    """The garbage collector paused, after it has had its turn."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise TimeoutError in a block that takes longer by the clock; None sets no limit."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def machine() -> str:
    """The machine in a line: processors, their model, the Python."""
    model = platform.machine()
    try:
        told = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if ":" in line)
        model = next(value.strip() for key, value in told.items() if key.strip() == "model name")
    except (OSError, StopIteration):
        pass
    return f"{os.cpu_count()} processors ({model}), {platform.python_implementation()} {platform.python_version()}, {platform.system()}"

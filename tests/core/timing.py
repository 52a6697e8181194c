"""The time that a call takes at its best."""

from collections.abc import Callable
from time import process_time


def least_time(ask: Callable[[], object]) -> float:
    """Processor time of the fastest of a few tries, for a busy machine."""
    times = []
    for _ in range(5):
        start = process_time()
        ask()
        times.append(process_time() - start)
    return min(times)

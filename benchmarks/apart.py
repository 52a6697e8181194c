"""Works timed in processes of their own, in turn: in one, the garbage collector would look at the objects of one on the time of another."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from benchmarks.timing import Work, cost


class Apart(NamedTuple):
    """A work that a process of its own makes: by a function of a module, of these arguments."""

    make: Callable[..., Work]
    arguments: tuple[object, ...]


def in_turn_apart(works: dict[str, Apart], rounds: int) -> dict[str, list[float]]:
    """The cost of each, round after round, each round in another order."""
    with ExitStack() as stack:
        asked = {name: stack.enter_context(_process(work)) for name, work in works.items()}
        costs: dict[str, list[float]] = {name: [] for name in works}
        for number in range(rounds):
            for name in _turned(list(works), number):
                asked[name].send(True)
                costs[name].append(asked[name].recv())
    return costs


def _turned(names: Sequence[str], number: int) -> list[str]:
    """The names, beginning with another one each round.

    >>> _turned(["a", "b", "c"], 4)
    ['b', 'c', 'a']
    """
    start = number % len(names)
    return [*names[start:], *names[:start]]


@contextmanager
def _process(work: Apart) -> Iterator[Connection]:
    """A process that has made the work, and answers each question with its cost; it ends with the block."""
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(theirs, work))
    process.start()
    theirs.close()  # so that the end of a process that failed is seen
    try:
        ours.recv()
        yield ours
    finally:
        ours.close()
        process.join()


def _serve(connection: Connection, made: Apart) -> None:
    work = made.make(*made.arguments)
    work()
    connection.send(True)
    try:
        while connection.recv():
            connection.send(cost(work))
    except (EOFError, ConnectionError):
        return

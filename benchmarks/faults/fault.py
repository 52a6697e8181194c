"""`Fault`: one thing that goes wrong, as a function that makes it happen to a shop."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.faults.shop import Shop

Strike = Callable[[Shop, float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong with a part of the shop.

    `strike` makes it happen for so many seconds, returns once it is over, and says in a few words what it did. It lasts `seconds` in the
    long form and `short` in that of the tests, which leaves out those of 0: other tests prove them.
    """

    name: str
    strike: Strike
    seconds: float
    short: float


def fault(name: str, *, seconds: float, short: float) -> Callable[[Strike], Fault]:
    """Make a fault of the function that makes it happen."""

    def made(strike: Strike) -> Fault:
        return Fault(name=name, strike=strike, seconds=seconds, short=short)

    return made

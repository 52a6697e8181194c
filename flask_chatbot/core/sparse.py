"""`sparse`: values with many parts, most of which are left out most of the time."""

from dataclasses import MISSING, fields
from functools import wraps
from typing import Any, TypeVar

C = TypeVar("C", bound=type)


def sparse(made: C) -> C:
    """A frozen dataclass whose values hold only what they are given: what is left out stays with the class, so that no value is filled in.

    By the constructor that `dataclass` writes, which sets each part by a call, a message would cost as much as finding its rule.

    >>> from dataclasses import dataclass
    >>> @sparse
    ... @dataclass(frozen=True, kw_only=True)
    ... class Parcel:
    ...     to: str
    ...     weight: int = 1
    >>> Parcel(to="Budi"), vars(Parcel(to="Budi"))
    (Parcel(to='Budi', weight=1), {'to': 'Budi'})
    """
    parts = frozenset(part.name for part in fields(made))
    if made_anew := [part.name for part in fields(made) if part.default_factory is not MISSING]:
        raise TypeError(f"{made.__name__} makes a new {made_anew[0]!r} for each value, which would be left out. Give it a default.")
    needed = frozenset(part.name for part in fields(made) if part.default is MISSING)
    construct = made.__init__  # type: ignore[misc]  # of the class itself, which no other extends

    @wraps(construct)
    def hold(self: object, /, **given: Any) -> None:
        if not needed <= given.keys() <= parts:
            construct(self, **given)  # which says what is wrong
        self.__dict__.update(given)

    made.__init__ = hold  # type: ignore[misc]
    return made

"""Values made on first use, and parts of the standard library that gevent replaces, looked up on use.

``gunicorn -k gevent --preload`` imports the app before gevent replaces them.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, cast, overload
from weakref import WeakSet

T = TypeVar("T")


def sleep(seconds: float) -> None:
    """Sleep as the process does now. `time.sleep` as a default would be the one at import, which blocks every greenlet."""
    time.sleep(seconds)


def new_lock() -> threading.Lock:
    """A lock as the process makes them now."""
    return threading.Lock()


def new_rlock() -> "threading.RLock":
    """A reentrant lock as the process makes them now."""
    return threading.RLock()


def new_condition() -> threading.Condition:
    """A condition as the process makes them now."""
    return threading.Condition()


class Late(Generic[T]):
    """An attribute made by `make` on first use, one for all threads, and made anew in a forked process: so a lock may be kept.

    >>> class Shelf:
    ...     books = Late(list)
    >>> shelf = Shelf()
    >>> shelf.books is shelf.books, vars(Shelf())
    (True, {})
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object, owner: type) -> T | Self:
        if instance is None:
            return self
        _users.add(instance)
        made: T = vars(instance).setdefault(self._name, self._make())  # of two threads that come first, both get the same
        return made

    def forget(self, instance: object) -> None:
        """Make the attribute anew on its next use."""
        vars(instance).pop(self._name, None)


class Once(Generic[T]):
    """A function that makes a value on its first call, and returns the same one to all later calls, in whatever thread.

    >>> shelf = Once(list)
    >>> shelf.is_made, shelf() is shelf(), shelf.is_made
    (False, True, True)
    """

    _lock = Late(new_lock)

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []

    @property
    def is_made(self) -> bool:
        """True if the value has been made."""
        return bool(self._made)

    def __call__(self) -> T:
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]


class _LatePattern:
    """Stands for a pattern: each of its attributes is taken from the compiled one, once."""

    def __init__(self, source: str, flags: re.RegexFlag) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # called for an attribute that was not taken yet
        if name.startswith("_"):  # what copies and pickles ask for is this one's own
            raise AttributeError(name)
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value


def late_pattern(source: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """A regular expression for what a start does not meet. Compiling one takes up to a millisecond, and a start would pay for each.

    >>> words = late_pattern("[a-z]+", re.IGNORECASE)
    >>> words.findall("Halo, kak")
    ['Halo', 'kak']
    """
    return cast("re.Pattern[str]", _LatePattern(source, flags))


def has_compiled(value: object) -> bool:
    """True for a late pattern that has been used.

    >>> words = late_pattern("[a-z]+")
    >>> has_compiled(words), bool(words.search("halo")), has_compiled(words)
    (False, True, True)
    """
    return isinstance(value, _LatePattern) and bool(vars(value).keys() - {"_source", "_flags"})


_users: WeakSet[object] = WeakSet()


def _after_fork() -> None:
    for instance in list(_users):
        for kind in type(instance).__mro__:
            for each in vars(kind).values():
                if isinstance(each, Late):
                    each.forget(instance)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork either
    os.register_at_fork(after_in_child=_after_fork)

"""The request that something belongs to: its id and its trace, from the call that brought it to the callbacks of what it led to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """A request by its `X-Request-ID`, and by its `traceparent` as W3C writes it; either is empty if it is unknown."""

    request_id: str = ""
    traceparent: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of log records that belong to it.

        >>> Origin("a1b2", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").fields
        {'request_id': 'a1b2', 'trace_id': '0af7651916cd43dd8448eb211c80319c'}
        """
        return {"request_id": self.request_id, "trace_id": self.traceparent[3:35]}

    @property
    def columns(self) -> dict[str, str | None]:
        """Its parts as they are stored."""
        return {"request_id": self.request_id or None, "traceparent": self.traceparent or None}


UNKNOWN = Origin()


def stored_origin(row: Any) -> Origin:
    """The origin in a row."""
    return Origin(row.request_id or "", row.traceparent or "")


_origin: ContextVar[Origin | None] = ContextVar("chatbot_origin", default=None)
_finders: list[Callable[[], Origin | None]] = []


def find_by(finder: Callable[[], Origin | None]) -> None:
    """Let a function tell the request that is being answered, where nothing else says to which one the work belongs."""
    if finder not in _finders:
        _finders.append(finder)


def current_origin() -> Origin:
    """The request that the current work belongs to.

    >>> with belonging_to(Origin("a1b2")):
    ...     current_origin().request_id
    'a1b2'
    """
    given = _origin.get()
    if given is not None:
        return given
    return next(filter(None, (finder() for finder in _finders)), UNKNOWN)


@contextmanager
def belonging_to(origin: Origin) -> Iterator[None]:
    """Let the work in this block belong to a request, also if that was answered long ago."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)

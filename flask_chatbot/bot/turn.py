"""Messages that handlers send on the side: kept until what they answered is committed, and stored with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from flask_chatbot.core.values.messages import Message

Store = Callable[[Any], None]  # within the transaction of a connection


@dataclass(slots=True, eq=False)
class Sends:
    """The messages that the handlers of one `message` have sent so far, each as the function that stores it."""

    message: Message
    stores: list[Store] = field(default_factory=list, init=False)

    def add(self, store: Store) -> None:
        """Keep a message until the turn is committed."""
        self.stores.append(store)

    def drop(self, kept: int = 0) -> None:
        """Drop all but the first `kept`, as those of a handler that failed."""
        del self.stores[kept:]


_current: ContextVar[Sends | None] = ContextVar("chatbot_sends", default=None)


@contextmanager
def collecting(sends: Sends | None) -> Iterator[None]:
    """Let what handlers send in this block join their turn; None if there is nothing to join."""
    token = _current.set(sends)
    try:
        yield
    finally:
        _current.reset(token)


def current_sends() -> Sends | None:
    """The messages of the turn that the current function is a handler of; None outside of handlers, and in threads of their own."""
    return _current.get()

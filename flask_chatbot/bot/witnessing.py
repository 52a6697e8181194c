"""Witnesses: whoever hands a message to the bot sees how it was decided, with the reasons, and need not decide it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask_chatbot.bot.effects import AnsweredMessage

_seen: ContextVar[list[AnsweredMessage] | None] = ContextVar("chatbot_seen", default=None)


@contextmanager
def witnessing() -> Iterator[list[AnsweredMessage]]:
    """Collect the messages that this thread answers while the block lasts, each once its answer is committed."""
    seen: list[AnsweredMessage] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def witness(answered: AnsweredMessage) -> None:
    """Show an answered message to whoever looks on in this thread."""
    seen = _seen.get()
    if seen is not None:
        seen.append(answered)

"""The pytest plugin that comes with the package: a `chat` fixture, and words for replies that are not as wanted."""

import pytest
from flask import Flask

from flask_chatbot.testing import Chat, Replies, difference


@pytest.fixture
def chat(app: Flask) -> Chat:
    """A customer who writes to the bot of the `app` fixture."""
    return Chat(app)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What differs, where the replies of a `Chat` are compared."""
    replies, wanted = (left, right) if isinstance(left, Replies) else (right, left)
    return difference(replies, wanted) if op == "==" and isinstance(replies, Replies) else None

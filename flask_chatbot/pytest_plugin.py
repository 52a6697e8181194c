"""The pytest plugin that comes with the package: a `chat` fixture."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from flask_chatbot.testing import Chat


@pytest.fixture
def chat(app: "Flask") -> "Chat":
    """A customer who writes to the bot of the `app` fixture."""
    from flask_chatbot.testing import Chat  # here, so that pytest starts without loading what the tests may not use

    return Chat(app)

"""A worker for the time of a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from flask_chatbot.errors import ChatbotError

ENDING = 5.0  # seconds for what is under way when `working` ends


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Run the app's worker inside the block: accepted messages go out, and incoming ones are answered.

    A served app does so by itself, a test client does not. The app's database is used; give each test its own.
    """
    from flask_chatbot.startup.worker import make_worker  # here, since SQLAlchemy is slow to load, and most tests only chat

    state = app.extensions.get("chatbot")
    if state is None or state.lines is None:
        raise ChatbotError("This app sends nothing by itself. Set CHATBOT_TRANSPORT to a Simulator before init_app(app).")
    state.bot.require_handlers()
    worker = make_worker(state.lines, app.app_context, leads=False)
    worker.start()
    try:
        yield
    finally:
        worker.drain(ENDING)

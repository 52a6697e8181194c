"""A small shop's bot: its rules are in rules.yaml, one folder up, and what they need of Python in handlers.py."""

import os
import secrets

from flask import Flask

from example_bot.announce import announce
from example_bot.handlers import bot


def create_app() -> Flask:
    """An app that answers the webhook at /webhook, and tells in the terminal how to call it."""
    # In the environment, so that the process the reloader starts under --debug takes the same key.
    if not os.environ.get("CHATBOT_WEBHOOK_KEY"):
        os.environ["CHATBOT_WEBHOOK_KEY"] = secrets.token_urlsafe()
    app = Flask(__name__)
    app.config["CHATBOT_PREFIX"] = ""
    bot.init_app(app)
    app.add_url_rule("/", view_func=index)
    announce(app.extensions["chatbot"].settings.webhook_keys[0].key.decode())
    return app


def index() -> tuple[str, dict[str, str]]:
    """One line for whoever opens the address in a browser."""
    return "Toko Maju's example bot. Its webhook takes POST at /webhook.\n", {"Content-Type": "text/plain; charset=utf-8"}

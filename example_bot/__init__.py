"""A small shop's bot: its rules are in rules.yaml, one folder up, and what they need of Python in handlers.py."""

import os
import secrets

import click
from flask import Flask, current_app

from example_bot.announce import announce
from example_bot.handlers import bot


def create_app() -> Flask:
    """An app that answers the webhook at /webhook, and tells in the terminal how to call it."""
    # Only under the flask command: the workers of another server would each make a key of their own.
    if not os.environ.get("CHATBOT_WEBHOOK_KEY") and click.get_current_context(silent=True):
        # In the environment, so that the process the reloader starts under --debug takes the same key.
        os.environ["CHATBOT_WEBHOOK_KEY"] = secrets.token_urlsafe()
    app = Flask(__name__)
    app.config["CHATBOT_PREFIX"] = os.environ.get("CHATBOT_PREFIX", "")
    bot.init_app(app)
    app.add_url_rule("/", view_func=index)
    settings = app.extensions["chatbot"].settings
    announce(f"{settings.prefix}/webhook", settings.webhook_keys[0].key.decode())
    return app


def index() -> tuple[str, dict[str, str]]:
    """One line for whoever opens the address in a browser."""
    webhook = f"{current_app.extensions['chatbot'].settings.prefix}/webhook"
    return f"Toko Maju's example bot. Its webhook takes POST at {webhook}.\n", {"Content-Type": "text/plain; charset=utf-8"}

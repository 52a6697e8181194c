"""A small shop's bot: its rules are in rules.yaml, one folder up, and what they need of Python in handlers.py."""

import os
import secrets

import click
from flask import Flask, current_app

from example_bot.announce import announce
from example_bot.handlers import bot
from example_bot.phones import simulator


def create_app() -> Flask:
    """An app that answers the webhook at /webhook and serves the API below /api, and tells in the terminal how to call both."""
    # Only under the flask command: the workers of another server would each make keys of their own.
    if click.get_current_context(silent=True):
        for name in ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY"):
            # In the environment, so that the process the reloader starts under --debug takes the same keys.
            os.environ[name] = os.environ.get(name) or secrets.token_urlsafe()
    app = Flask(__name__)
    app.config["CHATBOT_PREFIX"] = os.environ.get("CHATBOT_PREFIX", "")
    # So that whoever tries the API can receive its callbacks on their own machine.
    app.config["CHATBOT_PRIVATE_HOSTS"] = os.environ.get("CHATBOT_PRIVATE_HOSTS", "localhost, 127.0.0.1, ::1")
    if os.environ.get("CHATBOT_API_KEY"):
        app.config["CHATBOT_TRANSPORT"] = simulator()
    bot.init_app(app)
    app.add_url_rule("/", view_func=index)
    announce(app.extensions["chatbot"].bot.settings)
    return app


def index() -> tuple[str, dict[str, str]]:
    """Two lines for whoever opens the address in a browser."""
    prefix = current_app.extensions["chatbot"].bot.settings.prefix
    lines = ["Toko Maju's example bot.", f"Its webhook takes POST at {prefix}/webhook, its API is described at {prefix}/api/openapi.json."]
    return "\n".join([*lines, ""]), {"Content-Type": "text/plain; charset=utf-8"}

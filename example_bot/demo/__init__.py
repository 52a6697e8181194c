"""Only for trying the example: keys, simulated phones, and commands to paste. A shop of your own needs none of it."""

import os
import secrets

import click
from flask import Flask

from example_bot.demo.phones import simulator


def prepare(app: Flask) -> None:
    """Give the example what a shop gets from its platform and its provider: keys, and a way to WhatsApp."""
    # Only under the flask command: the workers of another server would each make keys of their own.
    if click.get_current_context(silent=True):
        for name in ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY"):
            # In the environment, so that the process the reloader starts under --debug takes the same keys.
            os.environ[name] = os.environ.get(name) or secrets.token_urlsafe()
    app.config["CHATBOT_PREFIX"] = os.environ.get("CHATBOT_PREFIX", "")
    # So that whoever tries the API can receive its callbacks on their own machine.
    app.config["CHATBOT_PRIVATE_HOSTS"] = os.environ.get("CHATBOT_PRIVATE_HOSTS", "localhost, 127.0.0.1, ::1")
    if os.environ.get("CHATBOT_API_KEY"):
        app.config["CHATBOT_TRANSPORT"] = simulator()

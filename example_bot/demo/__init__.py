"""Only for trying the example: keys, simulated phones, and commands to paste. A shop of your own needs none of it."""

import os
import secrets

import click
from flask import Flask
from werkzeug.security import generate_password_hash

from example_bot.demo.announce import CONSOLE_PASSWORD


def prepare(app: Flask) -> None:
    """Give the example what a shop gets from its platform and its provider: keys, and a way to WhatsApp."""
    # Only under the flask command: the workers of another server would each make keys of their own.
    if command := click.get_current_context(silent=True):
        for name in ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY"):
            # In the environment, so that the process the reloader starts under --debug takes the same keys.
            os.environ[name] = os.environ.get(name) or secrets.token_urlsafe()
        if command.info_name == "run":
            open_console()
    app.config["CHATBOT_PREFIX"] = os.environ.get("CHATBOT_PREFIX", "")
    # So that whoever tries the API can receive its callbacks on their own machine.
    app.config["CHATBOT_PRIVATE_HOSTS"] = os.environ.get("CHATBOT_PRIVATE_HOSTS", "localhost, 127.0.0.1, ::1")
    if os.environ.get("CHATBOT_API_KEY") and not os.environ.get("CHATBOT_TRANSPORT"):
        from example_bot.demo.phones import simulator  # a bot that only answers the webhook has no phones to load

        app.config["CHATBOT_TRANSPORT"] = simulator()


def open_console() -> None:
    """Turn the console on, with a password of its own for each start unless there is one."""
    os.environ.setdefault("CHATBOT_CONSOLE", "True")
    if not os.environ.get("CHATBOT_CONSOLE_PASSWORD"):
        password = secrets.token_urlsafe(9)
        os.environ["CHATBOT_CONSOLE_PASSWORD"] = generate_password_hash(password)
        os.environ[CONSOLE_PASSWORD] = password

"""The app of a rule file that comes without one: `flask chatbot run` serves it, and the operator's commands work on it."""

import os
import secrets
from pathlib import Path

from flask import Flask

from flask_chatbot.extension import Chatbot

NAME = "rules_bot"
WAYS_IN = ("CHATBOT_WEBHOOK_KEY", "CHATBOT_API_KEY", "CHATBOT_TRANSPORT", "CHATBOT_LINES")


def standalone_app(path: Path) -> Flask:
    """An app with the rules of a file and nothing else; its database is in the folder `instance` beside the file.

    It is configured by environment variables. If these hold no key, it makes one for this process. Raises the errors of `Chatbot`.
    """
    file = path.absolute()
    app = Flask(NAME, root_path=str(file.parent), instance_path=str(file.parent / "instance"), static_folder=None)
    if is_keyless():
        app.config["CHATBOT_WEBHOOK_KEY"] = secrets.token_urlsafe(24)
    Chatbot(app, rules=file)
    return app


def has_made_key(app: Flask) -> bool:
    """True if the app's key was made here, so that the platform cannot have it."""
    return app.name == NAME and is_keyless()


def is_keyless() -> bool:
    """True if the environment gives messages no way in."""
    return not any(os.environ.get(name) for name in WAYS_IN)

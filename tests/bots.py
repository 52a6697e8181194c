"""Apps whose bots have handlers, and the places these are told by."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.testing import Chat
from tests.apps import KEY


def app_of(folder: Path, rules: str, bot: Chatbot, **config: object) -> Flask:
    """An app in `folder` with that bot; a rule file without a version gets one at its end, so that lines keep their numbers."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(rules if "version:" in rules else f"{rules}\nversion: 1\n", encoding="utf-8")
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
    bot.init_app(app)
    return app


def chat_of(folder: Path, rules: str, bot: Chatbot) -> Chat:
    """A customer of such an app."""
    return Chat(app_of(folder, rules, bot))


def place(function: Callable[..., Any]) -> str:
    """Where errors say that a function is: its file, the line it begins on (that of its first decorator), column 1."""
    code = inspect.unwrap(function).__code__
    return f"{Path(code.co_filename).relative_to(Path.cwd())}:{code.co_firstlineno}:1"


def name(function: Callable[..., Any]) -> str:
    """What errors call a function."""
    return f"{function.__module__}.{function.__qualname__}"

"""A conversation with the bot of an example, without a server."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType

from flask import Flask

from flask_chatbot import Chatbot, Text
from flask_chatbot.testing import Chat

EXAMPLES = Path(__file__).parents[1] / "examples"
KEY = "a-key-for-these-pages"


def talk(example: str, texts: list[str], *, nama: str, at: datetime) -> list[tuple[str, object]]:
    """Each message with who wrote it, `customer` or `bot`."""
    with shop(EXAMPLES / example) as app:
        chat = Chat(app, nama=nama, at=at)
        turns = [[("customer", Text(text)), *(("bot", reply) for reply in chat.says(text))] for text in texts]
    return [message for turn in turns for message in turn]


@contextmanager
def shop(folder: Path) -> Iterator[Flask]:
    """The app of an example; what is imported of it is forgotten afterwards."""
    known, path = set(sys.modules), list(sys.path)
    key = os.environ.get("CHATBOT_WEBHOOK_KEY")
    os.environ["CHATBOT_WEBHOOK_KEY"] = KEY
    sys.path.insert(0, str(folder))
    try:
        yield made(folder)
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - known:
            if str(EXAMPLES) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
        del os.environ["CHATBOT_WEBHOOK_KEY"]
        if key is not None:
            os.environ["CHATBOT_WEBHOOK_KEY"] = key


def made(folder: Path) -> Flask:
    """Its `app`, what its `create_app` returns, or an app that has nothing but the rules."""
    if (folder / "app.py").is_file():
        module = load(folder / "app.py")
        made: Flask = module.app if hasattr(module, "app") else module.create_app()
        return made
    app = Flask("shop", root_path=str(folder))
    Chatbot(app)
    return app


def load(path: Path) -> ModuleType:
    """The module of a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file.")
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

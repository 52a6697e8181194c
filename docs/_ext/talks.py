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
CUSTOMER, STAFF = "6281234567890", "628117601234"


def talk(example: str, texts: list[str], *, nama: str, at: datetime) -> list[tuple[str, object]]:
    """Each message with who wrote it, `customer`, `staff` or `bot`.

    Behind a `>`, staff move a row, as in `> cucian 1 siap diambil`; `>` alone asks for the reminders that are to come. Behind a `<`, staff
    write to the bot, from the number that a rule is for.
    """
    with shop(EXAMPLES / example) as app:
        chat = Chat(app, from_=CUSTOMER, nama=nama, at=at)
        turns = [list(turn(chat, text)) for text in texts]
    return [message for turn in turns for message in turn]


def turn(chat: Chat, text: str) -> Iterator[tuple[str, object]]:
    """One line of a conversation, and what the customer gets for it."""
    if text.startswith("<"):
        yield "staff", Text(text[1:].strip())
        yield from (("bot", reply) for reply in chat.person(STAFF).says(text[1:].strip()))
    elif not text.startswith(">"):
        yield "customer", Text(text)
        yield from (("bot", reply) for reply in chat.says(text))
    elif move := text[1:].strip():
        table, number, state = move.split(maxsplit=2)
        yield "staff", Text(f"{number} {state}")
        yield from (("bot", reply) for reply in chat.moves(table, int(number), state))
    else:
        yield from (("bot", Text(f"_{at:%Y-%m-%d %H.%M}_\n{said}")) for at, said in chat.reminders)


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
    app.config.update(CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")  # so that rules may notify staff
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

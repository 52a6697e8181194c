"""An app whose operator's commands are tried, and what is in its database."""

import json
import time
from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.store import callbacks, outbox, stored
from flask_chatbot.store.callbacks import NewCallback, Settlement
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage

KEY = "kunci-toko-maju"
DAY = 86_400.0
RULES = """\
version: 1
settings: {timezone: Asia/Jakarta, quiet: never}
rules:
  - keyword: halo
    reply: [Halo Kak!, Apa kabar?]
  - keyword: diam
    reply: []
  - name: survei
    keyword: survei#
    fields: [nilai, {saran: {optional: true}}]
    save: survei
    reply: Terima kasih!
  - keyword: admin
    pause: 2 hours
    reply: Sebentar ya.
"""


def runner() -> CliRunner:
    """A runner that keeps stderr apart, for which Click before 8.2 has to be asked."""
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    return CliRunner(**apart)


class Shop(NamedTuple):
    """The app, and its database."""

    app: Flask
    database: Database

    def run(self, *arguments: str, typed: str = "") -> Result:
        """The outcome of ``flask chatbot`` with these arguments."""
        info = ScriptInfo(create_app=lambda: self.app, set_debug_flag=False)
        return runner().invoke(chatbot, arguments, input=typed, obj=info, catch_exceptions=False)

    def printed(self, *arguments: str) -> list[str]:
        """The lines that a command prints which succeeds."""
        settlement = self.run(*arguments)
        assert settlement.exit_code == 0, settlement.output
        return settlement.stdout.splitlines()

    def data(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        return json.loads("\n".join(self.printed(*arguments, "--format", "json")))

    def refused(self, *arguments: str) -> str:
        """What a command says that ends with exit code 1."""
        settlement = self.run(*arguments)
        assert settlement.exit_code == 1, settlement.output
        return settlement.stderr

    def queue(self, id: str) -> None:  # noqa: A002
        """A message that waits for a worker."""
        now = time.time()
        new = NewMessage(
            id=id, session="simulator", chat="628111@c.us", type="text", reply=Text("Halo"), created_at=now, expires_at=now + DAY
        )
        with self.database.writing() as connection:
            new_messages.add(connection, [new])

    @property
    def later(self) -> float:
        """A minute from now."""
        return time.time() + 60

    def lose(self, id: str, at: float, error: str = "WhatsApp refused it.", chat: str = "628111@c.us") -> None:  # noqa: A002
        """A message that was given up."""
        new = NewMessage(id=id, session="simulator", chat=chat, type="text", reply=Text("Halo"), created_at=at, expires_at=at + DAY)
        with self.database.writing() as connection:
            new_messages.add(connection, [new])
            (claim,) = outbox.claim(connection, "simulator", at, 60.0, 1)
            assert outbox.settle_failed(connection, claim, error, at)
            stored.move_ack(connection, id, Ack.ERROR, at, error)

    def put_off(self, id: str, at: float, until: float, error: str = "cdn.example.com answered 503.") -> None:  # noqa: A002
        """A message that failed, and is tried again."""
        new = NewMessage(id=id, session="simulator", chat="628111@c.us", type="image", reply=Text("a"), created_at=at, expires_at=at + DAY)
        with self.database.writing() as connection:
            new_messages.add(connection, [new])
            (claim,) = outbox.claim(connection, "simulator", at, 60.0, 1)
            assert outbox.settle_later(connection, claim, until, error)

    def put_callback_off(self, id: str, at: float, until: float) -> None:  # noqa: A002
        """A callback that failed, and is made again."""
        url = "https://crm.example.com/hook?token=rahasia"
        new = NewCallback(id=id, message="3EB0A", ack=Ack.SENT, at=at, url=url, host="crm.example.com", created_at=at)
        with self.database.writing() as connection:
            callbacks.add(connection, [new])
            settlement = Settlement(state="later", due_at=until, error="It answered 503.")
            callbacks.settle_all(connection, [(claim, settlement) for claim in callbacks.claim(connection, at, 60.0, 1)], at)

    def lose_callback(self, id: str, at: float, error: str = "It answered 404.", *, refused: bool = False) -> None:  # noqa: A002
        """A callback that was given up, or refused."""
        url = "https://crm.example.com/hook?token=rahasia"
        new = NewCallback(
            id=id,
            message="3EB0A",
            ack=Ack.SENT,
            at=at,
            url=url,
            host="crm.example.com",
            created_at=at,
            error=error if refused else None,
        )
        with self.database.writing() as connection:
            callbacks.add(connection, [new])
            for claim in callbacks.claim(connection, at, 60.0, 1):
                callbacks.settle_all(connection, [(claim, Settlement(state="failed", error=error))], at)

    def states(self, ids: Sequence[str]) -> list[str | None]:
        """The states of messages."""
        return [message.state if message else None for message in self._all(stored.find, ids)]

    def _all(self, find: Callable[..., Any], ids: Sequence[str]) -> list[Any]:
        with self.database.reading() as connection:
            return [find(connection, each) for each in ids]


def open_shop(folder: Path, url: str | None, bot: Chatbot | None = None, *, rules: str = RULES, **config: object) -> Shop:
    """An app in `folder`, with its database there or at `url`."""
    (folder / "rules.yaml").write_text(rules, "utf-8")
    app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update({"CHATBOT_API_KEY": KEY, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_DATABASE_URL": url, **config})
    (bot or Chatbot()).init_app(app)
    return Shop(app, Database(url, folder / "instance"))

"""Shops that send broadcasts to simulated phones."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.broadcasting import preparing, running
from flask_chatbot.broadcasting.content import BroadcastContent
from flask_chatbot.broadcasting.preparing import Audience
from flask_chatbot.broadcasting.running import BroadcastProgress
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.startup.worker import worker_options
from flask_chatbot.store import optouts, people
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.worker.worker import Worker

RULES = """\
version: 1
settings: {timezone: Asia/Jakarta, quiet: never}
vars: {toko: Toko Maju}
rules:
  - {name: salam, keyword: halo, reply: Halo!}
  - {name: pilih, keyword: pilih, menu: [{Salam: salam}], reply: "Pilih:"}
  - {name: diam, keyword: diam, reply: []}
  - name: promo
    needs: [kode]
    reply: ["Diskon {{ kode }}, {{ nama or 'Kak' }}!", "Sampai jumpa di {{ toko }}."]
"""
BUDI, SARI, TONO = "6281234567890", "6281234567891", "6281234567892"
THREE = f"nomor;nama\n{BUDI};Budi\n0812-3456-7891;Sari\n+{TONO};\n".encode()
ALL = {"waiting": 0, "sent": 0, "delivered": 0, "read": 0, "failed": 0, "skipped": 0, "withdrawn": 0}


class BroadcastShop:
    """An app whose worker takes a step when a test says so."""

    def __init__(self, folder: Path, simulator: Simulator | None = None, *, rules: str = RULES, **config: object) -> None:
        (folder / "rules.yaml").write_text(rules, "utf-8")
        self.phones = simulator or Simulator()
        self.app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
        self.app.config.update({"CHATBOT_TRANSPORT": self.phones, "CHATBOT_WORKER": "off", **config})
        Chatbot(self.app)
        self.lines: Lines = self.app.extensions["chatbot"].lines
        self.database: Database = self.lines.database

    def draft(self, text: str = "Halo {{ nama or 'Kak' }}!", file: bytes = THREE, **more: Any) -> int:
        """A draft of a text for those in a file."""
        content = more.pop("content", None) or BroadcastContent(text=text)
        audience = more.pop("audience", None) or Audience(file=file, name="list.csv")
        return preparing.prepare(self.lines, more.pop("line", ""), content, audience, **more)

    def started(self, *given: Any, **more: Any) -> int:
        """The number of a broadcast that was started."""
        number = self.draft(*given, **more)
        assert running.start(self.lines, number, "ani")
        return number

    def worker(self) -> Worker:
        """A worker that has not begun."""
        return Worker(worker_options(self.lines, self.app.app_context), leads=False)

    def work(self, until: Callable[[], bool], patience: float = 30.0) -> None:
        """Let a worker work until then."""
        worker = self.worker()
        worker.start()
        end = time.monotonic() + patience
        while not until() and time.monotonic() < end:
            time.sleep(0.01)
        worker.drain(5.0)
        assert until()

    def finish(self, number: int) -> BroadcastProgress:
        """Let a worker work until a broadcast is over, and return its progress."""
        self.work(lambda: self.progress(number).broadcast.ended_at is not None)
        return self.progress(number)

    def progress(self, number: int) -> BroadcastProgress:
        with self.database.reading() as connection:
            return running.progress(connection, running.stored(connection, number))

    def texts(self) -> list[tuple[str, str]]:
        """The texts that arrived, by number and in order."""
        return [(each.chat.partition("@")[0], getattr(each.reply, "text", str(each.reply))) for each in self.phones.arrived]

    def opt_out(self, *numbers: str) -> None:
        with self.database.writing() as connection:
            for number in numbers:
                optouts.opt_out(connection, number, 1.0)

    def know(self, *numbers: str) -> Sequence[str]:
        """Our ids of people with these numbers, who are made."""
        with self.database.writing() as connection:
            return [people.get(connection, number, time.time()) for number in numbers]

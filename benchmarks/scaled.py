"""The app of the benchmark of scale: its transport takes a while for a message, and writes down when it had which."""

import os
import time
from pathlib import Path

from flask import Flask

from benchmarks.crowd import KEY
from benchmarks.one_way import OneWay
from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Outbound

NAME = "slow"


class Slow(OneWay):
    """Each send takes `delay` seconds, and a line in a file of the process."""

    def __init__(self, delay: float, folder: Path) -> None:
        super().__init__(NAME)
        self._delay = delay
        self._journal = folder / f"sent-{os.getpid()}"

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        began = time.time()
        time.sleep(self._delay)
        with self._journal.open("a", encoding="ascii") as journal:
            journal.write(f"{outbound.chat} {outbound.id} {began} {time.time()}\n")
        return f"slow:{outbound.id}"


def make_app(folder: str, url: str, delay: float = 0.05) -> Flask:
    """An app that accepts messages; workers of its own send them."""
    Path(folder, "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", encoding="utf-8")
    app = Flask("scaled", root_path=folder, instance_path=str(Path(folder, "instance")))
    transport = Slow(delay, Path(folder))
    app.config.update(CHATBOT_API_KEY=KEY, CHATBOT_DATABASE_URL=url, CHATBOT_TRANSPORT=transport, CHATBOT_WORKER="off")
    Chatbot(app)
    return app

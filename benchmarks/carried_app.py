"""An app whose messages go to a line that takes some time for each, and notes it in a file: for workers in processes of their own.

The environment says where: `CARRIED` is its folder, `CARRIED_SECONDS` what a send takes; CHATBOT_WORKER and CHATBOT_CELERY how it is
carried.
"""

import os
import time
from pathlib import Path

from flask import Flask

from benchmarks.one_way import OneWay
from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Outbound

FOLDER = Path(os.environ["CARRIED"])
LINE = "bench"
RULES = "version: 1\nrules:\n  - {keyword: halo, reply: Halo!}\n"


class Noting(OneWay):
    """Notes when each send began and ended."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__(LINE)
        self._path = path
        self._seconds = seconds

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        started = time.monotonic()
        time.sleep(self._seconds)
        with self._path.open("a", encoding="ascii") as notes:
            notes.write(f"{outbound.chat} {outbound.id} {started:.6f} {time.monotonic():.6f}\n")
        return outbound.id


FOLDER.joinpath("rules.yaml").write_text(RULES, encoding="utf-8")
app = Flask("carried", root_path=str(FOLDER), instance_path=str(FOLDER))
app.config.update(CHATBOT_TRANSPORT=Noting(FOLDER / "notes", float(os.environ["CARRIED_SECONDS"])), CHATBOT_RELOAD=False)
bot = Chatbot(app)

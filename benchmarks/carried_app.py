"""An app whose messages go to a line that takes some time for each, and notes it in a file: for workers in processes of their own.

The environment says where: `CARRIED` is its folder, `CARRIED_SECONDS` what a send takes; CHATBOT_WORKER and CHATBOT_CELERY how it is
carried.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Group, Listener, Session

FOLDER = Path(os.environ["CARRIED"])
LINE = "bench"
RULES = "version: 1\nrules:\n  - {keyword: halo, reply: Halo!}\n"


class Noting:
    """A line that any process may send by."""

    name = LINE
    runs_anywhere = True

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds

    def open(self, listener: Listener) -> None:
        """Nothing comes in."""

    def close(self) -> None:
        """Nothing is open."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        started = time.monotonic()
        time.sleep(self._seconds)
        with self._path.open("a", encoding="ascii") as notes:
            notes.write(f"{outbound.chat} {outbound.id} {started:.6f} {time.monotonic():.6f}\n")
        return outbound.id

    def session(self) -> Session:
        return Session(is_authenticated=True, number="628000")

    def groups(self) -> Sequence[Group]:
        return ()

    def has_whatsapp(self, number: str) -> bool:
        return True

    def download(self, attachment: Attachment) -> File:
        raise Refused("There are no files here.")


FOLDER.joinpath("rules.yaml").write_text(RULES, encoding="utf-8")
app = Flask("carried", root_path=str(FOLDER), instance_path=str(FOLDER))
app.config.update(CHATBOT_TRANSPORT=Noting(FOLDER / "notes", float(os.environ["CARRIED_SECONDS"])), CHATBOT_RELOAD=False)
bot = Chatbot(app)

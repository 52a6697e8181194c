"""A transport that runs anywhere and writes each send into a file: what WhatsApp would have seen, whoever is killed meanwhile."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.one_way import OneWay
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Outbound

SLOW = 0.002  # seconds


class Journal(OneWay):
    """Appends a line for each send, whole or not at all. What is named in `killers` ends the process at once, such as a chat.

    `slow` is the time in seconds that a send takes before its line, and again after it.
    """

    def __init__(self, path: Path, killers: Sequence[str] = (), slow: float = SLOW) -> None:
        super().__init__("journal")
        self._slow = slow
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._killers = killers

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        time.sleep(self._slow)
        self.note(outbound.chat, outbound.id)
        time.sleep(self._slow)
        return f"journal:{outbound.id}"

    def note(self, what: str, name: str) -> None:
        """Append a line."""
        os.write(self._file, f"{what} {name}\n".encode())
        if not {what, name}.isdisjoint(self._killers):
            os._exit(9)


def read_journal(path: Path) -> list[tuple[str, str]]:
    """The sends in the order in which they were made: chat and id."""
    if not path.exists():
        return []
    lines = path.read_text("ascii").splitlines()
    return [(chat, name) for chat, name in (line.split() for line in lines)]

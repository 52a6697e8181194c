"""Tells whoever started the development server where the webhook is, and how to call it."""

import json
import logging
import re
import shlex
import subprocess
import sys

# Of a server that listens on all addresses, the first line with one names loopback. The escape character begins a colour.
RUNNING = re.compile(r"Running on (https?://[^\s\x1b]+)")


def announce(path: str, key: str) -> None:
    """Print the webhook and a command that calls it, once the server has said where it listens."""
    server = logging.getLogger("werkzeug")
    for earlier in [each for each in server.filters if isinstance(each, Announcement)]:
        server.removeFilter(earlier)  # create_app() was called before in this process
    server.addFilter(Announcement(path, key))


class Announcement(logging.Filter):
    """Waits for the line in which the server says where it listens: with --port 0 nobody else knows.

    The server logs it once, in the parent process where there is a reloader. A handler would not do: werkzeug adds its own
    only where there is none.
    """

    def __init__(self, path: str, key: str) -> None:
        super().__init__()
        self._path = path
        self._key = key
        self._told = False

    def filter(self, record: logging.LogRecord) -> bool:
        """True: every record goes on to the log."""
        running = None if self._told else RUNNING.search(record.getMessage())
        if running:
            self._told = True
            print(announcement(f"{running[1]}{self._path}", self._key), flush=True)
        return True


def announcement(webhook: str, key: str) -> str:
    """The lines to print for a webhook at that address.

    >>> print(announcement("http://127.0.0.1:5000/webhook", "k").splitlines()[0])
    The webhook of Toko Maju: http://127.0.0.1:5000/webhook
    """
    return f"The webhook of Toko Maju: {webhook}\nPaste this in another terminal to write to it as a customer:\n\n{curl(webhook, key)}\n"


def curl(webhook: str, key: str) -> str:
    """A command in one line that sends what the platform sends for ``penawaran#Jhon Doe#jhon@example.com``."""
    payload = {"keyword": "penawaran#", "data": ["Jhon Doe", "jhon@example.com"], "webhookkey": key, "from": "6282386xxxxxx"}
    command = ["curl", webhook, "-H", "Content-Type: application/json", "-d", json.dumps(payload)]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)

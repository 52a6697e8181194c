"""Tells whoever started the development server where the webhook and the API are, and how to call them."""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator

from flask_chatbot.settings.settings import Settings

# Of a server that listens on all addresses, the first line with one names loopback. The escape character begins a colour.
CONSOLE_PASSWORD = "TOKO_CONSOLE_PASSWORD"  # noqa: S105  the environment variable that hands it on
RUNNING = re.compile(r"Running on (https?://[^\s\x1b]+)")


def announce(settings: Settings) -> None:
    """Print how to call the webhook and the API, once the server has said where it listens."""
    server = logging.getLogger("werkzeug")
    for earlier in [each for each in server.filters if isinstance(each, Announcement)]:
        server.removeFilter(earlier)  # create_app() was called before in this process
    server.addFilter(Announcement(settings))


class Announcement(logging.Filter):
    """Waits for the line in which the server says where it listens: with --port 0 nobody else knows.

    The server logs it once, in the parent process where there is a reloader. A handler would not do: werkzeug adds its own
    only where there is none.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._told = False

    def filter(self, record: logging.LogRecord) -> bool:
        """True: every record goes on to the log."""
        running = None if self._told else RUNNING.search(record.getMessage())
        if running:
            self._told = True
            print("\n".join(announcement(running[1], self._settings)), flush=True)
        return True


def announcement(server: str, settings: Settings) -> Iterator[str]:
    """The lines to print for a server at that address, as far as there are keys to it."""
    base = f"{server}{settings.prefix}"
    if settings.webhook_keys:
        yield f"The webhook of Toko Maju: {base}/webhook"
        yield "Paste this in another terminal to write to it as a customer:"
        yield from ("", webhook_curl(f"{base}/webhook", settings.webhook_keys[0].key.decode()), "")
    if settings.api_keys:
        yield f"The API of Toko Maju: {base}/api"
    if settings.api_keys and not is_real(settings):
        yield "Paste this to send a message as the shop; the phone that receives it is simulated:"
        yield from ("", api_curl(f"{base}/api/sendwa", settings.api_keys[0].key.decode()), "")
    if settings.console and (password := os.environ.get(CONSOLE_PASSWORD)):
        yield f"The console of Toko Maju: {base}/console (password: {password})"


def is_real(settings: Settings) -> bool:
    """True if messages go to real phones, and not to simulated ones."""
    return isinstance(settings.transport, str) and settings.transport != "simulator"


def webhook_curl(url: str, key: str) -> str:
    """A command in one line that sends what the platform sends for ``penawaran#Jhon Doe#jhon@example.com``."""
    payload = {"keyword": "penawaran#", "data": ["Jhon Doe", "jhon@example.com"], "webhookkey": key, "from": "6282386xxxxxx"}
    return curl(url, payload)


def api_curl(url: str, key: str) -> str:
    """A command in one line that sends a text to a customer."""
    return curl(url, {"nohp": "6281234567890", "pesan": "Halo Budi, pesanan Anda sudah dikirim."}, "-H", f"SecretKey: {key}")


def curl(url: str, payload: object, *more: str) -> str:
    """A command in one line that POSTs JSON."""
    command = ["curl", url, *more, "-H", "Content-Type: application/json", "-d", json.dumps(payload)]
    if sys.platform == "win32":
        import subprocess  # slow to load, and a start with keys of its own shows no commands

        return subprocess.list2cmdline(command)
    import shlex  # slow to load as well

    return shlex.join(command)

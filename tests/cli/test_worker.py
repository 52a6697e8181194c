"""`worker`, as the process that it is."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.shops import KEY, open_shop

PATIENCE = 60  # seconds
APP = """\
from flask import Flask
from flask_chatbot import Chatbot
app = Flask("toko", root_path={folder!r}, instance_path={folder!r} + "/instance")
Chatbot(app)
"""


@contextmanager
def working(folder: Path, url: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker of the app in a folder."""
    (folder / "app.py").write_text(APP.format(folder=str(folder)))
    environ = {**os.environ, "CHATBOT_API_KEY": KEY, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_DATABASE_URL": url}
    command = [sys.executable, "-u", "-m", "flask", "--app", str(folder / "app.py"), "chatbot", "worker", "--every", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        yield process
        process.kill()


def text_of(line: str) -> str:
    """What a line says, without its time."""
    return line.split("  ", 1)[1].strip()


@pytest.mark.process
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_tells_what_it_does_and_ends_when_it_is_asked_to(url: str, tmp_path: Path, asked: signal.Signals) -> None:
    shop = open_shop(tmp_path, url)
    shop.queue("3EB0A")
    with working(tmp_path, url) as process:
        assert process.stdout is not None
        lines = [text_of(next(process.stdout))]
        while not lines[-1].startswith("sent 1 "):
            lines.append(text_of(next(process.stdout)))
        process.send_signal(asked)
        lines += map(text_of, process.stdout)
        assert process.wait(PATIENCE) == 0
    assert lines[0] == "working; end it with Ctrl-C or SIGTERM"
    assert lines[-1] == "sent 1 (given up 0), called back 0 (given up 0), under way 0; finished"
    assert shop.states(["3EB0A"]) == ["sent"]
    shop.database.close()

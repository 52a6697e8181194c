"""Terminal sessions on the pages: ``$ command`` and, below it, what it prints."""

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.forked import PATIENCE, flask

KEY = "the-key-of-this-example"


class Call(NamedTuple):
    """One command with what the page says it prints."""

    command: str
    printed: str


def calls(session: str) -> list[Call]:
    """The commands of a session, in order.

    >>> calls("$ a b\\n1\\n$ c\\n")
    [Call(command='a b', printed='1\\n'), Call(command='c', printed='')]
    """
    found: list[Call] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            found.append(Call(line.removeprefix("$ "), ""))
        else:
            found[-1] = Call(found[-1].command, f"{found[-1].printed}{line}\n")
    return found


def run(command: str, folder: Path, language: str = "en") -> str:
    """What a command prints in a folder, in a language. `flask` is the one of these tests, whatever is on the path."""
    first, *rest = shlex.split(command)
    with TemporaryDirectory() as elsewhere:
        environment = {
            **os.environ,
            "CHATBOT_WEBHOOK_KEY": KEY,
            "CHATBOT_DATABASE_URL": f"sqlite:///{elsewhere}/chatbot.sqlite",  # no files among the examples
            "CHATBOT_LANGUAGE": language,  # whatever the rules of the example name
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "100",
        }
        if first == "flask":
            outcome = flask(*rest, folder=folder, environment=environment)
        else:
            outcome = subprocess.run(
                [first, *rest], cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
            )
    return outcome.stdout + outcome.stderr

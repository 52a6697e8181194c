"""The way of a message through our own code: the functions that are called, the files they lie in, and the moves between files."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from flask import Flask
from flask.cli import FlaskGroup

import flask_chatbot
from benchmarks.apps import KEY, URL
from benchmarks.tables import Row, Say, drawn, table
from flask_chatbot import Chatbot

OURS = f"{Path(flask_chatbot.__file__).parent}/"
WARMED_UP = 3  # calls before the one that is counted: then templates are read, and files watched
PLAIN = "webhook"
CALLS_PROMISE, FILES_PROMISE = 45, 10  # of the plain one
RULES = """\
version: 1
rules:
  - keyword: penawaran#
    fields: [nama: {min: 2}, jumlah: {type: integer, min: 1}]
    reply: "Terima kasih {{ nama }}, {{ jumlah }} buah."
  - keyword: halo
    reply: Halo {{ nama }}
"""
HALO = {"keyword": "halo", "data": {"nama": "Jhon Doe", "nohp": "6282386000000"}, "webhookkey": KEY, "from": "6282386000000"}
QUOTE = {"keyword": "penawaran#", "data": ["Jhon Doe", "2"], "webhookkey": KEY, "from": "6282386000000"}
SEND = {"nohp": "6282386000000", "pesan": "Pesanan Anda siap."}


@dataclass(frozen=True, slots=True)
class Way:
    """The functions of ours that were called, one after the other: the file and the name of each."""

    steps: tuple[tuple[str, str], ...]

    @property
    def files(self) -> Counter[str]:
        """How many calls lie in each file."""
        return Counter(file for file, _ in self.steps)

    @property
    def moves(self) -> int:
        """How often a call lies in another file than the one before it.

        >>> Way((("a.py", "f"), ("b.py", "g"), ("b.py", "h"), ("a.py", "i"))).moves
        2
        """
        return sum(one[0] != other[0] for one, other in pairwise(self.steps))

    def cells(self) -> list[str]:
        """The figures as they are printed.

        >>> Way((("a.py", "f"), ("b.py", "g"), ("b.py", "h"))).cells()
        ['3', '2', '1']
        """
        return [f"{figure:,}" for figure in (len(self.steps), len(self.files), self.moves)]


def run(say: Say, quick: bool = False) -> list[Row]:
    """The ways, counted; what is promised of the plain webhook."""
    with shop() as app:
        ways = all_ways(app)
    say(table("Ways through our own code", [[name, *way.cells()] for name, way in ways.items()], ("way", "calls", "files", "moves")))
    plain = ways[PLAIN]
    calls, files = len(plain.steps), len(plain.files)
    return [
        Row(f"calls of our functions for a {PLAIN}", str(calls), "", calls, CALLS_PROMISE, profile=partial(listed, plain)),
        Row("files they lie in", str(files), "", files, FILES_PROMISE, profile=partial(listed, plain)),
    ]


def listed(way: Way) -> str:
    """The functions that are called, by the files they lie in, in the order in which each is first come to."""
    rows = []
    for file, calls in way.files.items():
        names = Counter(name for at, name in way.steps if at == file)
        called = (name if times == 1 else f"{name} ({times})" for name, times in names.items())
        rows.append([file, str(calls), ", ".join(called)])
    return drawn(rows, ("file", "calls", "of"))


def all_ways(app: Flask) -> dict[str, Way]:
    """The ways that are looked at, each by its name, as they are once the first calls are over."""
    client, shell, ids = app.test_client(), app.test_cli_runner(), count()
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False)

    def post(url: str, body: object, **headers: str) -> None:
        answer = client.post(url, json=body, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status}")

    works: dict[str, Callable[[], object]] = {
        PLAIN: lambda: post(URL, HALO),
        "webhook with fields": lambda: post(URL, QUOTE),
        "webhook with fields and an id": lambda: post(URL, QUOTE, **{"webhook-id": f"msg_{next(ids)}"}),
        "API send": lambda: post("/chatbot/api/sendwa", SEND, SecretKey=KEY),
        "flask chatbot check": lambda: shell.invoke(group, ["chatbot", "check"]),
    }
    return {name: warm_way(work) for name, work in works.items()}


def warm_way(work: Callable[[], object]) -> Way:
    """The way of some work that was done before."""
    for _ in range(WARMED_UP):
        work()
    return way_of(work)


def way_of(work: Callable[[], object]) -> Way:
    """The way of some work in this thread. A comprehension is no call: since Python 3.12 it runs in its function."""
    steps: list[tuple[str, str]] = []

    def step(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(OURS) and not code.co_name.endswith("comp>"):
            steps.append((code.co_filename.removeprefix(OURS), code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        work()
    finally:
        sys.setprofile(before)
    return Way(tuple(steps))


@contextmanager
def shop() -> Iterator[Flask]:
    """An app with a small bot and its API; nobody sends what is accepted."""
    with TemporaryDirectory() as folder:
        Path(folder, "rules.yaml").write_text(RULES, encoding="utf-8")
        app = Flask("shop", root_path=folder, instance_path=folder)
        app.config |= {"CHATBOT_WEBHOOK_KEY": KEY, "CHATBOT_API_KEY": KEY, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_WORKER": "off"}
        Chatbot(app)
        yield app

"""Accepting a message durably, beside what SQLite itself takes to commit a row: by the wall clock, since the disk is what is waited for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask

from benchmarks import crowd
from benchmarks.profile import sampled_in_folder
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import Work, no_collector, ratio
from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.transports.simulator import Simulator

PROMISE = 0.5  # of the messages a second that SQLite commits rows
BATCH = 50
RULES = "version: 1\nrules: [{keyword: halo, reply: Halo}]\n"
TEXT = Text("Pesanan Anda sudah kami terima dan segera dikirim ke alamat Anda.")
NOTIFY = "https://crm.example.com/status"
OURS, SAME, BARE = "ours", "sqlite3, the same row", "sqlite3, a table without indexes"


def run(say: Say, quick: bool = False) -> list[Row]:
    """Messages a second that one caller has accepted, beside rows a second that one caller commits."""
    # Not where temporary files are: that is memory on many machines.
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".accept-") as folder, no_collector():
        accept = service(folder)
        accept()  # makes the file, and a row to take as the model
        with same_row(Path(folder, "instance", "chatbot.sqlite")) as same, bare_row(Path(folder, "bare.sqlite")) as bare:
            costs = in_turn({BARE: bare, SAME: same, OURS: accept}, 20 if quick else 100)
    speeds = {name: 1 / median(times) for name, times in costs.items()}
    rows = [[name, f"{speeds[name]:,.0f}", seconds(median(times))] for name, times in costs.items()]
    say(table("Accepting: committed one at a time, SQLite on disk (WAL, synchronous FULL)", rows, ("who", "a second", "each")))

    def beside(other: str, promise: float | None) -> Row:
        share = ratio(costs[other], costs[OURS])
        what = f"accepting a message durably, beside {other}"
        return Row(what, f"{speeds[OURS]:,.0f}/s", f"{speeds[other]:,.0f}/s", share, promise, at_least=True, profile=profile)

    return [beside(SAME, PROMISE), beside(BARE, None), *crowd.run(say, quick)]


def profile() -> str:
    """Where the time of accepting goes, that of the disk included."""
    return sampled_in_folder(lambda folder: service(str(folder)), by_clock=True)


def in_turn(works: dict[str, Work], rounds: int) -> dict[str, list[float]]:
    """The seconds each took for one, round after round; the first rounds, in which files grow, do not count."""
    costs: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(-2, rounds):
        for name, work in works.items():
            start = perf_counter()
            done = work()
            if turn >= 0:
                costs[name].append((perf_counter() - start) / done)
    return costs


@contextmanager
def same_row(path: Path) -> Iterator[Work]:
    """Commits rows such as the service made, into the same table with the same indexes, with nothing around it."""
    numbers = count()
    with closing(connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        model = dict(connection.execute("SELECT * FROM chatbot_messages LIMIT 1").fetchone())
        del model["seq"]
        names, places = ", ".join(model), ", ".join(f":{name}" for name in model)
        insert = f"INSERT INTO chatbot_messages ({names}) VALUES ({places})"  # noqa: S608  names of our own columns

        def commit() -> int:
            for _ in range(BATCH):
                number = next(numbers)
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(insert, {**model, "id": f"3EB1{number:016X}", "chat": f"62899345{number:04}@c.us"})
                connection.execute("COMMIT")
            return BATCH

        yield commit


@contextmanager
def bare_row(path: Path) -> Iterator[Work]:
    """Commits rows of a message's size into a table of two columns: as little as can be done."""
    numbers = count()
    row = "x" * 400
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, message TEXT NOT NULL)")

        def commit() -> int:
            for _ in range(BATCH):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO messages VALUES (?, ?)", (f"3EB0{next(numbers):016X}", row))
                connection.execute("COMMIT")
            return BATCH

        yield commit


def connect(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to us, and waits for the disk at each commit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def service(folder: str) -> Work:
    """Sends as `POST /api/sendwa` and `bot.send()` do."""
    Path(folder, "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("accept", root_path=folder, instance_path=str(Path(folder, "instance")))
    app.config.update(CHATBOT_TRANSPORT=Simulator(runs_anywhere=True), CHATBOT_WORKER="off")
    Chatbot(app)
    gateway = app.extensions["chatbot"].lines.first
    if gateway is None:
        raise RuntimeError("there is no gateway")

    def accept() -> int:
        for number in range(BATCH):
            gateway.send(f"62812345{number:04}@c.us", TEXT, Terms(notify_url=NOTIFY))
        return BATCH

    return accept

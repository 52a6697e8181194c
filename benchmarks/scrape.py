"""What a scrape of `/metrics` costs with many messages kept, beside one with few."""

from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time

from flask import Flask
from sqlalchemy import insert

from benchmarks.profile import sampled_in_folder
from benchmarks.tables import Row, Say, seconds, table
from benchmarks.timing import Work, done, in_turn, ratio
from flask_chatbot import Chatbot
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import callbacks, inbox, messages
from flask_chatbot.transports.simulator import Simulator

FEW, MANY, QUICK = 10_000, 300_000, 100_000
WAITING = 100  # messages, in both
KEY = "kunci-benchmark"
PROMISE = 1.5
RULES = "version: 1\nrules:\n  - {name: salam, keyword: halo, reply: Halo}\n"
AT_ONCE = 2_000  # rows in one statement


def run(say: Say, quick: bool = False) -> list[Row]:
    """The processor time of a scrape, round after round, with few messages kept and with many."""
    many = QUICK if quick else MANY
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".scrape-") as folder:
        apps = {count: make_app(Path(folder) / str(count), count) for count in (FEW, many)}
        works: dict[str, Work] = {f"{count:,}": partial(done, scrape, [app] * 10) for count, app in apps.items()}
        for work in works.values():
            work()
        costs = in_turn(works, 5 if quick else 15)
    rows = [[name, seconds(median(found))] for name, found in costs.items()]
    say(table("A scrape of /metrics", rows, ("messages kept each way", "processor time")))
    few, lots = costs.values()
    what = f"a scrape with {many:,} messages kept each way, beside one with {FEW:,}"
    return [Row(what, seconds(median(lots)), seconds(median(few)), ratio(lots, few), PROMISE, profile=partial(profile, many))]


def profile(count: int) -> str:
    """Where the time of a scrape goes."""
    return sampled_in_folder(lambda folder: partial(done, scrape, [make_app(folder / "app", count)] * 10), "a scrape")


def make_app(folder: Path, count: int) -> Flask:
    """An app with so many messages kept in each direction, as many callbacks, and a few messages that wait."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("toko", root_path=str(folder), instance_path=str(folder))
    transport = Simulator(runs_anywhere=True)
    app.config.update(CHATBOT_API_KEY=KEY, CHATBOT_TRANSPORT=transport, CHATBOT_WORKER="off", CHATBOT_RELOAD=False)
    Chatbot(app)
    fill(app.extensions["chatbot"].make_database(), transport.name, count)
    return app


def fill(database: Database, line: str, count: int) -> None:
    """Write the rows: settled ones, and a few of them open."""
    now = time()
    sent = {
        "session": line,
        "chat": "628@c.us",
        "type": "text",
        "reply": "{}",
        "promo": False,
        "is_reply": True,
        "created_at": now,
        "start_at": 0.0,
        "expires_at": now + 9e5,
        "state": "sent",
        "due_at": 0.0,
        "tries": 1,
        "crashes": 0,
        "fence": 1,
        "leased_until": 0.0,
        "ack": 3,
        "settled_at": now,
        "rule": "salam",
    }
    came = {"session": line, "chat": "628@c.us", "sender": "628", "text": "halo", "at": now, "replies": 1, "rule": "salam"}
    called = {
        "ack": 3,
        "at": now,
        "url": "https://a.id/",
        "host": "a.id",
        "created_at": now,
        "state": "sent",
        "due_at": 0.0,
        "tries": 1,
        "fence": 1,
        "leased_until": 0.0,
        "settled_at": now,
    }
    for start in range(0, count, AT_ONCE):
        some = range(start, start + AT_ONCE)
        with database.writing() as connection:
            connection.execute(insert(messages), [{**sent, "id": f"m{each}", "order_key": f"p{each % 5000}"} for each in some])
            connection.execute(insert(inbox), [{**came, "message_id": f"i{each}", "expires_at": now + 9e5} for each in some])
            connection.execute(insert(callbacks), [{**called, "id": f"c{each}", "message": f"m{each}"} for each in some])
    waiting = {**sent, "state": "queued", "settled_at": None, "ack": 0, "tries": 0}
    with database.writing() as connection:
        connection.execute(insert(messages), [{**waiting, "id": f"w{each}", "order_key": f"w{each}"} for each in range(WAITING)])


def scrape(app: Flask) -> None:
    """Ask for the numbers once."""
    answer = app.test_client().get("/chatbot/metrics", headers={"Authorization": f"Bearer {KEY}"})
    if answer.status_code != 200 or f'state="queued"}} {WAITING}.0' not in answer.text:
        raise RuntimeError(answer.text)

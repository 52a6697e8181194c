"""The console's pages with 100,000 messages in the log each way, beside a bare Flask page that shows 50 rows of one indexed query."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import Connection, Engine, bindparam, create_engine, insert, select
from werkzeug.security import generate_password_hash

from benchmarks.profile import sampled
from benchmarks.tables import Row, Say, seconds
from benchmarks.timing import Work, in_turn, ratio
from flask_chatbot import Chatbot
from flask_chatbot.answering.history import hash_of
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.database.console_tables import conversations, handovers, labels
from flask_chatbot.database.database import Database
from flask_chatbot.database.saved_tables import saved
from flask_chatbot.database.tables import aliases, inbox, messages, opted_out, people
from flask_chatbot.transports.simulator import Simulator

MESSAGES = 100_000  # in each direction
CUSTOMERS = 2_000
BATCH = 10
LOOKS = 100  # rounds of first looks that a profile may need
PAGE, SEARCH = 5, 20  # times the bare page, at most
MONTH = 30 * 86_400.0  # seconds that the log covers
DAY = f"{datetime.now(UTC) - timedelta(days=10):%Y-%m-%d}"
PASSWORD = "rahasia-benchmark"  # noqa: S105  of an app that lives for a minute
RULES = """\
version: 1
rules:
  - {name: salam, keyword: halo, reply: Halo}
  - {name: cuci, keyword: cuci#, fields: [berat], save: {to: cucian, states: [baru, dicuci, siap]}, reply: Ya}
  - {name: entah, fallback: true, reply: Maaf}
"""
RULES += "".join(
    f'  - {{name: barang-{each}, keyword: "barang {each}", similar: [harga barang {each}], reply: "Barang {each}: Rp {each} ribu"}}\n'
    for each in range(60)
)
# Of searches, those for what is rare among many are the hardest.
PAGES = {
    "/orders?table=cucian": PAGE,
    "/orders?table=cucian&before=9000": PAGE,
    "/orders/77?table=cucian": PAGE,
    "/deliveries": PAGE,
    "/deliveries?before=40000": PAGE,
    "/deliveries?way=in": PAGE,
    "/deliveries/m5003": PAGE,
    "/charts": PAGE,
    "/inbox": PAGE,
    f"/inbox?before={MESSAGES - 500}": PAGE,
    f"/inbox/p{0:025}": PAGE,
    "/rules": PAGE,
    "/unmatched": PAGE,
    "/chat": PAGE,
    "/connection": PAGE,
    "/broadcasts": PAGE,
    "/inbox?show=waiting": SEARCH,
    "/inbox?show=unread": SEARCH,
    "/inbox?show=label:langganan": SEARCH,
    "/inbox?show=optout": SEARCH,
    "/inbox?q=langka": SEARCH,
    "/inbox?q=halo+buka": SEARCH,
    "/inbox?q=budi": SEARCH,
    "/inbox?q=628120001999": SEARCH,
    "/rules?q=barang": SEARCH,
    "/orders?table=cucian&state=siap": SEARCH,
    f"/orders?table=cucian&day={DAY}": SEARCH,
    "/deliveries?state=queued": SEARCH,
    "/deliveries?state=claimed": SEARCH,
    "/deliveries?state=failed": SEARCH,
    "/deliveries?state=failed&rule=salam": SEARCH,
    "/deliveries?rule=langka": SEARCH,
    f"/deliveries?day={DAY}": SEARCH,
    "/deliveries?number=628120001999": SEARCH,
    "/deliveries?way=in&rule=langka": SEARCH,
    f"/deliveries?way=in&day={DAY}": SEARCH,
    "/deliveries?way=in&number=628120001999": SEARCH,
}
UNMATCHED = "/chatbot/console/unmatched"
NEW_TEXT, NEW_RULES, NEAREST = (f"/unmatched, first look {after}" for after in ("after a text", "after new rules", "for the nearest rules"))
FIRST_LOOKS = {NEW_TEXT: PAGE, NEW_RULES: PAGE, NEAREST: SEARCH}
# A text more that fell through, as far as the page can tell.
FALL = (
    "UPDATE chatbot_inbox SET text = 'ongkir besok ' || abs(random() % 1000000) "
    "WHERE seq = (SELECT max(seq) FROM chatbot_inbox WHERE rule = 'entah')"
)
WORDS = "apakah ongkir kirim parkir barang warna ukuran besok gratis tukar kembali".split()
BARE = (
    "<!doctype html><table>{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.created_at }}</td><td>{{ row.chat }}</td>"
    "<td>{{ row.type }}</td><td>{{ row.state }}</td></tr>{% endfor %}</table>"
)


def run(say: Say, quick: bool = False) -> list[Row]:
    """The figures of each page."""
    number = MESSAGES // 10 if quick else MESSAGES
    del say  # all of it are promises
    rounds = 5 if quick else 20
    with works_of(number, rounds) as (works, looks):
        costs = in_turn(works, rounds)
        first_costs = in_turn(looks, rounds)  # apart, since the other pages, too, have something to do when rules are new
    return [*_rows(number, costs, PAGES), *_rows(number, first_costs, FIRST_LOOKS)]


@contextmanager
def works_of(number: int, rounds: int) -> Iterator[tuple[dict[str, Work], dict[str, Work]]]:
    """The opening of each page, and the first look after each change, with so many messages in the log; each has the bare page, too."""
    with TemporaryDirectory() as folder:
        app = shop(Path(folder))
        database = app.extensions["chatbot"].make_database()
        fill(database, number, hash_of(app.extensions["chatbot"].bot.book))
        engine = create_engine(f"sqlite:///{database.path}")
        client, floor = logged_in(app), {"bare": opening(bare(engine).test_client(), "/")}
        works = {path: opening(client, f"/chatbot/console{path}") for path in PAGES}
        yield {**floor, **works}, {**floor, **first_looks(client, app.extensions["chatbot"].bot, engine, Path(folder), rounds)}
        engine.dispose()


def profile(number: int, path: str) -> str:
    """Where the time of a page goes."""
    with works_of(number, LOOKS) as (works, looks):
        return sampled((works | looks)[path], "a page")


def _rows(number: int, costs: dict[str, list[float]], pages: dict[str, int]) -> Iterator[Row]:
    """Yield the figures of some pages, beside the bare one of the same rounds."""
    floor = _said(costs, "bare")
    for path, most in pages.items():
        spent, times = _said(costs, path), ratio(costs[path], costs["bare"])
        yield Row(f"console{path}", spent, floor, times, most, profile=partial(profile, number, path))


def _said(costs: dict[str, list[float]], name: str) -> str:
    return seconds(median(costs[name]))


def shop(folder: Path) -> Flask:
    """An app with a console and a connection, whose worker does nothing."""
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    hashed = generate_password_hash(PASSWORD, "pbkdf2:sha256:1")
    app.config.update(CHATBOT_WEBHOOK_KEY="kunci-toko-maju-2026", CHATBOT_CONSOLE=True, CHATBOT_CONSOLE_PASSWORD=hashed)
    app.config.update(CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off", CHATBOT_API_KEY="kunci-api-toko-maju")
    Chatbot(app)
    return app


def fill(database: Database, number: int, hash_: str) -> None:
    """Put a month of messages into the log: 50 that wait, 50 that failed, one in a thousand of a seldom rule, and orders.

    `hash_` is that of the rules that answered.
    """
    now = time()
    persons = [f"p{each:025}" for each in range(CUSTOMERS)]
    numbers = [f"62812{each:07}" for each in range(CUSTOMERS)]
    with database.writing() as connection:
        known = {"scheme": "number", "scope": "", "first_seen": now, "last_seen": now}
        connection.execute(insert(people), [{"id": each, "created_at": now} for each in persons])
        connection.execute(
            insert(aliases), [{**known, "value": value, "person": each} for value, each in zip(numbers, persons, strict=True)]
        )
        connection.execute(insert(messages), [_sent(each, number, persons, numbers, now) for each in range(number)])
        connection.execute(insert(inbox), [_came(each, number, persons, numbers, now, hash_) for each in range(number)])
        rows = [_saved(each, number // 5, persons, numbers, now) for each in range(number // 5)]
        connection.execute(insert(saved), rows)
        _converse(connection, number, persons, now)


def _converse(connection: Connection, number: int, persons: list[str], now: float) -> None:
    """Put into the inbox what it needs beside the messages: the last one of each person, handovers, labels, and who opted out."""
    lasts = [
        {"person": each, "last": number - CUSTOMERS + 1 + place, "read": number if place % 2 else 0} for place, each in enumerate(persons)
    ]
    connection.execute(insert(conversations), lasts)
    asked = {"line": "simulator", "name": "Budi", "rule": "entah", "told": "", "notice": None}
    connection.execute(insert(handovers), [{**asked, "person": each, "at": now - 60.0} for each in persons[:20]])
    connection.execute(insert(labels), [{"person": each, "label": "langganan"} for each in persons[::20]])
    connection.execute(insert(opted_out), [{"person": each, "line": "", "at": now} for each in persons[::10]])


def _sent(each: int, number: int, persons: list[str], numbers: list[str], now: float) -> dict[str, Any]:
    at, who = now - (number - each) * MONTH / number, each % CUSTOMERS
    state = "queued" if each % (number // 50) == 1 else "failed" if each % (number // 50) == 2 else "sent"
    times = dict.fromkeys(("sent_at", "delivered_at", "settled_at"), at + 2.0 if state == "sent" else None)
    if state == "failed":
        times["settled_at"] = at + 2.0
    known = {
        "session": "simulator",
        "type": "text",
        "reply": '{"text": "' + "Pesanan Anda siap. " * 5 + '"}',
        "promo": False,
        "is_reply": True,
    }
    known |= {"start_at": 0.0, "expires_at": at + 86_400, "due_at": now + 3600, "tries": 1, "crashes": 0, "fence": 1, "leased_until": 0.0}
    rule = "langka" if each % 1000 == 0 else "salam"
    whose = {"id": f"m{each}", "chat": f"{numbers[who]}@c.us", "order_key": persons[who]}
    return {**known, **times, **whose, "created_at": at, "state": state, "ack": 2 if state == "sent" else 0, "rule": rule}


def _came(each: int, number: int, persons: list[str], numbers: list[str], now: float, hash_: str) -> dict[str, Any]:
    at, who = now - (number - each) * MONTH / number, each % CUSTOMERS
    rule = "langka" if each % 1000 == 0 else "entah" if each % 7 == 0 else "salam"
    known = {
        "session": "simulator",
        "text": _written(each, rule),
        "replies": 1,
        "place": "rules.yaml:3",
        "rules_hash": hash_,
    }
    whose = {"chat": f"{numbers[who]}@c.us", "sender": numbers[who], "person": persons[who]}
    return {**known, **whose, "message_id": f"i{each}", "at": at, "rule": rule, "explanations": '["won"]', "expires_at": now + MONTH}


def _written(each: int, rule: str) -> str:
    """A text that is like those of others, and now and then one with a seldom word."""
    if rule == "entah":
        return f"{WORDS[each % 11]} {WORDS[each // 11 % 11]} {WORDS[each // 121 % 11]} {WORDS[each // 1331 % 11]}"
    return f"Halo, apakah toko buka hari ini? Saya mau ke sana {rule}"


def _saved(each: int, number: int, persons: list[str], numbers: list[str], now: float) -> dict[str, Any]:
    at, who = now - (number - each) * MONTH / number, each % CUSTOMERS
    state = "siap" if each % 400 == 0 else "baru"
    known = {"name": "cucian", "number": each + 1, "fields": '{"berat": 2, "catatan": "putih"}', "sender_name": "Budi", "state": state}
    return {**known, "sender": numbers[who], "person": persons[who], "at": at}


def bare(engine: Engine) -> Flask:
    """An app with one page: the newest 50 messages by an index, as a table."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"page.html": BARE})
    newest = select(messages.c.id, messages.c.created_at, messages.c.chat, messages.c.type, messages.c.state)
    newest = newest.where(messages.c.seq < bindparam("before")).order_by(messages.c.seq.desc()).limit(50)

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            return render_template("page.html", rows=connection.execute(newest, {"before": 2**62}).all())

    return app


def logged_in(app: Flask) -> FlaskClient:
    """A browser that has logged in to the console."""
    client = app.test_client()
    token = client.get("/chatbot/console/login").text.partition('name="token" value="')[2].partition('"')[0]
    answer = client.post("/chatbot/console/login", data={"token": token, "password": PASSWORD})
    if answer.status_code != 303:
        raise RuntimeError(f"the login answered {answer.status_code}")
    return client


def first_looks(client: FlaskClient, bot: Bot, engine: Engine, folder: Path, rounds: int) -> dict[str, Work]:
    """The page about what was not understood after each text, after each change of the rules, and with the nearest of new rules."""
    books = [(read_rules(folder / "rules.yaml").book or bot.book) for _ in range(2 * rounds * BATCH)]
    fresh = iter(books)  # what a book makes ready on first use is paid for, too

    def fall() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(FALL)

    def change() -> None:
        bot.use(next(fresh))

    return {
        NEW_TEXT: opening(client, UNMATCHED, fall),
        NEW_RULES: opening(client, UNMATCHED, change),
        NEAREST: opening(client, f"{UNMATCHED}?near=yes", change),
    }


def opening(client: FlaskClient, address: str, before: Callable[[], None] = lambda: None) -> Work:
    """Open a page several times, and do something before each."""

    def work() -> int:
        for _ in range(BATCH):
            before()
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
        return BATCH

    return work

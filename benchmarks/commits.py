"""What one PostgreSQL commits: rows by several connections at once, each in a transaction of its own, which notifies or does not."""

import threading
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

import psycopg
from sqlalchemy import make_url

from benchmarks.tables import Say, table
from flask_chatbot.database.notifications import CHANNEL

CONNECTIONS = (1, 16)
TIME = 2.0  # seconds of one measurement
ROW = "x" * 400  # of a message's size
TABLE = "CREATE TABLE IF NOT EXISTS benchmark_rows (id bigserial PRIMARY KEY, message text NOT NULL)"
INSERT = "INSERT INTO benchmark_rows (message) VALUES (%s)"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', current_schema())"
ONE_AT_A_TIME = f"SELECT CASE WHEN pg_try_advisory_xact_lock(1) THEN pg_notify('{CHANNEL}', current_schema()) END"
WAYS: Mapping[str, str] = {"a row": "", "a row, and each notifies": NOTIFY, "a row, and one at a time notifies": ONE_AT_A_TIME}


def run(say: Say, url: str, quick: bool = False) -> None:
    """Print the commits a second of each way."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(TABLE)
    speeds: dict[tuple[str, int], list[float]] = {(way, number): [] for number in CONNECTIONS for way in WAYS}
    for _ in range(1 if quick else 3):
        for (way, number), measured in speeds.items():
            measured.append(commits_a_second(address, WAYS[way], number))
    rows = [[way, *(f"{median(speeds[way, number]):,.0f}" for number in CONNECTIONS)] for way in WAYS]
    heads = ("a transaction", *(f"{number} connection{'s' * (number > 1)}, a second" for number in CONNECTIONS))
    say(table("Scale: what one PostgreSQL commits", rows, heads))


def commits_a_second(address: str, more: str, connections: int) -> float:
    """Commits a second of an insert, and of one more statement if there is one."""
    counts: list[int] = []
    threads = [threading.Thread(target=committing(address, more, counts.append)) for _ in range(connections)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / TIME


def committing(address: str, more: str, done: Callable[[int], object]) -> Callable[[], None]:
    """What one thread does: it commits as long as there is time, and says how often it did."""

    def commit() -> None:
        number = 0
        with psycopg.connect(address) as connection:
            until = perf_counter() + TIME
            while perf_counter() < until:
                connection.execute(INSERT, [ROW])
                if more:
                    connection.execute(more)
                connection.commit()
                number += 1
        done(number)

    return commit

"""A burst of messages over HTTP at a shop of several processes: how fast they are taken beside bare inserts, and what becomes of them."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from benchmarks.faults.cluster import programs
from benchmarks.faults.outcome import Outcome, judge, read_journal
from benchmarks.faults.shop import Shop, Size, shop
from benchmarks.faults.traffic import Accepted, Client
from benchmarks.tables import NO_TIME, Row, Say, table

COUNT = 10_000
QUICK = 500
EACH = 10  # messages of a chat: more than 20 in a minute are not answered
CALLERS = 16  # as many as the shop's web processes have threads
PREFIX = "6285"  # of the chats' numbers
ELSEWHERE = "the work is done by the processes of a shop, and by PostgreSQL."
PATIENCE = 900.0  # seconds
MISSING = "`burst` is left out: PostgreSQL's server is not installed."
COPY = "CREATE TABLE IF NOT EXISTS benchmark_events (LIKE chatbot_events INCLUDING ALL)"
INSERT = """
INSERT INTO benchmark_events (seq, session, key, chat, body, created_at, due_at, tries, fence, leased_until)
SELECT nextval('chatbot_events_seq_seq'), session, md5(%s), chat, %s, created_at, due_at, tries, fence, leased_until
FROM chatbot_events ORDER BY seq LIMIT 1
"""
BODY = "x" * 300  # about what a message of a few words is kept as


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What became of a burst: rows a second that bare inserts keep, messages a second that calls keep, and the seconds until the end.

    `decided` and `sent` are from the first call until all were.
    """

    inserted: float
    taken: float
    decided: float
    sent: float
    refused: int
    outcome: Outcome


def run(say: Say, quick: bool = False) -> list[Row]:
    """Let customers write as fast as they can; none without PostgreSQL's programs."""
    if programs() is None:
        say(MISSING)
        return []
    count = QUICK if quick else COUNT
    size = Size(is_measured=True, goes_behind=True)
    with shop(size) as running:
        seen = burst(running, count)
    figures = [f"{seen.inserted:,.0f}", f"{seen.taken:,.0f}", f"{seen.decided:,.1f} s", f"{seen.sent:,.1f} s", f"{seen.refused:,}"]
    heads = ("bare inserts, a second", "taken, a second", "all decided after", "all sent after", "calls not answered 200")
    say(table(f"Burst: {count:,} messages, {size.web} web processes, {size.workers} workers, PostgreSQL", [figures], heads))
    return rows_of(seen, count)


def rows_of(seen: Burst, count: int) -> list[Row]:
    """The promises."""
    what = f"PostgreSQL, {count:,} messages over HTTP"
    broken = seen.outcome.lost + seen.outcome.out_of_order + seen.outcome.answered_twice
    return [
        Row(
            f"{what}: taken, beside bare inserts",
            f"{seen.taken:,.0f}/s",
            f"{seen.inserted:,.0f}/s",
            seen.taken / seen.inserted,
            profile=ELSEWHERE,
        ),
        Row(f"{what}: lost, out of order, answered twice", str(broken), "0", broken, 0.0, profile=NO_TIME),
    ]


def burst(shop: Shop, count: int) -> Burst:
    """Let so many messages come in at once, and wait until all are answered."""
    warm_up(shop)
    inserted = inserts_a_second(shop, count)
    accepted: list[Accepted] = []
    refused: list[int] = []
    chats, start = chats_of(count), time.time()
    in_threads(lambda: write(shop.port, chats, accepted, refused))
    taken = count / (time.time() - start)
    shop.wait_until("all to be decided", lambda: is_none(shop, "chatbot_events WHERE settled_at IS NULL"), PATIENCE)
    decided = time.time() - start
    shop.wait_until("all to be sent", lambda: is_none(shop, "chatbot_messages WHERE settled_at IS NULL"), PATIENCE)
    sent = time.time() - start
    outcome = judge(accepted, read_journal(shop.journal, PREFIX), time.time())
    return Burst(inserted=inserted, taken=taken, decided=decided, sent=sent, refused=sum(refused), outcome=outcome)


def chats_of(count: int) -> "SimpleQueue[str]":
    """The chats of a burst, for whoever writes next."""
    chats: SimpleQueue[str] = SimpleQueue()
    for number in range(count // EACH):
        chats.put(f"{PREFIX}{number:06}")
    return chats


def write(port: int, chats: "SimpleQueue[str]", accepted: list[Accepted], refused: list[int]) -> None:
    """Write all messages of a chat, one after the other, and of the next, until there is none."""
    with closing(Client(port)) as client:
        while True:
            try:
                chat = chats.get_nowait()
            except Empty:
                return
            for number in range(EACH):
                while not client.deliver(f"{chat}-{number}", chat, f"nomor#{number}"):
                    refused.append(1)
                accepted.append(Accepted(chat, number, time.time()))


def inserts_a_second(shop: Shop, count: int) -> float:
    """Rows a second that as many connections commit, each row in a transaction of its own, into a table with the same indexes."""
    shop.cluster.execute(COPY)
    numbers = iter(range(count))

    def insert() -> None:
        with shop.cluster.connect() as connection:
            for number in iter(lambda: next(numbers, None), None):
                connection.execute(INSERT, [f"{number}", BODY])
                connection.commit()

    start = time.monotonic()
    in_threads(insert)
    speed = count / (time.monotonic() - start)
    shop.cluster.execute("DROP TABLE benchmark_events")
    return speed


def in_threads(work: Callable[[], None]) -> None:
    """Let all callers work at once."""
    threads = [threading.Thread(target=work) for _ in range(CALLERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def warm_up(shop: Shop) -> None:
    """Let each process load what it needs: a few messages, until they are answered."""
    with closing(Client(shop.port)) as client:
        for number in range(4 * CALLERS):
            while not client.deliver(f"w-{number}", f"6284{number:06}", "nomor#0"):
                time.sleep(0.1)
    shop.wait_until("the first answers", lambda: is_none(shop, "chatbot_events WHERE settled_at IS NULL"))


def is_none(shop: Shop, rows: str) -> bool:
    """True if there are no such rows."""
    return shop.cluster.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {rows})") == [(True,)]  # noqa: S608  our own

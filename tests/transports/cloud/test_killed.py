"""A bot at Meta's Cloud API that is killed again and again while customers write: nothing is lost, and chats stay in order."""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.testing.transports.whole_apps import killable, wait_for
from tests.transports.cloud.graph import Graph
from tests.transports.cloud.world import CloudWorld, written

WRITERS = 4  # each for chats of its own, whose order it keeps


@contextmanager
def customers(world: CloudWorld, chats: list[str], messages: int) -> Iterator[None]:
    """Customers who write in turn, each webhook again until it is answered, and a Meta that reports all the while."""
    over = threading.Event()
    found = [(number, chats[number % len(chats)]) for number in range(messages)]
    calls = [(number % len(chats), world.message(written(f"gema#{number}"), sender)) for number, sender in found]

    def write(part: int) -> None:
        for _, (message, contact) in [each for each in calls if each[0] % WRITERS == part]:
            world.deliver([message], [contact])

    def report(graph: Graph) -> None:
        while not over.wait(0.01):
            graph.report()

    threads = [threading.Thread(target=write, args=[part], daemon=True) for part in range(WRITERS)]
    threads.append(threading.Thread(target=report, args=[world.graph], daemon=True))
    for thread in threads:
        thread.start()
    yield
    for thread in threads[:-1]:
        thread.join()
    over.set()
    threads[-1].join()


def survive(folder: Path, messages: int, kills: int, people: int) -> int:
    """Let the bot answer, and kill it so many times meanwhile; returns how many answers came twice."""
    world, chats = CloudWorld(), [f"62812345{number:04}" for number in range(people)]
    with killable(world, folder) as kill:
        world.graph.webhook = world.address
        with customers(world, chats, messages):
            for round_ in range(kills):
                due = messages * (round_ + 1) // (kills + 2)
                wait_for(lambda due=due: len(world.graph.arrived) >= due)  # type: ignore[misc]
                kill()
            wait_for(lambda: len(set(world.arrived())) == messages)
            wait_for(lambda: acks(folder) == {3: messages})
    seen: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for chat, text in world.arrived():
        seen[chat][text] = None
    wanted = {person_chat(chat): [str(number) for number in range(place, messages, people)] for place, chat in enumerate(chats)}
    assert {chat: list(texts) for chat, texts in seen.items()} == wanted
    assert world.graph.problems == []
    world.close()
    return len(world.arrived()) - messages


def acks(folder: Path) -> dict[int, int]:
    """How many messages have which ack."""
    with closing(sqlite3.connect(folder / "shop.sqlite", timeout=30.0)) as database:
        return dict(database.execute("SELECT ack, count(*) FROM chatbot_messages GROUP BY ack").fetchall())


@pytest.mark.process
def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    assert survive(tmp_path, messages=120, kills=2, people=12) <= 2 * 8


@pytest.mark.long
def test_twenty_four_kills_over_two_thousand_messages_lose_nothing(tmp_path: Path) -> None:
    assert survive(tmp_path, messages=2000, kills=24, people=200) <= 24 * 8

"""Workers that are killed in the middle of their work: nothing that was accepted is lost, and chats stay in order."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.crashes import CRASHED
from flask_chatbot.delivery.send_queue import THREADS
from flask_chatbot.store import callbacks, stored
from flask_chatbot.store.callbacks import NewCallback
from flask_chatbot.store.outbox import MOST_CRASHES
from tests.faults.crowd import PATIENCE, Crowd, accept, check, crowd, is_done, wait_for
from tests.faults.journal import read_journal

CHATS = [f"62811{number:04}@c.us" for number in range(40)]


def survive(database: Database, url: str, journal: Path, messages: int, kills: int, workers: int) -> None:
    """Let workers send, and kill one after the other of them meanwhile."""
    random = Random(kills)
    accepted = accept(database, CHATS, messages // 2)
    with crowd(url, journal, workers) as members:
        accepted += accept(database, CHATS, messages - len(accepted), first=len(accepted))
        for kill in range(kills):
            # Spread over the work, and not while all are still starting.
            due = messages * (kill + 1) // (kills + 2)
            wait_for(f"{due} sends", lambda due=due: len(read_journal(journal)) >= due)
            members.kill(random)
        wait_for("an empty outbox", lambda: is_done(database))
        assert members.end() == [0] * workers
    assert members.killed == kills
    repeats = check(accepted, journal)
    assert repeats <= 8 * kills, "more was sent twice than the killed workers had in their hands"
    with database.reading() as connection:
        states = {stored.find(connection, name).state for _, name in accepted}  # type: ignore[union-attr]
    assert states == {"sent"}


@pytest.mark.process
def test_a_few_kills_lose_nothing(database: Database, url: str, tmp_path: Path) -> None:
    survive(database, url, tmp_path / "journal", messages=120, kills=2, workers=2)


@pytest.mark.long
def test_twenty_kills_of_four_workers_over_two_thousand_messages_lose_nothing(database: Database, url: str, tmp_path: Path) -> None:
    survive(database, url, tmp_path / "journal", messages=2000, kills=24, workers=4)


@pytest.mark.process
def test_what_a_lone_worker_had_in_hand_when_it_was_killed_goes_out_together_once_it_is_started_again(
    database: Database, url: str, tmp_path: Path
) -> None:
    journal, slow = tmp_path / "journal", 2.0  # seconds
    with crowd(url, journal, 0) as members:
        members.slow = slow / 2
        members.start()
        accepted = accept(database, CHATS[:THREADS], THREADS)
        wait_for("a send in every thread", lambda: count_claimed(database) == THREADS)
        members.kill(Random(0))
        before = len(read_journal(journal))
        wait_for("a send after the restart", lambda: len(read_journal(journal)) > before)
        first_at = time.monotonic()
        wait_for("an empty outbox", lambda: is_done(database))
        assert time.monotonic() - first_at < THREADS / 2 * slow  # one after the other they would take as many times `slow`
        assert members.end() == [0]
    assert check(accepted, journal) <= THREADS


def count_claimed(database: Database) -> int:
    """How many messages workers have in hand."""
    with database.reading() as connection:
        return stored.count(connection, "journal")["claimed"]


@pytest.mark.process
def test_a_message_that_kills_its_workers_ends_failed_and_the_others_go_out(database: Database, url: str, tmp_path: Path) -> None:
    journal, killer = tmp_path / "journal", "628999@c.us"
    accepted = accept(database, [*CHATS[:5], killer], 6) + accept(database, CHATS[:5], 10, first=6)
    with crowd(url, journal, 1, [killer]) as members:
        crashes = work_until(members, lambda: is_done(database))
    assert crashes == MOST_CRASHES
    bad = [name for chat, name in accepted if chat == killer]
    with database.reading() as connection:
        found = {name: stored.find(connection, name) for _, name in accepted}
    assert {name for name, message in found.items() if message and message.ack is Ack.ERROR} == set(bad)
    assert {message.error for name, message in found.items() if message and name in bad} == {"Each worker that tried it died."}
    check([each for each in accepted if each[0] != killer], _without(journal, {killer}, tmp_path))


POSITIONS = {"first": [0], "in the middle": [3], "last": [7], "first and last": [0, 7], "all but one": [0, 1, 2, 3, 5, 6, 7]}


@pytest.mark.process
def test_a_killer_that_is_tried_first_takes_nobody_with_it(sqlite: str, tmp_path: Path) -> None:
    check_killers(sqlite, tmp_path, POSITIONS["first"])


@pytest.mark.long
@pytest.mark.parametrize("places", POSITIONS.values(), ids=POSITIONS)
def test_killers_take_nobody_with_them_wherever_they_stand(url: str, tmp_path: Path, places: list[int]) -> None:
    check_killers(url, tmp_path, places)


@pytest.mark.process
def test_four_workers_at_once_lose_nobody_to_a_killer(postgresql: str, tmp_path: Path) -> None:
    check_killers(postgresql, tmp_path, [0], workers=4)


def check_killers(url: str, folder: Path, places: list[int], workers: int = 1) -> None:
    """Of eight messages to eight chats those at some places kill: they end failed, all others go out, and so does what is behind them."""
    journal, database = folder / "journal", Database(url, folder)
    accepted = accept(database, CHATS[:8], 8)
    killers = [chat for place, (chat, _) in enumerate(accepted) if place in places]
    innocent = [chat for chat in CHATS[:8] if chat not in killers]
    accepted += accept(database, innocent, len(innocent), first=8)
    with crowd(url, journal, workers, killers) as members:
        crashes = work_until(members, lambda: is_done(database))
    with database.reading() as connection:
        found = {name: stored.find(connection, name) for _, name in accepted}
    states = {name: (each.state, each.error) for name, each in found.items() if each}
    assert states == {name: ("failed", CRASHED) if chat in killers else ("sent", None) for chat, name in accepted}
    # The first two may be of several, the last three of each are its own.
    assert 3 * len(killers) < crashes <= MOST_CRASHES * len(killers)
    check([each for each in accepted if each[0] not in killers], _without(journal, set(killers), folder))
    database.close()


LATER = pytest.mark.long


@pytest.mark.process
@pytest.mark.parametrize("place", [0, pytest.param(4, marks=LATER), pytest.param(9, marks=LATER)])
@pytest.mark.parametrize("url_of", ["", pytest.param("https://receiver.example/{}", marks=LATER)], ids=["on_ack", "url"])
def test_a_callback_that_kills_takes_nobody_with_it(sqlite: str, tmp_path: Path, place: int, url_of: str) -> None:
    journal, database = tmp_path / "journal", Database(sqlite, tmp_path)
    names = [f"3EB0{number:016X}" for number in range(10)]
    now = time.time()
    host = "receiver.example" if url_of else ""
    new = [
        NewCallback(id=f"msg_{each}", message=each, ack=Ack.SENT, at=now, url=url_of.format(each), host=host, created_at=now)
        for each in names
    ]
    with database.writing() as connection:
        callbacks.add(connection, new)
    killer = url_of.format(names[place]) or names[place]

    def states() -> dict[str, tuple[str, str | None]]:
        with database.reading() as connection:
            return {name: (each.state, each.error) for name in names for each in callbacks.of_message(connection, name)}

    with crowd(sqlite, journal, 1, [killer]) as members:
        crashes = work_until(members, lambda: not {"queued", "claimed"} & {state for state, _ in states().values()})
    assert crashes == 5
    assert states() == {name: ("failed", CRASHED) if name == names[place] else ("sent", None) for name in names}
    database.close()


@pytest.mark.process
def test_messages_go_out_though_each_ack_kills_the_function_that_hears_of_it(sqlite: str, tmp_path: Path) -> None:
    journal, database = tmp_path / "journal", Database(sqlite, tmp_path)
    accepted = accept(database, CHATS[:3], 3)
    now = time.time()
    killers = ["3EB0FFFFFFFFFFFFFFFF", "3EB0FFFFFFFFFFFFFFFE"]
    with database.writing() as connection:
        for name in killers:
            callbacks.add(connection, [NewCallback(id=name, message=name, ack=Ack.SENT, at=now, url="", host="", created_at=now)])
    with crowd(sqlite, journal, 1, killers) as members:
        work_until(members, lambda: is_done(database) and not callbacks_left(database, killers))
    with database.reading() as connection:
        assert {stored.find(connection, name).state for _, name in accepted} == {"sent"}  # type: ignore[union-attr]
    database.close()


def callbacks_left(database: Database, names: Sequence[str]) -> int:
    """How many of the callbacks of these messages are not settled."""
    with database.reading() as connection:
        return sum(each.settled_at is None for name in names for each in callbacks.of_message(connection, name))


def work_until(members: Crowd, is_so: Callable[[], bool]) -> int:
    """Replace workers that die until something is so; how many died."""
    crashes, deadline = 0, time.monotonic() + PATIENCE
    while not is_so():
        crashes += members.restart()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    members.end()
    return crashes


@pytest.mark.process
def test_workers_whose_clocks_are_an_hour_apart_send_nothing_twice(postgresql: str, tmp_path: Path) -> None:
    journal, database = tmp_path / "journal", Database(postgresql, tmp_path)
    accepted = accept(database, CHATS, 300)
    with crowd(postgresql, journal, 1) as members:
        for members.ahead in (3600.0, -3600.0):
            members.start()
        wait_for("an empty outbox", lambda: is_done(database))
        assert members.end() == [0, 0, 0]
    assert check(accepted, journal) == 0
    database.close()


def _without(journal: Path, chats: set[str], folder: Path) -> Path:
    """The journal less some chats."""
    left = folder / "left"
    left.write_text("".join(f"{each} {name}\n" for each, name in read_journal(journal) if each not in chats), encoding="ascii")
    return left

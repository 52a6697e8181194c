"""Workers that are killed in the middle of their work: nothing that was accepted is lost, and chats stay in order."""

import time
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.outbound import Ack
from flask_chatbot.store import stored
from flask_chatbot.store.database import Database
from tests.faults.crowd import accept, check, crowd, is_done, wait_for
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


def test_a_few_kills_lose_nothing(database: Database, url: str, tmp_path: Path) -> None:
    survive(database, url, tmp_path / "journal", messages=120, kills=2, workers=2)


@pytest.mark.long
def test_twenty_kills_of_four_workers_over_two_thousand_messages_lose_nothing(database: Database, url: str, tmp_path: Path) -> None:
    survive(database, url, tmp_path / "journal", messages=2000, kills=24, workers=4)


def test_a_message_that_kills_its_workers_ends_failed_and_the_others_go_out(database: Database, url: str, tmp_path: Path) -> None:
    journal, killer = tmp_path / "journal", "628999@c.us"
    accepted = accept(database, [*CHATS[:5], killer], 6) + accept(database, CHATS[:5], 10, first=6)
    deaths = 0
    with crowd(url, journal, 1, [killer]) as members:
        deadline = time.monotonic() + 120
        while not is_done(database):
            deaths += members.rehire()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        members.end()
    assert deaths == 5
    bad = [name for chat, name in accepted if chat == killer]
    with database.reading() as connection:
        found = {name: stored.find(connection, name) for _, name in accepted}
    assert {name for name, message in found.items() if message and message.ack is Ack.ERROR} == set(bad)
    assert {message.error for name, message in found.items() if message and name in bad} == {"Each worker that tried it died."}
    check([each for each in accepted if each[0] != killer], _without(journal, killer, tmp_path))


def _without(journal: Path, chat: str, folder: Path) -> Path:
    """The journal less one chat."""
    left = folder / "left"
    left.write_text("".join(f"{each} {name}\n" for each, name in read_journal(journal) if each != chat), encoding="ascii")
    return left

"""SIGTERM in the middle: what was begun is finished within the time, and what was not is left for the next worker."""

from pathlib import Path

import pytest

from flask_chatbot.database.database import Database
from tests.faults.crowd import accept, check, crowd, is_done, wait_for
from tests.faults.journal import read_journal

CHATS = [f"62811{number:04}@c.us" for number in range(20)]


@pytest.mark.process
def test_workers_that_are_asked_to_end_send_nothing_twice(database: Database, url: str, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    accepted = accept(database, CHATS, 160)
    with crowd(url, journal, 2) as members:
        wait_for("some sends", lambda: len(read_journal(journal)) >= 40)
        assert members.end() == [0, 0]
        members.processes.clear()
        so_far = len(read_journal(journal))
        members.start()
        wait_for("an empty outbox", lambda: is_done(database))
        members.end()
    assert so_far < 160
    assert check(accepted, journal) == 0

"""What commands and the API do to people, and the rows that they read."""

import pytest

from flask_chatbot.answering.operations import OVERTAKEN, Page, pause, read_saved, resume
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.store import saved
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.saved import SavedRow
from tests.databases import database, postgresql, server, sqlite, url

__all__ = ["database", "postgresql", "server", "sqlite", "url"]

BUDI = "6281234567890"
NOW = 1_700_000_000.0


def save(database: Database, *numbers: int, at: float = 0.0) -> None:
    with database.writing() as connection:
        for number in numbers:
            saved.add(connection, SavedRow(name="survei", number=number, fields={"nilai": number}, sender=BUDI, sender_name="", at=at))


def numbers(page: Page) -> tuple[list[int], bool]:
    return [row.number for row in page.rows], page.has_more


def test_rows_are_read_on_from_a_number_some_at_a_time(database: Database) -> None:
    save(database, 1, 2, 3, 4, 5)
    assert [numbers(read_saved(database, "survei", after, NOW, 2)) for after in (0, 2, 4, 5)] == [
        ([1, 2], True),
        ([3, 4], True),
        ([5], False),
        ([], False),
    ]


def test_a_row_waits_for_one_before_it_that_may_still_be_stored(database: Database) -> None:
    save(database, 1, 3, 4, at=NOW)
    assert numbers(read_saved(database, "survei", 0, NOW + 1)) == ([1], False)
    save(database, 2, at=NOW)
    assert numbers(read_saved(database, "survei", 1, NOW + 2)) == ([2, 3, 4], False)


def test_a_number_that_was_never_used_holds_up_nobody_for_long(database: Database) -> None:
    save(database, 2, 5, at=NOW)
    assert numbers(read_saved(database, "survei", 0, NOW + OVERTAKEN)) == ([2, 5], False)


@pytest.mark.parametrize(
    ("line", "paused"), [("", State(seen=True, paused_until=NOW + 60)), ("toko", State(seen=True, pauses={"toko": NOW + 60}))]
)
def test_a_pause_is_kept_for_a_line_or_for_all_and_ends_as_it_began(database: Database, line: str, paused: State) -> None:
    memory = StoreMemory(database)
    memory.commit(BUDI, State(seen=True), NOW)
    pause(database, BUDI, NOW + 60, NOW, line)
    kept = memory.recall(BUDI, NOW)
    assert (kept.paused_until, kept.pauses, kept.seen) == (paused.paused_until, paused.pauses, True)
    assert [resume(database, BUDI, NOW, line), resume(database, BUDI, NOW, line)] == [NOW + 60, 0.0]


def test_a_line_resumes_what_counts_on_it_and_no_other_line(database: Database) -> None:
    pause(database, BUDI, NOW + 60, NOW, "toko")
    pause(database, BUDI, NOW + 90, NOW, "bengkel")
    pause(database, BUDI, NOW + 30, NOW)
    assert resume(database, BUDI, NOW, "toko") == NOW + 60
    left = StoreMemory(database).recall(BUDI, NOW)
    assert (left.paused_until, left.pauses) == (0.0, {"bengkel": NOW + 90})
    assert resume(database, BUDI, NOW) == NOW + 90

"""A database that fails under the outbox: it is told, and what was accepted before stays."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError
from flask_chatbot.store import callbacks, outbox, stored
from flask_chatbot.store.outgoing import new_messages
from tests.store.test_callbacks import new as new_callback
from tests.store.test_outbox import add, claim, new, states

QUICK = 0.05  # seconds a test waits for a lock
WRITES: dict[str, Callable[[Connection], object]] = {
    "accept": lambda connection: new_messages.add(connection, [new()]),
    "claim": lambda connection: outbox.claim(connection, "main", 200.0, 60.0, 5),
    "callback": lambda connection: callbacks.add(connection, [new_callback("a")]),
    "resend": lambda connection: stored.resend(connection, ["3EB0"], 1.0),
}


def fault(database: Database, write: Callable[[Connection], object]) -> str:
    with pytest.raises(StoreError) as caught, database.writing() as connection:
        write(connection)
    assert "chatbot_" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("write", WRITES)
def test_a_file_locked_by_another_is_told_and_works_again_afterwards(sqlite: str, tmp_path: Path, write: str) -> None:
    with closing(Database(sqlite, tmp_path, wait=QUICK)) as database:
        add(database, new())
        with closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert " stayed locked for too long. " in fault(database, WRITES[write])
        assert len(claim(database)) == 1


@pytest.mark.parametrize("write", ["accept", "claim"])
def test_a_table_locked_on_the_server_is_told_and_works_again_afterwards(postgresql: str, tmp_path: Path, write: str) -> None:
    other = create_engine(postgresql)
    with closing(Database(postgresql, tmp_path, wait=QUICK)) as database, other.begin() as connection:
        connection.execute(text("LOCK TABLE chatbot_messages"))
        assert " was busy for too long. " in fault(database, WRITES[write])
    with closing(Database(postgresql, tmp_path)) as database:
        add(database, new())
        assert len(claim(database)) == 1
    other.dispose()


def test_a_full_disk_is_told_and_keeps_what_was_accepted(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as database:
        add(database, new())
        with database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # on the one connection there is
        large = new_messages.NewMessage(
            id="3EB0LARGE", session="main", chat="b", type="text", reply=Text("x" * 4000), created_at=1.0, expires_at=1e6
        )
        told = [fault(database, lambda connection: new_messages.add(connection, [large])) for _ in range(2)]
        assert told == [f"The database {tmp_path}/shop.sqlite has no space left on its disk. Free some."] * 2
        assert states(database) == {"queued": 1}
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        add(database, large)
        assert len(claim(database)) == 2


@pytest.mark.parametrize("write", ["accept", "claim", "callback"])
def test_a_file_that_cannot_be_written_is_told(sqlite: str, tmp_path: Path, write: str) -> None:
    with closing(Database(sqlite, tmp_path)) as database:
        add(database, new())
    # A write version above 2 makes SQLite open the file to read only, whoever asks: rights mean nothing to root.
    with (tmp_path / "shop.sqlite").open("r+b") as file:
        file.seek(18)
        file.write(b"\3")
    with closing(Database(sqlite, tmp_path)) as database:
        assert " cannot be written. " in fault(database, WRITES[write])
        assert states(database) == {"queued": 1}


def test_a_server_that_only_reads_is_told(postgresql: str, tmp_path: Path) -> None:
    with closing(Database(f"{postgresql}+-cdefault_transaction_read_only%3Don", tmp_path)) as database:
        assert " cannot be written: it is a standby, or set to read-only. " in fault(database, WRITES["accept"])


def test_a_file_that_was_deleted_is_made_anew_by_the_next_process(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as database:
        add(database, new())
    for each in tmp_path.glob("shop.sqlite*"):
        each.unlink()
    with closing(Database(sqlite, tmp_path)) as database:
        assert claim(database) == []
        add(database, new())
        assert len(claim(database)) == 1


def test_an_upgrade_of_a_locked_file_is_told_and_leaves_the_file_as_it_was(sqlite: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as other:
        other.execute("CREATE TABLE mine (text)")
    with (
        closing(Database(sqlite, tmp_path, wait=QUICK)) as database,
        closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="stayed locked for too long"):
            database.upgrade()
        other.execute("ROLLBACK")
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
        database.upgrade()
        assert claim(database) == []

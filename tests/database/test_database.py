"""The database: opened late, shared by all, and clear about what is wrong with it."""

import math
import os
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, make_url, text
from sqlalchemy.exc import IntegrityError

from benchmarks.faults.proxy import Proxy
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import unlimited
from flask_chatbot.database.tables import states
from flask_chatbot.errors import StoreError
from flask_chatbot.store.memory import StoreMemory

QUICK = 0.05  # seconds a test waits for a lock
ROW = {"person": "a", "state": "{}", "version": 1, "expires_at": 0.0}
FILE_WAY_OUT = "It must be a file, in a folder that the user this runs as can write to."
LOCKED = "stayed locked for too long. Find the program that has it open, and end its transaction."


@contextmanager
def opened(url: str | None, folder: Path, wait: float = 5.0) -> Iterator[Database]:
    database = Database(url, folder, wait=wait)
    yield database
    database.close()


def fault(url: str, folder: Path, *, writes: bool = False, wait: float = 5.0) -> str:
    """What is said of a database that fails."""
    with opened(url, folder, wait) as database:
        memory = StoreMemory(database)
        with pytest.raises(StoreError) as caught:
            memory.commit("628111", State(seen=True), 0.0) if writes else memory.recall("628111", 0.0)
    told = "".join(traceback.format_exception(caught.value))
    assert not [each for each in ("chatbot_states", "[SQL:", "s3cret") if each in told]
    return str(caught.value)


def make(url: str, folder: Path) -> None:
    """The database, with its tables."""
    with opened(url, folder) as database:
        assert StoreMemory(database).commit("628111", State(seen=True), 0.0)


def pragma(database: Database, name: str) -> object:
    with database.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_nothing_is_opened_before_something_is_to_be_kept(tmp_path: Path) -> None:
    with opened(None, tmp_path / "instance") as database:
        assert StoreMemory(database).recall("628111", 0.0) == State()
    assert not (tmp_path / "instance").exists()


def test_the_default_is_a_file_in_the_instance_folder_which_is_made_with_it(tmp_path: Path) -> None:
    with opened(None, tmp_path / "var" / "instance") as database:
        assert StoreMemory(database).commit("628111", State(seen=True), 0.0)
        assert database.place == str(tmp_path / "var" / "instance" / "chatbot.sqlite")
    assert [each.name for each in (tmp_path / "var" / "instance").iterdir()] == ["chatbot.sqlite"]


def test_only_its_owner_can_read_the_file(sqlite: str, tmp_path: Path) -> None:
    make(sqlite, tmp_path)
    assert stat.S_IMODE((tmp_path / "shop.sqlite").stat().st_mode) == 0o600


def test_sqlite_writes_ahead_syncs_fully_and_waits_for_locks(sqlite: str, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as database:
        full = 2
        assert [pragma(database, name) for name in ("journal_mode", "synchronous", "busy_timeout")] == ["wal", full, 5000]


def test_a_reader_does_not_wait_for_a_writer(url: str, tmp_path: Path) -> None:
    make(url, tmp_path)
    with opened(url, tmp_path, QUICK) as database, database.writing() as connection:
        connection.execute(states.update().values(version=9))
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=1)


def write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(states).values(ROW))
        raise ZeroDivisionError


def test_what_is_written_before_an_exception_is_taken_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database)
    with database.reading() as connection:
        assert connection.execute(states.select()).all() == []


def test_a_row_that_is_there_already_is_no_failure_of_the_database(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(states), [ROW, ROW])


def test_a_database_closed_is_opened_again(database: Database) -> None:
    memory = StoreMemory(database)
    memory.commit("628111", State(seen=True), 0.0)
    database.close()
    database.close()
    assert memory.recall("628111", 0.0) == State(seen=True, version=1)


@pytest.mark.process
def test_a_child_process_opens_its_own_connections(url: str, tmp_path: Path) -> None:
    program = f"""
import os
from pathlib import Path
from benchmarks.faults.proxy import Proxy
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import unlimited
from flask_chatbot.store.memory import StoreMemory

database = Database({url!r}, Path("/nowhere"))
memory = StoreMemory(database)
assert memory.commit("628111", State(seen=True), 0.0)
for version in range(1, 4):
    child = os.fork()
    if not child:
        assert memory.commit("628111", State(seen=True, version=version), 0.0)
        database.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert memory.recall("628111", 0.0) == State(seen=True, version=version + 1)
assert memory.commit("628111", State(seen=True, version=4), 0.0)
print(memory.recall("628111", 0.0).version)
"""
    process = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (process.stdout, process.stderr, process.returncode) == ("5\n", "", 0)


@pytest.mark.process
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="/proc/self/fd, where open files are seen, is not there")
def test_no_open_file_is_inherited_by_a_child(sqlite: str, tmp_path: Path) -> None:
    program = f"""
import os
from pathlib import Path
from benchmarks.faults.proxy import Proxy
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import unlimited
from flask_chatbot.store.memory import StoreMemory

memory = StoreMemory(Database({sqlite!r}, Path("/nowhere")))
assert memory.commit("628111", State(), 0.0)
child = os.fork()
if not child:
    held = [os.readlink(each) for each in Path("/proc/self/fd").iterdir() if each.is_symlink() and "sqlite" in os.readlink(each)]
    os._exit(bool(held))
print(os.waitpid(child, 0)[1])
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert process.stdout == "0\n"


def test_a_sqlite_file_locked_by_another_is_told(sqlite: str, tmp_path: Path) -> None:
    make(sqlite, tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert fault(sqlite, tmp_path, writes=True, wait=QUICK) == f"The database {tmp_path}/shop.sqlite {LOCKED}"


def test_an_error_that_the_driver_raises_by_itself_is_told_as_any_other(sqlite: str, tmp_path: Path) -> None:
    make(sqlite, tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bare = sqlite3.connect(tmp_path / "shop.sqlite", timeout=QUICK, isolation_level=None)
        with closing(bare), opened(sqlite, tmp_path, QUICK) as database, pytest.raises(StoreError) as caught, database.reading():
            bare.execute("BEGIN IMMEDIATE")  # SQLAlchemy lets the error through like this where it prepares a connection
    assert str(caught.value) == f"The database {tmp_path}/shop.sqlite {LOCKED}"


def test_a_lock_before_the_tables_are_made_is_told_and_the_next_use_makes_them(sqlite: str, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path, QUICK) as database, closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="stayed locked for too long"):
            StoreMemory(database).recall("628111", 0.0)
        other.execute("ROLLBACK")
        assert StoreMemory(database).recall("628111", 0.0) == State()


def test_a_sqlite_file_that_cannot_be_written_is_told_and_can_still_be_read(sqlite: str, tmp_path: Path) -> None:
    make(sqlite, tmp_path)
    # A write version above 2 makes SQLite open the file to read only, whoever asks: rights mean nothing to root.
    with (tmp_path / "shop.sqlite").open("r+b") as file:
        file.seek(18)
        file.write(b"\3")
    assert fault(sqlite, tmp_path, writes=True) == (
        f"The database {tmp_path}/shop.sqlite cannot be written. Let the user this runs as write to the file and to its folder."
    )
    with opened(sqlite, tmp_path) as database:
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    assert fault("sqlite:///closed/shop.sqlite", tmp_path, writes=True) == (
        f"The database {tmp_path}/closed/shop.sqlite cannot be created: Permission denied. {FILE_WAY_OUT}"
    )


def test_a_full_disk_is_told(sqlite: str, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as database:
        pragma(database, "max_page_count = 1")  # on the one connection there is: not a page more than now
        with pytest.raises(StoreError) as caught:
            StoreMemory(database).commit("628111", State(notes={"much": "x" * 50_000}, notes_until=60.0), 0.0)
    assert str(caught.value) == f"The database {tmp_path}/shop.sqlite has no space left on its disk. Free some."


def test_a_path_that_is_a_folder_is_told(tmp_path: Path) -> None:
    assert fault("sqlite:///.", tmp_path) == f"The database {tmp_path} cannot be opened. {FILE_WAY_OUT}"


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "instance").touch()
    assert fault("sqlite:///instance/shop.sqlite", tmp_path, writes=True) == (
        f"The database {tmp_path}/instance/shop.sqlite cannot be created: File exists. {FILE_WAY_OUT}"
    )


def test_a_name_too_long_for_the_system_is_told(tmp_path: Path) -> None:
    name = "x" * 300
    assert fault(f"sqlite:///{name}", tmp_path) == f"The database {tmp_path}/{name} cannot be created: File name too long. {FILE_WAY_OUT}"


def test_a_file_of_another_kind_is_told_and_left_alone(sqlite: str, tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").write_text("Daftar harga\n" * 100)
    assert fault(sqlite, tmp_path) == (
        f"The database {tmp_path}/shop.sqlite is a file of another kind. Move it away, or name another in CHATBOT_DATABASE_URL."
    )
    assert (tmp_path / "shop.sqlite").read_text() == "Daftar harga\n" * 100


def test_a_damaged_file_is_told(sqlite: str, tmp_path: Path) -> None:
    make(sqlite, tmp_path)
    with (tmp_path / "shop.sqlite").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 3000)
    assert fault(sqlite, tmp_path) == (
        f"The database {tmp_path}/shop.sqlite is damaged. Restore it from a backup: stop the server and run: flask chatbot db restore FILE "
        "(by hand: delete the files beside it, -wal and -shm, before you copy). To start over, move all three away."
    )


def test_a_table_of_another_shape_is_told_without_sql(sqlite: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as other:
        other.execute("CREATE TABLE chatbot_people (sender TEXT)")
    assert fault(sqlite, tmp_path) == (
        f"The database {tmp_path}/shop.sqlite refused a statement (SQLITE_ERROR). "
        "Check its log. Tables of another version need that version, or a backup of before."
    )


def test_a_server_that_is_down_is_told(tmp_path: Path) -> None:
    told = fault("postgresql://toko:s3cret@127.0.0.1:1/shop", tmp_path)
    assert told.startswith(
        "The database shop at 127.0.0.1:1 cannot be reached. Start it, or correct CHATBOT_DATABASE_URL. The error was: connection failed: "
    )
    assert "\n" not in told


def test_a_table_locked_on_the_server_is_told(postgresql: str, tmp_path: Path) -> None:
    make(postgresql, tmp_path)
    other = create_engine(postgresql)
    with other.begin() as connection:
        connection.execute(text("LOCK TABLE chatbot_states"))
        told = fault(postgresql, tmp_path, wait=QUICK)
    other.dispose()
    assert told.endswith(" was busy for too long. Find the transaction that holds it, and end that.")


def test_a_server_that_only_reads_is_told(postgresql: str, tmp_path: Path) -> None:
    make(postgresql, tmp_path)
    told = fault(f"{postgresql}+-cdefault_transaction_read_only%3Don", tmp_path, writes=True)
    assert told.endswith(" cannot be written: it is a standby, or set to read-only. Name the primary in CHATBOT_DATABASE_URL.")


def test_a_schema_that_is_not_there_is_told(server: str, tmp_path: Path) -> None:
    with opened(server.replace("chatbot_test_", "chatbot_none_"), tmp_path) as database, pytest.raises(StoreError) as caught:
        database.upgrade()
    assert str(caught.value).endswith(" has no schema to put tables in. Create it, or correct search_path.")


def test_a_connection_the_server_has_closed_is_replaced(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path) as database:
        StoreMemory(database).commit("628111", State(seen=True), 0.0)
        with database.reading() as connection:
            mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = create_engine(postgresql)
        with other.connect() as connection:
            assert connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine}).scalar_one()
        other.dispose()
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=1)


def test_a_connection_has_news_once_its_server_ends_it(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path) as database, database.reading() as connection:
        driver = connection.connection.driver_connection
        mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        before = driver.has_news()  # type: ignore[union-attr]
        with database.writing() as other:
            assert other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine}).scalar_one()
        assert (before, driver.has_news()) == (False, True)  # type: ignore[union-attr]


def test_a_connection_in_use_while_all_are_closed_is_closed_as_it_is_given_back(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path) as database:
        with database.reading() as connection:
            first = connection.connection.driver_connection
            database.close()
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        with database.reading() as connection:
            second = connection.connection.driver_connection
        with database.reading() as connection:
            assert connection.connection.driver_connection is second
        assert (first.closed, second.closed) == (True, False)  # type: ignore[union-attr]


def write_while_it_falls_silent(database: Database, proxy: Proxy) -> None:
    with database.writing() as connection:
        connection.execute(insert(states), [ROW])
        proxy.fall_silent()
        connection.execute(text("SELECT 1"))


def test_a_server_that_falls_silent_is_given_up_and_another_connection_is_used(postgresql: str, tmp_path: Path) -> None:
    url = make_url(postgresql)
    proxy = Proxy(url.host or "127.0.0.1", url.port or 5432)
    address = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    with closing(proxy), opened(address, tmp_path, 1.0) as database:
        assert StoreMemory(database).commit("628111", State(seen=True), 0.0)
        with pytest.raises(StoreError) as caught:
            write_while_it_falls_silent(database, proxy)
        assert str(caught.value).endswith(" does not answer. Check it, and the network to it.")
        proxy.restore()
        with database.writing() as connection:
            connection.execute(insert(states), [ROW])  # the transaction that was given up does not lock it any more
        assert StoreMemory(database).recall("628111", 0.0) == State(seen=True, version=1)


def test_the_rows_of_whoever_was_cut_off_within_a_transaction_do_not_stay_locked(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path, 0.2) as database, database.reading() as connection:
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        assert [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names] == ["200ms", "6s"]


def test_an_upgrade_waits_for_the_server_as_long_as_it_takes(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path) as database, database.writing() as connection:
        driver = connection.connection.driver_connection
        with unlimited(connection):
            within = driver.patience  # type: ignore[union-attr]
        assert (within, driver.patience) == (math.inf, 10.0)  # type: ignore[union-attr]


def test_a_connection_the_server_closes_in_between_is_told_and_the_next_use_opens_another(postgresql: str, tmp_path: Path) -> None:
    with opened(postgresql, tmp_path) as database:
        with pytest.raises(StoreError) as caught, database.reading() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert str(caught.value).endswith(" is shutting down or starting. Try again when it is up.")
        assert StoreMemory(database).recall("628111", 0.0) == State()

"""Writers of one SQLite file: each gets its turn, in the order in which they came."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import OperationalError

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import lock
from flask_chatbot.database.tables import states
from flask_chatbot.database.writers.fair_lock import FairLock, lock_of
from flask_chatbot.errors import StoreError, Uncommitted
from flask_chatbot.store.memory import StoreMemory
from tests.database.test_database import LOCKED, QUICK, ROW
from tests.metrics_of import until

PATIENCE = 30.0  # seconds


def started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_for(writer_lock: FairLock, count: int) -> None:
    """Return once so many wait."""
    deadline = monotonic() + PATIENCE
    while len(writer_lock._waiting) < count:
        assert monotonic() < deadline


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    writer_lock, order, threads = FairLock(), list[int](), list[threading.Thread]()

    def work(number: int) -> None:
        with writer_lock.held(PATIENCE):
            order.append(number)

    with writer_lock.held(PATIENCE):
        for number in range(20):
            threads.append(started(lambda number=number: work(number)))  # type: ignore[misc]
            wait_for(writer_lock, number + 1)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(20))


def test_who_waited_in_vain_holds_up_nobody() -> None:
    writer_lock, had = FairLock(), threading.Event()

    def late() -> None:
        with pytest.raises(TimeoutError), writer_lock.held(QUICK):
            raise AssertionError("it was not its turn")

    def next_one() -> None:
        with writer_lock.held(PATIENCE):
            had.set()

    with writer_lock.held(PATIENCE):
        first = started(late)
        wait_for(writer_lock, 1)
        second = started(next_one)
        first.join(PATIENCE)
    second.join(PATIENCE)
    assert had.is_set()
    with writer_lock.held(QUICK) as left:
        assert left == QUICK


def test_an_exception_ends_a_turn() -> None:
    writer_lock = FairLock()
    with pytest.raises(ZeroDivisionError), writer_lock.held(QUICK):
        raise ZeroDivisionError
    with writer_lock.held(QUICK):
        pass


def test_what_is_left_of_the_time_is_told() -> None:
    writer_lock, left = FairLock(), list[float]()

    def work() -> None:
        with writer_lock.held(PATIENCE) as seconds:
            left.append(seconds)

    with writer_lock.held(PATIENCE) as at_once:
        thread = started(work)
        wait_for(writer_lock, 1)
    thread.join(PATIENCE)
    assert at_once == PATIENCE
    assert 0.0 < left[0] < PATIENCE


def test_all_databases_of_one_file_share_their_turns_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    one, same, other = lock_of(tmp_path / "there" / "a"), lock_of(tmp_path / "link" / "a"), lock_of(tmp_path / "there" / "b")
    assert (one is same, one is other) == (True, False)


def test_a_writer_that_waits_too_long_for_another_of_this_process_hears_the_same_as_ever(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as slow, closing(Database(sqlite, tmp_path, wait=QUICK)) as quick:
        told: list[str] = []

        def write() -> None:
            with pytest.raises(StoreError) as caught, quick.writing():
                raise AssertionError
            told.append(str(caught.value))

        with slow.writing() as connection:
            connection.execute(insert(states).values(ROW))
            started(write).join(PATIENCE)
    assert told == [f"The database {tmp_path}/shop.sqlite {LOCKED}"]


def test_who_waited_for_its_turn_waits_for_the_lock_only_as_long_as_is_left(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other, closing(sqlite3.connect(path, timeout=PATIENCE)) as mine:
        other.execute("BEGIN IMMEDIATE")
        start = monotonic()
        with pytest.raises(OperationalError):
            lock(mine, PATIENCE, QUICK)
        assert monotonic() - start < PATIENCE / 2
        assert mine.execute("PRAGMA busy_timeout").fetchone() == (1000 * PATIENCE,)


def test_a_thread_that_holds_the_file_itself_hears_so_at_once_also_while_others_wait_for_it(sqlite: str, tmp_path: Path) -> None:
    me = threading.get_ident()
    held_by_me = partial(Database, is_held=lambda path: threading.get_ident() == me)
    with closing(held_by_me(sqlite, tmp_path, wait=PATIENCE)) as database, closing(sqlite3.connect(tmp_path / "shop.sqlite")) as mine:
        assert StoreMemory(database).commit("a", State(), 0.0)
        mine.execute("UPDATE chatbot_states SET version = 7")

        def write() -> None:
            with database.writing() as connection:
                connection.execute(update(states).values(version=states.c.version + 1))

        other, start = started(write), monotonic()
        until(lambda: lock_of(tmp_path / "shop.sqlite")._holder == other.ident)
        with pytest.raises(Uncommitted), database.writing():
            raise AssertionError
        assert monotonic() - start < PATIENCE / 2
        mine.commit()
        other.join(PATIENCE)
        assert mine.execute("SELECT version FROM chatbot_states").fetchall() == [(8,)]


def write_within(database: Database) -> None:
    with database.writing(), database.writing():
        raise AssertionError("this would wait for itself")


def test_a_write_within_a_write_is_refused_at_once(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as database:
        with pytest.raises(RuntimeError, match="This thread is writing to the database already"):
            write_within(database)
        with database.writing() as connection:
            connection.execute(insert(states).values(ROW))


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_child_has_turns_of_its_own(sqlite: str, tmp_path: Path) -> None:
    program = f"""
import os, threading
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlalchemy import insert, update
from flask_chatbot.database.database import Database
from flask_chatbot.database.writers.fair_lock import lock_of
from flask_chatbot.database.tables import states

database = Database({sqlite!r}, Path("/nowhere"), wait=20.0)
with database.writing() as connection:
    connection.execute(insert(states).values(person="a", state="{{}}", version=1, expires_at=0.0))
held, done = threading.Event(), threading.Event()

def hold():
    with lock_of(database.path).held(20.0):
        held.set()
        done.wait(20.0)

threading.Thread(target=hold).start()
held.wait(20.0)
child = os.fork()
if not child:
    with database.writing() as connection:
        connection.execute(insert(states).values(person="b", state="{{}}", version=1, expires_at=0.0))
    database.close()
    os._exit(0)
print(os.waitpid(child, 0)[1])
done.set()
"""
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (outcome.stdout, outcome.returncode) == ("0\n", 0), outcome.stderr

"""Threads that write at the same time: one transaction for all of them, and each of them as if it had been alone."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from flask_chatbot.database.counting.tables import counts
from flask_chatbot.database.counting.tally import Count, count
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import states
from flask_chatbot.database.writers.group_commit import INTERRUPTED
from flask_chatbot.errors import NotAccepted, StoreError
from tests.database.test_database import QUICK

PATIENCE = 30.0  # seconds
NAMES = [f"{number:02}" for number in range(20)]

Work = Callable[[Connection], str]


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """A database, of each kind in turn, that opens one transaction at a time."""
    with closing(Database(url, tmp_path)) as database:
        database.group.most = 1
        database.write(adding("first"), order="")
        yield database


def adding(name: str) -> Work:
    """The work of adding a row, which comes to its name."""

    def add(connection: Connection) -> str:
        connection.execute(insert(states).values(person=name, state="{}", version=1, expires_at=0.0))
        count(connection, Count("acks", "line", (name,)))
        return name

    return add


def names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(select(states.c.person)).scalars()) - {"first"}


def counted(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(select(counts.c.labels)).scalars()) - {'["first"]'}


class Threads:
    """Threads that write into a database while its only transaction is held open."""

    def __init__(self, database: Database, pool: ThreadPoolExecutor) -> None:
        self._database = database
        self._pool = pool

    def write(self, work: Work, order: str = "") -> "Future[str]":
        """Write, in another thread that waits once this returns."""
        waiting = self._database.group._waiters.waiting
        before = len(waiting)
        future = self._pool.submit(self._database.write, work, order=order)
        deadline = monotonic() + PATIENCE
        while len(waiting) == before:
            assert monotonic() < deadline
        return future


@contextmanager
def held(database: Database) -> Iterator[Threads]:
    """Threads that wait for a transaction, which is committed at the end."""
    began, may_end = threading.Event(), threading.Event()

    def hold(connection: Connection) -> str:
        connection.execute(update(states).where(states.c.person == "first").values(version=2))
        began.set()
        assert may_end.wait(PATIENCE)
        return ""

    with ThreadPoolExecutor(2 * len(NAMES)) as pool:
        holder = pool.submit(database.write, hold, order="")
        assert began.wait(PATIENCE)
        try:
            yield Threads(database, pool)
        finally:
            may_end.set()
        holder.result(PATIENCE)


@pytest.fixture
def commits(database: Database) -> list[Connection]:
    """The commits of a database as it writes."""
    seen: list[Connection] = []
    event.listen(database._open_engine(), "commit", seen.append)
    return seen


def test_all_that_wait_for_a_commit_share_the_next(database: Database, commits: list[Connection]) -> None:
    with held(database) as threads:
        futures = [threads.write(adding(name)) for name in NAMES]
    assert [each.result(PATIENCE) for each in futures] == NAMES
    assert (len(commits), names(database), len(counted(database))) == (2, set(NAMES), len(NAMES))


def test_who_comes_alone_writes_in_its_own_thread_and_context_and_waits_for_nobody(database: Database) -> None:
    seen: list[tuple[int, str]] = []
    with belonging("mine"):
        database.write(lambda connection: seen.append((threading.get_ident(), OWN.get())), order="")
    assert seen == [(threading.get_ident(), "mine")]


def test_whoever_returns_has_been_committed(database: Database) -> None:
    found: list[bool] = []

    def write(name: str) -> None:
        database.write(adding(name), order=name)
        with database.reading() as connection:
            found.append(connection.execute(select(states).where(states.c.person == name)).first() is not None)

    with ThreadPoolExecutor(len(NAMES)) as pool:
        list(pool.map(write, [f"{name}-{number}" for name in NAMES for number in range(10)]))
    assert found == [True] * 200


def refused(connection: Connection) -> str:
    adding("refused")(connection)
    raise NotAccepted("no")


def repeated(connection: Connection) -> str:
    adding("repeated")(connection)
    return adding("first")(connection)


def wrong(connection: Connection) -> str:
    adding("wrong")(connection)
    connection.execute(text("SELECT nothing FROM nowhere"))
    raise AssertionError


@pytest.mark.parametrize(("failing", "error"), [(refused, NotAccepted), (repeated, IntegrityError), (wrong, StoreError)])
@pytest.mark.parametrize("place", [0, 7, len(NAMES)])
def test_what_fails_fails_alone_whether_it_leads_or_not(
    database: Database, commits: list[Connection], failing: Work, error: type[Exception], place: int
) -> None:
    with held(database) as threads:
        futures = [threads.write(adding(name)) for name in NAMES[:place]]
        fails = threads.write(failing)
        futures += [threads.write(adding(name)) for name in NAMES[place:]]
    with pytest.raises(error):
        fails.result(PATIENCE)
    assert [each.result(PATIENCE) for each in futures] == NAMES
    assert (len(commits), names(database), len(counted(database))) == (2, set(NAMES), len(NAMES))


def test_several_that_fail_hear_each_of_their_own_error(database: Database) -> None:
    with held(database) as threads:
        works = [threads.write(each) for each in (refused, wrong, adding("a"), repeated)]
    assert [type(each.exception(PATIENCE)) for each in works] == [NotAccepted, StoreError, type(None), IntegrityError]
    assert names(database) == {"a"}


def test_the_error_of_one_who_comes_alone_undoes_all_that_it_wrote(database: Database) -> None:
    with pytest.raises(NotAccepted):
        database.write(refused, order="")
    assert (names(database), counted(database)) == (set(), set())
    assert database.write(adding("a"), order="") == "a"


def test_works_are_done_in_their_order_so_that_no_two_processes_wait_for_each_other(database: Database) -> None:
    done: list[str] = []
    with held(database) as threads:
        futures = [threads.write(lambda _, name=name: done.append(name) or name, name) for name in reversed(NAMES)]  # type: ignore[func-returns-value,misc]
    assert [each.result(PATIENCE) for each in futures] == [*reversed(NAMES)]
    assert done == NAMES


OWN = ContextVar("own", default="nobody's")


@contextmanager
def belonging(name: str) -> Iterator[None]:
    token = OWN.set(name)
    yield
    OWN.reset(token)


def test_work_that_another_thread_does_is_done_in_the_context_of_its_own(database: Database) -> None:
    seen: dict[str, str] = {}

    def write(name: str) -> None:
        with belonging(name):
            database.write(lambda _: seen.update({name: OWN.get()}), order=name)

    with ThreadPoolExecutor(len(NAMES)) as pool, held(database):
        futures = [pool.submit(write, name) for name in NAMES]
        deadline = monotonic() + PATIENCE
        while len(database.group._waiters.waiting) < len(NAMES):
            assert monotonic() < deadline
    assert [each.result(PATIENCE) for each in futures] == [None] * len(NAMES)
    assert seen == {name: name for name in NAMES}


def ends(connection: Connection) -> str:
    raise SystemExit(3)


@pytest.mark.parametrize("place", [0, 1])
def test_a_thread_that_ends_in_the_middle_strands_nobody(database: Database, place: int) -> None:
    with held(database) as threads:
        works = [adding("a"), adding("b")]
        works.insert(place, ends)
        futures = [threads.write(each, str(number)) for number, each in enumerate(works)]
    leader, *others = (each.exception(PATIENCE) for each in futures)
    assert (type(leader), [str(each) for each in others]) == (SystemExit, [INTERRUPTED] * 2)
    assert names(database) == set()
    assert database.write(adding("c"), order="") == "c"


def test_a_commit_that_fails_is_heard_of_by_all_who_wrote_in_it(database: Database) -> None:
    begun: list[Connection] = []

    def fail_second(connection: Connection) -> None:
        begun.append(connection)
        if len(begun) == 2:
            raise OSError

    with held(database) as threads:
        futures = [threads.write(adding(name)) for name in NAMES]
        event.listen(database._open_engine(), "commit", fail_second)
    errors = [each.exception(PATIENCE) for each in futures]
    assert (type(errors[0]), {str(each) for each in errors[1:]}) == (OSError, {INTERRUPTED})
    assert names(database) == set()
    assert database.write(adding("c"), order="") == "c"


def test_who_waits_in_vain_is_told_so_and_never_written(url: str, tmp_path: Path) -> None:
    with closing(Database(url, tmp_path)) as database:
        database.group.most = 1
        database.write(adding("first"), order="")
        database.group._wait = QUICK
        with held(database) as threads:
            late = threads.write(adding("late"))
            error = late.exception(PATIENCE)
        place = f"{tmp_path}/shop.sqlite" if database.path else database.place
        assert (type(error), str(error).startswith(f"The database {place} ")) == (StoreError, True)
        assert database.write(adding("a"), order="") == "a"
        assert names(database) == {"a"}


def test_a_file_that_stays_locked_fails_all_in_their_time_and_strands_nobody(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as other, closing(Database(sqlite, tmp_path, wait=QUICK)) as database:
        other.write(adding("first"), order="")
        with ThreadPoolExecutor(len(NAMES)) as pool, other.writing():
            futures = [pool.submit(database.write, adding(name), order=name) for name in NAMES]
            assert {type(each.exception(PATIENCE)) for each in futures} == {StoreError}
        assert database.write(adding("a"), order="") == "a"
        assert names(database) == {"a"}


def test_a_write_within_a_write_is_refused_at_once_though_others_wait(sqlite: str, tmp_path: Path) -> None:
    with closing(Database(sqlite, tmp_path)) as database, ThreadPoolExecutor(1) as pool:
        database.write(adding("first"), order="")
        with database.writing():
            waiting = pool.submit(database.write, adding("a"), order="")
            with pytest.raises(RuntimeError, match="This thread is writing to the database already"):
                database.write(adding("b"), order="")
        assert waiting.result(PATIENCE) == "a"


def test_a_server_commits_several_at_once(postgresql: str, tmp_path: Path) -> None:
    with closing(Database(postgresql, tmp_path)) as database, ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            adding("a")(connection)
            assert pool.submit(database.write, adding("b"), order="").result(PATIENCE) == "b"
        with held(database):
            assert pool.submit(database.write, adding("c"), order="").result(PATIENCE) == "c"


def crossing(first: str, second: str, tries: list[str], meet: threading.Barrier) -> Work:
    """The work of writing to two rows: to the second once another thread, at its first try, has written to its first."""

    def write(connection: Connection) -> str:
        tries.append(first)
        more = update(states).values(version=states.c.version + 1)
        connection.execute(more.where(states.c.person == first))
        if tries.count(first) == 1:
            meet.wait(PATIENCE)
        connection.execute(more.where(states.c.person == second))
        return first

    return write


@pytest.mark.parametrize("order", [None, ""])
def test_of_two_that_wait_for_each_other_on_a_server_one_is_done_again(postgresql: str, tmp_path: Path, order: str | None) -> None:
    tries: list[str] = []
    meet = threading.Barrier(2)
    with closing(Database(postgresql, tmp_path)) as database, ThreadPoolExecutor(2) as pool:
        for name in ("a", "b"):
            database.write(adding(name))
        futures = [pool.submit(database.write, crossing(*pair, tries, meet), order=order) for pair in (("a", "b"), ("b", "a"))]
        assert [each.result(PATIENCE) for each in futures] == ["a", "b"]
        assert len(tries) == 3
        with database.reading() as connection:
            assert connection.execute(select(states.c.version)).scalars().all() == [3, 3]


def touching(name: str) -> Work:
    """The work of writing to a row, which comes to its name."""

    def touch(connection: Connection) -> str:
        connection.execute(update(states).where(states.c.person == name).values(version=states.c.version + 1))
        return name

    return touch


def test_one_that_waits_for_a_row_that_is_held_elsewhere_keeps_none_of_its_group_waiting(postgresql: str, tmp_path: Path) -> None:
    works: list[Future[str]] = []
    held_now, asked = threading.Event(), threading.Event()
    with closing(Database(postgresql, tmp_path)) as database, closing(Database(postgresql, tmp_path)) as elsewhere:
        database.group.most = 1
        for name in ("first", "wanted"):
            database.write(adding(name))

        def hold_until_the_others_are_done() -> tuple[list[str], bool]:
            with elsewhere.writing() as connection:
                touching("wanted")(connection)
                held_now.set()
                assert asked.wait(PATIENCE)
                return [each.result(PATIENCE) for each in works[1:]], works[0].done()

        with ThreadPoolExecutor(1) as pool:
            holder = pool.submit(hold_until_the_others_are_done)
            assert held_now.wait(PATIENCE)
            with held(database) as threads:
                works += [threads.write(work) for work in (touching("wanted"), *map(adding, NAMES))]
                asked.set()
        assert holder.result(PATIENCE) == (NAMES, False)
        assert works[0].result(PATIENCE) == "wanted"


def test_all_of_a_group_that_a_server_ends_for_the_sake_of_another_are_done_again(postgresql: str, tmp_path: Path) -> None:
    with closing(Database(postgresql, tmp_path)) as database:
        database.group.most = 1
        database.write(adding("first"), order="")
        ended: list[Connection] = []

        def end_second(connection: Connection) -> None:
            ended.append(connection)
            if len(ended) == 2:
                connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$")

        event.listen(database._open_engine(), "commit", end_second)
        with held(database) as threads:
            futures = [threads.write(adding(name)) for name in NAMES]
        assert [each.result(PATIENCE) for each in futures] == NAMES
        assert names(database) == set(NAMES)


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_child_waits_for_no_thread_of_its_parent(sqlite: str) -> None:
    program = f"""
import os
from pathlib import Path
from sqlalchemy import insert
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import states

def add(name):
    return lambda connection: connection.execute(insert(states).values(person=name, state="{{}}", version=1, expires_at=0.0))

database = Database({sqlite!r}, Path("/nowhere"), wait=20.0)
database.write(add("a"), order="")
database.group._waiters.open = 1  # by a thread that is about to open it
child = os.fork()
if not child:
    database.write(add("b"), order="")
    database.close()
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (outcome.stdout, outcome.returncode) == ("0\n", 0), outcome.stderr

"""PostgreSQL wakes whoever listens, and one to whom no notification comes says so."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError

from flask_chatbot.database.database import Database
from flask_chatbot.database.engines import postgresql_engine
from flask_chatbot.database.notifications import Notifications, aside, notify
from flask_chatbot.errors import StoreError

# What a transaction of ours does as it is about to notify.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('chatbot_work'), hashtext(current_schema()))"
SOON = 30.0  # seconds, for a busy machine

DEAF = (
    "PostgreSQL's notifications do not arrive over this connection, as behind PgBouncer in transaction mode: this worker looks for work "
    "every second. To have work found at once, let CHATBOT_DATABASE_URL bypass the pooler."
)


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = postgresql_engine(make_url(url), 5.0)
    yield engine
    engine.dispose()


@contextmanager
def listening(listener: Notifications | None) -> Iterator[None]:
    assert listener is not None
    listener.start()
    yield
    listener.close()


def test_a_commit_of_another_process_wakes_who_listens_and_a_rollback_does_not(postgresql: str, tmp_path: Path) -> None:
    heard = threading.Event()
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(closing(Database(postgresql, tmp_path))) for _ in range(2))
        ours.upgrade()
        stack.enter_context(listening(ours.notifications(heard.set)))
        assert heard.wait(SOON)  # it looks once it listens
        heard.clear()
        with theirs.writing() as connection:
            notify(connection)
            connection.rollback()
        assert not heard.is_set()
        with theirs.writing() as connection:
            notify(connection)
            notify(connection)
            assert not heard.is_set()
        assert heard.wait(SOON)


def test_a_bot_in_another_schema_wakes_nobody(postgresql: str, server: str, tmp_path: Path) -> None:
    times = threading.Semaphore(0)
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Database(postgresql, tmp_path)))
        ours.upgrade()
        stack.enter_context(listening(ours.notifications(times.release)))
        assert times.acquire(timeout=SOON)
        other = stack.enter_context(engine_of(server))
        with other.begin() as connection:
            connection.execute(text("SET LOCAL search_path TO public"))
            notify(connection)
        with ours.writing() as connection:
            notify(connection)
        assert times.acquire(timeout=SOON)
        assert not times.acquire(blocking=False)


def test_of_transactions_that_commit_at_the_same_time_one_notifies(postgresql: str, tmp_path: Path) -> None:
    times = threading.Semaphore(0)
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(closing(Database(postgresql, tmp_path))) for _ in range(2))
        ours.upgrade()
        stack.enter_context(listening(ours.notifications(times.release)))
        assert times.acquire(timeout=SOON)
        with theirs.writing() as other:
            other.execute(text(ALONE))
            with ours.writing() as connection:
                notify(connection)
            notify(other)
        assert times.acquire(timeout=SOON)
        with ours.writing() as connection:
            notify(connection)
        assert times.acquire(timeout=SOON)
        assert not times.acquire(blocking=False)


def test_a_transaction_that_failed_leaves_no_notification_to_the_next(postgresql: str, tmp_path: Path) -> None:
    times = threading.Semaphore(0)
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Database(postgresql, tmp_path)))
        ours.upgrade()
        stack.enter_context(listening(ours.notifications(times.release)))
        assert times.acquire(timeout=SOON)
        with suppress(ZeroDivisionError), ours.writing() as connection:
            notify(connection)
            raise ZeroDivisionError
        with ours.writing() as connection:
            connection.execute(text("SELECT 1"))
        with ours.writing() as connection:
            notify(connection)
        assert times.acquire(timeout=SOON)
        assert not times.acquire(blocking=False)


def test_a_transaction_whose_connection_breaks_ends_with_an_error_of_ours(postgresql: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(closing(Database(postgresql, tmp_path))) for _ in range(2))
        ours.upgrade()
        stack.enter_context(pytest.raises(StoreError))
        connection = stack.enter_context(ours.writing())
        notify(connection)
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with theirs.writing() as other:
            other.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
        connection.execute(text("SELECT 1"))


def test_a_connection_that_breaks_is_replaced(postgresql: str, tmp_path: Path) -> None:
    times = threading.Semaphore(0)
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Database(postgresql, tmp_path)))
        ours.upgrade()
        stack.enter_context(listening(ours.notifications(times.release)))
        assert times.acquire(timeout=SOON)
        with ours.reading() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT current_schema()%'"))
        assert times.acquire(timeout=SOON)
        with ours.writing() as connection:
            notify(connection)
        assert times.acquire(timeout=SOON)


def test_a_server_that_cannot_be_reached_is_an_error_that_is_tried_again() -> None:
    with engine_of("postgresql+psycopg://nobody@127.0.0.1:1/none") as engine, pytest.raises(OperationalError), aside(engine):
        pass


def test_one_to_whom_no_notification_comes_says_so_once(postgresql: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        engine_of(postgresql) as engine,
        engine_of(make_url(postgresql).set(database="postgres", query={}).render_as_string(False)) as other,
    ):
        said = threading.Event()
        caplog.handler.addFilter(lambda record: said.set() or True)  # type: ignore[func-returns-value]
        deaf = Notifications(lambda: engine, lambda: None, probing=other, patience=0.0)
        with caplog.at_level(logging.WARNING), listening(deaf):
            assert said.wait(SOON)
        assert not deaf.is_listening
    assert caplog.messages == [DEAF]


def test_a_file_of_sqlite_notifies_nobody(tmp_path: Path) -> None:
    with closing(Database(None, tmp_path)) as database:
        assert database.notifications(lambda: None) is None

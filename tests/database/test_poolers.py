"""A bot whose PostgreSQL is behind PgBouncer, which lends a connection for one transaction: all works, but for being woken."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.faults import describe_error
from flask_chatbot.errors import StoreError
from flask_chatbot.store.upkeep import pruning
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.cli.shops import KEY, Shop
from tests.database.test_notifications import DEAF, SOON, listening
from tests.faults.crowd import accept, check, crowd, is_done, wait_for
from tests.faults.journal import read_journal
from tests.faults.test_kills import CHATS, survive
from tests.poolers import pooled

pytestmark = pytest.mark.process  # the pooler's own
BUDI = "6281234567890"
LIMITS = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"


@pytest.fixture
def pooler(server: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty schema through a pooler."""
    with pooled(server, tmp_path) as url:
        yield url


@pytest.fixture
def behind(pooler: str, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables, behind a pooler."""
    with closing(Database(pooler, tmp_path)) as database:
        database.upgrade()
        yield database


def test_an_app_answers_and_sends_what_comes_in_in_order(behind: Database, pooler: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        'version: 1\nrules: [{keyword: "nomor#", fields: [n], reply: [A, "{{ n }}"], save: nomor}]\n', "utf-8"
    )
    whatsapp, app = Simulator(), Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path))
    app.config |= {"CHATBOT_DATABASE_URL": pooler, "CHATBOT_TRANSPORT": whatsapp, "CHATBOT_API_KEY": KEY}
    Chatbot(app)
    texts = [str(number) for number in range(1, 21)]
    with working(app):
        budi = whatsapp.phone(BUDI)
        for each in texts:
            budi.writes(f"nomor#{each}")
        seen = [each.reply for each in budi.waits_for(2 * len(texts))]
    app.extensions["chatbot"].make_database().close()
    assert seen == [Text(reply) for each in texts for reply in ("A", each)]


def test_several_workers_send_all_that_many_accept_once_and_in_order(behind: Database, pooler: str, tmp_path: Path) -> None:
    """A statement is prepared by psycopg at its sixth time, and each of these threads comes to that."""
    with ThreadPoolExecutor(8) as pool:  # more than there are connections to the server
        found = pool.map(
            lambda lot: [each for i in range(10) for each in accept(behind, CHATS[5 * lot :][:5], 5, lot * 100 + 5 * i)], range(8)
        )
    accepted = [each for each_lot in found for each in each_lot]
    with crowd(pooler, tmp_path / "journal", 2) as members:
        wait_for("an empty outbox", lambda: is_done(behind))
        assert members.end() == [0, 0]
    assert len(accepted) == len(read_journal(tmp_path / "journal")) == 400
    assert check(accepted, tmp_path / "journal") == 0


def test_workers_that_are_killed_leave_their_work_to_others(behind: Database, pooler: str, tmp_path: Path) -> None:
    survive(behind, pooler, tmp_path / "journal", messages=120, kills=2, workers=2)


def test_a_worker_finds_out_that_nothing_wakes_it_and_says_so_once(
    behind: Database, pooler: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = threading.Event()
    caplog.handler.addFilter(lambda record: said.set() or True)  # type: ignore[func-returns-value]
    with caplog.at_level(logging.WARNING), listening(behind.notifications(said.set)):
        assert said.wait(SOON)
        accept(behind, CHATS, 3)
    assert caplog.messages == [DEAF]
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path))
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", "utf-8")
    app.config |= {"CHATBOT_DATABASE_URL": pooler, "CHATBOT_TRANSPORT": "simulator", "CHATBOT_API_KEY": KEY}
    Chatbot(app)
    (line,) = [each for each in Shop(app, behind).run("doctor").stdout.splitlines() if "notifications " in each]
    assert line == f"ok     notifications  {DEAF.replace('this worker looks', 'workers look')}"


def test_who_may_keep_a_connection_is_woken(server: str, tmp_path: Path) -> None:
    with pooled(server, tmp_path, "session") as url, closing(Database(url, tmp_path)) as database:
        heard = threading.Event()
        database.upgrade()
        with listening(database.notifications(heard.set)):
            assert heard.wait(SOON)  # it looks once it listens
            heard.clear()
            accept(database, CHATS, 1)
            assert heard.wait(SOON)
        assert database.can_notify()


def test_the_limits_of_a_transaction_end_with_it_and_others_of_the_pooler_have_none(behind: Database, pooler: str) -> None:
    with behind.writing() as connection:
        ours = tuple(connection.execute(text(LIMITS)).one())
    others = create_engine(pooler)
    with others.connect() as one, others.connect() as two, others.connect() as three, others.connect() as four:
        theirs = {tuple(each.execute(text(LIMITS)).one()) for each in (one, two, three, four)}
    others.dispose()
    assert (ours, theirs) == (("5s", "10s"), {("0", "0")})


def test_one_that_waits_too_long_for_a_lock_hears_so_and_its_chats_are_free_again(behind: Database, pooler: str, tmp_path: Path) -> None:
    with closing(Database(pooler, tmp_path, wait=0.3)) as hasty, behind.writing() as connection:
        connection.execute(text("LOCK TABLE chatbot_messages"))
        with pytest.raises(StoreError, match="was busy for too long"):
            accept(hasty, CHATS, 1)


def test_old_rows_are_counted_without_a_limit_of_time(behind: Database) -> None:
    limits = []
    with behind.reading() as connection:
        driver: Any = connection.connection.driver_connection
        execute = driver.execute

        def look(statement: str) -> None:
            execute(statement)
            limits.append(execute("SHOW statement_timeout").fetchone())

        driver.execute = look
        assert {each.number for each in pruning.count_old(connection, 0.0)} == {0}
    assert limits == [("0",)]


def repeat(*connections: Connection) -> None:
    """Execute the same on several connections in turn, until the driver prepares it."""
    for _ in range(20):
        for each in connections:
            each.execute(text("SELECT CAST(:a AS int)"), {"a": 1})
            each.commit()


def test_an_engine_of_the_apps_that_prepares_statements_is_told_the_way_out(behind: Database, pooler: str) -> None:
    others = create_engine(pooler)
    with others.connect() as one, others.connect() as two, pytest.raises(DBAPIError) as caught:
        repeat(one, two)
    others.dispose()
    told = "is reached through a pooler such as PgBouncer, which does not keep prepared statements. Make the app's own engine with "
    assert describe_error(caught.value, behind.place) == f"The database {behind.place} {told}connect_args={{'prepare_threshold': None}}."

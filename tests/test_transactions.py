"""Messages in the app's own transactions: sent with what else it commits, and never without it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, insert, make_url, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from flask_chatbot import Chatbot, ChatbotError, NotAccepted, StoreError
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.store import optouts, stored
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.databases import postgresql, server, sqlite, url
from tests.delivery.apps import BUDI, GROUP, START, callbacks_of, gateway_app, gateway_of
from tests.test_outgoing import said

__all__ = ["postgresql", "server", "sqlite", "url"]

metadata = MetaData()
orders = Table("orders", metadata, Column("id", Integer, primary_key=True), Column("message", String(20), unique=True))
SIARI = "6282345678901"


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def app(tmp_path: Path, bot: Chatbot, url: str) -> Iterator[Flask]:
    """The bot's app on each kind of database, in its context; the app's own tables are in the same one."""
    app = gateway_app(tmp_path, bot, CHATBOT_DATABASE_URL=url)
    with gateway_of(app).database.writing() as connection:
        metadata.create_all(connection)
    with app.app_context():
        yield app
    gateway_of(app).database.close()


@pytest.fixture
def engine(app: Flask, url: str) -> Iterator[Engine]:
    """The app's own engine on the bot's database, which waits for no lock."""
    made = make_url(url)
    engine = create_engine(made, connect_args={"timeout": 0} if made.get_backend_name() == "sqlite" else {})
    yield engine
    engine.dispose()


def kept(engine: Engine) -> int:
    """The number of orders."""
    with engine.connect() as connection:
        return len(connection.execute(select(orders)).all())


def as_session(engine: Engine) -> Session:
    return Session(engine)


def as_scoped_session(engine: Engine) -> "scoped_session[Session]":
    return scoped_session(sessionmaker(engine))


def as_connection(engine: Engine) -> Any:
    return engine.connect()


WAYS = [as_session, as_scoped_session, as_connection]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_sent_in_a_transaction_goes_out_once_it_is_committed(
    app: Flask, bot: Chatbot, engine: Engine, way: Callable[[Engine], Any]
) -> None:
    session = way(engine)
    (message,) = bot.send(BUDI, "Pesanan Anda siap.", session=session)
    session.execute(insert(orders), {"message": message})
    assert (message[:4], said(app) if engine.dialect.name != "sqlite" else []) == ("3EB0", [])
    session.commit()
    session.close()
    assert kept(engine) == 1
    assert [(chat, reply.text) for chat, reply in said(app)] == [(f"{BUDI}@c.us", "Pesanan Anda siap.")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_rolled_back_is_never_sent_and_leaves_nobody_behind(
    app: Flask, bot: Chatbot, engine: Engine, way: Callable[[Engine], Any]
) -> None:
    session = way(engine)
    session.execute(insert(orders), {"message": "x"})
    ids = [*bot.send(BUDI, ["Satu", "Dua"], session=session), *bot.send_group(GROUP, "Tiga", session=session)]
    session.rollback()
    session.close()
    assert (kept(engine), said(app)) == (0, [])
    with gateway_of(app).database.reading() as connection:
        assert [stored.find(connection, each) for each in ids] == [None, None, None]


def test_a_savepoint_that_is_rolled_back_takes_its_messages_along(app: Flask, bot: Chatbot, engine: Engine) -> None:
    with Session(engine) as session:
        bot.send(BUDI, "Satu", session=session)
        nested = session.begin_nested()
        bot.send(BUDI, "Dua", session=session)
        nested.rollback()
        session.commit()
    assert [reply.text for _, reply in said(app)] == ["Satu"]  # type: ignore[attr-defined]


def test_an_order_that_is_there_already_keeps_its_message_from_going_out_again(app: Flask, bot: Chatbot, engine: Engine) -> None:
    for number in (7, 7, 8):
        with Session(engine) as session:
            bot.send(BUDI, f"Pesanan {number} siap.", session=session)
            with suppress(IntegrityError):
                session.execute(insert(orders), {"id": number})
                session.commit()
    assert [reply.text for _, reply in said(app)] == ["Pesanan 7 siap.", "Pesanan 8 siap."]  # type: ignore[attr-defined]


KILLED = """
import os, signal, sys
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from flask_chatbot import Chatbot
folder, url, commits = sys.argv[1:]
app, bot = Flask("shop", root_path=folder, instance_path=folder), Chatbot()
app.config.update(CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off", CHATBOT_DATABASE_URL=url)
bot.init_app(app)
with app.app_context(), Session(create_engine(url)) as session:
    bot.send("6281234567890", "Halo", session=session)
    session.execute(text("INSERT INTO orders (id) VALUES (7)"))
    session.flush()
    if commits == "commits":
        session.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.process
@pytest.mark.parametrize(("commits", "left"), [("commits", 1), ("flushes", 0)])
def test_a_process_that_is_killed_leaves_both_the_row_and_its_message_or_neither(
    app: Flask, engine: Engine, tmp_path: Path, url: str, commits: str, left: int
) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), url, commits], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert (kept(engine), len(said(app))) == (left, left)


def test_an_ack_finds_the_row_that_was_committed_with_its_message(app: Flask, bot: Chatbot, engine: Engine) -> None:
    found: list[int] = []

    @bot.on_ack
    def note(message_id: str) -> None:
        with engine.connect() as connection:
            found.append(len(connection.execute(select(orders).where(orders.c.message == message_id)).all()))

    with Session(engine) as session:
        (message,) = bot.send(BUDI, "Halo", session=session)
        gateway_of(app).call_ack_handlers(message, Ack.SENT)  # of a message that is not there yet nobody hears
        session.execute(insert(orders), {"message": message})
        session.commit()
    gateway_of(app).call_ack_handlers(message, Ack.SENT)
    assert found == [1]


def test_the_worker_is_woken_after_the_commit_and_not_before(app: Flask, bot: Chatbot, engine: Engine) -> None:
    woken: list[int] = []
    gateway_of(app).has_worker(lambda: woken.append(kept(engine)))
    with Session(engine) as session:
        bot.send(BUDI, ["Satu", "Dua"], session=session)
        session.execute(insert(orders), {"message": "x"})
        with session.begin_nested():
            bot.send(BUDI, "Tiga", session=session)
        assert woken == []
        session.commit()
        assert woken == [1]
        session.execute(insert(orders), {"message": "y"})
        session.commit()
    assert woken == [1]


def test_terms_hold_in_a_transaction_as_anywhere(app: Flask, bot: Chatbot, engine: Engine) -> None:
    with gateway_of(app).database.writing() as connection:
        optouts.opt_out(connection, SIARI, START)
    with Session(engine) as session:
        with pytest.raises(NotAccepted, match="opted out"):
            bot.send(SIARI, "Diskon", promo=True, session=session)
        (message,) = bot.send(BUDI, "Halo", notify="http://10.0.0.1/", session=session)
        session.commit()
    assert len(said(app)) == 1
    assert callbacks_of(gateway_of(app), message)[0].error is not None


@pytest.mark.parametrize("wrong", [object(), "sqlite://", create_engine("sqlite://")])
def test_what_is_no_session_is_refused(app: Flask, bot: Chatbot, wrong: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^'session' is a value of type {type(wrong).__name__}. Give db.session, or a Session or Connection"
    ):
        bot.send(BUDI, "Halo", session=wrong)


@pytest.mark.parametrize(("other", "name"), [("sqlite://", "in memory"), ("sqlite:///{folder}/other.sqlite", "{folder}/other.sqlite")])
def test_a_session_on_another_database_is_refused_with_the_names_of_both(
    app: Flask, bot: Chatbot, tmp_path: Path, other: str, name: str
) -> None:
    told = f"The session works on the database {name.format(folder=tmp_path)}, and the bot on {gateway_of(app).database.place}, so "
    engine = create_engine(other.format(folder=tmp_path))
    with Session(engine) as session, pytest.raises(ChatbotError, match=re.escape(told)):
        bot.send(BUDI, "Halo", session=session)
    engine.dispose()
    assert said(app) == []


@pytest.mark.postgresql
def test_another_schema_of_the_same_server_is_another_database_and_no_password_is_told(
    tmp_path: Path, bot: Chatbot, postgresql: str, postgresql_address: str
) -> None:
    app = gateway_app(tmp_path, bot, CHATBOT_DATABASE_URL=postgresql)
    engine = create_engine(make_url(postgresql_address).set(password="rahasia"))
    with app.app_context(), Session(engine) as session, pytest.raises(ChatbotError) as refused:
        bot.send(BUDI, "Halo", session=session)
    engine.dispose()
    gateway_of(app).database.close()
    assert "rahasia" not in str(refused.value)


def test_tables_that_a_transaction_keeps_from_being_made_are_told_at_once(tmp_path: Path, bot: Chatbot) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.sqlite")
    metadata.create_all(engine)
    app = gateway_app(tmp_path, bot, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/shop.sqlite")
    with app.app_context(), Session(engine) as session:
        session.execute(insert(orders), {"message": "x"})
        with pytest.raises(StoreError, match=r"Run: flask chatbot db upgrade$"):
            bot.send(BUDI, "Halo", session=session)
        session.rollback()
        bot.send(BUDI, "Halo", session=session)
        session.commit()
    assert len(said(app)) == 1
    gateway_of(app).database.close()
    engine.dispose()


def test_flask_sqlalchemys_session_is_taken_as_it_is(tmp_path: Path, url: str) -> None:
    bot, db = Chatbot(), SQLAlchemy()
    app = gateway_app(tmp_path, bot, CHATBOT_DATABASE_URL=url, SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    with app.app_context():
        bot.send(BUDI, "Satu", session=db.session)
        db.session.rollback()
        bot.send(BUDI, "Dua", session=db.session)
        db.session.commit()
        db.engine.dispose()
        assert [reply.text for _, reply in said(app)] == ["Dua"]  # type: ignore[attr-defined]
    gateway_of(app).database.close()


def shared_file(folder: Path, bot: Chatbot, db: SQLAlchemy, **more: object) -> Flask:
    """An app with one SQLite file for the bot and for its own orders."""
    there = f"sqlite:///{folder}/shop.sqlite"
    rules = "version: 1\nrules:\n  - {name: pesan, keyword: pesan, reply: Siap}\n"
    keys = {"CHATBOT_WEBHOOK_KEY": "kunci-toko-maju", "SQLALCHEMY_DATABASE_URI": there, **more}
    app = gateway_app(folder, bot, rules, CHATBOT_DATABASE_URL=there, **keys)
    db.init_app(app)
    with app.app_context():
        metadata.create_all(db.engine)
        bot.send(BUDI, "Halo")
    return app


def test_a_second_writer_on_one_sqlite_file_is_refused_with_a_sentence_and_not_waited_for(tmp_path: Path) -> None:
    bot, db = Chatbot(), SQLAlchemy()
    app = shared_file(tmp_path, bot, db)
    told = f"The app's own session has changes in the database {tmp_path}/shop.sqlite that are not committed, and SQLite has one writer"
    with app.app_context():
        db.session.execute(insert(orders), {"message": "x"})
        began = time.monotonic()
        with pytest.raises(StoreError, match=re.escape(told)):
            bot.send(BUDI, "Satu")
        assert time.monotonic() - began < 4
        bot.send(BUDI, "Dua", session=db.session)
        db.session.commit()
        bot.send(BUDI, "Tiga")
        db.engine.dispose()
        assert [reply.text for _, reply in said(app)] == ["Halo", "Dua", "Tiga"]  # type: ignore[attr-defined]
    gateway_of(app).database.close()


def test_a_session_that_has_only_read_hinders_nobody(tmp_path: Path) -> None:
    bot, db = Chatbot(), SQLAlchemy()
    app = shared_file(tmp_path, bot, db)
    with app.app_context():
        assert db.session.execute(select(orders)).all() == []
        bot.send(BUDI, "Satu")
        db.session.rollback()
        db.engine.dispose()
        assert len(said(app)) == 2
    gateway_of(app).database.close()


def test_a_handler_that_leaves_changes_uncommitted_is_answered_with_an_error_and_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot, db = Chatbot(), SQLAlchemy()
    app = shared_file(tmp_path, bot, db)
    commits: list[bool] = []

    @bot.rule("pesan")
    def order() -> None:
        db.session.execute(insert(orders), {"message": "x"})
        bot.send(BUDI, "Satu")
        if commits:
            db.session.commit()

    call = {"keyword": "pesan", "data": [], "webhookkey": "kunci-toko-maju", "from": BUDI}
    assert app.test_client().post("/chatbot/webhook", json=call).status_code == 503
    told = (
        r"bot.send\(..., session=db.session\). What ran for this message: \S+\.order at \S+test_transactions.py:[\d:]+, for rule 'pesan' "
    )
    assert re.search(told, caplog.text)
    commits.append(True)
    assert app.test_client().post("/chatbot/webhook", json=call).status_code == 200
    with app.app_context():
        assert [reply.text for _, reply in said(app)] == ["Halo", "Satu"]  # type: ignore[attr-defined]
        db.engine.dispose()
    gateway_of(app).database.close()


def test_a_handler_that_never_commits_is_named_in_the_log_with_the_way_out_also_where_its_message_came_by_a_transport(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot, db, whatsapp = Chatbot(), SQLAlchemy(), Simulator()
    app = shared_file(tmp_path, bot, db, CHATBOT_TRANSPORT=whatsapp)
    runs: list[int] = []

    @bot.rule("pesan")
    def order() -> None:
        runs.append(len(runs))
        db.session.execute(insert(orders), {"message": "x"})
        db.session.flush()
        if len(runs) > 1:
            db.session.commit()

    gateway_of(app).clock = time.time
    with working(app):
        budi = whatsapp.phone(BUDI)
        budi.writes("pesan")
        assert [each.reply for each in budi.waits_for(1)] == [Text("Siap")]  # delivered again, it was as good as new
    (told,) = [each for each in caplog.messages if each.startswith("the listener failed (The app's own session has changes in")]
    assert re.search(r"What ran for this message: \S+\.order at \S+:\d+, for rule 'pesan' at \S+rules.yaml:3:5\.\)", told)
    with app.app_context():
        db.engine.dispose()
    gateway_of(app).database.close()

"""The numbers of ``GET /metrics`` that only grow: each thing is counted once, and stays counted when its rows are gone."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from flask_chatbot.database.counting.tally import Count, count
from flask_chatbot.database.database import Database
from flask_chatbot.errors import Refused
from flask_chatbot.store import forgetting, people
from flask_chatbot.store.measuring import totals as kept
from flask_chatbot.store.upkeep.pruning import delete_old
from flask_chatbot.testing.workers import working
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, add_bot
from tests.metrics_of import Samples, scraped, totals, until

BUDI = "6281234567890"
LINE = ("line", "simulator")


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app with a simulated WhatsApp, on a database of each kind in turn."""
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path))
    transport = Simulator(runs_anywhere=True)
    add_bot(
        app,
        CHATBOT_TRANSPORT=transport,
        CHATBOT_DATABASE_URL=url,
        CHATBOT_WORKER="off",
        CHATBOT_KEEP_MESSAGES="30 days",
        CHATBOT_API_KEY=KEY,
    )
    yield app
    database_of(app).close()


def database_of(app: Flask) -> Database:
    """The database of an app."""
    found = app.extensions["chatbot"].make_database()
    assert isinstance(found, Database)
    return found


def simulator_of(app: Flask) -> Simulator:
    """The simulated WhatsApp of an app."""
    found = app.extensions["chatbot"].lines.first.transport
    assert isinstance(found, Simulator)
    return found


def counted(app: Flask) -> Samples:
    """The numbers that only grow, after a scrape."""
    return totals(scraped(app, KEY))


def test_each_message_is_counted_once_and_no_total_falls_when_its_rows_are_pruned_or_its_customer_forgotten(app: Flask) -> None:
    simulator = simulator_of(app)
    budi = simulator.phone(BUDI)
    with working(app):
        budi.writes("halo")
        budi.writes("apa ini")
        until(lambda: counted(app).get("chatbot_messages_sent_total", {}).get((LINE, ("transport", "simulator"), ("type", "text"))) == 2)
    call = {"keyword": "halo", "data": [], "webhookkey": KEY, "from": "628111"}
    for _ in range(2):  # the second is a repeat
        app.test_client().post("/chatbot/webhook", json=call, headers={"webhook-id": "1"})
    found = counted(app)
    webhook = ("line", "webhook")
    assert found["chatbot_messages_received_total"] == {
        (("kind", "text"), LINE, ("transport", "simulator")): 2.0,
        (("kind", "text"), webhook, ("transport", "webhook")): 1.0,
    }
    assert found["chatbot_answers_total"] == {
        (LINE, ("outcome", "answered"), ("rule", "halo")): 1.0,
        (LINE, ("outcome", "fallback"), ("rule", "fallback")): 1.0,
        (webhook, ("outcome", "answered"), ("rule", "halo")): 1.0,
    }
    times = scraped(app, KEY)
    assert times["chatbot_decide_seconds_count"] == {(LINE,): 2.0, (webhook,): 1.0}
    assert times["chatbot_send_seconds_bucket"][("le", "+Inf"), LINE] == times["chatbot_send_seconds_count"][LINE,] == 2.0
    assert found["chatbot_fallbacks_total"] == {(LINE,): 1.0}
    assert found["chatbot_acks_total"][("ack", "sent"), LINE] == 2.0
    database = database_of(app)
    list(delete_old(database.writing, 9e9))
    with database.writing() as connection:
        forgetting.forget(connection, people.find(connection, BUDI) or "")
    assert counted(app) == found


def test_what_is_given_up_is_counted_by_its_reason(app: Flask) -> None:
    simulator = simulator_of(app)
    simulator.fails(Refused("Nobody is there."), times=1)
    with working(app):
        simulator.phone(BUDI).writes("halo")
        until(lambda: counted(app).get("chatbot_messages_failed_total") == {(LINE, ("reason", "refused")): 1.0})
    assert counted(app)["chatbot_acks_total"] == {(("ack", "error"), LINE): 1.0}


def test_what_is_rolled_back_is_not_counted(database: Database) -> None:
    with suppress(RuntimeError), database.writing() as connection:
        count(connection, Count("acks", "toko", ("text", "sent")))
        raise RuntimeError
    with database.writing() as connection:
        count(connection, Count("acks", "toko", ("text", "read")))
    with database.reading() as connection:
        assert kept.read(connection) == {Count("acks", "toko", ("text", "read")): 1}


def test_counts_are_added_up_without_changing_a_total(database: Database) -> None:
    for number in range(kept.FEW + 50):
        with database.writing() as connection:
            count(connection, Count("acks", "toko", ("text", "sent")), 2)
            count(connection, Count("acks", "toko", ("text", f"ack {number % 3}")))
    with database.reading() as connection:
        before, was_long = kept.read(connection), kept.is_long(connection)
    with database.writing() as connection:
        assert kept.add_up(connection) == 2 * (kept.FEW + 50)
    with database.reading() as connection:
        assert (kept.read(connection), was_long, kept.is_long(connection)) == (before, True, False)
    assert before[Count("acks", "toko", ("text", "sent"))] == 2 * (kept.FEW + 50)


def test_the_rules_after_the_first_200_share_a_name_that_they_keep(database: Database) -> None:
    for number in range(kept.MOST_RULES + 3):
        with database.writing() as connection:
            name = kept.name_of(connection, f"rule {number}")
            count(connection, Count(kept.ANSWERED, "toko", ("text", name, "answered")))
    with database.reading() as connection:
        found = {what.labels[1]: number for what, number in kept.read(connection).items()}
        assert (len(found), found["other"], found["rule 199"]) == (201, 3, 1)
        assert [kept.name_of(connection, each) for each in ("rule 5", "rule 202", "")] == ["rule 5", "other", ""]
        executed: list[object] = []
        event.listen(connection.engine, "before_cursor_execute", lambda *statement: executed.append(statement))
        assert ({kept.name_of(connection, f"rule {number}") for number in range(300, 400)}, executed) == ({"other"}, [])


def test_a_callback_that_is_refused_at_once_counts_for_the_line_of_its_message(app: Flask) -> None:
    body = {"nohp": BUDI, "pesan": "Halo", "notifyurl": "http://127.0.0.1/acks"}
    assert app.test_client().post("/chatbot/api/sendwa", json=body, headers={"SecretKey": KEY}).status_code == 200
    assert counted(app)["chatbot_callbacks_total"] == {(LINE, ("result", "refused")): 1.0}

"""``GET /metrics``: who gets the numbers, and which."""

import base64
import sys
import time
from pathlib import Path

import pytest
from flask import Flask, Response
from prometheus_client import REGISTRY, Counter, generate_latest

from flask_chatbot.database.database import Database
from flask_chatbot.store import leases
from flask_chatbot.transports.simulator import Simulator
from tests import metrics_of
from tests.apps import KEY, make_app
from tests.metrics_of import URL, Samples

PLAIN = "text/plain; charset=utf-8"
NOWHERE = "postgresql://bot:rahasia@127.0.0.1:1/toko"


def scraped(app: Flask, key: str = KEY) -> Samples:
    """The numbers of a scrape by somebody with a key."""
    return metrics_of.scraped(app, key)


def shop(folder: Path, **config: object) -> Flask:
    """An app with a database of its own, and no worker."""
    return make_app(folder, CHATBOT_DATABASE_URL=f"sqlite:///{folder}/shop.sqlite", CHATBOT_WORKER="off", **config)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app that sends, and no worker of it."""
    return shop(tmp_path, CHATBOT_TRANSPORT=Simulator(runs_anywhere=True), CHATBOT_API_KEY={"kasir": "kunci-kasir-1"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer  {KEY} "},
        {"SecretKey": KEY},
        {"SecretKey": f"{KEY};"},
        {"Authorization": "Bearer kunci-kasir-1"},
    ],
)
def test_each_key_of_the_app_opens_it_as_prometheus_sends_it_or_as_callers_of_the_api_do(app: Flask, headers: dict[str, str]) -> None:
    assert app.test_client().get(URL, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": KEY},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": f"Token {KEY}"},
        {"Authorization": f"Basic {base64.b64encode(f'a:{KEY}x'.encode()).decode()}"},
        {"SecretKey": KEY[:-1]},
        {"Authorization": "Bearer \xe4\xf6"},
    ],
)
def test_strangers_get_no_number_and_the_way_to_send_a_key(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get(URL, headers=headers)
    assert (answer.status_code, answer.content_type, answer.headers["WWW-Authenticate"]) == (401, PLAIN, 'Bearer realm="metrics"')
    assert answer.text == "The key is missing or unknown. Send it as Authorization: Bearer YOUR-KEY, or as SecretKey: YOUR-KEY.\n"


def test_a_key_in_the_address_opens_nothing(app: Flask) -> None:
    assert app.test_client().get(f"{URL}?key={KEY}&SecretKey={KEY}").status_code == 401


def test_metrics_of_the_hosts_own_stay_in_its_registry_and_ours_out_of_it(app: Flask) -> None:
    orders = Counter("toko_orders", "Orders.")
    app.add_url_rule("/metrics", view_func=lambda: Response(generate_latest(), content_type="text/plain"))
    try:
        orders.inc(3)
        theirs = app.test_client().get("/metrics").text
        ours = scraped(app)
    finally:
        REGISTRY.unregister(orders)
    assert ("toko_orders_total 3.0" in theirs, "chatbot_" in theirs) == (True, False)
    assert [name for name in ours if not name.startswith("chatbot_")] == []
    assert "chatbot_build_info" in ours


def test_without_the_client_of_prometheus_it_says_what_to_install(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "flask_chatbot.metrics.exposition", raising=False)
    client = app.test_client()
    answer = client.get(URL, headers={"SecretKey": KEY})
    told = "Metrics need the package prometheus-client. Install it with: pip install 'flask-chatbot[metrics]'\n"
    assert (answer.status_code, answer.content_type, answer.text) == (501, PLAIN, told)
    assert client.get(URL).status_code == 401


def test_a_database_that_cannot_be_reached_is_a_503_that_names_no_password(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_DATABASE_URL=NOWHERE, CHATBOT_TRANSPORT=Simulator(runs_anywhere=True), CHATBOT_WORKER="off")
    answer = app.test_client().get(URL, headers={"SecretKey": KEY})
    assert (answer.status_code, answer.text) == (503, "The database cannot be read now.\n")


def test_other_methods_are_refused(app: Flask) -> None:
    answer = app.test_client().post(URL)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_bot_that_needs_no_database_tells_of_its_rules_and_opens_none(tmp_path: Path) -> None:
    found = scraped(shop(tmp_path))
    assert set(found) == {"chatbot_build_info", "chatbot_rules_info", "chatbot_rules_reload_failed"}
    assert found["chatbot_rules_reload_failed"] == {(("line", ""),): 0.0}
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_rule_file_that_broke_is_seen_at_the_next_scrape(tmp_path: Path) -> None:
    app = shop(tmp_path)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - keyword: halo\n    repply: Hai\n")
    assert scraped(app)["chatbot_rules_reload_failed"] == {(("line", ""),): 1.0}


def test_an_idle_line_has_each_number_so_that_an_alert_finds_it(app: Flask) -> None:
    found = scraped(app)
    line = ("line", "simulator")
    assert found["chatbot_outbox_messages"] == {(line, ("state", state)): 0.0 for state in ("queued", "claimed", "failed")}
    for name in ("chatbot_outbox_oldest_due_seconds", "chatbot_inbound_queue", "chatbot_callback_queue"):
        assert found[name] == {(line,): 0.0}
    assert found["chatbot_transport_connected"] == {(line,): 1.0}


def test_workers_are_seen_by_their_leases(app: Flask) -> None:
    database: Database = app.extensions["chatbot"].make_database()
    with database.writing() as connection:
        leases.take(connection, "alive:0f3a9b12c4d5", "shop-1:0f3a9b12c4d5:::", time.time() - 100, 15.0)
        leases.take(connection, "session:other", "shop-1:999999999999:::", time.time(), 15.0)
    found = scraped(app)["chatbot_worker_last_seen_seconds"]
    assert list(found) == [(("worker", "shop-1:0f3a9b"),)]
    assert 100 <= found[(("worker", "shop-1:0f3a9b"),)] < 160


def test_a_key_of_a_line_gets_the_numbers_of_that_line_alone(tmp_path: Path) -> None:
    lines = {"toko": {"transport": "simulator"}, "dumai": {"transport": "simulator"}}
    app = shop(tmp_path, CHATBOT_LINES=lines, CHATBOT_API_KEY={"dumai": "kunci-dumai-1"})
    found = scraped(app, "kunci-dumai-1")
    assert "chatbot_build_info" not in found
    assert {dict(labels)["line"] for samples in found.values() for labels in samples} == {"dumai"}
    assert {dict(labels)["line"] for labels in scraped(app)["chatbot_outbox_messages"]} == {"toko", "dumai"}

"""``GET /healthz/live`` and ``/healthz/ready``."""

import time
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.store import leases
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY, make_app

LIVE, READY = "/chatbot/healthz/live", "/chatbot/healthz/ready"
OK = (200, {"status": "ok"})
OTHER = "kunci-baris-lain"
NOWHERE = "postgresql://bot:rahasia@127.0.0.1:1/toko"


def told(app: Flask, url: str, **headers: str) -> tuple[int, object]:
    """The status and the JSON of an answer."""
    answer = app.test_client().get(url, headers=headers)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/json", "no-store")
    return answer.status_code, answer.json


def test_a_bot_that_needs_no_database_is_ready_and_opens_none(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    assert [told(app, url) for url in (LIVE, READY)] == [OK, OK]
    assert not app.extensions["chatbot"].make_database.is_made


def test_a_bot_that_sends_is_ready_once_its_tables_are_there(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    assert [told(app, url) for url in (LIVE, READY)] == [OK, OK]


def test_a_database_that_cannot_be_reached_leaves_the_process_live_and_not_ready(tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_DATABASE_URL=NOWHERE)
    assert told(app, LIVE) == OK
    assert told(app, READY) == (503, {"status": "unready"})
    status, found = told(app, READY, SecretKey=KEY)
    assert (status, "127.0.0.1" in str(found), "rahasia" in str(found)) == (503, True, False)


def test_a_database_without_the_tables_of_this_version_is_not_ready(server: str, tmp_path: Path) -> None:
    app = make_app(tmp_path, CHATBOT_DATABASE_URL=server)
    status, found = told(app, READY, SecretKey=KEY)
    assert (status, "flask chatbot db upgrade" in str(found)) == (503, True)


@pytest.mark.parametrize("url", [LIVE, READY])
def test_other_methods_are_refused(tmp_path: Path, url: str) -> None:
    answer = make_app(tmp_path).test_client().post(url)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("url", [READY, "/chatbot/healthz"])
def test_lines_and_workers_are_for_who_has_a_key_and_workers_for_no_key_of_a_line(tmp_path: Path, url: str) -> None:
    config = {"CHATBOT_TRANSPORT": Simulator(runs_anywhere=True), "CHATBOT_WORKER": "off", "CHATBOT_API_KEY": {"simulator": OTHER}}
    app = make_app(tmp_path, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}/shop.sqlite", **config)
    with app.extensions["chatbot"].make_database().writing() as connection:
        leases.take(connection, "alive:0f3a9b12c4d5", "shop-1:0f3a9b12c4d5:::", 5_000_000_000.0, 15.0)
        leases.take(connection, "alive:a12c4d50f3a9", "shop-2:a12c4d50f3a9:::", 1_700_000_000.0, 15.0)
    workers = [
        {"worker": "shop-1:0f3a9b", "seen": 5_000_000_000, "alive": True},
        {"worker": "shop-2:a12c4d", "seen": 1_700_000_000, "alive": False},
    ]
    assert told(app, url) == OK
    status, found = told(app, url, SecretKey=KEY)
    assert isinstance(found, dict)
    assert (status, found["workers"], [each["line"] for each in found["lines"]]) == (200, workers, ["simulator"])
    status, found = told(app, url, SecretKey=OTHER)
    assert isinstance(found, dict)
    assert (status, sorted(found)) == (200, ["lines", "status"])


def test_celery_workers_that_no_wake_up_reaches_are_a_problem_for_who_has_a_key(postgresql: str, tmp_path: Path) -> None:
    celery = {"CHATBOT_WORKER": "celery", "CHATBOT_CELERY": "redis://127.0.0.1:1/0", "CHATBOT_TRANSPORT": Simulator(runs_anywhere=True)}
    app, now = make_app(tmp_path, CHATBOT_DATABASE_URL=postgresql, **celery), time.time()
    with app.extensions["chatbot"].make_database().writing() as connection:
        leases.take(connection, leases.LEADER, "shop-1:0f3a9b12c4d5:::", now, 3600.0)
        leases.note(connection, leases.WOKEN, "shop-1:0f3a9b12c4d5:::", now - 600)
    assert told(app, "/chatbot/healthz") == OK
    _, found = told(app, "/chatbot/healthz", SecretKey=KEY)
    assert isinstance(found, dict)
    assert (found["status"], [each["message"] for each in found["problems"]], found["wakeups"]) == (
        "degraded",
        ["Celery's workers run, and no wake-up reaches their processes. See: flask chatbot doctor"],
        {"seen": int(now - 600), "late": True},
    )
    with app.extensions["chatbot"].make_database().writing() as connection:
        leases.note(connection, leases.WOKEN, "shop-1:0f3a9b12c4d5:::", now)
    _, found = told(app, "/chatbot/healthz", SecretKey=KEY)
    assert isinstance(found, dict)
    assert (found["status"], found["wakeups"]) == ("ok", {"seen": int(now), "late": False})

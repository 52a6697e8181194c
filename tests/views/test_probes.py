"""``GET /healthz/live`` and ``/healthz/ready``."""

from pathlib import Path

import pytest
from flask import Flask

from tests.apps import KEY, make_app

LIVE, READY = "/chatbot/healthz/live", "/chatbot/healthz/ready"
OK = (200, {"status": "ok"})
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

"""Requests have ids, which are in the log and in the answers."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.core.logs import FIELDS
from flask_chatbot.core.values.replies import Text
from flask_chatbot.views.request_ids import request_id
from tests.apps import KEY, halo, make_app

SEND = {"nohp": "6281234567890", "pesan": "Halo"}
GIVEN = "7b1c-42/a.b:c=d+e_f"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path, CHATBOT_API_KEY=KEY, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "flask_chatbot"):
        yield


def fields(caplog: pytest.LogCaptureFixture, beginning: str) -> dict[str, object]:
    """The fields of the one record whose message begins so."""
    (record,) = [each for each in caplog.records if each.getMessage().startswith(beginning)]
    return {name: value for name, value in vars(record).items() if name in FIELDS}


def test_a_webhook_call_with_an_id_has_it_in_the_log_and_in_the_answer(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.test_client().post("/chatbot/webhook", json=halo(), headers={"X-Request-ID": GIVEN})
    assert answer.headers["X-Request-ID"] == GIVEN
    assert fields(caplog, "answered a webhook call") == {"request_id": GIVEN, "rule": "halo", "replies": 1}


def test_a_webhook_call_without_an_id_gets_one_in_the_log_alone(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.test_client().post("/chatbot/webhook", json=halo())
    assert "X-Request-ID" not in answer.headers
    made = fields(caplog, "answered a webhook call")["request_id"]
    assert len(str(made)) == 32


@pytest.mark.parametrize(
    "given", [None, "a b", "a\tb", "x" * 129, "6281234567890", "+6281234567890", "0812-3456-7890", "<script>", "kunci;", "ä"]
)
def test_what_is_no_sane_id_is_replaced(app: Flask, caplog: pytest.LogCaptureFixture, given: str | None) -> None:
    headers = {"SecretKey": KEY, **({"X-Request-ID": given} if given else {})}
    answer = app.test_client().post("/chatbot/api/sendwa", json=SEND, headers=headers)
    made = answer.headers["X-Request-ID"]
    assert (len(made), made == given) == (32, False)
    assert fields(caplog, "accepted message")["request_id"] == made


def test_no_id_can_add_a_line_to_the_log() -> None:
    made = [request_id({"HTTP_X_REQUEST_ID": given}) for given in ("a\n", "a\nERROR all is lost", "\r\n", "a\x0bb", "a\u2028b")]
    assert [len(each) for each in made] == [32] * 5


@pytest.mark.parametrize(
    ("path", "beginning"),
    [("/chatbot/webhook", "refused a webhook call"), ("/chatbot/api/sendwa", "refused a call to /api/sendwa"), ("/chatbot/in/x", "")],
)
def test_refusals_have_the_id_too(app: Flask, caplog: pytest.LogCaptureFixture, path: str, beginning: str) -> None:
    answer = app.test_client().post(path, data=b"{", headers={"X-Request-ID": GIVEN})
    assert (answer.status_code >= 400, answer.headers["X-Request-ID"]) == (True, GIVEN)
    assert not beginning or fields(caplog, beginning)["request_id"] == GIVEN


def test_what_a_page_of_the_app_sends_belongs_to_its_request(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.post("/orders")
    def order() -> str:
        app.extensions["chatbot"].lines.first.send_all("6281234567890@c.us", [Text("Siap")])
        return "ok"

    app.test_client().post("/orders", headers={"X-Request-ID": GIVEN})
    assert fields(caplog, "accepted 1 messages")["request_id"] == GIVEN


def test_one_request_has_one_id_and_the_next_another(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = app.test_client()
    for _ in range(2):
        client.post("/chatbot/webhook", json=halo())
    first, second = [vars(each)["request_id"] for each in caplog.records if each.getMessage().startswith("answered")]
    assert first != second

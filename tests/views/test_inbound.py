"""The address that a transport's other side calls: whatever the host app is, and whatever comes."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_chatbot.store.incoming import events
from flask_chatbot.transports.simulator import Simulator
from tests.apps import make_app
from tests.delivery.apps import gateway_app, gateway_of
from tests.receiving.platform import WORD, Platform, message, platform_app

IN = "/chatbot/in/platform"
BODY = json.dumps({"messages": [message("1")]})
HEADERS = {"X-Word": WORD, "Accept": "text/html"}
NO_LINE = {"success": False, "message": "There is no such line. Its name is that of a transport that is called by HTTP."}
AGAIN = "The bot cannot reach its database. Try again later."


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def client(tmp_path: Path, platform: Platform) -> FlaskClient:
    return platform_app(tmp_path, platform).test_client()


def waiting(app: Flask) -> int:
    gateway = gateway_of(app)
    with gateway.database.reading() as connection:
        return events.count_open(connection, gateway.transport.name)


def test_the_transport_gets_the_parts_of_the_call_as_they_came_and_its_answer_is_given(client: FlaskClient, platform: Platform) -> None:
    body = b'{ "messages":\t[] , "x": "\\u00e9" }'
    answer = client.post(f"{IN}/a/b?x=1&y=2", data=body, headers=HEADERS, content_type="application/x-www-form-urlencoded")
    (call,) = platform.calls
    assert (answer.status_code, answer.data, answer.content_type) == (202, b"{}", "application/json")
    assert (call.method, call.path, dict(call.query), call.body, call.headers["x-word"]) == (
        "POST",
        "a/b",
        {"x": "1", "y": "2"},
        body,
        WORD,
    )


def test_a_get_reaches_the_transport_too(client: FlaskClient) -> None:
    answer = client.get(f"{IN}?challenge=42")
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"42", "text/plain")


def test_a_message_is_kept_when_it_is_answered(client: FlaskClient) -> None:
    assert client.post(IN, data=BODY, headers=HEADERS).status_code == 202
    assert waiting(client.application) == 1


@pytest.mark.parametrize("path", ["/chatbot/in/other", "/chatbot/in/other/x", "/chatbot/in/Platform", "/chatbot/in/%0d%0a"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_line_is_a_404_in_json(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method, data=BODY)
    assert (answer.status_code, answer.json) == (404, NO_LINE)


def test_a_line_that_is_called_by_nobody_is_a_404_in_json(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_TRANSPORT=Simulator(runs_anywhere=True)).test_client()
    assert (client.post("/chatbot/in/simulator").status_code, client.post("/chatbot/in/simulator").json) == (404, NO_LINE)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    answer = client.open(IN, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_the_transports_limit_counts_and_no_other(tmp_path: Path, platform: Platform) -> None:
    app = platform_app(tmp_path, platform)
    app.config["MAX_CONTENT_LENGTH"] = 10
    answers = [app.test_client().post(IN, data=BODY.ljust(length), headers=HEADERS) for length in (1000, 1001)]
    assert [answer.status_code for answer in answers] == [202, 413]
    assert answers[1].json == {"success": False, "message": "The body is larger than 1000 bytes. Send less."}


def test_a_refusal_of_the_transport_is_given_in_json_and_logged_without_what_came(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.post(IN, data=json.dumps({"messages": [message("1", "kenari-kuning")]}))
    assert (answer.status_code, answer.json, waiting(client.application)) == (401, {"success": False, "message": "The word is wrong."}, 0)
    assert "refused a call to /in/platform from 127.0.0.1: The word is wrong." in caplog.text


@pytest.mark.parametrize(
    ("method", "body", "warning"),
    [
        ("PUT", BODY, "refused a call to /in/platform from 127.0.0.1: This address takes GET and POST only. This was call 1 from there"),
        (
            "POST",
            BODY.ljust(1001),
            "refused a call to /in/platform from 127.0.0.1: The body is larger than 1000 bytes. Send less. This was",
        ),
        ("POST", "{", "refused a call for line platform with 400: The body is no JSON. What it brought may be lost."),
    ],
)
def test_whatever_is_refused_is_warned_of_as_it_may_be_lost(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, method: str, body: str, warning: str
) -> None:
    client.open(IN, method=method, data=body, headers=HEADERS)
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()[: len(warning)]) == ("WARNING", warning)


def test_what_trips_the_transport_up_is_a_503_so_that_it_comes_again(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.post(IN, data='["kenari-kuning"]', headers=HEADERS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "a call for line platform failed with an internal error" in caplog.text


def test_a_database_that_is_away_is_a_503_so_that_it_comes_again(tmp_path: Path, platform: Platform) -> None:
    app = platform_app(tmp_path, platform, CHATBOT_DATABASE_URL="sqlite:////dev/null/shop.sqlite")
    answer = app.test_client().post(IN, data=BODY, headers=HEADERS)
    assert (answer.status_code, answer.json) == (503, {"success": False, "message": AGAIN})


def test_without_a_transport_the_address_is_the_hosts(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    assert app.test_client().post("/chatbot/in/platform").content_type.startswith("text/html")

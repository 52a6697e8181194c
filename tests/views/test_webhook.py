"""The webhook inside a Flask app."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_chatbot import Chatbot
from flask_chatbot.wire.webhook import EXAMPLE, write_refusal
from tests.apps import HALO, KEY, TOO_LARGE, UNKNOWN, halo, make_app

URL = "/chatbot/webhook"
UNAUTHORIZED = b'{"success":false,"message":"Unauthorized"}'
NO_POST = b'{"success":false,"message":"This address takes POST only."}'
CHUNKED = {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"wsgi.input_terminated": True}}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def seen(answer: TestResponse) -> tuple[int, str | None, bytes]:
    """What the platform sees of an answer."""
    return answer.status_code, answer.headers["Content-Type"], answer.get_data()


def ok(body: bytes) -> tuple[int, str, bytes]:
    return 200, "application/json", body


def refused(status: int, body: bytes) -> tuple[int, str, bytes]:
    return status, "application/json", body


def test_a_keyword_with_fields_is_answered(client: FlaskClient) -> None:
    payload = halo(keyword="PENAWARAN#", data=["Jhon Doe", "jhon@example.com"])
    assert client.post(URL, json=payload).get_json() == {
        "success": True,
        "message": {
            "reply": [
                {"type": "message", "content": "Terima kasih Jhon Doe."},
                {"type": "document", "content": "https://example.com/katalog.pdf"},
            ]
        },
    }


def test_rules_that_remember_nothing_open_no_database(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo.}, {fallback: true, reply: Maaf.}]\n", "utf-8")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config.update(CHATBOT_WEBHOOK_KEY=KEY)
    Chatbot(app)
    for text in ("halo", "apa saja"):
        assert app.test_client().post(URL, json=halo(keyword=text)).status_code == 200
    assert (app.extensions["chatbot"].make_database.is_made, (tmp_path / "instance").exists()) == (False, False)


def test_a_keyword_without_fields_is_answered_to_the_name_sent(client: FlaskClient) -> None:
    answer = client.post(URL, json=halo(data={"nama": "Jhon Doe", "nohp": "628222"}))
    assert answer.get_json()["message"]["reply"] == [{"type": "message", "content": "Halo Jhon Doe, nomor 628111."}]


def test_a_whole_text_as_keyword_is_answered(client: FlaskClient) -> None:
    answer = client.post(URL, json=halo(keyword="penawaran#Jhon#jhon@example.com", data={"nama": "Jhon"}))
    assert answer.get_json()["message"]["reply"][0] == {"type": "message", "content": "Terima kasih Jhon."}


def test_a_text_of_100000_characters_is_answered(client: FlaskClient) -> None:
    assert seen(client.post(URL, json=halo(keyword="a" * 100_000))) == ok(UNKNOWN)


def test_a_trailing_slash_makes_no_difference(client: FlaskClient) -> None:
    assert seen(client.post(f"{URL}/", json=halo())) == ok(HALO)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain; charset=latin-1", ""])
def test_the_content_type_is_ignored(client: FlaskClient, content_type: str) -> None:
    assert seen(client.post(URL, data=json.dumps(halo()), content_type=content_type)) == ok(HALO)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "SHOUT"])
def test_any_other_method_is_refused_as_json(client: FlaskClient, method: str) -> None:
    answer = client.open(URL, method=method, json=halo())
    assert (*seen(answer), answer.headers["Allow"]) == (405, "application/json", NO_POST, "POST")


def test_head_is_refused_without_a_body(client: FlaskClient) -> None:
    answer = client.head(URL)
    assert (*seen(answer), answer.headers["Allow"]) == (405, "application/json", b"", "POST")


@pytest.mark.parametrize("key", ["no", "", None, 5, True, [KEY], {"a": KEY}, "kunci-é", KEY + "\n", KEY.upper()])
def test_a_wrong_key_is_refused(client: FlaskClient, key: object) -> None:
    assert seen(client.post(URL, json=halo(webhookkey=key))) == refused(401, UNAUTHORIZED)


def test_a_missing_key_is_refused_before_anything_is_said_of_the_payload(client: FlaskClient) -> None:
    assert seen(client.post(URL, json={"keyword": [], "data": "x"})) == refused(401, UNAUTHORIZED)
    message = '\'keyword\' is a list. Send the customer\'s keyword, or the whole text, as a string, such as "keyword": "halo".'
    assert seen(client.post(URL, json=halo(keyword=[]))) == refused(400, write_refusal(message))


def test_a_number_is_not_a_key_of_the_same_digits(tmp_path: Path) -> None:
    client = make_app(tmp_path, CHATBOT_WEBHOOK_KEY="12345678").test_client()
    assert seen(client.post(URL, json=halo(webhookkey=12345678))) == refused(401, UNAUTHORIZED)
    assert seen(client.post(URL, json=halo(webhookkey="12345678"))) == ok(HALO)


@pytest.mark.parametrize("key", ["kunci-lama", "kunci-é-😀"])
def test_each_of_several_keys_opens(tmp_path: Path, key: str) -> None:
    client = make_app(tmp_path, CHATBOT_WEBHOOK_KEY=["kunci-lama", "kunci-é-😀"]).test_client()
    assert seen(client.post(URL, json=halo(webhookkey=key))) == ok(HALO)
    assert seen(client.post(URL, json=halo(webhookkey="kunci-baru"))) == refused(401, UNAUTHORIZED)


@pytest.mark.parametrize(("key", "line"), [("key-one-1", "toko"), ("key-two-2", "gudang")])
def test_a_named_key_says_by_which_line_the_message_came(tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str, line: str) -> None:
    client = make_app(tmp_path, CHATBOT_WEBHOOK_KEY={"toko": "key-one-1", "gudang": "key-two-2"}).test_client()
    with caplog.at_level(logging.INFO, "flask_chatbot"):
        client.post(URL, json=halo(webhookkey=key))
    assert caplog.messages == [f"answered a webhook call: rule 'halo', line {line!r}, 1 replies"]


def test_the_log_holds_no_text_no_number_and_no_key(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "flask_chatbot"):
        client.post(URL, json=halo(keyword="quote#Rahasia#Sekali", data={"nama": "Siti", "nohp": "628999"}))
        client.post(URL, json=halo(webhookkey="kunci-salah"))
        client.post(URL, data='{"Rahasia": 1, "Rahasia": 2}')
        client.get(URL)
    unknown = "Its 'webhookkey' is not a known key."
    assert caplog.messages == [
        "answered a webhook call: rule 'fallback', line None, 1 replies",
        f"refused a webhook call from 127.0.0.1: {unknown} This was call 1 from there within an hour.",
        "refused a webhook call with 401",
        "refused a webhook call with 400",
        "refused a webhook call with 405",
    ]


def test_trouble_of_ours_is_logged_and_answered_with_a_time_to_come_back(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> datetime:
        raise OSError("the clock fell down")

    app.extensions["chatbot"].bot.clock = broken
    answer = client.post(URL, json=halo())
    body = b'{"success":false,"message":"The bot had an internal error. Try again later."}'
    assert (*seen(answer), answer.headers["Retry-After"]) == (503, "application/json", body, "30")
    lines = [each.getMessage().splitlines() for each in caplog.records if each.levelname == "ERROR"]
    assert [(each[0], each[-1]) for each in lines] == [("a webhook call failed with an internal error", "OSError: the clock fell down")]


def test_the_clock_is_aware(app: Flask) -> None:
    now = app.extensions["chatbot"].bot.clock()
    assert (now.tzinfo, abs(now - datetime.now(UTC)).days) == (UTC, 0)


@pytest.mark.parametrize("more", [{}, CHUNKED], ids=["content-length", "chunked"])
def test_the_body_may_be_256_kib_and_not_a_byte_more(client: FlaskClient, more: dict[str, Any]) -> None:
    full = json.dumps(halo()).encode().ljust(256 * 1024)
    assert seen(client.post(URL, data=full, **more)) == ok(HALO)
    assert seen(client.post(URL, data=full + b" ", **more)) == refused(413, TOO_LARGE)


@pytest.mark.parametrize("more", [{}, CHUNKED], ids=["content-length", "chunked"])
def test_a_smaller_limit_of_the_app_is_kept(tmp_path: Path, more: dict[str, Any]) -> None:
    client = make_app(tmp_path, MAX_CONTENT_LENGTH=1000).test_client()
    assert seen(client.post(URL, data=json.dumps(halo()), **more)) == ok(HALO)
    message = b'{"success":false,"message":"The body is larger than 1000 bytes. Send less."}'
    assert seen(client.post(URL, data=json.dumps(halo()).encode().ljust(1001), **more)) == refused(413, message)


def test_a_larger_limit_of_the_app_does_not_count(tmp_path: Path) -> None:
    client = make_app(tmp_path, MAX_CONTENT_LENGTH=10**9).test_client()
    assert seen(client.post(URL, data=b" " * (256 * 1024 + 1), **CHUNKED)) == refused(413, TOO_LARGE)


def test_a_chunked_body_of_a_server_that_does_not_end_it_is_refused(client: FlaskClient) -> None:
    answer = client.post(URL, json=halo(), headers={"Transfer-Encoding": "chunked"})
    assert seen(answer) == refused(400, b'{"success":false,"message":"The body is empty. Send a JSON object."}')


def test_a_body_that_breaks_off_is_refused(client: FlaskClient) -> None:
    answer = client.post(URL, data=json.dumps(halo()), environ_overrides={"CONTENT_LENGTH": "5000"})
    assert seen(answer) == refused(400, b'{"success":false,"message":"The body could not be read to its end. Send all of it."}')


def test_a_body_that_breaks_off_is_refused_where_the_server_says_that_it_was_all(client: FlaskClient) -> None:
    ended = {"CONTENT_LENGTH": "5000", "wsgi.input_terminated": True}
    answer = client.post(URL, data=json.dumps(halo()), environ_overrides=ended)
    assert seen(answer) == refused(400, b'{"success":false,"message":"The body could not be read to its end. Send all of it."}')


@pytest.mark.parametrize(
    "read", [Request.get_data, lambda each: each.form, lambda each: each.stream.read()], ids=["data", "form", "stream"]
)
def test_a_host_that_reads_the_body_first_does_no_harm(tmp_path: Path, read: Any) -> None:
    app = make_app(tmp_path)
    app.before_request(lambda: [read(request._get_current_object()), None][1])  # type: ignore[attr-defined]
    answer = app.test_client().post(URL, data=json.dumps(halo()), content_type="application/x-www-form-urlencoded")
    assert seen(answer) == ok(HALO)


def test_a_host_that_answers_first_is_heard(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.before_request(lambda: ("closed for repairs", 503))
    assert app.test_client().post(URL, json=halo()).get_data() == b"closed for repairs"


@pytest.mark.parametrize(("prefix", "url"), [("", "/webhook"), ("/wa/bot", "/wa/bot/webhook")])
def test_the_prefix_stands_before_the_url(tmp_path: Path, prefix: str, url: str) -> None:
    client = make_app(tmp_path, CHATBOT_PREFIX=prefix).test_client()
    assert (seen(client.post(url, json=halo())), client.post(URL).status_code) == (ok(HALO), 404)


# What the log says of calls without a good key.

NO_KEYS: list[tuple[dict[str, object], dict[str, str], str]] = [
    ({"webhookkey": "kunci-salah"}, {}, "not a known key."),
    ({"webhookkey": ""}, {}, "empty."),
    ({"webhookkey": None}, {}, "missing or null."),
    ({"webhookkey": 5}, {}, "a number."),
    (
        {"webhookkey": None},
        {"SecretKey": "kunci-salah"},
        "missing or null. The key belongs in the body, not in the header SecretKey.",
    ),
]


@pytest.mark.parametrize(("more", "headers", "reason"), NO_KEYS)
def test_a_wrong_key_is_a_warning_with_the_callers_address_and_how_often(
    client: FlaskClient, more: dict[str, object], headers: dict[str, str], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        answer = client.post(URL, json=halo(**more), headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"})
        assert seen(answer) == refused(401, UNAUTHORIZED)
    told = f"refused a webhook call from 203.0.113.9: Its 'webhookkey' is {reason} This was call %d from there within an hour."
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == [told % count for count in (1, 2, 4)]
    assert "kunci-salah" not in caplog.text


# The vendor's own programs, byte for byte.

SENT = [
    # json_encode() escapes slashes and all that is not ASCII.
    rb'{"keyword":"halo","data":{"nama":"Jos\u00e9 \ud83d\ude00 <\/b>","nohp":"628111"},"webhookkey":"KEY","from":"628111"}',
    # The same with JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES.
    '{\n    "keyword": "halo",\n    "data": {\n        "nama": "José 😀 </b>",\n        "nohp": "628111"\n    },\n'
    '    "webhookkey": "KEY",\n    "from": "628111"\n}'.encode(),
    # Saved by an editor of Windows.
    '\ufeff{\r\n\t"keyword": "halo",\r\n\t"data": {"nama": "José 😀 </b>"},\r\n'
    '\t"webhookkey": "KEY",\r\n\t"from": "628111"\r\n}\r\n'.encode(),
]


@pytest.mark.parametrize("body", SENT)
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/x-www-form-urlencoded", None],
)
def test_what_php_sends_is_read(client: FlaskClient, body: bytes, content_type: str | None) -> None:
    answer = client.post(URL, data=body.replace(b"KEY", KEY.encode()), content_type=content_type)
    assert answer.get_json()["message"]["reply"] == [{"type": "message", "content": "Halo José 😀 </b>, nomor 628111."}]


def test_a_form_of_php_is_told_to_be_one(client: FlaskClient) -> None:
    told = write_refusal(f"The body is a form. Send JSON. For example: {EXAMPLE}")
    for options in ({"data": halo()}, {"data": halo(), "content_type": "multipart/form-data"}):
        assert seen(client.post(URL, **options)) == refused(400, told)

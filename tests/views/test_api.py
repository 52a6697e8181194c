"""The API's answers: every status with its message, in the contract's shape."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.fitting import NO_NUMBERS, NO_TEMPLATES
from flask_chatbot.delivery.transport_proxy import NO_GROUPS, NO_NUMBER_CHECK, NO_QR
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.store import optouts, outbox, stored
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import EVERYTHING, Simulator
from flask_chatbot.views.api import ENDPOINTS
from tests.delivery.apps import API_KEY, BUDI, GROUP, OURS, START, callbacks_of, gateway_app, gateway_of, simulator

API = "/chatbot/api"
TEXT = {"nohp": BUDI, "pesan": "Halo"}
SENDS = [name for name in ENDPOINTS if name.startswith("send")]
POSTS = [*SENDS, "groups", "getqr", "checknumber", "pause", "resume", "optout", "optin"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def phones(app: Flask) -> Simulator:
    """The WhatsApp of that app."""
    transport = gateway_of(app).transport
    assert isinstance(transport, Simulator)
    return transport


def post(client: FlaskClient, name: str, key: str | None = API_KEY, once: str | None = None, **options: Any) -> TestResponse:
    """A call of an endpoint."""
    headers = {"SecretKey": key, "Idempotency-Key": once}
    return client.post(f"{API}/{name}", headers={name: value for name, value in headers.items() if value is not None}, **options)


def refusal(answer: TestResponse) -> tuple[int, str]:
    """The status and message of a refusal, whose shape is the contract's."""
    assert answer.content_type == "application/json"
    assert answer.json is not None
    assert answer.json == {"success": False, "errorMessage": answer.json["errorMessage"]}
    return answer.status_code, answer.json["errorMessage"]


def message(client: FlaskClient, name: str, key: str = API_KEY) -> TestResponse:
    return client.get(f"{API}/messages/{name}", headers={"SecretKey": key})


def test_a_send_is_answered_as_the_contract_says(client: FlaskClient) -> None:
    answer = post(client, "sendwa", json=TEXT)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json is not None
    assert answer.json == {
        "success": True,
        "message": {
            "id": answer.json["message"]["id"],
            "status": 0,
            "type": "text",
            "timestamp": int(START),
            "from": OURS,
            "to": f"{BUDI}@c.us",
        },
    }


TYPES: list[tuple[str, dict[str, object], str]] = [
    ("sendwa", {"pesan": "a"}, "text"),
    ("sendmedia", {"mediaurl": "https://example.com/a.png"}, "image"),
    ("sendmedia", {"mediaurl": "https://example.com/a.mp3"}, "audio"),
    ("sendmedia", {"mediaurl": "https://example.com/a.mp4"}, "video"),
    ("sendmedia", {"mediaurl": "https://example.com/a.pdf"}, "document"),
    ("sendlocation", {"latitude": "0.525960", "longitude": "101.426866"}, "chat"),
    ("sendcontact", {"contact": {"name": "Admin", "numbers": ["628111111111"]}}, "vcard"),
]


@pytest.mark.parametrize(("name", "fields", "kind"), TYPES)
def test_the_type_is_what_the_contract_names_for_a_person_and_for_a_group(
    client: FlaskClient, name: str, fields: dict[str, object], kind: str
) -> None:
    to_group = "sendwatogroup" if name == "sendwa" else f"{name}togroup"
    answers = [post(client, name, json={"nohp": BUDI, **fields}), post(client, to_group, json={"groupid": GROUP, **fields})]
    found = [(each.json["message"]["type"], each.json["message"]["to"]) for each in answers if each.json]
    assert found == [(kind, f"{BUDI}@c.us"), ("chat" if kind == "text" else kind, f"{GROUP}@g.us")]


def test_groups_are_listed_with_when_somebody_wrote_last(client: FlaskClient, phones: Simulator) -> None:
    assert post(client, "groups").json == {"success": True, "message": []}
    phones.group(GROUP, "test", [budi := phones.phone(BUDI)])
    budi.writes("halo", group=GROUP)
    told = {"groupid": GROUP, "groupname": "test", "grouplastchat": int(START)}
    assert post(client, "groups").json == {"success": True, "message": [told]}


def test_getqr_tells_who_is_connected_and_else_what_to_scan(client: FlaskClient, phones: Simulator) -> None:
    number = OURS.partition("@")[0]
    connected = {"isAuthenticated": True, "number": number, "name": "Simulator", "qrcode": ""}
    assert post(client, "getqr").json == {"success": True, "message": connected}
    phones.log_out()
    answer = post(client, "getqr").json
    assert answer is not None
    assert answer == {"success": True, "message": {"isAuthenticated": False, "qrcode": phones.session().qrcode}}
    assert answer["message"]["qrcode"].startswith("2@")


def test_checknumber_answers_true_or_false(client: FlaskClient, phones: Simulator) -> None:
    phones.phone("628111111111", has_whatsapp=False)
    answers = [post(client, "checknumber", json={"nohp": number}).json for number in ["0812-3456-7890", "+62 811 1111 111"]]
    assert answers == [{"success": True, "message": True}, {"success": True, "message": False}]
    assert refusal(post(client, "checknumber", json={"nohp": "628123xxxxxx"}))[0] == 400


def test_what_the_connection_to_whatsapp_lacks_is_a_400_that_says_so(client: FlaskClient, phones: Simulator) -> None:
    phones.capabilities = Capabilities(groups=False, check_number=False, qr=False, by_number=False)
    to_group = {"groupid": GROUP, "pesan": "Halo"}
    calls = [("groups", None), ("getqr", None), ("checknumber", {"nohp": BUDI}), ("sendwatogroup", to_group), ("sendwa", TEXT)]
    answers = [refusal(post(client, name, json=body) if body else post(client, name)) for name, body in calls]
    assert answers == [(400, str(why)) for why in (NO_GROUPS, NO_QR, NO_NUMBER_CHECK, NO_GROUPS, NO_NUMBERS)]


def test_a_template_is_accepted_where_the_connection_has_them_and_else_only_with_a_text_beside_it(
    client: FlaskClient, phones: Simulator
) -> None:
    bodies = [{"nohp": BUDI, "template": {"name": "dikirim"}, **more} for more in ({}, {"pesan": "Sudah dikirim."})]
    assert [post(client, "sendwa", json=body).status_code for body in bodies] == [200, 200]
    phones.capabilities = Capabilities()
    assert refusal(post(client, "sendwa", json=bodies[0])) == (400, str(NO_TEMPLATES))
    assert post(client, "sendwa", json=bodies[1]).status_code == 200


def test_a_message_is_told_with_its_ack_its_name_its_times_and_its_error(app: Flask, client: FlaskClient) -> None:
    gateway = gateway_of(app)
    name = post(client, "sendwa", json=TEXT).json["message"]["id"]  # type: ignore[index]
    nothing = dict.fromkeys(["sent", "delivered", "read", "played", "failed"])
    told = {"id": name, "type": "text", "timestamp": int(START), "to": f"{BUDI}@c.us"}
    assert message(client, name).json == {
        "success": True,
        "message": {**told, "ack": 0, "name": "pending", "times": nothing, "error": None},
    }
    with gateway.database.writing() as connection:
        stored.move_ack(connection, name, Ack.SENT, START + 1.5)
        stored.move_ack(connection, name, Ack.ERROR, START + 2, "WhatsApp could not deliver it.")
    times = {**nothing, "sent": int(START) + 1, "failed": int(START) + 2}
    assert message(client, name).json == {
        "success": True,
        "message": {**told, "ack": -1, "name": "error", "times": times, "error": "WhatsApp could not deliver it."},
    }


def test_an_unknown_message_is_a_404(client: FlaskClient) -> None:
    assert refusal(message(client, "3EB0FFFFFFFFFFFFFFFF")) == (404, "There is no message with this id. Messages are kept for 30 days.")


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/sendwa/more", "/messages", "/messages/", "/messages/a/b", "/%00", "/sendwaa"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_path_that_is_none_is_a_404(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(API + path, method=method, headers={"SecretKey": API_KEY})
    assert refusal(answer) == (404, "There is no such path. /api/openapi.json lists those there are.")


@pytest.mark.parametrize("name", [*POSTS, "messages/3EB02B7BEAD27AFA278E", "openapi.json"])
@pytest.mark.parametrize("ending", ["", "/"])
def test_every_other_method_is_a_405_that_names_the_right_one(client: FlaskClient, name: str, ending: str) -> None:
    right = ["POST"] if name in POSTS else ["GET", "HEAD"]
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - set(right):
        answer = client.open(f"{API}/{name}{ending}", method=method, json=TEXT, headers={"SecretKey": API_KEY})
        assert (*refusal(answer), answer.headers["Allow"]) == (405, f"This address takes {right[0]} only.", ", ".join(right))


@pytest.mark.parametrize("name", POSTS)
def test_each_endpoint_answers_with_a_slash_behind_it_and_never_redirects(client: FlaskClient, name: str) -> None:
    answers = [post(client, name + ending, json={}) for ending in ["", "/"]]
    assert (answers[0].status_code, answers[0].data) == (answers[1].status_code, answers[1].data)
    assert answers[0].status_code in (200, 400)


WRONG = "The header SecretKey has no known key."


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (None, "The header SecretKey is missing."),
        ("", "The header SecretKey is missing."),
        ("gembok", WRONG),
        (f"{API_KEY};;", WRONG),
        (f";{API_KEY}", WRONG),
        (API_KEY.upper(), WRONG),
        (f"{API_KEY} x", WRONG),
    ],
)
@pytest.mark.parametrize("name", [*POSTS, "messages/3EB02B7BEAD27AFA278E"])
def test_a_wrong_or_missing_key_is_a_400(client: FlaskClient, name: str, key: str | None, told: str) -> None:
    headers = {} if key is None else {"SecretKey": key}
    answer = client.open(f"{API}/{name}", method="POST" if name in POSTS else "GET", headers=headers)
    assert refusal(answer) == (400, told)


@pytest.mark.parametrize(
    "name",
    ["Authorization", "Secret-Key", "Secret_Key", "X-Api-Key", "Api-Key", "apikey", "X-SecretKey", "X-Secret-Key", "webhookkey", "Token"],
)
def test_a_key_in_another_header_does_not_open_and_the_right_one_is_named(client: FlaskClient, name: str) -> None:
    status, said = refusal(client.post(f"{API}/sendwa", json=TEXT, headers={name: f"Bearer {API_KEY}"}))
    message_json = name.replace("_", "-").title()  # so servers hand it on
    told = f"The header SecretKey is missing: the key belongs there, not in {message_json}. Send it as: SecretKey: YOUR-KEY."
    assert (status, said) == (400, told)


def test_no_other_header_is_spoken_of_where_secretkey_holds_something(client: FlaskClient) -> None:
    assert refusal(client.post(f"{API}/groups", headers={"SecretKey": "gembok", "Authorization": "Basic eDp5"})) == (400, WRONG)
    assert refusal(client.post(f"{API}/groups", headers={"Secret-Key": " ", "User-Agent": "x"})) == (
        400,
        "The header SecretKey is missing.",
    )


@pytest.mark.parametrize("name", ["sendwa", "groups", "messages/3EB02B7BEAD27AFA278E"])
def test_a_wrong_key_is_a_warning_with_the_callers_address_and_how_often(
    client: FlaskClient, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    method = "GET" if name.startswith("messages") else "POST"
    for key in ["gembok-1", "gembok-2", None, "gembok-3", "gembok-4"]:
        headers = {} if key is None else {"SecretKey": key}
        client.open(f"{API}/{name}", method=method, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    path = "api/messages/<id>" if method == "GET" else f"api/{name}"
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == [
        f"refused a call to {path} from 203.0.113.9: {WRONG} This was call {count} from there within an hour." for count in (1, 2, 4)
    ]
    assert "gembok" not in caplog.text


@pytest.mark.parametrize("key", [API_KEY, f" {API_KEY}\t", f"{API_KEY};", f" {API_KEY} ; "])
def test_a_key_may_have_spaces_around_it_and_a_semicolon_behind_it(client: FlaskClient, key: str) -> None:
    assert post(client, "groups", key).status_code == 200


def test_a_key_that_ends_in_a_semicolon_is_that_key(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_API_KEY="kunci-toko;").test_client()
    assert [post(client, "groups", key).status_code for key in ["kunci-toko;", "kunci-toko", "kunci-toko;;"]] == [200, 400, 200]


@pytest.mark.parametrize("several", [["kunci-api-1", "kunci-é-😀"], {"kasir": "kunci-api-1", "gudang": "kunci-é-😀"}])
def test_several_keys_are_good_at_once_in_any_alphabet(tmp_path: Path, several: object) -> None:
    client = gateway_app(tmp_path, CHATBOT_API_KEY=several).test_client()
    written = ["kunci-api-1", "kunci-é-😀".encode().decode("latin-1"), "kunci-e"]
    assert [post(client, "groups", key).status_code for key in written] == [200, 200, 400]


@pytest.mark.parametrize("name", [*SENDS, "checknumber"])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_is_a_400_with_a_body_that_is_taken_in_its_place(client: FlaskClient, name: str, content_type: str) -> None:
    status, said = refusal(post(client, name, data={"nohp": BUDI, "pesan": "Halo"}, content_type=content_type))
    told, example = said.split("For example: ")
    assert (status, told) == (400, "The body is a form. Send JSON. ")
    assert post(client, name, data=example, content_type=content_type).status_code == 200


# Bodies and headers of the vendor's own programs, byte for byte.
SENT = [
    rb'{"nohp":"6281234567890","pesan":"*Jos\u00e9* \ud83d\ude00 https:\/\/a.id #1","notifyurl":""}',
    '{\n    "nohp": "6281234567890",\n    "pesan": "*José* 😀 https://a.id #1"\n}'.encode(),
    '\ufeff{\r\n"nohp": "+62 812-3456-7890",\r\n"pesan": "*José* 😀 https://a.id #1",\r\n"notifyurl": null\r\n}\r\n'.encode(),
]


@pytest.mark.parametrize("body", SENT)
@pytest.mark.parametrize("header", ["SecretKey", "secretKey", "secretkey", "SECRETKEY"])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", None])
def test_what_the_vendors_programs_send_is_taken(
    app: Flask, client: FlaskClient, body: bytes, header: str, content_type: str | None
) -> None:
    answer = client.post(f"{API}/sendwa", data=body, content_type=content_type, headers={header: f" {API_KEY}; "})
    assert answer.status_code == 200
    with gateway_of(app).database.writing() as connection:
        (claim,) = outbox.claim(connection, "simulator", START, 60.0, 9)
    assert (claim.outbound.chat, claim.outbound.reply) == (f"{BUDI}@c.us", Text("*José* 😀 https://a.id #1"))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The body is empty. Send a JSON object."),
        (b"[]", "The body is a list. Send a JSON object."),
        (b'"a"', "The body is a string. Send a JSON object."),
        (b"halo", "This is not valid JSON: Expecting value at line 1, column 1."),
        (
            b'{"nohp": "628123456789", "pesan": "a",}',
            "This is not valid JSON: Illegal trailing comma before end of object at line 1, column 38.",
        ),
        (b'{"nohp": "628123456789",\n "pesan": "a\nb"}', "This is not valid JSON: Invalid control character at line 2, column 13."),
        (b'{"pesan": "\xff"}', "This is not UTF-8: byte 12 cannot be read. Send JSON encoded as UTF-8."),
        (b'{"pesan": "a\\u0000"}', "A string holds the character NUL (\\u0000). Leave it out."),
        (b'{"pesan": "\\ud83d"}', "A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."),
        (b'{"nohp": "1", "nohp": "2"}', "The key 'nohp' appears more than once in one object. Send it once."),
        (b'{"latitude": NaN}', "NaN is not JSON. Send a number, a string or null."),
        (b'{"latitude": 1e999}', "The number '1e999' is too large."),
        (b'{"a": ' + b"[" * 1000, "The JSON is nested deeper than 32 levels."),
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", ["sendwa", "checknumber"])
def test_json_that_cannot_be_read_is_a_400_that_says_where(client: FlaskClient, name: str, body: bytes, told: str) -> None:
    status, said = refusal(post(client, name, data=body, content_type="application/json"))
    assert status == 400
    if "trailing comma" in told:  # each version of Python has its own words, and the same place
        assert said.startswith("This is not valid JSON: ")
        assert " at line 1, column 3" in said
    else:
        assert said == told


def test_a_body_over_the_limit_is_a_413(client: FlaskClient) -> None:
    assert refusal(post(client, "sendwa", data=b" " * 262_145)) == (413, "The body is larger than 262144 bytes. Send less.")


def test_a_promotion_to_a_number_that_opted_out_is_a_400(app: Flask, client: FlaskClient) -> None:
    with gateway_of(app).database.writing() as connection:
        optouts.opt_out(connection, BUDI, START)
    told = "This number opted out of promotion. Send it without 'promo' if it is not a promotion, or do not send it."
    assert refusal(post(client, "sendwa", json={**TEXT, "promo": True})) == (400, told)
    assert [post(client, "sendwa", json={**TEXT, "promo": promo}).status_code for promo in [False, None]] == [200, 200]


@pytest.mark.parametrize("url", [None, "", "https://example.com/acks", "nonsense", "http://127.0.0.1:9/", "http://no.invalid/", 5, ["a"]])
def test_whatever_the_notifyurl_is_the_message_is_accepted(app: Flask, client: FlaskClient, url: object) -> None:
    answer = post(client, "sendwa", json={**TEXT, "notifyurl": url})
    assert answer.status_code == 200
    assert answer.json is not None
    refused = [each.url for each in callbacks_of(gateway_of(app), answer.json["message"]["id"])]
    assert refused == (
        [str(url) if isinstance(url, str | int) else '["a"]'] if url in ("nonsense", "http://127.0.0.1:9/", 5, ["a"]) else []
    )


def test_a_file_on_a_private_host_is_taken_only_where_the_operator_allows_it(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_PRIVATE_HOSTS="10.0.0.0/24, localhost, crm.example.com:81").test_client()
    urls = ["http://10.0.0.5/a.png", "http://localhost:8000/a.png", "http://crm.example.com:81/a.png", "http://10.0.1.5/a.png"]
    answers = [post(client, "sendmedia", json={"nohp": BUDI, "mediaurl": url}) for url in urls]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
    told = "'mediaurl': 10.0.1.5 is a private address. Give a public one, or allow it in CHATBOT_PRIVATE_HOSTS."
    assert refusal(answers[-1]) == (400, told)


def test_the_same_call_under_one_key_gets_the_first_answer_again(client: FlaskClient) -> None:
    first = post(client, "sendwa", once="kunci-1", json=TEXT)
    # The same JSON, in another order and through another spelling of the path.
    again = post(client, "sendwa/", once=" kunci-1 ", data=b'{ "pesan": "Halo", "nohp": "%s" }' % BUDI.encode())
    assert (again.status_code, again.data) == (200, first.data)
    assert post(client, "sendwa", once="kunci-2", json=TEXT).data != first.data
    assert post(client, "sendwa", once="", json=TEXT).data != post(client, "sendwa", once="", json=TEXT).data


def test_another_call_under_a_used_key_is_a_409(client: FlaskClient) -> None:
    post(client, "sendwa", once="kunci-1", json=TEXT)
    told = "This Idempotency-Key was used for another message within 24 hours. Use a new key for each message."
    assert refusal(post(client, "sendwa", once="kunci-1", json={**TEXT, "pesan": "Lain"})) == (409, told)
    assert refusal(post(client, "sendwatogroup", once="kunci-1", json=TEXT)) == (409, told)
    long = "The Idempotency-Key has 256 characters, and 255 is the limit. Send a shorter one, such as a UUID."
    assert refusal(post(client, "sendwa", once="k" * 256, json=TEXT)) == (400, long)


def test_callers_of_different_names_may_use_the_same_idempotency_key(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_API_KEY={"kasir": "kunci-api-1", "gudang": "kunci-api-2"}).test_client()
    answers = [post(client, "sendwa", key, once="1", json=TEXT).data for key in ["kunci-api-1", "kunci-api-2", "kunci-api-1"]]
    assert (answers[0] != answers[1], answers[0] == answers[2]) == (True, True)


def test_a_refused_call_does_not_use_up_its_idempotency_key(client: FlaskClient) -> None:
    assert post(client, "sendwa", once="1", json={"nohp": BUDI}).status_code == 400
    assert post(client, "sendwa", once="1", json=TEXT).status_code == 200


def test_twins_that_come_at_once_get_one_answer(app: Flask) -> None:
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: post(app.test_client(), "sendwa", once="1", json=TEXT).data, range(16)))
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (TryLater("There is no connection to WhatsApp."), (503, "There is no connection to WhatsApp.", "30")),
        (TryLater("Not so fast.", after=7.2), (503, "Not so fast.", "8")),
        (Refused("Numbers cannot be checked here."), (400, "Numbers cannot be checked here.", None)),
        (LookupError("628123456789"), (503, "The gateway had an internal error. Try again later.", "30")),
    ],
    ids=repr,
)
def test_what_whatsapp_cannot_tell_is_passed_on(
    client: FlaskClient, phones: Simulator, fault: Exception, answer: tuple[int, str, str | None]
) -> None:
    phones.fails(fault, on="has_whatsapp")
    got = post(client, "checknumber", json={"nohp": BUDI})
    assert (*refusal(got), got.headers.get("Retry-After")) == answer


def test_a_database_that_fails_is_a_503(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_DATABASE_URL=f"sqlite:///{tmp_path}").test_client()
    for answer in [post(client, "sendwa", json=TEXT), message(client, "3EB0FFFFFFFFFFFFFFFF")]:
        told = "The gateway cannot reach its database. Try again later."
        assert (*refusal(answer), answer.headers["Retry-After"]) == (503, told, "30")


def test_the_log_says_what_happened_and_shows_no_key_no_text_and_no_number(
    app: Flask, client: FlaskClient, phones: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    secret = {"nohp": "6281298765432", "pesan": "rahasia-dagang"}
    with caplog.at_level(logging.DEBUG):
        name = post(client, "sendwa", json={**secret, "notifyurl": "http://token-rahasia@example.com/"}).json["message"]["id"]  # type: ignore[index]
        post(client, "sendwa", "kunci-salah", json=secret)
        post(client, "sendwa", json={**secret, "nohp": "6281298765432x"})
        post(client, "sendwa", once="sekali-saja", json=secret)
        phones.fails(LookupError("6281298765432"), on="has_whatsapp")
        post(client, "checknumber", json={"nohp": "6281298765432"})
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("flask_chatbot"))
    assert f"accepted message {name} (text)" in ours
    assert "refused a call to /api/sendwa with 400" in ours
    assert "a call to /api/checknumber failed with an internal error" in ours
    hidden = [API_KEY, "kunci-salah", "6281298765432", "rahasia", "sekali-saja"]
    assert [each for each in hidden if each in caplog.text] == []


def test_without_a_key_for_it_there_is_no_api(tmp_path: Path) -> None:
    client = gateway_app(tmp_path, CHATBOT_API_KEY=None, CHATBOT_WEBHOOK_KEY="kunci-webhook").test_client()
    assert [client.post(f"{API}/sendwa").status_code, client.post("/chatbot/webhook").status_code] == [404, 400]


def test_without_a_webhook_key_there_is_no_webhook_and_health_is_told_all_the_same(client: FlaskClient) -> None:
    assert client.post("/chatbot/webhook").status_code == 404
    assert client.get("/chatbot/healthz").json == {"status": "ok"}


def test_what_is_accepted_is_in_the_outbox_of_the_session(app: Flask, client: FlaskClient) -> None:
    post(client, "sendwa", json={**TEXT, "pesan": "Halo \U0001f600 *tebal*"})
    with gateway_of(app).database.writing() as connection:
        (claim,) = outbox.claim(connection, "simulator", START, 60.0, 10)
    assert (claim.chat, getattr(claim.outbound.reply, "text", None)) == (f"{BUDI}@c.us", "Halo \U0001f600 *tebal*")


def test_a_session_has_its_messages_to_itself(tmp_path: Path) -> None:
    app = gateway_app(tmp_path, CHATBOT_TRANSPORT=simulator(name="toko-dua"))
    post(app.test_client(), "sendwa", json=TEXT)
    with gateway_of(app).database.writing() as connection:
        assert outbox.claim(connection, "simulator", START, 60.0, 10) == []
        assert len(outbox.claim(connection, "toko-dua", START, 60.0, 10)) == 1


CLOSED = "This person has not written in the last 24 hours, and to them WhatsApp takes templates only"
TEMPLATE = {"name": "dikirim", "language": "en", "parameters": ["Budi"]}


@pytest.fixture
def limited(tmp_path: Path) -> FlaskClient:
    """The client of an app whose line takes templates only, after 24 hours."""
    return gateway_app(tmp_path, CHATBOT_TRANSPORT=simulator(capabilities=replace(EVERYTHING, window_24h=True))).test_client()


@pytest.mark.parametrize(("name", "fields", "kind"), TYPES)
def test_a_person_who_has_not_written_gets_a_400_that_says_what_to_do(
    limited: FlaskClient, name: str, fields: dict[str, object], kind: str
) -> None:
    way_out = "set CHATBOT_TEMPLATE to one" if kind == "text" else "Send a text or a 'template', or send this once they have written."
    status, said = refusal(post(limited, name, json={"nohp": BUDI, **fields}))
    assert (status, said.startswith(CLOSED), way_out in said) == (400, True, True)


def test_a_template_is_taken_although_they_have_not_written(limited: FlaskClient) -> None:
    assert post(limited, "sendwa", json={"nohp": BUDI, "template": TEMPLATE}).status_code == 200

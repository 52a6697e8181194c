"""The API behind real servers, called with the very bytes that programs in the field send."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.servers.calls import answer_of, chunked, connect, exchange, whole
from tests.servers.running import PATIENCE, Running, gunicorn, waitress

KEY = "kunci-api-toko-maju"
EXAMPLE = "example_bot:create_app()"
SENT = re.compile(
    r'\{"success":true,"message":\{"id":"3EB0[0-9A-F]{16}","status":0,"type":"(\w+)","timestamp":[0-9]{10},'
    r'"from":"6283111111111@c\.us","to":"([0-9-]+@[cg]\.us)"\}\}'
)
BUDI, GROUP = "6281234567890@c.us", "120363041234567890@g.us"
CONTACT = b'{"name":"Admin","numbers":["628111111111"]}'

pytestmark = pytest.mark.process

Start = Callable[[Path], AbstractContextManager[Running]]


def environment(home: Path) -> dict[str, str]:
    return {"CHATBOT_API_KEY": KEY, "CHATBOT_LANGUAGE": "en", "CHATBOT_DATABASE_URL": f"sqlite:///{home}/chatbot.sqlite"}


SERVERS: dict[str, Start] = {
    "gunicorn": lambda home: gunicorn(EXAMPLE, home, "--workers=2", "--worker-class=gthread", "--threads=4", **environment(home)),
    "waitress": lambda home: waitress(EXAMPLE, **environment(home)),
}


@pytest.fixture(scope="module", params=SERVERS)
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where each server in turn listens."""
    with SERVERS[request.param](tmp_path_factory.mktemp("home")) as running:
        yield running.port


def head(path: str, *headers: str, method: str = "POST", key: str | None = f"SecretKey: {KEY}") -> bytes:
    """The first lines of a call, in these bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *([key] if key else []), *headers]
    return "".join(f"{line}\r\n" for line in lines).encode()


def call(port: int, path: str, body: bytes, *headers: str, **more: Any) -> tuple[int, bytes]:
    """What is answered to a call with a JSON body."""
    return exchange(port, whole(body, head(path, *(headers or ("Content-Type: application/json",)), **more)))


def assert_sent(answer: tuple[int, bytes], kind: str, to: str) -> None:
    status, body = answer
    found = SENT.fullmatch(body.decode())
    assert (status, found and found.groups()) == (200, (kind, to)), body


def refused(answer: tuple[int, bytes]) -> tuple[int, str]:
    """The status of a refusal and what it says."""
    told = json.loads(answer[1])
    assert (set(told), told["success"]) == ({"success", "errorMessage"}, False)
    return answer[0], told["errorMessage"]


TEXT = b'{"nohp":"6281234567890","pesan":"Halo"}'


@pytest.mark.parametrize("name", ["secretkey", "secretKey", "SecretKey", "SECRETKEY"])
@pytest.mark.parametrize("value", [" {}", "{}", "   {}  ", " {};", " {} ; ", "\t{}\t"])
def test_the_key_comes_in_any_spelling_with_spaces_around_it_and_a_semicolon_behind(port: int, name: str, value: str) -> None:
    assert_sent(call(port, "/api/sendwa", TEXT, key=f"{name}:{value.format(KEY)}"), "text", BUDI)


@pytest.mark.parametrize(
    "key", [None, "SecretKey:", "SecretKey: ;", "SecretKey: salah", f"SecretKey: {KEY};;", f"Authorization: Bearer {KEY}"]
)
def test_without_a_good_key_the_answer_is_400_in_json(port: int, key: str | None) -> None:
    status, told = refused(call(port, "/api/sendwa", TEXT, "Accept: text/html", key=key))
    assert (status, told.partition(" SecretKey ")[0]) == (400, "The header")


# A file of theirs is looked for at the server itself, which has none: what waits for its chat is held up by nothing.
ENDPOINTS = {
    "/api/sendwa": (b'{"nohp":"6281234567890","pesan":"Halo"}', "text", BUDI),
    "/api/sendmedia": (b'{"nohp":"6281234567890","mediaurl":"http:\\/\\/127.0.0.1:PORT\\/a.png","pesan":""}', "image", BUDI),
    "/api/sendlocation": (b'{"nohp":"6281234567890","latitude":"0.525960","longitude":"101.426866","pesan":"Toko"}', "chat", BUDI),
    "/api/sendcontact": (b'{"nohp":"6281234567890","contact":%b}' % CONTACT, "vcard", BUDI),
    "/api/sendwatogroup": (b'{"groupid":"120363041234567890","pesan":"Halo"}', "chat", GROUP),
    "/api/sendmediatogroup": (b'{"groupid":"120363041234567890","mediaurl":"http://127.0.0.1:PORT/a.pdf"}', "document", GROUP),
    "/api/sendlocationtogroup": (b'{"groupid":"120363041234567890","latitude":-6.2,"longitude":106.816}', "chat", GROUP),
    "/api/sendcontacttogroup": (b'{"groupid":"120363041234567890","contact":%b}' % CONTACT, "vcard", GROUP),
}


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("ending", ["", "/"])
def test_each_send_is_answered_directly_with_and_without_a_slash(port: int, path: str, ending: str) -> None:
    body, kind, to = ENDPOINTS[path]
    assert_sent(call(port, path + ending, body.replace(b"PORT", b"%d" % port)), kind, to)


@pytest.mark.parametrize("path", ENDPOINTS)
def test_either_endpoint_of_a_pair_takes_a_number_or_a_group(port: int, path: str) -> None:
    body, kind, to = ENDPOINTS[path]
    other = {BUDI: b'"groupid":"120363041234567890"', GROUP: b'"nohp":"6281234567890"'}[to]
    swapped = re.sub(rb'"(nohp|groupid)":"[0-9]+"', other, body, count=1)
    kinds = {("text", BUDI): "chat", ("chat", GROUP): "text" if path.endswith("watogroup") else "chat"}
    assert_sent(call(port, path, swapped.replace(b"PORT", b"%d" % port)), kinds.get((kind, to), kind), GROUP if to == BUDI else BUDI)


def test_the_vendors_sample_for_a_groups_contact_goes_to_sendcontact(port: int) -> None:
    body = b'{\n  "groupid": "120363041234567890",\n  "contact": {\n    "name": "Admin",\n    "numbers": ["628111111111"]\n  }\n}'
    assert_sent(call(port, "/api/sendcontact", body), "vcard", GROUP)


@pytest.mark.parametrize("body", [b'{"nohp":"6281234567890","groupid":"120363041234567890","pesan":"a"}', b'{"pesan":"a"}'])
def test_both_a_number_and_a_group_or_neither_is_a_400(port: int, body: bytes) -> None:
    assert call(port, "/api/sendwa", body)[0] == 400


NO_BODY = [
    (),
    ("Content-Length: 0",),
    ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"),
    ("Content-Type: application/json",),
]


@pytest.mark.parametrize("headers", NO_BODY, ids=len)
@pytest.mark.parametrize("path", ["/api/groups", "/api/groups/", "/api/getqr", "/api/getqr/"])
def test_groups_and_getqr_come_without_a_body(port: int, path: str, headers: tuple[str, ...]) -> None:
    status, body = exchange(port, head(path, *headers) + b"\r\n")
    told = json.loads(re.sub(rb'"grouplastchat":[0-9]+', b'"grouplastchat":1', body))  # others of these tests write to it
    expected: object = [{"groupid": "120363041234567890", "groupname": "Pelanggan Toko Maju", "grouplastchat": 1}]
    if "getqr" in path:
        expected = {"isAuthenticated": True, "number": "6283111111111", "name": "Simulator", "qrcode": ""}
    assert (status, told) == (200, {"success": True, "message": expected})


@pytest.mark.parametrize(
    "url",
    [
        b"",
        b"null",
        b'""',
        b'"bukan url"',
        b'"http://127.0.0.1:1/"',
        b'"http://169.254.169.254/"',
        b'"https://no-such-host.invalid/x"',
        b"5",
        b"{}",
    ],
)
def test_whatever_the_notifyurl_is_the_send_succeeds(port: int, url: bytes) -> None:
    more = b',"notifyurl":%b' % url if url else b""
    assert_sent(call(port, "/api/sendwa", TEXT[:-1] + more + b"}"), "text", BUDI)


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Type: application/json; charset=utf-8",),
        ("Content-Type: text/plain",),
        ("X-No: type",),
        ("Content-Type: application/x-www-form-urlencoded",),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        b"https:\\/\\/toko.example.com\\/",
        b"\\ud83d\\ude00 dan \xf0\x9f\x98\x80",
        b"*tebal* _miring_ ~coret~",
        b"penawaran#Jhon Doe#jhon@example.com",
        b"baris satu\\nbaris dua\\r\\n",
    ],
)
def test_texts_come_as_libraries_write_them(port: int, headers: tuple[str, ...], text: bytes) -> None:
    assert_sent(call(port, "/api/sendwa", b'{"nohp":"6281234567890","pesan":"%b"}' % text, *headers), "text", BUDI)


@pytest.mark.parametrize("place", [b'"0.525960","longitude":"101.426866"', b'-6.2,"longitude":106.816', b'" -6 ","longitude":1.0e2'])
def test_latitude_and_longitude_come_as_texts_or_numbers(port: int, place: bytes) -> None:
    assert_sent(call(port, "/api/sendlocation", b'{"nohp":"6281234567890","latitude":%b}' % place), "chat", BUDI)


@pytest.mark.parametrize(
    "place", [b'"utara","longitude":"1"', b'91,"longitude":1', b'"1","longitude":"-180.001"', b'"1,5","longitude":"1"', b'1,"longitude":[]']
)
def test_what_is_no_place_on_earth_is_a_400(port: int, place: bytes) -> None:
    status, told = refused(call(port, "/api/sendlocation", b'{"nohp":"6281234567890","latitude":%b}' % place))
    assert (status, told.split()[0] in ("'latitude'", "'longitude'")) == (400, True)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{\n  "nohp": "6281234567890",\n  "pesan": "Halo",\n}', r" at line [34], column [0-9]+\.$"),
        (b'{"nohp": "6281234567890",\n"pesan": "Halo\nBudi"}', r" at line 2, column 15\.$"),
        (b"nohp=6281234567890&pesan=Halo", r"^The body is a form\. Send JSON\. For example: \{"),
        (b"", r"^The body is empty\. Send a JSON object\.$"),
    ],
)
def test_hand_written_json_is_refused_with_the_place_where_it_broke(port: int, body: bytes, where: str) -> None:
    status, told = refused(call(port, "/api/sendwa", body))
    assert (status, re.search(where, told) is not None) == (400, True), told


def test_success_is_a_json_boolean(port: int) -> None:
    answers = [call(port, "/api/sendwa", TEXT)[1], call(port, "/api/sendwa", b"{}")[1]]
    assert [json.loads(answer)["success"] for answer in answers] == [True, False]


@pytest.mark.parametrize(
    "number", ["6281234567890", "+6281234567890", "081234567890", "62 812-3456-7890", "006281234567890", "0812.3456.7890"]
)
def test_numbers_come_as_people_write_them(port: int, number: str) -> None:
    assert_sent(call(port, "/api/sendwa", json.dumps({"nohp": number, "pesan": "a"}).encode()), "text", BUDI)


@pytest.mark.parametrize("number", ["628123xxxxxx", "0800-FLOWERS", "12", "", "62812345678901234567", "6281234567890@g.us"])
def test_what_is_no_number_is_a_400_that_names_it(port: int, number: str) -> None:
    status, told = refused(call(port, "/api/sendwa", json.dumps({"nohp": number, "pesan": "a"}).encode()))
    assert (status, number in told, told.startswith("'nohp'")) == (400, True, True)


@pytest.mark.parametrize("group", ["120363xxxxxxxxxxx", "toko", "", "12", "120363041234567890@c.us"])
def test_what_is_no_group_is_a_400_that_names_it(port: int, group: str) -> None:
    status, told = refused(call(port, "/api/sendwatogroup", json.dumps({"groupid": group, "pesan": "a"}).encode()))
    assert (status, group in told, told.startswith("'groupid'")) == (400, True, True)


@pytest.mark.parametrize(
    ("group", "to"),
    [("120363041234567890", GROUP), ("120363041234567890@g.us", GROUP), ("628111111111-1510000000", "628111111111-1510000000@g.us")],
)
def test_groups_come_in_three_forms(port: int, group: str, to: str) -> None:
    assert_sent(call(port, "/api/sendwatogroup", json.dumps({"groupid": group, "pesan": "a"}).encode()), "chat", to)


def test_a_contact_sent_to_sendlocation_is_told_where_it_goes(port: int) -> None:
    status, told = refused(call(port, "/api/sendlocation", b'{"nohp":"628123xxxxxx","contact":%b}' % CONTACT))
    assert (status, told.endswith("This holds a contact: send it to /api/sendcontact.")) == (400, True)


@pytest.mark.parametrize("value", [b"null", b'""', b"5", b"[]", b"{}", b"true"])
@pytest.mark.parametrize("path", ["/api/sendwa", "/api/sendmedia", "/api/sendcontact", "/api/sendlocation"])
def test_a_required_field_of_another_type_is_a_400_that_names_it(port: int, path: str, value: bytes) -> None:
    field = {"/api/sendwa": b"pesan", "/api/sendmedia": b"mediaurl", "/api/sendcontact": b"contact", "/api/sendlocation": b"latitude"}[path]
    body = b'{"nohp":"6281234567890","longitude":"1","%b":%b}' % (field, value)
    answer = call(port, path, body)
    if (path, value) == ("/api/sendlocation", b"5"):
        assert answer[0] == 200
    else:
        status, told = refused(answer)
        assert (status, f"'{field.decode()}" in told) == (400, True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_a_405_with_allow_and_never_a_page(port: int, method: str) -> None:
    with connect(port) as connection:
        connection.sendall(head("/api/sendwa/", "Accept: text/html", method=method) + b"\r\n")
        answered = b""
        while part := connection.recv(65536):
            answered += part
    start, _, body = answered.partition(b"\r\n\r\n")
    lines = start.decode().lower().split("\r\n")
    assert lines[0].startswith("http/1.1 405 ")
    assert ("allow: post" in lines, "content-type: application/json" in lines) == (True, True)
    assert body == (b"" if method == "HEAD" else b'{"success":false,"errorMessage":"This address takes POST only."}')


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/sendwa/more", "/api/messages/3EB0FFFFFFFFFFFFFFFF"])
def test_an_unknown_path_or_message_is_a_404_in_json(port: int, path: str) -> None:
    assert refused(exchange(port, head(path, "Accept: text/html", method="GET") + b"\r\n"))[0] == 404


def test_a_body_over_the_limit_is_a_413_in_json(port: int) -> None:
    assert refused(call(port, "/api/sendwa", TEXT.ljust(262_145))) == (413, "The body is larger than 262144 bytes. Send less.")


def test_a_body_in_chunks_is_read(port: int) -> None:
    assert_sent(exchange(port, chunked(TEXT, 7, head("/api/sendwa"))), "text", BUDI)


def test_a_message_arrives_and_its_ack_is_told_when_asked_for(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(whole(TEXT, head("/api/sendwa")))
        name = json.loads(answer_of(connection)[1])["message"]["id"]
    acks: set[tuple[int, int, str]] = set()
    told: dict[str, Any] = {"ack": 0}
    deadline = time.monotonic() + PATIENCE
    while told["ack"] != 3 and time.monotonic() < deadline:  # others of the same chat may go before it
        status, body = exchange(port, head(f"/api/messages/{name}", method="GET") + b"\r\n")
        told = json.loads(body)["message"]
        acks.add((status, told["ack"], told["name"]))
        time.sleep(0.02)
    assert acks <= {(200, 0, "pending"), (200, 1, "sent"), (200, 2, "delivered"), (200, 3, "read")}
    assert (told["ack"], told["error"], None in (told["times"]["sent"], told["times"]["read"])) == (3, None, False)


@pytest.mark.parametrize("slash", ["", "/"])
def test_people_are_paused_and_spared_and_rows_are_read_as_by_the_commands(port: int, slash: str) -> None:
    sari, promo = b'{"nohp":"0855-5000-0001"}', b'{"nohp":"6285550000001","pesan":"Diskon!","promo":true}'

    def told(name: str) -> dict[str, Any]:
        status, body = call(port, f"/api/{name}{slash}", sari)
        message: dict[str, Any] = json.loads(body)["message"]
        assert (status, message["nohp"]) == (200, "6285550000001")
        return message

    until = told("pause")["until"]
    assert until > time.time() + 7000
    assert [told("resume")["was_until"] for _ in range(2)] == [until, None]
    assert told("optout")["promo"] is False
    assert refused(call(port, "/api/sendwa", promo))[0] == 400
    assert told("optin")["promo"] is True
    assert_sent(call(port, "/api/sendwa", promo), "text", "6285550000001@c.us")
    rows = exchange(port, head(f"/api/saved/penawaran{slash}?after=0", method="GET") + b"\r\n")
    assert (rows[0], json.loads(rows[1])) == (200, {"success": True, "message": {"rows": [], "more": False}})
    assert refused(exchange(port, head(f"/api/saved/lain{slash}", method="GET") + b"\r\n"))[0] == 404

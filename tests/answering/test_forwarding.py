"""Other people's webhooks, asked in our place."""

import json
import logging
import socket
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flask_chatbot.answering.forwarding import Forwarder, payload
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.contents import Attachment, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Image, Reply, Text
from flask_chatbot.errors import FetchError, FetchLater, FetchRefused
from flask_chatbot.webclient.client import HttpClient
from flask_chatbot.webclient.signing import verify_signature
from tests.core.conversation.talks import Talk
from tests.webclient.servers import Request, drips, ok, serving

AT = 1_700_000_000.0
KEY = "kunci"
HALO = ok(b'{"success": true, "message": {"reply": [{"type": "message", "content": "Halo"}]}}')
ANI = Sender(number="628123456789", name="Ani")
MESSAGE = Message(text="tiket#rusak#cepat", sender=ANI, id="3A", line="toko")


@dataclass
class Time:
    """A clock that runs only while somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def asked(
    answers: Callable[[Request], bytes | Iterable[bytes]],
    *,
    seconds: float = 10,
    secrets: tuple[bytes, ...] = (),
    time: Time | None = None,
    message: Message = MESSAGE,
) -> tuple[tuple[Reply, ...] | FetchError, list[Request]]:
    """What comes of asking a webhook on loopback, and how it was asked."""
    time = time or Time()
    with serving(answers) as server, closing(HttpClient()) as client:
        forwarder = Forwarder(client, signing_secrets=secrets, clock=lambda: AT + time.now, wait=time.wait, timer=lambda: time.now)
        try:
            return forwarder.ask(
                Forward(server.url("/s3cr3t", host="127.0.0.1"), KEY, timedelta(seconds=seconds)), None, message
            ), server.requests
        except FetchError as error:
            return error, server.requests


def in_turn(*given: bytes | Iterable[bytes]) -> Callable[[Request], bytes | Iterable[bytes]]:
    """One answer after the other; the last of them again and again."""
    left = list(given)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def test_the_webhook_gets_the_contracts_body_and_its_replies_come_back() -> None:
    replies, requests = asked(in_turn(HALO))
    assert replies == (Text("Halo"),)
    assert [(request.method, request.path, request.headers["content-type"]) for request in requests] == [
        ("POST", "/s3cr3t", "application/json")
    ]
    assert json.loads(requests[0].body) == {
        "keyword": "tiket#rusak#cepat",
        "data": {"nama": "Ani", "nohp": "628123456789"},
        "webhookkey": KEY,
        "from": "628123456789",
        "text": "tiket#rusak#cepat",
    }


def test_the_replies_are_read_as_the_vendors_sample_writes_them() -> None:
    assert asked(in_turn(ok(b'{"success": true, "message": [{"type": "image", "content": "https://a.id/b.png"}], "reply": true}')))[0] == (
        Image("https://a.id/b.png"),
    )


def test_no_content_is_silence() -> None:
    assert asked(in_turn(ok(b"", status="204 No Content")))[0] == ()


# The body.

RULES = """
version: 1
synonyms: {brosur: [leaflet]}
rules:
  - keyword: "tiket #"
    fields: [apa, {kapan: {optional: true}}]
    on_invalid: ask
    forward: {url: "http://x.example/"}
  - keyword: [survei, poling]
    ask:
      - nilai: {question: "Puas?"}
      - saran: {question: "Ada saran?", optional: true}
    forward: {url: "http://x.example/"}
  - keyword: [Bebas#, Bebas, "lapor #"]
    name: bebas
    forward: {url: "http://x.example/"}
  - keyword: [Penawaran, brosur]
    contains: harga*
    pattern: (?i)resi (?P<resi>[0-9]+)
    similar: [mau lihat katalog]
    name: harga
    forward: {url: "http://x.example/"}
  - keyword: ["pesan#", "order#"]
    fields: [apa]
    on_invalid: ask
    confirm: "{{ apa }}?"
    forward: {url: "http://x.example/"}
  - keyword: pilih
    reply: Silakan.
    menu:
      - Bebas: bebas
      - Keluhan: keluhan
      - Harga: harga
      - Survei: survei
  - name: keluhan
    forward: {url: "http://x.example/"}
  - fallback: true
    forward: {url: "http://x.example/"}
"""


def matched(folder: Path, *texts: str) -> tuple[Message, Match | None]:
    """The last of these messages of one person, and the rule that answers it."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    talk = Talk(load_rules(folder / "rules.yaml"))
    matches = [talk.decision(text, ANI.number).match for text in texts]
    return Message(text=texts[-1], sender=ANI), matches[-1]


@pytest.mark.parametrize(
    ("texts", "keyword", "data"),
    [
        (["TIKET # rusak#besok#"], "tiket#", ["rusak", "besok"]),
        (["tiket#rusak"], "tiket#", ["rusak"]),
        (["tiket", "rusak sekali"], "tiket#", ["rusak sekali"]),
        (["bebas#a##b"], "Bebas#", ["a", "", "b"]),
        (["kak, BEBAS min"], "Bebas", None),
        (["Lapor: # lampu"], "lapor#", ["lampu"]),
        (["lapor"], "lapor#", []),
        (["survei", "5", "bagus"], "survei#", ["5", "bagus"]),
        (["POLING kak", "5", "-"], "poling#", ["5"]),
        (["ORDER #kopi", "ya"], "order#", ["kopi"]),
        (["Penawaran kak!"], "Penawaran", None),
        (["*PENAWARAN*"], "Penawaran", None),
        (["leaflet"], "brosur", None),
        (["brosur dong"], "brosur", None),
        (["Berapa harganya #1?"], "Berapa harganya #1?", None),
        (["Ada penawaran harga?"], "Ada penawaran harga?", None),
        (["Resi 12"], "Resi 12", None),
        (["mau liat katalog"], "mau liat katalog", None),
        (["Apa saja"], "Apa saja", None),
        (["pilih", "1"], "Bebas#", []),
        (["pilih", "2"], "keluhan", None),
        (["pilih", "3"], "Penawaran", None),
        (["pilih", "4", "5", "-"], "survei#", ["5"]),
    ],
)
def test_a_rule_found_by_a_keyword_goes_with_that_keyword_as_it_is_written_and_all_else_as_the_whole_text(
    texts: list[str], keyword: str, data: list[str] | None, tmp_path: Path
) -> None:
    message, match = matched(tmp_path, *texts)
    assert json.loads(payload(message, match, KEY)) == {
        "keyword": keyword,
        "data": {"nama": "Ani", "nohp": "628123456789"} if data is None else data,
        "webhookkey": KEY,
        "from": "628123456789",
        "text": texts[-1],
    }


def test_a_text_of_any_kind_can_be_forwarded() -> None:
    text = 'é "\\" 😀 \n ?'
    body = payload(Message(text='é "\\" 😀 \n \ud800', sender=Sender()), None, "")
    assert json.loads(body) == {"keyword": text, "data": {"nama": "", "nohp": ""}, "webhookkey": "", "from": "", "text": text}


@pytest.mark.parametrize(
    ("media", "known"),
    [
        ("https://example.com/bukti.jpg", {"kind": "image"}),
        ("https://example.com/suara.ogg?v=2", {"kind": "audio"}),
        ("https://example.com/harga.pdf", {"kind": "document"}),
        ("https://example.com/unduh?id=7", {}),
    ],
)
@pytest.mark.parametrize("caption", ["", "Ini buktinya"])
def test_a_file_is_forwarded_with_its_address_its_caption_and_the_kind_that_its_name_tells(
    caption: str, media: str, known: dict[str, str]
) -> None:
    assert json.loads(payload(Message(text=caption, sender=ANI, media=media), None, KEY)) == {
        "keyword": caption,
        "data": {"nama": "Ani", "nohp": "628123456789"},
        "webhookkey": KEY,
        "from": "628123456789",
        "text": caption,
        "mediaurl": media,
        **known,
    }


# The headers.


def test_each_try_is_signed_anew_under_one_id() -> None:
    replies, requests = asked(in_turn(ok(status="500 No"), ok(status="500 No"), HALO), secrets=(b"rahasia", b"lama"))
    assert (replies, len({request.headers["webhook-id"] for request in requests})) == ((Text("Halo"),), 1)
    assert [request.headers["webhook-timestamp"] for request in requests] == ["1700000000", "1700000002", "1700000008"]
    for request in requests:
        for secret in (b"rahasia", b"lama"):
            verify_signature(secret, request.headers, request.body, now=AT)


def test_without_a_secret_there_is_an_id_and_no_signature() -> None:
    (request,) = asked(in_turn(HALO))[1]
    assert {name for name in request.headers if name.startswith("webhook-")} == {"webhook-id", "webhook-timestamp"}


def test_a_message_delivered_twice_is_forwarded_under_the_same_id_and_one_without_an_id_under_its_own() -> None:
    def id_of(message: Message) -> list[str]:
        with serving(in_turn(HALO)) as server, closing(HttpClient()) as client:
            for _ in range(2):
                Forwarder(client).ask(Forward(server.url(host="127.0.0.1"), KEY, timedelta(seconds=10)), None, message)
            return [request.headers["webhook-id"] for request in server.requests]

    assert [len(set(id_of(message))) for message in (MESSAGE, Message(text="tiket"))] == [1, 2]


# The tries.


@pytest.mark.parametrize("status", ["500 No", "503 No", "408 No", "425 No", "429 No"])
def test_what_may_pass_is_tried_three_times(status: str) -> None:
    time = Time()
    error, requests = asked(in_turn(ok(status=status)), time=time)
    assert (type(error), str(error), len(requests), time.waits) == (FetchLater, f"127.0.0.1 answered {status[:3]}.", 3, [2.0, 6.0])


@pytest.mark.parametrize("status", ["301 No", "307 No", "400 No", "401 No", "404 No", "410 No"])
def test_what_stays_as_it_is_is_tried_once(status: str) -> None:
    error, requests = asked(in_turn(ok(b"{}", "Location: /other", status=status)))
    assert (type(error), str(error), len(requests)) == (FetchRefused, f"127.0.0.1 answered {status[:3]}.", 1)


@pytest.mark.parametrize(("seconds", "waits"), [(1, []), (2, []), (3, [2.0]), (8, [2.0]), (9, [2.0, 6.0])])
def test_no_try_begins_after_the_time_of_the_rule(seconds: float, waits: list[float]) -> None:
    time = Time()
    error, requests = asked(in_turn(ok(status="500 No")), seconds=seconds, time=time)
    assert (type(error), len(requests), time.waits) == (FetchLater, 1 + len(waits), waits)


@pytest.mark.parametrize(("after", "waits"), [("1", [2.0, 6.0]), ("4", [4.0, 4.0]), ("7", [7.0]), ("60", [])])
def test_retry_after_is_kept_to(after: str, waits: list[float]) -> None:
    time = Time()
    asked(in_turn(ok(b"", f"Retry-After: {after}", status="503 No")), time=time)
    assert time.waits == waits


def test_a_webhook_that_drips_ends_with_the_time_of_the_rule() -> None:
    with serving(lambda request: drips(HALO)) as server, closing(HttpClient()) as client:
        action = Forward(server.url(host="127.0.0.1"), KEY, timedelta(seconds=0.3))
        with pytest.raises(FetchLater) as caught:
            Forwarder(client).ask(action, None, MESSAGE)
    assert (str(caught.value), len(server.requests)) == ("127.0.0.1 took longer than 0.3 seconds.", 1)


def test_a_webhook_nobody_serves_is_tried_until_there_is_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    time = Time()
    with closing(HttpClient()) as client:
        forwarder = Forwarder(client, clock=lambda: AT, wait=time.wait, timer=lambda: time.now)
        with pytest.raises(FetchLater) as caught:
            forwarder.ask(Forward(f"http://127.0.0.1:{port}/", KEY, timedelta(seconds=10)), None, MESSAGE)
    assert (str(caught.value), time.waits) == (f"127.0.0.1 accepts no connections on port {port}.", [2.0, 6.0])


# What is no answer.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"success": true,}',
        b"[" * 1000,
        b'{"success": true, "message": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff",
        b'{"a": "\\ud800"}',
    ],
)
def test_bad_json_is_no_answer(body: bytes) -> None:
    error, requests = asked(in_turn(ok(body)))
    assert (type(error), str(error).startswith("127.0.0.1 sent an answer that cannot be read. "), len(requests)) == (FetchRefused, True, 1)


def test_an_answer_over_256_kib_is_none() -> None:
    def answer(size: int) -> bytes:
        body = b'{"success": true, "message": {"reply": []}, "more": "%s"}'
        return ok(body % (b"a" * (size - len(body) + 2)))

    assert asked(in_turn(answer(256 * 1024)))[0] == ()
    error, _ = asked(in_turn(answer(256 * 1024 + 1)))
    assert str(error) == "The answer of 127.0.0.1 is larger than 256 KiB."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"success": false, "message": "rahasia"}', "it does not say 'success': true"),
        (b'{"success": true, "message": "rahasia"}', "its 'message' has no list of replies"),
        (
            b'{"success": true, "message": [{"type": "rahasia", "content": "rahasia"}]}',
            "reply 1 of 1 is of an unknown type, so nothing is sent",
        ),
    ],
)
def test_what_holds_no_reply_brings_none_and_the_log_says_why_and_nothing_of_the_texts(
    body: bytes, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    replies, (request,) = asked(in_turn(ok(body)))
    assert replies == ()
    assert caplog.messages == [f"webhook {request.headers['webhook-id']}, forwarded to 127.0.0.1: in its answer, {why}"]


def test_no_log_of_a_failure_shows_the_key_the_url_the_text_or_the_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error, _ = asked(in_turn(ok(b"rahasia", status="500 rahasia")))
    told = caplog.text + str(error)
    assert [word for word in (KEY, "s3cr3t", "rusak", "628123456789", "rahasia") if word in told] == []
    assert len(caplog.messages) == 3


@pytest.mark.parametrize(
    ("sent", "more"),
    [
        ({"kind": "media", "attachments": (Attachment("image", handle="h1"),)}, {"kind": "image"}),
        (
            {"kind": "media", "attachments": (Attachment("document"),), "media": "https://x.id/a.png"},
            {"kind": "document", "mediaurl": "https://x.id/a.png"},
        ),
        ({"kind": "location", "location": SharedLocation(-6.2, 106.8, "Toko")}, {"kind": "location", "latitude": -6.2, "longitude": 106.8}),
        (
            {"kind": "contact", "contacts": (SharedContact("Budi", ("628111",)),)},
            {"kind": "contact", "contacts": [{"name": "Budi", "numbers": ["628111"]}]},
        ),
        (
            {"kind": "contact", "contacts": (SharedContact("Budi"), SharedContact("Ani", ("628111", "628222")))},
            {"kind": "contact", "contacts": [{"name": "Budi", "numbers": []}, {"name": "Ani", "numbers": ["628111", "628222"]}]},
        ),
    ],
)
def test_what_is_no_text_is_told_beside_the_documented_keys(sent: dict[str, Any], more: dict[str, object]) -> None:
    known = {"keyword": "", "data": {"nama": "Ani", "nohp": ANI.number}, "webhookkey": KEY, "from": ANI.number, "text": ""}
    told = json.loads(payload(Message(text="", sender=replace(ANI, person="P01"), **sent), None, KEY))
    assert told == {**known, **more, "person": "P01"}
    assert json.loads(payload(Message(text="", sender=ANI, **sent), None, KEY)) == {**known, **more}

"""Webhook calls with the store behind them: repeats, signatures, what is kept, and what rules name beside their replies."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from flask_chatbot import Chatbot
from flask_chatbot.database.database import Database
from flask_chatbot.store import inbox, optouts, saved
from flask_chatbot.webclient.signing import headers
from tests.apps import KEY

RULES = """\
version: 1
rules:
  - {{keyword: hitung}}
  - {{name: survei, keyword: "survei#", fields: [nilai], save: survei, reply: "Nomor {{{{ saved.number }}}}."}}
  - {{keyword: stop, subscribe: false, reply: Baik.}}
  - {{keyword: admin, pause: 2 hours, notify: "628117601234", reply: Sebentar.}}
  - {{name: tiket, keyword: "tiket#", forward: {{url: "http://127.0.0.1:{port}/hook", webhookkey: "${{CRM_KEY}}", timeout: 1 seconds}},
     failed: "Maaf {{{{ data | join }}}}."}}
"""
SECRET = b"rahasia-toko"
BUDI = "6281234567890"


class Shop:
    """An app whose handler counts how often it runs."""

    def __init__(self, folder: Path, port: int = 9, **config: object) -> None:
        (folder / "rules.yaml").write_text(RULES.format(port=port), encoding="utf-8")
        self.app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
        self.app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
        self.runs = 0
        bot = Chatbot(self.app)

        @bot.rule("hitung")
        def count() -> str:
            self.runs += 1
            return f"Ke-{self.runs}."

    def post(self, text: str, id: str | None = None, **more: Any) -> TestResponse:  # noqa: A002
        keyword, *data = text.split("#")
        payload = {"keyword": keyword + "#" * bool(data), "data": data, "webhookkey": KEY, "from": BUDI}
        given = {"webhook-id": id} if id else {}
        return self.app.test_client().post("/chatbot/webhook", json=payload, headers={**given, **more})

    def says(self, text: str, id: str | None = None) -> list[str]:  # noqa: A002
        answer = self.post(text, id)
        assert answer.status_code == 200
        return [item["content"] for item in answer.get_json()["message"]["reply"]]

    def later(self, **time: float) -> None:
        """Let time pass for the bot."""
        now = datetime.now(UTC) + timedelta(**time)
        self.app.extensions["chatbot"].bot.clock = lambda: now

    def kept(self) -> inbox.Kept:
        """The oldest message of Budi's that is kept."""
        with self.database.reading() as connection:
            return inbox.of_sender(connection, BUDI, 9)[-1]

    @property
    def database(self) -> Database:
        return Database(None, Path(self.app.instance_path))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_repeated_webhook_id_gets_the_first_answer_again_and_no_handler_runs(shop: Shop) -> None:
    assert [shop.says("hitung", "msg_1"), shop.says("hitung", "msg_1"), shop.says("hitung", "msg_2")] == [["Ke-1."], ["Ke-1."], ["Ke-2."]]
    assert shop.runs == 2


def test_calls_without_an_id_are_never_taken_for_repeats(shop: Shop) -> None:
    assert [shop.says("hitung"), shop.says("hitung")] == [["Ke-1."], ["Ke-2."]]
    assert not (Path(shop.app.instance_path) / "chatbot.sqlite").exists()


def test_the_same_id_by_another_line_is_another_message(tmp_path: Path) -> None:
    shop = Shop(tmp_path, CHATBOT_WEBHOOK_KEY={"a": KEY, "b": "kunci-lain-lagi"})
    other = {"keyword": "hitung", "data": [], "webhookkey": "kunci-lain-lagi", "from": BUDI}
    assert shop.says("hitung", "msg_1") == ["Ke-1."]
    answer = shop.app.test_client().post("/chatbot/webhook", json=other, headers={"webhook-id": "msg_1"})
    assert answer.get_json()["message"]["reply"][0]["content"] == "Ke-2."


def test_a_repeat_with_a_wrong_key_learns_nothing(shop: Shop) -> None:
    shop.says("hitung", "msg_1")
    wrong = {"keyword": "hitung", "data": [], "webhookkey": "salah", "from": BUDI}
    answer = shop.app.test_client().post("/chatbot/webhook", json=wrong, headers={"webhook-id": "msg_1"})
    assert (answer.status_code, answer.get_json()) == (401, {"success": False, "message": "Unauthorized"})


@pytest.mark.parametrize(
    ("secret", "late", "status"), [(SECRET, 0, 200), (b"lain", 0, 401), (SECRET, 3600, 401)], ids=["right", "wrong", "old"]
)
def test_signed_calls_are_checked_where_a_secret_is_set(
    tmp_path: Path, secret: bytes, late: int, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(tmp_path, CHATBOT_WEBHOOK_SIGNING_SECRET=SECRET.decode())
    body = json.dumps({"keyword": "hitung", "data": [], "webhookkey": KEY, "from": BUDI}).encode()
    signed = headers([secret], "msg_1", int(time.time()) - late, body)
    answer = shop.app.test_client().post("/chatbot/webhook", data=body, content_type="application/json", headers=signed)
    assert answer.status_code == status
    assert any("by its signature" in message for message in caplog.messages) == (status == 401)


def test_an_unsigned_call_is_refused_where_a_secret_is_set(tmp_path: Path) -> None:
    assert Shop(tmp_path, CHATBOT_WEBHOOK_SIGNING_SECRET=SECRET.decode()).post("hitung").status_code == 401


def test_what_was_written_and_why_it_was_answered_so_is_kept_where_that_is_set(tmp_path: Path) -> None:
    shop = Shop(tmp_path, CHATBOT_KEEP_MESSAGES="2 days")
    shop.says("hitung")
    kept = shop.kept()
    assert (kept.text, kept.rule, kept.session) == ("hitung", "hitung", "webhook")
    assert kept.expires_at - kept.at == timedelta(days=8).total_seconds()  # so long a repeat is known in any case


def test_the_text_is_forgotten_after_its_time_and_a_repeat_is_known_all_the_same(tmp_path: Path) -> None:
    shop = Shop(tmp_path, CHATBOT_KEEP_MESSAGES="2 days")
    shop.says("hitung", "msg_1")
    shop.later(days=3)
    shop.says("stop")  # nothing else sweeps where there is no worker
    kept = shop.kept()
    assert (kept.message_id, kept.text, kept.rule, kept.explanations) == ("msg_1", None, None, ())
    assert shop.says("hitung", "msg_1") == ["Ke-1."]


def test_what_only_tells_repeats_goes_after_eight_days_without_a_worker(shop: Shop) -> None:
    shop.says("hitung", "msg_1")
    shop.later(days=9)
    shop.says("hitung", "msg_2")
    assert shop.kept().message_id == "msg_2"


def test_rows_are_saved_and_numbered_by_webhook_calls_too(shop: Shop) -> None:
    assert [shop.says("survei#5"), shop.says("survei#4")] == [["Nomor 1."], ["Nomor 2."]]
    with shop.database.reading() as connection:
        assert [(row.number, row.fields, row.sender) for row in saved.rows(connection, "survei")] == [
            (1, {"nilai": "5"}, BUDI),
            (2, {"nilai": "4"}, BUDI),
        ]


@pytest.mark.parametrize("number", ["+62 812-3456-7890", "0812-3456-7890", f"{BUDI}@c.us"])
def test_the_rows_of_one_person_have_one_sender_however_the_number_is_written(shop: Shop, number: str) -> None:
    shop.says("survei#5")
    payload = {"keyword": "survei#", "data": ["4"], "webhookkey": KEY, "from": number}
    assert shop.app.test_client().post("/chatbot/webhook", json=payload).status_code == 200
    with shop.database.reading() as connection:
        assert [row.sender for row in saved.rows(connection, "survei")] == [BUDI, BUDI]


def test_who_writes_stop_to_the_webhook_opts_out(shop: Shop) -> None:
    shop.says("stop")
    with shop.database.reading() as connection:
        assert optouts.has_opted_out(connection, BUDI)


def test_without_a_way_to_whatsapp_a_pause_holds_and_the_log_says_that_nobody_was_told(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    assert [shop.says("admin"), shop.says("hitung")] == [["Sebentar."], []]
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len([each for each in warnings if "notifies nobody: notify needs a connection to WhatsApp. Set CHATBOT_TRANSPORT." in each]) == 1


@contextmanager
def crm(answer: bytes, status: int = 200) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A webhook of somebody else's, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _crm_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_KEY", "rahasia-crm")


def test_a_forwarded_message_is_answered_within_the_request_with_what_the_other_webhook_says(tmp_path: Path) -> None:
    answer = b'{"success": true, "message": [{"type": "message", "content": "Tiket 7"}]}'
    with crm(answer) as (port, asked):
        assert Shop(tmp_path, port).says("tiket#AC rusak") == ["Tiket 7"]
    told = {"keyword": "tiket#", "data": ["AC rusak"], "webhookkey": "rahasia-crm", "from": BUDI, "text": "tiket#AC rusak"}
    assert asked == [told]


def test_where_the_other_webhook_fails_the_rule_says_its_failed(tmp_path: Path) -> None:
    with crm(b"", 404) as (port, asked):
        assert Shop(tmp_path, port).says("tiket#Kak") == ["Maaf Kak."]
    assert len(asked) == 1


def call(shop: Shop, text: str, **who: object) -> list[dict[str, str]]:
    """The replies to a text; `who` are the keys that say who wrote."""
    payload = {"keyword": text, "webhookkey": KEY, **who}
    replies: list[dict[str, str]] = shop.app.test_client().post("/chatbot/webhook", json=payload).get_json()["message"]["reply"]
    return replies


SAME_PERSON: list[dict[str, object]] = [
    {"from": BUDI, "data": {"nama": "Budi", "nohp": "628999"}},  # the platform's own line may stand there
    {"from": f" +{BUDI}"},
    {"from": "0812-3456-7890"},
    {"from": f"{BUDI}@c.us"},
    {"from": int(BUDI)},
    {"data": {"nohp": BUDI}},
    {"from": "", "data": {"nohp": f"+{BUDI}"}},
]


@pytest.mark.parametrize("who", SAME_PERSON, ids=str)
def test_a_pause_holds_for_one_person_however_the_platform_writes_the_number(shop: Shop, who: dict[str, object]) -> None:
    assert call(shop, "admin", **who) == [{"type": "message", "content": "Sebentar."}]
    assert [call(shop, "hitung", **other) for other in SAME_PERSON] == [[]] * len(SAME_PERSON)
    assert call(shop, "hitung", **{"from": "628999"}) != []


def test_who_is_called_by_no_number_is_one_person_by_each_text(shop: Shop) -> None:
    call(shop, "admin", **{"from": "Toko 6282386xxxxxx"})
    assert [bool(call(shop, "hitung", **{"from": name})) for name in ("Toko 6282386xxxxxx", "toko 6282386xxxxxx")] == [False, True]


@pytest.mark.parametrize("written", [BUDI, f"+{BUDI}", "0812 3456 7890"])
def test_what_is_kept_of_a_person_is_found_by_the_number_in_one_form(tmp_path: Path, written: str) -> None:
    shop = Shop(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    call(shop, "hitung", **{"from": written})
    assert (shop.kept().text, shop.kept().sender) == ("hitung", BUDI)

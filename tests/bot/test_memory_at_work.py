"""What is remembered is shared by the workers of a server, and outlives them."""

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect

import pytest
from flask import Flask, Response

from flask_chatbot import Chatbot
from tests.servers.running import PATIENCE, Running, gunicorn

KEY = "kunci-toko-maju"
RULES = """\
version: 1
rules:
  - keyword: survei
    ask: [{nilai: {question: "Puas?", type: integer, min: 1, max: 5}}, {saran: {question: "Saran?", optional: true}}]
    confirm: "{{ nilai }}, {{ saran }}?"
    reply: Terima kasih {{ nohp }}, {{ nilai }}, {{ saran }}.
  - {keyword: menu, reply: Pilih., menu: [{Lain: lain}]}
  - {name: lain, reply: Lain., menu: [{Survei: survei}]}
  - {keyword: sekali, once_per: 1 jam, reply: Sekali.}
  - {keyword: ingat}
  - {fallback: true, reply: Entah.}
"""
SKIP = "Saran?\n(Kalau tidak ada, ketik *-*.)"


def create_app() -> Flask:
    """What gunicorn serves: a bot that says in a header which process answered."""
    app = Flask("toko", instance_path=os.environ["TOKO_INSTANCE"])
    bot = Chatbot(app)

    @bot.rule("ingat")
    def remember(memory: dict[str, int]) -> str:
        memory["n"] = memory.get("n", 0) + 1
        return str(memory["n"])

    @app.after_request
    def sign(response: Response) -> Response:
        response.headers["X-Process"] = str(os.getpid())
        return response

    return app


@contextmanager
def serving(folder: Path) -> Iterator[Running]:
    """Two workers that share one SQLite file."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    names = {"CHATBOT_RULES": str(folder / "rules.yaml"), "TOKO_INSTANCE": str(folder / "instance"), "CHATBOT_WEBHOOK_KEY": KEY}
    with gunicorn("tests.bot.test_memory_at_work:create_app()", folder, "--workers=2", "--timeout=120", **names) as running:
        yield running


def write(running: Running, text: str, number: str = "628111") -> tuple[int, list[str]]:
    """The process that answered, and its texts."""
    body = json.dumps({"keyword": text, "data": [], "webhookkey": KEY, "from": number}).encode()
    call = urllib.request.Request(f"http://127.0.0.1:{running.port}/chatbot/webhook", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=PATIENCE) as answer:
        replies = json.loads(answer.read())["message"]["reply"]
        return int(answer.headers["X-Process"]), [reply["content"] for reply in replies]


@contextmanager
def halted(process: int) -> Iterator[None]:
    """Let a process stand still meanwhile, so that another one answers."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no worker can be made to stand still here")


@pytest.mark.process
def test_what_one_worker_began_another_goes_on_with_and_a_restart_changes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        first, said = write(running, "survei")
        assert said == ["Puas?"]
        with halted(first):
            second, said = write(running, "5")
        assert (said, first != second) == ([SKIP], True)
        with halted(second):
            assert write(running, "menu", "628222") == (first, ["Pilih.\n1. Lain"])
            assert write(running, "sekali", "628222") == (first, ["Sekali."])
        with halted(first):
            assert write(running, "1", "628222") == (second, ["Lain.\n1. Survei\n0. Kembali"])
            assert write(running, "sekali", "628222") == (second, [])
            assert write(running, "ingat", "628222") == (second, ["1"])
        with halted(second):
            assert write(running, "ingat", "628222") == (first, ["2"])
    with serving(tmp_path) as running:
        assert write(running, "Buka Minggu")[1] == ["5, Buka Minggu?"]
        assert write(running, "0", "628222")[1] == ["Pilih.\n1. Lain"]
        assert write(running, "ya")[1] == ["Terima kasih 628111, 5, Buka Minggu."]
        assert write(running, "ya")[1] == ["Entah."]
        assert write(running, "ingat", "628222")[1] == ["3"]


@pytest.mark.process
def test_many_people_at_once_are_each_answered_their_own(tmp_path: Path) -> None:
    def whole_form(number: int) -> list[list[str]]:
        texts = ("survei", "9", str(number % 5 + 1), f"saran {number}", "ya", "ingat")
        return [write(running, text, f"62811{number}")[1] for text in texts]

    with serving(tmp_path) as running, ThreadPoolExecutor(8) as people:
        said = list(people.map(whole_form, range(40)))
    wrong = "Mohon isi angka dari 1 sampai 5.\nPuas?\n(Mau berhenti? Ketik *batal*.)"
    assert said == [
        [["Puas?"], [wrong], [SKIP], [f"{n % 5 + 1}, saran {n}?"], [f"Terima kasih 62811{n}, {n % 5 + 1}, saran {n}."], ["1"]]
        for n in range(40)
    ]
    with closing(connect(tmp_path / "instance" / "chatbot.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM chatbot_states").fetchone() == (40,)


@pytest.mark.process
def test_one_person_who_writes_a_lot_at_once_loses_nothing_that_matters(tmp_path: Path) -> None:
    """Of 24 texts at once each is answered, and the bot is at rest after them."""
    with serving(tmp_path) as running, ThreadPoolExecutor(8) as texts:
        began = time.monotonic()
        said = list(texts.map(lambda _: write(running, "sekali")[1], range(24)))
        assert time.monotonic() - began < PATIENCE
        assert write(running, "sekali")[1] == []
    assert sorted(said) == [[]] * 23 + [["Sekali."]]

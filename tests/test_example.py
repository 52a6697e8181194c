"""The example bot, started and called the way the README says."""

import importlib
import json
import logging
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from example_bot import create_app
from example_bot.demo.announce import Announcement, announcement
from example_bot.handlers import bot
from flask_chatbot.core.language.sentences import language_of, say
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.core.values.replies import ContactCard, Document, Image, Location, Reply, Text, Video
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from flask_chatbot.errors import ConfigError, NotAccepted, RulesError
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.settings import Settings
from flask_chatbot.testing import Chat
from tests.cli.shops import Shop

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds until a silent server is given up
KEY = "a-key-of-this-test"
BUDI = "6281234567890"
STAFF = "628117601234@c.us"
PENAWARAN = {
    "success": True,
    "message": {
        "reply": [
            {
                "type": "message",
                "content": "Terima kasih Jhon Doe!\n1 kaos polos @ Rp65.000: *Rp65.000*\nPenawaran lengkap kami kirim ke jhon@example.com.",
            }
        ]
    },
}


class Server:
    """The example as a child process; what it prints is read line by line."""

    def __init__(self, *options: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "example_bot", "run", "--port", "0", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.printed: list[str] = []

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def read_until(self, start: str) -> str:
        """The next line that begins with `start`."""
        deadline = time.monotonic() + PATIENCE
        with suppress(queue.Empty):
            while (line := self._lines.get(timeout=max(deadline - time.monotonic(), 0.001))) is not None:
                self.printed.append(line)
                if line.startswith(start):
                    return line
        raise AssertionError(f"no line begins with {start!r}; the server printed:\n" + "\n".join(self.printed))

    def stop(self) -> list[str]:
        """End the server and its reloader; every line they printed."""
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._process.pid)], check=False, capture_output=True)  # noqa: S607
        elif self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        with self._process:
            self._reader.join(PATIENCE)
        while not self._lines.empty():
            if (line := self._lines.get()) is not None:
                self.printed.append(line)
        return self.printed


@pytest.fixture(params=[[], ["--debug"]], ids=["plain", "debug"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The example, once as it is and once with the reloader."""
    started = Server(*request.param)
    yield started
    started.stop()


def run_curl(line: str) -> Any:
    """What the pasted line answers."""
    command = shlex.split(line)
    if shutil.which("curl"):
        done = subprocess.run([*command, "--noproxy", "*", "--max-time", str(PATIENCE)], capture_output=True, check=True)
        return json.loads(done.stdout)
    headers = [command[place + 1].split(": ") for place, word in enumerate(command) if word == "-H"]
    return post(command[1], command[command.index("-d") + 1], dict(headers))


def post(url: str, body: str, headers: dict[str, str]) -> Any:
    """What `url` answers to a JSON body."""
    request = urllib.request.Request(url, body.encode(), headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=PATIENCE) as answer:
        return json.load(answer)


@pytest.mark.process
def test_the_printed_curl_lines_work_and_are_printed_once(server: Server) -> None:
    webhook, api = server.read_until("curl "), server.read_until("curl ")
    assert run_curl(webhook) == PENAWARAN
    answer = run_curl(api)
    assert (answer["success"], answer["message"]["to"]) == (True, "6281234567890@c.us")
    received = server.read_until("The simulated phone 6281234567890@c.us ")
    assert received == "The simulated phone 6281234567890@c.us received: Halo Budi, pesanan Anda sudah dikirim."
    printed = server.stop()
    assert [each for each in printed if each.startswith("curl ")] == [webhook, api]
    assert [each for each in printed if each.startswith(("The webhook ", "The API "))] == [
        f"The webhook of Toko Maju: {shlex.split(webhook)[1]}",
        f"The API of Toko Maju: {shlex.split(api)[1].removesuffix('/sendwa')}",
    ]


@pytest.mark.process
@pytest.mark.parametrize("given", ["the-first-key", '["the-first-key", "another"]', '{"toko": "the-first-key", "gudang": "another"}'])
def test_the_curl_line_takes_the_first_key_of_the_environment(given: str) -> None:
    server = Server(CHATBOT_WEBHOOK_KEY=given)
    try:
        line = server.read_until("curl ")
        assert json.loads(shlex.split(line)[-1])["webhookkey"] == "the-first-key"
        assert run_curl(line) == PENAWARAN
    finally:
        server.stop()


@pytest.mark.process
def test_the_example_keeps_to_a_prefix_of_the_environment() -> None:
    server = Server(CHATBOT_PREFIX="/wa")
    try:
        line = server.read_until("curl ")
        assert shlex.split(line)[1].endswith("/wa/webhook")
        assert run_curl(line) == PENAWARAN
    finally:
        server.stop()


def test_another_server_is_not_given_a_key_for_each_of_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATBOT_WEBHOOK_KEY", raising=False)
    with pytest.raises(ConfigError, match="CHATBOT_WEBHOOK_KEY is not set"):
        create_app()


def test_nobody_is_told_to_write_to_a_simulated_phone_where_phones_are_real() -> None:
    settings = Settings(api_keys=(Key(None, b"a-key-of-this-test"),), transport="telegram")
    assert list(announcement("http://127.0.0.1:5001", settings)) == ["The API of Toko Maju: http://127.0.0.1:5001/chatbot/api"]


def test_of_a_server_on_all_addresses_loopback_is_told_once_and_colours_are_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    startup = " * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:5001\x1b[0m\n * Running on http://192.0.2.2:5001"
    record = logging.LogRecord("werkzeug", logging.INFO, __file__, 1, startup, None, None)
    settings = Settings.from_mapping({"CHATBOT_WEBHOOK_KEY": "a-key", "CHATBOT_API_KEY": "another-key", "CHATBOT_PREFIX": "/wa"}, {})
    told = Announcement(settings)
    assert [told.filter(record), told.filter(record)] == [True, True]
    lines = list(announcement("http://127.0.0.1:5001", settings))
    assert capsys.readouterr().out.splitlines() == lines
    assert [shlex.split(line)[1] for line in lines if line.startswith("curl ")] == [
        "http://127.0.0.1:5001/wa/webhook",
        "http://127.0.0.1:5001/wa/api/sendwa",
    ]


def test_only_what_there_is_a_key_for_is_announced() -> None:
    for key, served in [("CHATBOT_WEBHOOK_KEY", "The webhook "), ("CHATBOT_API_KEY", "The API ")]:
        lines = list(announcement("http://127.0.0.1:5001", Settings.from_mapping({key: "a-key-of-this-test"}, {})))
        assert [line[: len(served)] for line in lines if line.startswith("The ")] == [served]


ANSWERS: dict[str, tuple[str, list[type[Reply]]]] = {  # rule: what a customer writes, and the kinds of replies
    "salam": ("Selamat pagi!", [Text]),
    "menu": ("menu", [Text]),
    "pesanan": ("4", [Text]),
    "terima kasih": ("tq kak", [Text]),
    "harga": ("brp harganya kak?", [Text, Image, Document]),
    "lokasi": ("ALAMAT", [Location, ContactCard]),
    "jam buka": ("jam brp bukka?", [Text]),
    "cara pesan": ("cara pesan", [Video]),
    "penawaran": ("Penawaran#Jhon Doe#jhon@example.com#3", [Text]),
    "antar": ("antar#besok#petang#ya#0812-3456-7890", [Text]),
    "resi": ("cek resi#tm12345678", [Text]),
    "keluhan": ("komplain#Kaos #2 saya sobek di jahitan", [Text]),
    "pesan": ("order#Ani#Jl. Melati 5#sablon#12#besok", [Text]),
    "status pesanan": ("status", [Text]),
    "bukti transfer": ("sudah transfer kak", [Text]),
    "survei": ("masukan", [Text]),
    "admin": ("CS dong", [Text]),
    "berhenti promo": ("Stop!", [Text]),
    "mulai promo": ("mulai", [Text]),
    "tidak dikenal": ("apa kabar", [Text]),
    "stok#": ("stok#Kaos Hitam", [Text]),
}
ASKED = {"bukti transfer": ["nomor", "foto"]}  # by a form that the text only opens


@pytest.fixture
def customer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """Budi, who writes to Toko Maju on 22 November 2026; its orders are in a folder of this test."""
    monkeypatch.setenv("CHATBOT_WEBHOOK_KEY", "a-key-of-this-test")
    app = create_app()
    app.instance_path = str(tmp_path)
    return Chat(app, from_="6282386xxxxxx", nama="Budi", at=datetime(2026, 11, 22, 17, 0), seed=1)  # noqa: DTZ001  Toko Maju's own time


def test_the_table_here_names_every_rule_of_the_example(customer: Chat) -> None:
    assert list(ANSWERS) == [rule.name for rule in customer.app.extensions["chatbot"].bot.book.rules]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("buka jam berapa", "jam buka"),
        ("pagi", "salam"),
        ("halo \U0001f64f", "salam"),
        ("dimana", "lokasi"),
        ("resi TM12345678", "resi"),
        ("terima kasih banyak", "terima kasih"),
    ],
)
def test_the_example_understands_what_customers_write(customer: Chat, text: str, name: str) -> None:
    customer.says(text)
    assert customer.last.rule == name


@pytest.mark.parametrize(("name", "text", "kinds"), [(name, *answer) for name, answer in ANSWERS.items()])
def test_every_rule_of_the_example_answers(customer: Chat, name: str, text: str, kinds: list[type[Reply]]) -> None:
    if text.isdigit():
        customer.says("menu")
    replies = customer.says(text)
    asked = list(customer.last.invalid)
    assert (customer.last.rule, asked, [type(reply) for reply in replies]) == (name, ASKED.get(name, []), kinds)
    assert say(language_of("id"), "apology") not in replies.text


def test_a_delivery_is_confirmed_with_all_that_was_asked(customer: Chat) -> None:
    assert customer.says("antar#besok#petang#ya#0812-3456-7890") == (
        "Siap, kami antar 23 November 2026, sore. Ongkir Rp15.000.\nMohon siapkan uang pas, ya.\nKurir akan menghubungi +62 812-3456-7890."
    )


def test_a_delivery_without_the_optional_parts_says_nothing_of_them(customer: Chat) -> None:
    assert customer.says("antar#besok#pagi") == "Siap, kami antar 23 November 2026, pagi. Ongkir Rp15.000."


def test_a_complaint_too_short_gets_the_rule_s_own_words(customer: Chat) -> None:
    own = "Maaf kalau ada yang mengecewakan. Tolong ceritakan agak lengkap, misalnya: *keluhan#Kaos saya sobek di jahitan*"
    assert customer.says("keluhan#jelek") == own


def test_a_complaint_keeps_the_hash_signs_in_it(customer: Chat) -> None:
    expected = (
        "Mohon maaf atas kejadian ini, Kak. Keluhannya kami catat dengan nomor 1:\n_Kaos #2 saya sobek_\n"
        "Admin kami menghubungi Kakak begitu toko buka, Senin, 23 November 2026 pukul 08.00."
    )
    assert customer.says("keluhan#Kaos #2 saya sobek") == expected


def test_a_survey_asks_one_question_at_a_time_and_is_confirmed(customer: Chat) -> None:
    assert customer.says("survei") == "Puas dengan layanan kami? (1-5)"
    assert customer.says("2") == "Ada saran untuk kami?\n(Kalau tidak ada, ketik *-*.)"
    assert customer.says("Lebih cepat") == "Nilai 2, saran: Lebih cepat.\nSudah benar? (ya/tidak)"
    assert customer.says("ya") == "Terima kasih, mohon maaf atas kekurangannya! Masukan Kakak kami baca satu per satu."


# -- an order, as people give it ---------------------------------------------------------------------

NAME, ADDRESS, SHIRT = "Atas nama siapa, Kak?", "Dikirim ke alamat mana?", "Kaos polos, sablon, atau berkerah?"
PIECES, DAY, MAIL = "Berapa potong?", "Diantar hari apa?", "Nota dikirim ke email mana?\n(Kalau tidak ada, ketik *-*.)"
SUMMARY = "{} kaos {} untuk Ani, Jl. Melati 5.\nDiantar {}. Totalnya dengan ongkir {}.\nSudah benar? (ya/tidak)"
ORDER = SUMMARY.format(12, "sablon", "Senin, 23 November", "Rp1.035.000")


def heard(customer: Chat, *texts: str) -> list[str]:
    """The text that each of several is answered."""
    return [customer.says(text).text for text in texts]


def test_an_order_is_taken_by_one_question_after_the_other(customer: Chat) -> None:
    written = ["mau pesan", "Ani", "Jl. Melati 5", "sablon", "12 pcs", "besok sore", "ga punya"]
    assert heard(customer, *written) == [NAME, ADDRESS, SHIRT, PIECES, DAY, MAIL, ORDER]
    assert customer.says("ya kak") == "Siap Kak Ani, pesanan nomor 1 kami terima. Terima kasih!"


@pytest.mark.parametrize(
    "lines", ["Nama: Ani\nAlamat: Jl. Melati 5\nKaos: sablon\nJumlah: 12", "jumlah = 12\nkaos: 2\nalamat: Jl. Melati 5\nnama: Ani"]
)
def test_an_order_is_taken_from_pasted_lines_in_any_order(customer: Chat, lines: str) -> None:
    for before in ([], ["pesan"]):
        *_, asked, shown = heard(customer, *before, lines, "besok")
        assert (asked.endswith(f"\n{DAY}"), shown.removesuffix(f"{MAIL}")) == (True, ORDER if not before else "")
        customer.says("batal")


def test_an_order_is_taken_in_one_line_with_hashes(customer: Chat) -> None:
    assert heard(customer, "order#Ani#Jl. Melati 5#sablon#12#besok") == [ORDER]


def test_the_price_is_told_in_the_midst_of_an_order_and_the_question_comes_again(customer: Chat) -> None:
    customer.says("pesan")
    replies = customer.says("berapa harganya?")
    assert replies[0] == Text(
        "Ini harga kami per 22 November 2026:\n- kaos polos: Rp65.000\n- kaos sablon: Rp85.000\n- kaos berkerah: Rp110.000\n"
        "Ongkos kirim Rp15.000 ke seluruh Riau. Mau pesan? Ketik *pesan* ya, Kak."
    )
    assert replies[-1] == Text(NAME)


def test_an_order_is_called_off_kindly_where_it_would_be_the_address(customer: Chat) -> None:
    assert heard(customer, "pesan", "Ani", "gak jadi kak") == [NAME, ADDRESS, "Baik, *pesan* dibatalkan."]


@pytest.mark.parametrize("text", ["besok sore", "senin", "23 nov", "Senin, 23 November 2026"])
def test_a_day_is_taken_as_people_write_it(customer: Chat, text: str) -> None:
    assert heard(customer, "pesan#Ani#Jl. Melati 5#sablon#12", text)[-1] == ORDER


def test_on_a_day_when_the_shop_is_closed_another_one_is_asked_for(customer: Chat) -> None:
    customer.says("pesan#Ani#Jl. Melati 5#sablon#12")
    assert customer.says("25 desember").text.splitlines()[1:] == [DAY, "(Mau berhenti? Ketik *batal*.)"]
    assert customer.says("senin") == ORDER


def test_what_was_given_is_corrected_and_the_question_comes_again(customer: Chat) -> None:
    customer.says("pesan#Anni#Jl. Melati 5#sablon#12")
    assert heard(customer, "eh salah, namanya Ani", "besok") == [f"Baik, sudah kami catat. Nama: Ani\n{DAY}", ORDER]


def test_a_no_asks_which_part_to_change_and_a_part_that_is_named_is_asked_for(customer: Chat) -> None:
    customer.says("pesan#Ani#Jl. Melati 5#sablon#12#besok")
    parts = "1. Nama\n2. Alamat\n3. Kaos\n4. Jumlah\n5. Tanggal\n6. Email"
    which = f"Bagian mana yang mau diganti?\n{parts}\n(Mau berhenti? Ketik *batal*.)"
    assert heard(customer, "tidak", "4", "13", "bukan, tanggalnya salah", "lusa") == [
        which,
        PIECES,
        SUMMARY.format(13, "sablon", "Senin, 23 November", "Rp1.120.000"),
        DAY,
        SUMMARY.format(13, "sablon", "Selasa, 24 November", "Rp1.120.000"),
    ]


def test_an_order_left_for_twenty_minutes_is_gone_on_with(customer: Chat) -> None:
    heard(customer, "pesan", "Ani")
    later = datetime(2026, 11, 22, 17, 20)  # noqa: DTZ001  Toko Maju's own time
    told = "*Pesan* tadi belum selesai. Ketik *lanjut* untuk melanjutkan, atau *pesan* untuk mulai dari awal."
    assert customer.says("Jl. Melati 5", at=later) == told
    assert customer.says("lanjut", at=later) == ADDRESS


def test_stop_leaves_an_order_and_opts_out(customer: Chat) -> None:
    heard(customer, "pesan", "Ani")
    customer.says("STOP")
    assert customer.last.rule == "berhenti promo"


def test_a_menu_is_answered_as_people_do(customer: Chat) -> None:
    menu = customer.says("menu").text
    assert customer.says("9").text.splitlines()[1:] == menu.splitlines()[1:]
    for text in ("yang nomor 3", "tiga", "3."):
        customer.says(text)
        assert customer.last.rule == "jam buka"


@pytest.mark.parametrize(("text", "rule"), [("hargnaya brp", "harga"), ("terima kasih, harganya berapa?", "harga")])
def test_the_price_is_found_in_other_words(customer: Chat, text: str, rule: str) -> None:
    customer.says(text)
    if customer.last.rule == "tidak dikenal":
        customer.says("iya")
    assert customer.last.rule == rule


def test_the_opening_hours_are_told_by_the_clock(customer: Chat) -> None:
    assert customer.says("buka").text.startswith("Sekarang kami *tutup*, buka lagi Senin, 23 November 2026 pukul 08.00.")


def test_the_price_falls_from_fifty_shirts_on(customer: Chat) -> None:
    assert "49 kaos polos @ Rp65.000: *Rp3.185.000*" in customer.says("penawaran#Jhon Doe#jhon@example.com#49").text
    assert "50 kaos polos @ Rp58.500: *Rp2.925.000*" in customer.says("penawaran#Jhon Doe#jhon@example.com#50").text


def test_a_parcel_nobody_knows_is_explained_like_a_wrong_value(customer: Chat) -> None:
    assert customer.says("resi#TM00000000") == (
        "Maaf, masih ada yang perlu diperbaiki:\n"
        "- Nomor resi: TM00000000 tidak ada di catatan kami. Mohon diperiksa lagi, contohnya TM12345678.\n\n"
        "Silakan kirim ulang dengan format:\n*resi#Nomor resi*"
    )


def test_the_stock_is_a_keyword_that_only_python_knows(customer: Chat) -> None:
    assert customer.says("stok#topi") == "Maaf, topi sedang habis."
    assert customer.says("stok#Kaos Hitam") == "Stok Kaos Hitam: 35 buah."


class Counter:
    """The example as it is served, with a simulated WhatsApp, and the commands of whoever looks after it."""

    def __init__(self, folder: Path) -> None:
        app = create_app()
        app.instance_path = str(folder)  # of its orders
        self.shop = Shop(app, Database(app.extensions["chatbot"].bot.settings.database_url, folder))

    def writes(self, text: str) -> list[str]:
        """The texts that Budi gets for what he writes."""
        keyword, *data = text.split("#")
        body = {"keyword": keyword + "#" * bool(data), "data": data, "webhookkey": KEY, "from": BUDI}
        answer = self.shop.app.test_client().post("/webhook", json=body)
        return [reply["content"] for reply in answer.json["message"]["reply"]] if answer.json else []

    def notices(self) -> list[tuple[str, str]]:
        """What waits to be sent: to whom, and its first line."""
        with self.shop.database.reading() as connection:
            rows = connection.execute(select(messages.c.chat, messages.c.reply).order_by(messages.c.seq)).all()
        return [(row.chat, json.loads(row.reply)["text"].splitlines()[0]) for row in rows]


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """Toko Maju, served."""
    monkeypatch.setenv("CHATBOT_WEBHOOK_KEY", KEY)
    monkeypatch.setenv("CHATBOT_API_KEY", KEY)
    monkeypatch.setenv("CHATBOT_DATABASE_URL", f"sqlite:///{tmp_path}/chatbot.sqlite")
    made = Counter(tmp_path)
    yield made
    made.shop.database.close()


def test_a_complaint_is_kept_and_staff_are_notified(counter: Counter) -> None:
    (said,) = counter.writes("keluhan#Kaos saya sobek di jahitan")
    assert "kami catat dengan nomor 1:" in said
    assert [row["fields"] for row in counter.shop.data("saved", "keluhan")] == [{"cerita": "Kaos saya sobek di jahitan"}]
    assert [chat for chat, _ in counter.notices()] == [STAFF]


def test_a_survey_is_kept(counter: Counter) -> None:
    for text in ("survei", "5", "-", "ya"):
        counter.writes(text)
    assert [row["fields"] for row in counter.shop.data("saved", "survei")] == [{"nilai": 5, "saran": None}]


@pytest.mark.parametrize("text", ["penawaran#Jhon Doe#jhon@example.com#3", "antar#besok#pagi"])
def test_what_the_shop_promises_to_do_is_kept_for_the_staff_who_do_it(counter: Counter, text: str) -> None:
    counter.writes(text)
    assert [row["number"] for row in counter.shop.data("saved", text.partition("#")[0])] == [1]
    assert [chat for chat, _ in counter.notices()] == [STAFF]


def test_admin_leaves_the_customer_to_the_staff_until_resumed(counter: Counter) -> None:
    assert len(counter.writes("admin")) == 1
    assert (counter.writes("menu"), [chat for chat, _ in counter.notices()]) == ([], [STAFF])
    assert [each["person"] for each in counter.shop.data("people", "--paused")] == [BUDI]
    counter.shop.printed("resume", BUDI)
    assert len(counter.writes("menu")) == 1


def test_stop_opts_out_and_mulai_opts_in(counter: Counter) -> None:
    counter.writes("stop")
    with counter.shop.app.app_context(), pytest.raises(NotAccepted):
        bot.send(BUDI, "Diskon!", promo=True)
    assert [each["person"] for each in counter.shop.data("people", "--opted-out")] == [BUDI]
    counter.writes("mulai")
    assert counter.shop.data("people") == []


def test_why_explains_an_answer_of_the_example_as_it_is(counter: Counter) -> None:
    counter.writes("katalog")
    assert [(each["text"], each["rule"]) for each in counter.shop.data("why", BUDI)] == [("katalog", "harga")]


def test_the_doctor_finds_nothing_wrong_with_the_example(counter: Counter) -> None:
    assert counter.shop.printed("doctor")[-1].endswith(" checks, nothing wrong")


def test_who_greets_twice_is_greeted_once(customer: Chat) -> None:
    assert [len(customer.says(text)) for text in ("halo", "selamat pagi", "menu")] == [1, 0, 1]


def test_the_readme_gives_the_two_commands_on_lines_of_their_own() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("python3 -m venv ")] == [
        "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e . && .venv/bin/flask --app example_bot run",
        "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[test]' && .venv/bin/pytest -n auto",
    ]


def first_rules(readme: str) -> str:
    """The rule file on the README's first screen."""
    return readme.split("```yaml\n")[1].split("```", maxsplit=1)[0]


def test_the_rules_and_the_app_of_the_readme_answer_as_its_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(first_rules(readme), encoding="utf-8")
    (tmp_path / "readme_app.py").write_text(readme.split("```python\n")[1].split("```", maxsplit=1)[0], encoding="utf-8")
    monkeypatch.setenv("CHATBOT_WEBHOOK_KEY", "a-key-of-this-test")
    monkeypatch.syspath_prepend(tmp_path)
    customer = Chat(importlib.import_module("readme_app").app)
    written = ["Hai!", "HARGA", "penawaran#Jhon Doe#jhon@example.com#3", "stok#A1"]
    assert all(f"| `{text}` | " in readme for text in written)
    assert [customer.says(text) for text in written] == [
        ["Halo, selamat datang di Toko Maju!"],
        ["Ini daftar harga kami.", Image("https://example.com/harga.png")],
        ["Terima kasih Jhon Doe!\n3 kaos: Rp195.000.\nRinciannya ke jhon@example.com."],
        ["Stok A1: 12"],
    ]
    customer.says("penawaran#J#jhon")
    assert list(customer.last.invalid) == ["nama", "email"]


def test_the_mistake_the_readme_shows_is_told_in_those_words(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rules = tmp_path / "rules.yaml"
    rules.write_text(first_rules(readme).replace("reply", "repply", 1), encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        load_rules(rules)
    told = [str(problem).replace(str(rules), "rules.yaml") for problem in caught.value.problems]
    assert told == [line for line in readme.splitlines() if line.startswith("rules.yaml:")]

"""Customers ask for what was saved: their own, by number or field, and never what others saved."""

from pathlib import Path

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.testing import Chat

RULES = """\
version: 1
rules:
  - keyword: pesan
    ask:
      - kue: Kue apa?
      - tanggal: {question: Kapan?, type: date}
      - jumlah: {question: Berapa?, type: integer}
    save: pesanan
    reply: Nomor {{ saved.number }}.
  - keyword: status#
    fields: [{nomor: {type: integer, optional: true}}]
    find: {in: pesanan, by: nomor}
    not_found: Tidak ada pesanan Kakak dengan nomor itu.
    reply: "{{ found.nomor }}: {{ found.jumlah + 1 }} {{ found.kue }}, {{ found.tanggal | date('d MMMM') }} ({{ found.rows | length }})"
  - keyword: cari#
    fields: [kue]
    find: {in: pesanan, by: kue, anyone: true}
    not_found: Belum ada.
    reply: "{% for row in found.rows %}{{ row.number }} {% endfor %}"
"""
BUDI, ANI = "6281234567890", "6285550000001"


def shop(folder: Path, rules: str = RULES) -> Flask:
    (folder / "rules.yaml").write_text(rules, "utf-8")
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(CHATBOT_WEBHOOK_KEY="kunci-rahasia")
    Chatbot().init_app(app)
    return app


def says(app: Flask, number: str, *texts: str) -> list[str]:
    """The answers to texts that the platform passes on."""
    client, found = app.test_client(), []
    for text in texts:
        keyword, mark, rest = text.partition("#")
        body = {"webhookkey": "kunci-rahasia", "from": number, "keyword": keyword + mark, "data": [rest] if mark else []}
        answer = client.post("/chatbot/webhook", json=body)
        found += [each["content"] for each in (answer.json or {})["message"]["reply"]]
    return found


def test_a_customer_finds_their_own_rows_with_the_types_of_their_fields(tmp_path: Path) -> None:
    app = shop(tmp_path)
    said = says(app, BUDI, "status", "pesan", "Bolu", "5/12/2026", "2", "status 1", "status", "status 2")
    assert said[0] == "Tidak ada pesanan Kakak dengan nomor itu."
    assert said[4:] == ["Nomor 1.", "1: 3 Bolu, 5 Desember (1)", "1: 3 Bolu, 5 Desember (1)", "Tidak ada pesanan Kakak dengan nomor itu."]


def test_nobody_is_shown_the_row_of_another_customer(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, BUDI, "pesan", "Bolu", "5/12/2026", "2")
    assert says(app, ANI, "status 1", "status", "cari#bolu", "cari#lapis") == [
        "Tidak ada pesanan Kakak dengan nomor itu.",
        "Tidak ada pesanan Kakak dengan nomor itu.",
        "1",
        "Belum ada.",
    ]


def test_a_trial_finds_what_was_saved_in_it_and_nothing_else(tmp_path: Path) -> None:
    app = shop(tmp_path)
    says(app, BUDI, "pesan", "Bolu", "5/12/2026", "2")
    budi = Chat(app, from_=BUDI)
    ani = budi.person(ANI)
    assert budi.says("status") == "Tidak ada pesanan Kakak dengan nomor itu."
    for chat, kue in ((budi, "Lapis"), (ani, "Bolu"), (budi, "Bolu")):
        for text in ("pesan", kue, "5/12/2026", "2"):
            last = chat.says(text)
    assert last == "Nomor 3."
    assert [budi.says("status"), budi.says("status 2"), ani.says("cari#bolu")] == [
        "3: 3 Bolu, 5 Desember (2)",
        "Tidak ada pesanan Kakak dengan nomor itu.",
        "3 2",
    ]


WITHOUT_STATES = """\
version: 1
rules:
  - {keyword: cuci, save: cucian, reply: "{{ saved.number }}"}
  - {keyword: cek, find: {in: cucian}, reply: "{{ found.number }}: *{{ found.state }}*"}
  - {keyword: baru, find: {in: cucian, state: baru}, reply: "{{ found.number }}"}
"""


def test_a_row_from_before_there_were_states_is_found_in_the_first(tmp_path: Path) -> None:
    before = shop(tmp_path, WITHOUT_STATES.replace("*{{ found.state }}*", "ada").replace(", state: baru", ""))
    assert says(before, BUDI, "cuci") == ["1"]
    after = shop(tmp_path, WITHOUT_STATES.replace("save: cucian", "save: {to: cucian, states: [baru, siap]}"))
    assert says(after, BUDI, "cek", "baru") == ["1: *baru*", "1"]

"""Customers who are handed over to staff, and given back by a word of whoever was told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Text
from flask_chatbot.store.console import handovers
from flask_chatbot.testing import working
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator
from tests.lines.two_lines import until

BUDI, SITI, ANI, TONO = "6281234567890", "6281298765432", "628117601234", "628117609999"
RULES = f"""\
version: 1
settings: {{staff: {{ani: "{ANI}", tono: "{TONO}"}}}}
rules:
  - {{keyword: admin, reply: Sebentar., notify: ani, pause: 2 jam}}
  - {{keyword: pesan#, fields: [kue], notify: ani, reply: Dicatat.}}
  - {{keyword: kasir, notify: tono, pause: 1 jam, reply: Sebentar.}}
  - {{keyword: halo, reply: Hai.}}
  - {{fallback: true, reply: Maaf.}}
"""


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Iterator[Flask]:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    app = Flask(__name__, root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config.update(CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    Chatbot().init_app(app)
    with working(app):
        yield app


def told(phone: Phone, text: str, count: int = 1, **how: object) -> str:
    """The last of what arrives at a phone after it wrote something: so many messages more."""
    before = len(phone.received)
    phone.writes(text, **how)  # type: ignore[arg-type]
    (*_, last) = phone.waits_for(before + count)
    assert isinstance(last.reply, Text)
    return last.reply.text


def open_handovers(app: Flask) -> list[str]:
    """The rules that handed somebody over whom nobody has answered."""
    database = app.extensions["chatbot"].make_database()
    with database.reading() as connection:
        waits = handovers.waiting(connection, app.extensions["chatbot"].bot.clock().timestamp())
        staff = handovers.told(connection, [f"{ANI}@c.us", f"{TONO}@c.us"], app.extensions["chatbot"].bot.clock().timestamp())
    return [each.rule for each in staff if each.person in waits and each.is_open]


def test_the_only_one_who_waits_is_given_back_by_a_word(app: Flask, phones: Simulator) -> None:
    budi, ani = phones.phone(BUDI, name="Budi"), phones.phone(ANI)
    assert told(budi, "admin") == "Sebentar."
    ani.waits_for(1)
    assert open_handovers(app) == ["admin"]
    assert told(ani, "Selesai, kak") == "Budi +62 812-3456-7890: bot menjawab lagi."
    assert told(budi, "halo") == "Hai."
    assert open_handovers(app) == []
    assert told(ani, "selesai") == "Tidak ada pelanggan yang menunggu Anda."


def test_a_quoted_notice_says_who_is_meant(app: Flask, phones: Simulator) -> None:
    budi, siti, ani = phones.phone(BUDI, name="Budi"), phones.phone(SITI, name="Siti"), phones.phone(ANI)
    told(budi, "admin")
    ani.waits_for(1)
    told(siti, "admin")
    (of_budi, _) = ani.waits_for(2)
    assert told(ani, "selesai", reply_to=of_budi) == "Budi +62 812-3456-7890: bot menjawab lagi."
    assert told(budi, "halo") == "Hai."
    assert told(ani, "beres") == "Siti +62 812-9876-5432: bot menjawab lagi."


def test_where_several_wait_it_asks_and_takes_a_name_or_a_number(app: Flask, phones: Simulator) -> None:
    budi, siti, ani = phones.phone(BUDI, name="Budi"), phones.phone(SITI, name="Siti"), phones.phone(ANI)
    told(budi, "admin")
    ani.waits_for(1)
    told(siti, "admin")
    ani.waits_for(2)
    asked = told(ani, "selesai")
    assert asked == (
        "Yang mana? Balas pemberitahuannya, atau tulis salah satu:\nselesai Budi +62 812-3456-7890\nselesai Siti +62 812-9876-5432"
    )
    assert told(ani, "selesai siti") == "Siti +62 812-9876-5432: bot menjawab lagi."
    assert told(ani, asked.splitlines()[1]) == "Budi +62 812-3456-7890: bot menjawab lagi."


def test_who_is_silent_counts_before_those_of_whom_staff_only_heard(app: Flask, phones: Simulator) -> None:
    budi, siti, ani = phones.phone(BUDI, name="Budi"), phones.phone(SITI, name="Siti"), phones.phone(ANI)
    told(siti, "pesan#bolu")
    ani.waits_for(1)
    told(budi, "admin")
    ani.waits_for(2)
    assert told(ani, "selesai") == "Budi +62 812-3456-7890: bot menjawab lagi."
    assert open_handovers(app) == ["pesan#"]
    assert told(ani, "selesai") == "Siti +62 812-9876-5432: bot menjawab lagi."


def test_the_word_of_others_means_nothing(app: Flask, phones: Simulator) -> None:
    budi, ani, tono = phones.phone(BUDI, name="Budi"), phones.phone(ANI), phones.phone(TONO)
    assert told(ani, "selesai") == "Maaf."  # nobody was handed over yet: the rules answer
    told(budi, "admin")
    ani.waits_for(2)
    assert told(tono, "selesai") == "Maaf."
    assert told(phones.phone(SITI), "selesai") == "Maaf."
    assert told(ani, "selesai jam berapa?") == "Maaf."
    assert open_handovers(app) == ["admin"]


def test_who_is_answered_by_hand_waits_no_more_and_may_still_be_given_back(app: Flask, phones: Simulator) -> None:
    budi, ani = phones.phone(BUDI, name="Budi"), phones.phone(ANI)
    told(budi, "admin")
    ani.waits_for(1)
    phones.owner_writes("Halo Budi", to=budi)
    until(lambda: open_handovers(app) == [])
    assert told(ani, "selesai") == "Budi +62 812-3456-7890: bot menjawab lagi."
    assert told(budi, "halo") == "Hai."


def test_the_word_is_one_of_the_file(tmp_path: Path, phones: Simulator) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.replace("rules:\n", "words: {done: {only: [rampung]}}\nrules:\n", 1), "utf-8")
    app = Flask(__name__, root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config.update(CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    Chatbot().init_app(app)
    budi, ani = phones.phone(BUDI), phones.phone(ANI)
    with working(app):
        told(budi, "admin")
        ani.waits_for(1)
        assert told(ani, "selesai") == "Maaf."
        assert told(ani, "rampung") == "+62 812-3456-7890: bot menjawab lagi."

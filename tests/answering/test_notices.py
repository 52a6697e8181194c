"""What members of staff are told: the number of the row, in the rule's own words, by whatever name or id they are called."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.answering.actions import NEVER_SEEN
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import Alias
from flask_chatbot.store import stored
from tests.answering.test_transport import APOLOGY, STAFF, Shop
from tests.delivery.apps import BUDI, START, callbacks_of, gateway_app

STORE = "628117601235@c.us"
HIDDEN = Alias("lid", "251500")
RULES = """\
version: 1
settings: {call: Kak, staff: {kasir: "628117601234", gudang: 0811-7601-235, bos: 251500@lid}}
rules:
  - {keyword: admin, notify: kasir, reply: Sebentar ya.}
  - {name: beli, keyword: "beli#", fields: [barang], save: pesanan, notify: [kasir, gudang], reply: "Nomor {{ saved.number }}."}
  - name: pesan
    keyword: "pesan#"
    fields: [barang, {jumlah: {type: integer, default: 1}}]
    needs: [harga]
    save: pesanan
    notify:
      - gudang
      - to: [kasir]
        text: "{{ saved.number }}: {{ jumlah }} {{ barang }} @ {{ harga | rupiah }} untuk {{ sapaan }} ({{ nohp }}), {{ now | date }}"
    reply: Siap.
  - {keyword: "banyak#", fields: [{jumlah: {type: integer}}], reply: Siap.,
     notify: {to: kasir, text: "{% if jumlah > 10 %}{{ jumlah }} buah!{% endif %}"}}
  - {name: rusak, keyword: rusak, needs: [harga], notify: {to: kasir, text: "{{ harga.kopi }}"}, reply: Siap.}
  - {keyword: lapor, notify: bos, reply: Siap.}
  - {fallback: true, notify: {to: kasir, text: "{{ text }}: {{ suggestion }}"}, reply: Maaf.}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    bot = Chatbot()
    shop = Shop(gateway_app(tmp_path, bot, RULES))

    @bot.rule("pesan")
    def price(barang: str) -> dict[str, object]:
        return {"harga": 5000 if barang == "Kopi" else "belum ada"}

    @bot.rule("rusak")
    def broken() -> dict[str, object]:
        return {"harga": {"teh": 5000}}

    yield shop
    shop.gateway.database.close()


def told(shop: Shop, chat: str = STAFF) -> list[str]:
    return [text for to, text in shop.posted if to == chat]


def test_a_notice_of_a_rule_that_saves_begins_with_the_number_of_the_row(shop: Shop) -> None:
    shop.receives("beli#Teh")
    shop.receives("admin")
    assert shop.posted == [
        (STAFF, "Pesan dari Budi +62 812-3456-7890 (beli, nomor 1):\nBarang: Teh"),
        (STORE, "Pesan dari Budi +62 812-3456-7890 (beli, nomor 1):\nBarang: Teh"),
        (f"{BUDI}@c.us", "Nomor 1."),
        (STAFF, "Pesan dari Budi +62 812-3456-7890 (admin):\nadmin"),
        (f"{BUDI}@c.us", "Sebentar ya."),
    ]


def test_a_text_of_the_rules_own_knows_the_names_of_the_reply(shop: Shop) -> None:
    shop.receives("pesan#Kopi#2")
    posted = shop.posted
    assert [chat for chat, _ in posted] == [STORE, STAFF, f"{BUDI}@c.us"]
    assert posted[1][1] == f"1: 2 Kopi @ Rp5.000 untuk Kak Budi ({BUDI}), 15 November 2023"


def test_a_text_that_comes_out_empty_tells_nobody(shop: Shop) -> None:
    for text in ("banyak#10", "banyak#11"):
        shop.receives(text)
    assert told(shop) == ["11 buah!"]


def test_what_cannot_be_written_is_told_in_the_usual_words_and_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.receives("rusak")
    assert shop.posted == [(STAFF, "Pesan dari Budi +62 812-3456-7890 (rusak):\nrusak"), (f"{BUDI}@c.us", "Siap.")]
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "rule 'rusak' at" in line
    assert "cannot write its notice, and sends the usual one: harga.kopi in its template" in line


def test_where_the_handler_supplies_nothing_staff_are_told_in_the_usual_words_before_the_apology(tmp_path: Path) -> None:
    rules = (
        'rules: [{name: a, keyword: a, needs: [b], save: c, notify: {to: "628117601234", text: "{{ b }}"}, reply: "{{ b }}"}]\nversion: 1\n'
    )
    shop = Shop(gateway_app(tmp_path, Chatbot(), rules))
    shop.receives("a")
    assert shop.posted == [(STAFF, "Pesan dari Budi +62 812-3456-7890 (a, nomor 1):\na"), (f"{BUDI}@c.us", APOLOGY)]
    shop.gateway.database.close()


def test_a_notice_of_the_fallback_knows_what_was_suggested(shop: Shop) -> None:
    shop.receives("admn")
    assert told(shop) == ["admn: admin"]


def test_staff_who_hide_their_number_are_told_by_an_id_once_that_was_seen(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.receives("lapor")
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert line.endswith("notifies an id that nobody on this line has. Write a number.")
    assert told(shop, HIDDEN.chat) == []
    with shop.gateway.database.reading() as connection:
        (lost,) = stored.failed(connection, 0.0, 9)
    assert (lost.chat, lost.ack, lost.error) == (HIDDEN.chat, Ack.ERROR, NEVER_SEEN)
    shop.receives_from(Sender(name="Bos", aliases=(HIDDEN,)), "admin")
    shop.receives("lapor")
    assert told(shop, HIDDEN.chat) == ["Sebentar ya.", "Pesan dari Budi +62 812-3456-7890 (lapor):\nlapor"]
    with shop.gateway.database.writing() as connection:
        assert stored.resend(connection, [lost.id], START + 60) == 1
    assert told(shop, HIDDEN.chat) == ["Pesan dari Budi +62 812-3456-7890 (lapor):\nlapor"]


def test_the_app_hears_that_a_notice_reached_nobody(tmp_path: Path) -> None:
    bot = Chatbot()
    heard: list[tuple[Ack, str | None]] = []
    bot.on_ack(lambda ack, error: heard.append((ack, error)))
    shop = Shop(gateway_app(tmp_path, bot, 'rules: [{name: a, keyword: a, notify: "9900@lid", reply: Siap.}]\nversion: 1\n'))
    shop.receives("a")
    with shop.gateway.database.reading() as connection:
        (lost,) = stored.failed(connection, 0.0, 9)
    shop.gateway.call_ack_handlers(lost.id, Ack.ERROR)
    assert (heard, [call.url for call in callbacks_of(shop.gateway, lost.id)]) == ([(Ack.ERROR, NEVER_SEEN)], [""])
    shop.gateway.database.close()

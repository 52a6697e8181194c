"""What comes in by one of several lines: it is answered by that line, and what counts on a line counts on no other."""

from pathlib import Path

from flask_chatbot import Chatbot, Message
from flask_chatbot.store import inbox, optouts
from tests.delivery.apps import BUDI
from tests.lines.two_lines import RULES, STAFF, TwoLines, texts, until

SITI = "628117772222"


def test_answers_go_back_by_the_line_that_a_message_came_by_and_rules_know_it(shop: TwoLines) -> None:
    with shop.working():
        assert shop.writes(shop.toko, "harga") == ["Harga satuan."]
        assert shop.writes(shop.grosir, "harga") == ["Harga partai."]
    assert (len(shop.toko.arrived), len(shop.grosir.arrived)) == (1, 1)
    with shop.lines.database.reading() as connection:
        assert [each.session for each in inbox.of_sender(connection, BUDI, 9)] == ["grosir", "toko"]


def test_receipts_of_both_lines_move_their_messages(shop: TwoLines) -> None:
    with shop.working():
        ids = [self_sent(shop, "toko"), self_sent(shop, "grosir")]
        until(lambda: all(int(found.ack) >= 2 for found in map(shop.lines.first.message, ids) if found))
    found = [shop.lines.first.message(id_) for id_ in ids]
    assert [each.session for each in found if each] == ["toko", "grosir"]


def self_sent(shop: TwoLines, line: str) -> str:
    """The id of a message that the app sends by a line."""
    with shop.app.app_context():
        (id_,) = shop.bot.send(BUDI, "Halo", line=line)
    return id_


def test_a_pause_counts_on_its_line_and_staff_hear_of_it_by_that_line(shop: TwoLines) -> None:
    staff = shop.grosir.phone(STAFF)
    with shop.working():
        assert shop.writes(shop.grosir, "admin") == ["Sebentar ya."]
        assert "Budi" in texts(staff, 1)[0]
        shop.budi(shop.grosir).writes("harga")
        assert shop.writes(shop.toko, "harga") == ["Harga satuan."]
    assert len(shop.budi(shop.grosir).received) == 1
    assert [each.chat for each in shop.toko.arrived] == [f"{BUDI}@c.us"]


def test_an_opt_out_counts_on_its_line(shop: TwoLines) -> None:
    with shop.working():
        shop.writes(shop.grosir, "promo stop")
    with shop.lines.database.reading() as connection:
        assert [optouts.has_opted_out(connection, BUDI, name) for name in shop.lines.names] == [False, True]


def test_a_handler_sends_by_the_line_of_its_message_unless_somebody_else_wrote_by_another(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("kabar")
    def tell(message: Message) -> None:
        bot.send(BUDI, "Untuk Budi.")
        bot.send(SITI, "Untuk Siti.")
        bot.send(message.sender, "Untuk penulis.")
        bot.reply(message, "Menyusul.")

    shop = TwoLines(tmp_path, bot, RULES)
    with shop.working():
        shop.writes(shop.toko, "harga")
        ani = shop.grosir.phone("628119999999")
        ani.writes("kabar")
        assert sorted(texts(ani, 3)) == ["Menyusul.", "Sebentar.", "Untuk penulis."]
        assert texts(shop.budi(shop.toko), 2) == ["Harga satuan.", "Untuk Budi."]
        assert texts(shop.grosir.phone(SITI), 1) == ["Untuk Siti."]
    shop.close()


def test_staff_are_told_by_the_line_that_the_notice_names(tmp_path: Path) -> None:
    rules = f"version: 1\nrules: [{{keyword: admin, notify: {{to: '{STAFF}', line: grosir}}, reply: Sebentar ya.}}]\n"
    shop = TwoLines(tmp_path, rules=rules)
    with shop.working():
        assert shop.writes(shop.toko, "admin") == ["Sebentar ya."]
        assert "Budi" in texts(shop.grosir.phone(STAFF), 1)[0]
    assert [each.chat for each in shop.toko.arrived] == [f"{BUDI}@c.us"]
    shop.close()

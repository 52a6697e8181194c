"""The same person under several names: a form goes on, STOP is not forgotten, and answers go where they can be reached."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from flask_chatbot import Chatbot, Text
from flask_chatbot.core.values.incoming.events import IdentityChange
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store import optouts, people
from tests.answering.test_transport import Shop, shop, shop_in
from tests.delivery.apps import BUDI

__all__ = ["shop"]

BSUID = Alias("bsuid", "ID.13491208655302741918", "toko")


def hidden(shop: Shop, text: str) -> None:
    """Budi writes without showing his number."""
    shop.receives_from(Sender(name="Budi", username="budi", aliases=(BSUID,)), text)


def shown(shop: Shop, text: str) -> None:
    """Budi writes, and the transport tells both of his names."""
    shop.receives_from(Sender(number=BUDI, name="Budi", aliases=(BSUID,)), text)


def test_a_form_begun_with_a_number_goes_on_without_one(shop: Shop) -> None:
    shown(shop, "isi")
    hidden(shop, "kopi")
    hidden(shop, "teh")
    assert [text for _, text in shop.posted] == ["A?", "B?", "kopi dan teh."]


def test_a_form_goes_on_when_two_turn_out_to_be_one_in_the_middle_of_it(shop: Shop) -> None:
    shop.receives("halo")
    hidden(shop, "isi")
    hidden(shop, "kopi")
    shown(shop, "teh")
    assert [text for _, text in shop.posted][2:] == ["A?", "B?", "kopi dan teh."]


def test_answers_to_whoever_hides_their_number_go_to_their_id_and_to_their_number_once_it_is_known(shop: Shop) -> None:
    hidden(shop, "survei#5")
    assert shop.posted == [(BSUID.value, "Nomor 1.")]
    hidden(shop, "survei#5")
    shown(shop, "survei#5")
    chat = f"{BUDI}@c.us"
    assert shop.posted == [(chat, "Nomor 2."), (chat, "Nomor 3.")]


@pytest.mark.parametrize("aliases", [(), (Alias("bsuid", "", "toko"),), (Alias("lid", " "), Alias("parent_bsuid", "ID.ENT.1"))])
def test_who_has_no_name_at_all_shares_nothing_with_others_who_have_none(
    shop: Shop, aliases: tuple[Alias, ...], caplog: pytest.LogCaptureFixture
) -> None:
    shop.receives_from(Sender(aliases=aliases), "isi")
    shop.receives_from(Sender(aliases=aliases), "kopi")
    assert shop.posted == []
    assert [each.message for each in caplog.records if each.levelno == logging.ERROR] == [
        "message e3b0c44298fc came without a sender, and cannot be answered"
    ] * 2
    shop.receives_from(Sender(number=BUDI, aliases=aliases), "survei#5")
    assert shop.posted == [(f"{BUDI}@c.us", "Nomor 1.")]


def test_a_name_of_an_unknown_scheme_is_left_out_and_the_log_says_which_there_are(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    foreign = Alias("signal", "+628999")  # type: ignore[arg-type]
    shop.receives_from(Sender(number=BUDI, aliases=(foreign, BSUID)), "survei#5")
    shop.receives_from(Sender(aliases=(foreign,)), "survei#5")
    assert shop.posted == [(f"{BUDI}@c.us", "Nomor 1.")]
    with shop.gateway.database.reading() as connection:
        person = people.find(connection, BUDI)
        assert {each.alias.scheme for each in people.aliases_of(connection, [person or ""])} == {"number", "bsuid"}
    told = "a transport gives somebody a name of the scheme 'signal', which is unknown: it is left out. Use one of number, opaque, bsuid, "
    assert [told in each.message for each in caplog.records if each.levelno == logging.ERROR] == [True, True, False]


def test_who_changes_to_a_name_of_an_unknown_scheme_keeps_the_names_they_have(shop: Shop) -> None:
    shown(shop, "halo")
    foreign = Alias("signal", "+628999")  # type: ignore[arg-type]
    shop.takes(IdentityChange(id="C1", old=(Alias("number", BUDI), foreign), new=(foreign, Alias("number", "628555")), at=1.0))
    with shop.gateway.database.reading() as connection:
        person = people.find(connection, "628555")
        assert {each.alias.value for each in people.aliases_of(connection, [person or ""])} == {"628555", BSUID.value}


def test_stop_is_remembered_under_every_name(shop: Shop) -> None:
    hidden(shop, "stop")
    shown(shop, "hitung")
    with shop.gateway.database.reading() as connection:
        assert optouts.has_opted_out(connection, BUDI, shop.gateway.transport.name)
    with pytest.raises(NotAccepted, match="opted out of promotion"):
        shop.gateway.send(f"{BUDI}@c.us", Text("Promo!"), Terms(promo=True))


def test_who_starts_again_on_the_only_line_gets_promotion_also_where_none_was_named_before(shop: Shop) -> None:
    hidden(shop, "stop")
    with shop.gateway.database.writing() as connection:
        optouts.opt_out(connection, people.holder(connection, BSUID) or "", 1.0)
        assert [line for _, line, _ in optouts.opted_out_people(connection)] == ["", shop.gateway.transport.name]
    hidden(shop, "mulai")
    with shop.gateway.database.reading() as connection:
        assert optouts.opted_out_people(connection) == []


def test_the_answers_of_both_names_count_together(shop: Shop) -> None:
    for _ in range(10):
        hidden(shop, "stop")
        shop.receives("stop")
    shown(shop, "stop")
    assert len(shop.posted) == 20


def test_the_app_hears_of_people_who_are_merged_and_its_failure_loses_no_answer(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Chatbot()
    told: list[tuple[str, str]] = []

    @bot.on_merge
    def move_orders(old: str, new: str) -> None:
        told.append((old, new))
        raise RuntimeError("the app's database is down")

    shop = shop_in(tmp_path, bot, CHATBOT_DATABASE_URL=url)
    shop.receives("hitung")
    shop.now += timedelta(seconds=1)
    hidden(shop, "hitung")
    with shop.gateway.database.reading() as connection:
        ids = [people.find(connection, BUDI), people.holder(connection, BSUID)]
    shown(shop, "survei#5")
    assert [*map(list, told)] == [ids[::-1]]
    assert shop.posted == [(f"{BUDI}@c.us", "Nomor 1.")]
    assert [each.levelno for each in caplog.records if "move_orders" in each.message] == [logging.ERROR]
    shop.gateway.database.close()


def test_who_hides_their_number_can_be_answered_later(url: str, tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("hitung")
    def later(message: Message) -> list[str]:
        assert message.sender.person
        bot.send(message.sender, "Satu")
        bot.reply(message, "Dua")
        return []

    shop = shop_in(tmp_path, bot, CHATBOT_DATABASE_URL=url)
    hidden(shop, "hitung")
    assert sorted(text for _, text in shop.posted) == ["Dua", "Satu"]
    shop.gateway.database.close()


def test_twenty_messages_at_once_that_show_two_to_be_one_merge_them_once(url: str, tmp_path: Path) -> None:
    bot, together = Chatbot(), Barrier(20)
    told: list[tuple[str, str]] = []

    @bot.on_merge
    def note(old: str, new: str) -> None:
        told.append((old, new))

    shop = shop_in(tmp_path, bot, CHATBOT_DATABASE_URL=url)

    def write(_: int) -> None:
        together.wait()
        shown(shop, "stop")

    shop.receives("hitung")
    shop.now += timedelta(seconds=1)
    hidden(shop, "stop")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))
    assert len(told) == 1
    assert {chat for chat, _ in shop.posted} == {f"{BUDI}@c.us"}
    with shop.gateway.database.reading() as connection:
        assert people.holder(connection, BSUID) == people.find(connection, BUDI) == told[0][1]
    shop.gateway.database.close()


def test_an_id_of_any_length_is_one_person_and_no_answer_is_lost(shop: Shop) -> None:
    long = Alias("bsuid", "ID." + "a" * 128, "toko")
    for _ in range(2):
        shop.receives_from(Sender(aliases=(long, Alias("parent_bsuid", "ID.ENT." + "b" * 128, "toko"))), "stop")
    assert [chat for chat, _ in shop.posted] == [long.value] * 2


def test_a_message_that_claims_to_be_two_people_is_of_the_one_with_the_stronger_name(shop: Shop) -> None:
    hidden(shop, "isi")
    shop.receives("isi", number="628222")
    shop.receives_from(Sender(number="628222", aliases=(BSUID, Alias("bsuid", "ID.2222", "toko"))), "kopi")
    assert [text for _, text in shop.posted].count("B?") == 1

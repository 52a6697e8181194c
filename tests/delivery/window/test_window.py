"""The 24 hours after a customer wrote: anything goes to them then, and templates at any time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, MessageTemplate
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Pricing
from flask_chatbot.core.values.replies import ContactCard, Image, Location, Reply, Text
from flask_chatbot.delivery.accepted import IdempotencyKey, Terms
from flask_chatbot.delivery.window.window import CLOSED, TEXTS_ONLY
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.outgoing import charges
from flask_chatbot.transports import Receipts
from tests.delivery.apps import API_KEY, BUDI, GROUP, START
from tests.delivery.window.shop import CHAT, DAY, HOUR, Shop, opened

NOTICE = "pemberitahuan"
ANSWER = Text("Rp5.000")
SENT = Text("Barang dikirim.\nResi JP12")
AS_TEMPLATE = MessageTemplate(NOTICE, "id", ("Barang dikirim. Resi JP12",))
STAFF = "628117601234"
FILES: list[Reply] = [Image("https://example.com/nota.png"), Location(0.5, 101.4), ContactCard("Admin", ("628111111111",))]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop without a template for its texts."""
    with opened(tmp_path) as shop:
        yield shop


@pytest.fixture
def templated(tmp_path: Path) -> Iterator[Shop]:
    """A shop with one."""
    with opened(tmp_path, CHATBOT_TEMPLATE=NOTICE) as shop:
        yield shop


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(NotAccepted) as error:
        act()
    return str(error.value)


def test_what_was_written_within_24_hours_lets_anything_go_out(shop: Shop) -> None:
    shop.writes()
    shop.clock.forward(DAY - 1)
    shop.gateway.send(CHAT, SENT)
    assert shop.gets() == [ANSWER, SENT]


def test_a_stranger_gets_nothing_but_a_template(shop: Shop) -> None:
    assert refused(lambda: shop.gateway.send(CHAT, SENT)) == CLOSED
    shop.gateway.send(CHAT, AS_TEMPLATE)
    assert shop.gets() == [AS_TEMPLATE]


@pytest.mark.parametrize("reply", FILES, ids=["file", "place", "contact"])
def test_files_and_the_like_are_refused_after_24_hours_whatever_template_there_is(templated: Shop, reply: Reply) -> None:
    templated.writes()
    templated.clock.forward(DAY)
    assert refused(lambda: templated.gateway.send(CHAT, reply)) == TEXTS_ONLY
    templated.writes()
    templated.gateway.send(CHAT, reply)


@pytest.mark.parametrize(
    ("setting", "language"),
    [(NOTICE, "id"), ({"name": NOTICE}, "id"), ({"name": NOTICE, "language": "en_US"}, "en_US")],
    ids=["name", "map", "language"],
)
def test_after_24_hours_a_text_goes_into_the_template(tmp_path: Path, setting: object, language: str) -> None:
    with opened(tmp_path, CHATBOT_TEMPLATE=setting) as shop:
        shop.writes()
        shop.clock.forward(DAY)
        accepted = shop.gateway.send(CHAT, SENT)
        assert shop.gets() == [ANSWER, MessageTemplate(NOTICE, language, AS_TEMPLATE.parameters)]
        assert shop.message(accepted.id).ack is Ack.SENT


def test_buttons_go_into_the_template_as_their_text(templated: Shop) -> None:
    templated.gateway.send(CHAT, Buttons("Pilih:", (Choice("harga", "Harga"),), "Pilih:\n1. Harga"))
    assert templated.gets() == [MessageTemplate(NOTICE, "id", ("Pilih: 1. Harga",))]


def test_a_text_too_long_for_a_template_is_refused_unless_the_person_wrote(templated: Shop) -> None:
    long = Text("a" * 1025)
    assert "takes at most 1,024 characters; it has 1,025" in refused(lambda: templated.gateway.send(CHAT, long))
    templated.writes()
    templated.gateway.send(CHAT, long)
    assert templated.gets() == [ANSWER, long]


def wait(shop: Shop, reply: Reply) -> str:
    """Accept a reply while anything may be sent, and let its time come when the window has closed."""
    shop.writes()
    (name,) = shop.gateway.send_all(CHAT, [reply], Terms(start_at=shop.clock() + DAY))
    shop.clock.forward(DAY)
    shop.settle()
    return name


def test_what_waits_until_24_hours_are_over_goes_into_the_template(templated: Shop) -> None:
    wait(templated, SENT)
    assert templated.gets() == [ANSWER, AS_TEMPLATE]


@pytest.mark.parametrize(("reply", "why"), [(SENT, CLOSED), (FILES[0], TEXTS_ONLY)], ids=["text", "file"])
def test_what_waits_until_24_hours_are_over_fails_with_the_sentence_if_it_has_no_such_form(shop: Shop, reply: Reply, why: str) -> None:
    message = shop.message(wait(shop, reply))
    assert (message.state, message.ack, message.error, message.tries) == ("failed", Ack.ERROR, why, 1)
    assert [each.reply for each in shop.whatsapp.attempts] == [ANSWER]


def test_what_was_accepted_for_later_goes_out_as_it_is_if_they_write_meanwhile(shop: Shop) -> None:
    shop.gateway.send_all(CHAT, [SENT], Terms(start_at=START + HOUR))
    shop.writes()
    shop.clock.forward(HOUR)
    assert shop.gets() == [ANSWER, SENT]


def test_a_repeated_call_gets_its_first_answer_although_they_could_not_be_written_to_any_more(shop: Shop) -> None:
    shop.writes()
    shop.clock.forward(HOUR)
    key = IdempotencyKey("a", "b")
    first = shop.gateway.send(CHAT, SENT, key=key)
    shop.clock.forward(DAY - HOUR)
    assert refused(lambda: shop.gateway.send(CHAT, SENT)) == CLOSED
    assert shop.gateway.send(CHAT, SENT, key=key) == first


def test_a_message_that_was_long_on_its_way_opens_no_window(shop: Shop) -> None:
    late = datetime.fromtimestamp(START - DAY, UTC)
    shop.whatsapp.deliver(Message(text="harga", sender=Sender(number=BUDI), id="A1", sent_at=late))
    shop.settle()
    assert refused(lambda: shop.gateway.send(CHAT, SENT)) == CLOSED
    assert shop.whatsapp.attempts == ()  # nor does the answer that it gets


def test_reactions_and_messages_in_groups_open_no_window(shop: Shop) -> None:
    shop.gateway.send(CHAT, AS_TEMPLATE)
    shop.settle()
    shop.whatsapp.group(GROUP, "Toko", [shop.budi])
    shop.budi.writes("harga", group=GROUP)
    shop.budi.reacts("\U0001f44d", shop.budi.received[0])
    shop.settle()
    assert refused(lambda: shop.gateway.send(CHAT, SENT)) == CLOSED


def test_groups_get_anything(shop: Shop) -> None:
    shop.whatsapp.group(GROUP, "Toko", [shop.budi])
    shop.gateway.send(f"{GROUP}@g.us", SENT)
    assert shop.gets() == [SENT]


def test_the_window_is_the_persons_by_whatever_name_they_are_written_to(shop: Shop) -> None:
    shop.writes()
    both = shop.whatsapp.phone(BUDI, user_id="ID.1349")
    both.writes("harga")  # two people until now
    shop.settle()
    both.hides_number()
    shop.clock.forward(HOUR)
    both.writes("harga")
    shop.settle()
    shop.clock.forward(DAY - HOUR)
    for name in (CHAT, "ID.1349"):
        shop.gateway.send(name, SENT)
    assert shop.gets()[-2:] == [SENT, SENT]
    shop.clock.forward(HOUR)
    assert [refused(lambda name=name: shop.gateway.send(name, SENT)) for name in (CHAT, "ID.1349")] == [CLOSED, CLOSED]  # type: ignore[misc]


def test_a_handler_may_send_to_whoever_it_answers_although_they_never_wrote_before(tmp_path: Path) -> None:
    bot = Chatbot()
    sent: list[str] = []

    @bot.rule("harga")
    def price(message: Message) -> str:
        bot.send(message.sender, "Sebentar ya.")
        sent.append(refused(lambda: bot.send(STAFF, "Ada yang bertanya.")))
        return "Rp5.000"

    with opened(tmp_path, bot=bot) as shop:
        shop.writes()
        assert sorted(map(str, shop.gets())) == sorted(map(str, [Text("Sebentar ya."), ANSWER]))
        assert sent == [CLOSED]


NOTIFYING = f"""\
version: 1
rules:
  - {{name: admin, keyword: admin#, fields: [keluhan], notify: "{STAFF}", reply: Sebentar ya.}}
"""


def test_staff_get_notices_as_templates_and_a_long_one_cut(tmp_path: Path) -> None:
    with opened(tmp_path, rules=NOTIFYING, CHATBOT_TEMPLATE=NOTICE) as shop:
        shop.writes("admin#rusak")
        shop.writes("admin#" + "a" * 2000)
        first, second = shop.gets(STAFF)
    assert isinstance(first, MessageTemplate)
    assert isinstance(second, MessageTemplate)
    assert first.parameters[0].endswith("keluhan: rusak") or first.parameters[0].endswith("Keluhan: rusak")
    assert (len(second.parameters[0]), second.parameters[0][-4:]) == (1024, "a...")


def test_staff_who_have_written_get_notices_as_they_are(tmp_path: Path) -> None:
    with opened(tmp_path, rules=NOTIFYING, CHATBOT_TEMPLATE=NOTICE) as shop:
        shop.whatsapp.phone(STAFF).writes("halo")
        shop.writes("admin#rusak")
        assert [type(each) for each in shop.gets(STAFF)] == [Text]


def test_the_price_of_each_message_is_kept_with_the_rule_or_the_caller_it_is_of(tmp_path: Path) -> None:
    utility = Pricing(category="utility", is_billable=True, model="PMP")
    with opened(tmp_path, rules=NOTIFYING + "  - {name: dikirim, reply: Dikirim.}\n", CHATBOT_TEMPLATE=NOTICE) as shop:
        shop.whatsapp.receipts = Receipts(delivered=0, read=None, pricing=utility)
        shop.writes("admin#rusak")
        shop.app.test_client().post("/chatbot/api/sendwa", headers={"SecretKey": API_KEY}, json={"nohp": BUDI, "pesan": "Halo"})
        with shop.app.app_context():
            shop.bot.send(BUDI, rule="dikirim")
            shop.bot.send(BUDI, "Halo")
        shop.settle()
        shop.whatsapp.advance()
        with shop.gateway.database.reading() as connection:
            found = {(each.rule, each.caller): each.messages for each in charges.count(connection, START, START + 1)}
    assert found == {("admin", ""): 2, ("", "API"): 1, ("dikirim", ""): 1, ("", ""): 1}

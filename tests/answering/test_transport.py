"""Messages that come in by a transport: answered once, with all that their rules name, whatever comes in between."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine

from flask_chatbot import Chatbot
from flask_chatbot.answering.transport import ANSWERS_LIMIT
from flask_chatbot.core.values.contents import SharedLocation
from flask_chatbot.core.values.incoming.events import Incoming
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import StoreError
from flask_chatbot.startup.worker import make_inbound
from flask_chatbot.store import inbox, optouts, outbox, saved
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import NUMBER, Simulator
from tests.apps import KEY
from tests.delivery.apps import BUDI, GROUP, START, gateway_app, gateway_of, lines_of

RULES = """\
version: 1
settings: {groups: keywords}
rules:
  - {keyword: halo, reply: [Halo., Apa kabar?]}
  - {name: survei, keyword: "survei#", fields: [{nilai: {type: integer}}, {kapan: {type: date, optional: true}}], save: survei,
     reply: "Nomor {{ saved.number }}."}
  - {keyword: admin, notify: "628117601234", pause: 2 hours, reply: Sebentar ya.}
  - {keyword: stop, subscribe: false, reply: Baik.}
  - {keyword: mulai, subscribe: true, reply: Siap.}
  - {keyword: hitung, reply: []}
  - {name: isi, keyword: isi, ask: [{a: {question: A?}}, {b: {question: B?}}], reply: "{{ a }} dan {{ b }}."}
  - {contains: kabar, reply: Baik.}
  - {keyword: antar, ask: [{alamat: {question: Di mana?, type: location}}], reply: "Ke {{ alamat.lat }}."}
"""
STAFF = "628117601234@c.us"
APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."


class Shop:
    """A bot whose messages come in one at a time or all at once; nobody sends its answers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.gateway: Gateway = gateway_of(app)
        self.now = datetime.fromtimestamp(START, UTC)
        self.gateway.bot.clock = lambda: self.now
        self._receive = make_inbound(self.gateway, lines_of(app), app.app_context).received

    def receives(self, text: str, *, number: str = BUDI, id: str | None = None, **more: Any) -> None:  # noqa: A002
        self._receive(Message(text=text, sender=Sender(number=number, name="Budi"), id=id, **more))

    def receives_from(self, sender: Sender, text: str) -> None:
        self.takes(Message(text=text, sender=sender))

    def takes(self, incoming: Incoming) -> None:
        self._receive(incoming)

    @property
    def posted(self) -> list[tuple[str, str]]:
        """Chat and text of what waits in the outbox, in its order."""
        claims = []
        with self.gateway.database.writing() as connection:
            while batch := outbox.claim(connection, self.gateway.transport.name, START, 60.0, 100):
                claims += batch
                outbox.settle_sent(connection, batch, START)
        return [(claim.outbound.chat, claim.outbound.reply.text) for claim in sorted(claims, key=lambda claim: claim.seq)]  # type: ignore[union-attr]

    def kept(self, number: str = BUDI) -> list[Kept]:
        with self.gateway.database.reading() as connection:
            return inbox.of_sender(connection, number, 100)


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop on a database of each kind in turn."""
    shop = shop_in(tmp_path, Chatbot(), CHATBOT_DATABASE_URL=url)
    yield shop
    shop.gateway.database.close()


def shop_in(folder: Path, bot: Chatbot, **config: object) -> Shop:
    folder.mkdir(exist_ok=True)
    app = gateway_app(folder, bot, RULES, **config)
    return Shop(app)


def test_the_replies_go_out_to_the_chat_the_message_came_from(shop: Shop) -> None:
    shop.receives("halo")
    shop.receives("halo", number="628222", chat="group", group=GROUP)
    chats = [f"{BUDI}@c.us", f"{BUDI}@c.us", f"{GROUP}@g.us", f"{GROUP}@g.us"]
    assert shop.posted == list(zip(chats, ["Halo.", "Apa kabar?"] * 2, strict=True))


def test_the_same_message_again_is_not_answered_again(shop: Shop) -> None:
    for _ in range(3):
        shop.receives("halo", id="A1")
    assert len(shop.posted) == 2
    assert [kept.message_id for kept in shop.kept()] == ["A1"]


def test_the_same_message_twenty_times_at_once_is_answered_once_and_its_handler_runs_once(url: str, tmp_path: Path) -> None:
    bot, together = Chatbot(), Barrier(20)
    runs: list[str | None] = []
    shop = shop_in(tmp_path, bot, CHATBOT_DATABASE_URL=url)

    @bot.rule("hitung")
    def count(message: Message) -> str:
        runs.append(message.id)
        return "Sudah."

    def deliver(_: int) -> None:
        together.wait()
        shop.receives("hitung", id="A1")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(deliver, range(20)))
    assert (runs, shop.posted) == (["A1"], [(f"{BUDI}@c.us", "Sudah.")])
    shop.gateway.database.close()


def test_a_message_that_met_a_broken_store_is_answered_when_it_comes_again(shop: Shop) -> None:
    engine = create_engine(shop.gateway.bot.settings.database_url or "")
    shop.receives("halo", id="A0")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chatbot_inbox RENAME TO elsewhere")
    with pytest.raises(StoreError):
        shop.receives("halo", id="A1")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO chatbot_inbox")
    engine.dispose()
    shop.receives("halo", id="A1")
    assert len(shop.posted) == 4


def test_what_the_bot_writes_itself_is_never_answered(shop: Shop) -> None:
    shop.receives("halo", number=NUMBER)
    assert shop.posted == []


@pytest.mark.parametrize("number", ["+62 831-1111-1111", "0831-1111-1111", f"{NUMBER}@c.us", f"{NUMBER}@s.whatsapp.net"])
def test_the_bot_knows_itself_however_the_transport_writes_its_number(shop: Shop, number: str) -> None:
    shop.receives("halo", number=number)
    assert shop.posted == []


@pytest.mark.parametrize("number", ["+62 812-3456-7890", "0812 3456 7890", "6281234567890@c.us", "6281234567890@s.whatsapp.net"])
def test_answers_go_to_the_number_and_the_group_whether_the_transport_tells_these_or_addresses(shop: Shop, number: str) -> None:
    shop.receives("survei#5", number=number)
    shop.receives("halo", number=number, chat="group", group=f"{GROUP}@g.us")
    chats = ["6281234567890@c.us", f"{GROUP}@g.us", f"{GROUP}@g.us"]
    assert shop.posted == list(zip(chats, ["Nomor 1.", "Halo.", "Apa kabar?"], strict=True))
    assert [kept.chat for kept in shop.kept("6281234567890")] == [f"{GROUP}@g.us", "6281234567890@c.us"]


@pytest.mark.parametrize(
    ("text", "media", "answers"), [("", None, 0), (" \u200b\n", None, 0), ("", "https://a.id/b.jpg", 1), ("?", None, 1)]
)
def test_what_holds_neither_a_text_nor_a_file_is_not_answered_by_the_fallback_either(
    tmp_path: Path, text: str, media: str | None, answers: int
) -> None:
    shop = Shop(gateway_app(tmp_path, Chatbot(), "version: 1\nrules:\n  - {fallback: true, reply: Belum mengerti.}\n"))
    shop.receives(text, media=media)
    assert shop.posted == [(f"{BUDI}@c.us", "Belum mengerti.")] * answers


def test_after_twenty_answers_in_a_minute_the_bot_is_silent_and_the_log_masks_the_number(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(ANSWERS_LIMIT + 3):
        shop.receives("stop")
    shop.receives("stop", number="628222")
    assert [chat for chat, _ in shop.posted].count(f"{BUDI}@c.us") == ANSWERS_LIMIT
    assert "6281******890 was answered 20 times in a minute, and gets no answer now. Is it a bot?" in caplog.messages
    assert shop.kept()[0].explanations == ("silence: this person was answered 20 times in a minute",)
    shop.now += timedelta(seconds=61)
    shop.receives("stop")
    assert len(shop.posted) == 1


def test_messages_that_were_not_answered_do_not_count_against_their_sender(shop: Shop) -> None:
    for _ in range(ANSWERS_LIMIT + 3):
        shop.receives("apa saja")
    shop.receives("stop")
    assert len(shop.posted) == 1


def test_who_writes_in_twenty_groups_at_once_is_asked_and_answered_in_each(url: str, tmp_path: Path) -> None:
    shop = shop_in(tmp_path, Chatbot(), CHATBOT_DATABASE_URL=url)
    groups = [f"1203630412345{number:05}" for number in range(20)]
    barrier = Barrier(len(groups))

    def write(said: tuple[str, str]) -> None:
        barrier.wait()
        shop.receives(said[0], chat="group", group=said[1])

    for text, answer in (("isi", "A?"), ("{}", "B?"), ("selesai", "{} dan selesai.")):
        said = [(text.format(group), group) for group in groups]
        with ThreadPoolExecutor(len(groups)) as pool:
            list(pool.map(write, said))
        assert sorted(shop.posted) == [(f"{group}@g.us", answer.format(group)) for group in groups]
        shop.now += timedelta(minutes=2)
    shop.gateway.database.close()


def test_in_groups_only_keywords_are_answered_where_the_rules_say_so(shop: Shop) -> None:
    shop.receives("apa kabar", chat="group", group=GROUP)
    assert shop.posted == []


@pytest.mark.parametrize("mention", ["@6283111111111 ", "@Simulator, ", " \u2068@simulator\u2069: ", "@+6283111111111\n"])
def test_a_group_may_mention_the_bot_by_its_number_or_name(shop: Shop, mention: str) -> None:
    shop.receives(f"{mention}halo kak", chat="group", group=GROUP)
    assert shop.posted == [(f"{GROUP}@g.us", "Halo."), (f"{GROUP}@g.us", "Apa kabar?")]


@pytest.mark.parametrize("text", ["@6283111111112 halo", "@62831111111111 halo", "@simulators halo", "@6283111111111", "halo @simulator"])
def test_who_mentions_somebody_else_or_nothing_more_is_not_answered(shop: Shop, text: str) -> None:
    shop.receives(text, chat="group", group=GROUP)
    assert shop.posted == []


def test_the_parts_of_a_keyword_that_mentions_the_bot_are_read_as_ever(shop: Shop) -> None:
    shop.receives("@6283111111111 survei#3", chat="group", group=GROUP)
    assert shop.posted == [(f"{GROUP}@g.us", "Nomor 1.")]


def test_rows_are_saved_with_the_number_the_customer_was_told(shop: Shop) -> None:
    shop.receives("survei#5#2026-12-01")
    shop.receives("survei#4", number="628222")
    assert [text for _, text in shop.posted] == ["Nomor 1.", "Nomor 2."]
    with shop.gateway.database.reading() as connection:
        rows = saved.rows(connection, "survei")
    assert rows == [
        SavedRow(name="survei", number=1, fields={"nilai": 5, "kapan": "2026-12-01"}, sender=BUDI, sender_name="Budi", at=START),
        SavedRow(name="survei", number=2, fields={"nilai": 4, "kapan": None}, sender="628222", sender_name="Budi", at=START),
    ]


def test_staff_is_told_who_wrote_what_and_the_bot_keeps_quiet_for_that_person(shop: Shop) -> None:
    shop.receives("admin")
    shop.receives("halo")
    shop.receives("halo", number="628222")
    assert shop.posted == [
        (STAFF, "Pesan dari Budi +62 812-3456-7890 (admin):\nadmin"),
        (f"{BUDI}@c.us", "Sebentar ya."),
        ("628222@c.us", "Halo."),
        ("628222@c.us", "Apa kabar?"),
    ]


def failing_shop(folder: Path, **config: object) -> Shop:
    """A shop whose form ends in a template that cannot take what the handler returns."""
    bot = Chatbot()
    rules = """\
version: 1
rules:
  - {name: pesan, keyword: pesan, ask: [{barang: {question: Apa?}}, {jumlah: {question: Berapa?, type: integer, optional: true}}],
     needs: [harga], save: pesanan, notify: "628117601234", reply: "{{ harga | rupiah }}, nomor {{ saved.number }}."}
  - {name: titip, keyword: "titip#", fields: [barang], needs: [harga], save: titipan, notify: "628117601234", reply: ok}
"""

    @bot.rule("pesan")
    def price(barang: str) -> dict[str, str]:
        return {"harga": "dua ribu"}

    @bot.rule("titip")
    def nothing() -> dict[str, str]:
        return {}

    return Shop(gateway_app(folder, bot, rules, CHATBOT_WEBHOOK_KEY=KEY, **config))


@pytest.mark.parametrize("way", ["webhook", "gateway"])
def test_what_a_form_was_given_is_kept_and_staff_told_though_its_reply_cannot_be_made(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    shop = failing_shop(tmp_path / "shop", CHATBOT_DATABASE_URL=url)
    answers = []
    for text in ("pesan", "Kopi", "-"):
        if way == "gateway":
            shop.receives(text)
        else:
            payload: dict[str, Any] = {"keyword": text, "data": [], "webhookkey": KEY, "from": BUDI}
            answer = shop.app.test_client().post("/chatbot/webhook", json=payload)
            answers.append((answer.status_code, [each["content"] for each in answer.get_json()["message"]["reply"]]))
    own = answers or [(200, [text]) for chat, text in shop.posted if chat == f"{BUDI}@c.us"]
    assert [content for _, contents in own for content in contents] == ["Apa?", "Berapa?\n(Kalau tidak ada, ketik *-*.)", APOLOGY]
    assert {status for status, _ in own} == {200}
    with shop.gateway.database.reading() as connection:
        rows = [(row.number, dict(row.fields)) for row in saved.rows(connection, "pesanan")]
    assert rows == [(1, {"barang": "Kopi", "jumlah": None})]
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert line.startswith(f"rule 'pesan' at {tmp_path}/shop/rules.yaml:3:5 cannot answer: ")
    shop.gateway.database.close()


def test_staff_are_told_before_the_apology(tmp_path: Path) -> None:
    shop = failing_shop(tmp_path / "failing")
    for text in ("pesan", "Kopi", "2"):
        shop.receives(text)
    notice, apology = shop.posted[2:]
    assert (notice[0], apology) == (STAFF, (f"{BUDI}@c.us", APOLOGY))
    assert "Kopi" in notice[1]


def test_what_was_given_is_kept_though_the_handler_returns_too_little(tmp_path: Path) -> None:
    shop = failing_shop(tmp_path / "shop")
    shop.receives("titip#Kopi")
    assert [chat for chat, _ in shop.posted] == [STAFF, f"{BUDI}@c.us"]
    with shop.gateway.database.reading() as connection:
        assert [row.fields for row in saved.rows(connection, "titipan")] == [{"barang": "Kopi"}]


def test_who_unsubscribes_gets_no_promotion_until_they_subscribe_again(shop: Shop) -> None:
    def has_opted_out() -> bool:
        with shop.gateway.database.reading() as connection:
            return optouts.has_opted_out(connection, BUDI)

    shop.receives("stop", number="0812-3456-7890")  # however the transport writes it
    assert has_opted_out()
    shop.receives("mulai")
    assert not has_opted_out()


def test_why_a_message_was_answered_as_it_was_is_kept_with_it(shop: Shop) -> None:
    shop.receives("halo", id="A1")
    (kept,) = shop.kept()
    assert (kept.text, kept.rule, kept.replies, kept.at) == ("halo", "halo", 2, START)
    assert kept.place is not None
    assert kept.place.endswith("rules.yaml:4:5")
    assert [explanation.partition(": ")[2] for explanation in kept.explanations] == ["wins"]
    assert kept.expires_at == START + 30 * 86_400
    assert len(kept.rules_hash or "") == 64


def test_two_messages_of_one_person_at_once_are_both_remembered(shop: Shop) -> None:
    together = Barrier(2)

    def deliver(text: str) -> None:
        together.wait()
        shop.receives(text)

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(deliver, ["halo", "stop"]))
    assert len(shop.posted) == 15


@pytest.mark.parametrize(("chat", "goes"), [("private", ["Faktur.", "Halo.", "Apa kabar?"]), ("group", ["Halo.", "Apa kabar?"])])
def test_what_is_held_for_a_stranger_goes_out_before_the_answer_if_they_write_in_private(
    tmp_path: Path, chat: str, goes: list[str]
) -> None:
    line = Simulator(capabilities=Capabilities(strangers_limited=True), runs_anywhere=True)
    shop = shop_in(tmp_path, Chatbot(), CHATBOT_TRANSPORT=line)
    shop.gateway.send(f"{BUDI}@c.us", Text("Faktur."))
    with shop.gateway.database.writing() as connection:
        (held,) = outbox.claim(connection, line.name, START, 60.0, 1)
        restrictions.postpone(connection, held, START + 3600.0, "Error 463.")
    shop.receives("halo", chat=chat, group=GROUP if chat == "group" else "")
    assert [text for _, text in shop.posted] == goes


def test_nothing_of_an_answer_stays_where_another_process_was_first(shop: Shop) -> None:
    row = Kept(session="simulator", message_id="A1", chat="", sender=BUDI, at=START, expires_at=START + 9)

    def overtake(message: Message) -> None:
        with shop.gateway.database.writing() as connection:
            inbox.add(connection, row)

    shop.gateway.bot.handlers.add_before(overtake)
    shop.receives("survei#5", id="A1")
    assert shop.posted == []
    with shop.gateway.database.reading() as connection:
        assert saved.rows(connection, "survei") == []


@pytest.mark.parametrize(("lat", "lng"), [(float("nan"), 106.8), (0.0, float("inf")), (91.0, 0.0)])
def test_a_place_that_is_nowhere_is_asked_for_again(shop: Shop, lat: float, lng: float) -> None:
    shop.receives("antar")
    shop.receives("", kind="location", location=SharedLocation(lat, lng))
    shop.receives("", kind="location", location=SharedLocation(-6.2, 106.8))
    (_, first), (_, again), (_, last) = shop.posted
    assert (first, "Di mana?" in again, last) == ("Di mana?", True, "Ke -6.2.")

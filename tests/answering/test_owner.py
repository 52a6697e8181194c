"""The owner writes to a customer by hand: the bot falls silent for that person, and what the bot itself sends silences nobody."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from flask_chatbot import Chatbot
from flask_chatbot.answering.operations import resume
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.tables import messages
from flask_chatbot.receiving.event_queue import Undecided
from flask_chatbot.store import outbox, stored
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.answering.test_transport import Shop
from tests.delivery.apps import BUDI, GROUP, START, gateway_app, gateway_of

RULES = """\
version: 1
settings: {groups: all, staff: {kasir: "628117601234"}}
rules:
  - {keyword: halo, reply: Halo.}
  - {keyword: lapor, notify: "628117601299", reply: Baik.}
"""
SILENT = "the owner writes to this person by hand, and the bot is silent: "
LID = Alias("lid", "251500")


class Counter(Shop):
    """A shop whose owner writes, too."""

    def hears(self, id: str, *, to: Sender | None = None, at: float = START, **more: str) -> None:  # noqa: A002
        self._receive(Echo(id=id, to=to or Sender(number=BUDI), at=at, **more))

    def is_renamed(self, old: tuple[Alias, ...], new: tuple[Alias, ...]) -> None:
        self._receive(IdentityChange(id="C1", old=old, new=new, at=START))

    def answers(self, text: str = "halo", **more: object) -> bool:
        before = len(self.kept_replies)
        self.receives(text, **more)  # type: ignore[arg-type]
        return len(self.kept_replies) > before

    @property
    def kept_replies(self) -> list[int]:
        with self.gateway.database.reading() as connection:
            return list(connection.exec_driver_sql("SELECT replies FROM chatbot_inbox WHERE replies > 0").scalars())

    def is_sending(self, text: str) -> outbox.Claim:
        """Let a worker be in the middle of sending Budi a text."""
        self.gateway.send(f"{BUDI}@c.us", Text(text))
        with self.gateway.database.writing() as connection:
            (claim,) = outbox.claim(connection, self.gateway.transport.name, START, 60.0, 9)
        return claim


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Counter]:
    shop = Counter(gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_DATABASE_URL=url))
    yield shop
    shop.gateway.database.close()


def shop_with(folder: Path, settings: str) -> Counter:
    rules = f"version: 1\nsettings: {settings}\nrules: [{{keyword: halo, reply: Halo.}}]\n"
    return Counter(gateway_app(folder, Chatbot(), rules))


def test_for_an_hour_the_bot_is_silent_for_whoever_the_owner_wrote_to_and_for_nobody_else(shop: Counter) -> None:
    shop.hears("E1")
    assert (shop.answers(), shop.answers(number="628222")) == (False, True)
    shop.now += timedelta(minutes=59)
    assert not shop.answers()
    shop.now += timedelta(minutes=1)
    assert shop.answers()


def test_a_rule_file_that_remembers_nothing_of_people_heeds_the_owner_all_the_same(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, "{language: id}")
    assert not shop.gateway.bot.book.remembers
    shop.hears("E1")
    assert not shop.answers()


def test_each_further_message_of_the_owner_extends_the_silence_and_one_that_comes_again_does_not(shop: Counter) -> None:
    shop.hears("E1")
    shop.now += timedelta(minutes=30)
    shop.hears("E2", at=START + 1800)
    shop.now += timedelta(minutes=45)
    shop.hears("E2", at=START + 1800)
    assert not shop.answers()
    shop.now += timedelta(minutes=15)
    assert shop.answers()


def test_resume_ends_it_and_the_same_message_of_the_owner_does_not_begin_it_again(shop: Counter) -> None:
    shop.hears("E1")
    until = resume(shop.gateway.database, BUDI, START)
    shop.hears("E1")
    assert (until, shop.answers()) == (START + 3600, True)


def test_why_says_that_the_owner_took_over(shop: Counter) -> None:
    shop.hears("E1")
    shop.receives("halo", id="A1")
    shop.receives("apa saja", id="A2")
    said = [[why.partition("priority 0: ")[2] or why for why in each.explanations] for each in reversed(shop.kept())]
    found = [(each.message_id, each.kind, each.text, why) for each, why in zip(reversed(shop.kept()), said, strict=True)]
    assert found == [
        ("E1", "takeover", "", ["takeover: the owner wrote to them by hand, and the bot is silent for 1 hour"]),
        ("A1", "text", "halo", [f"{SILENT}1 hour left"]),
        ("A2", "text", "apa saja", [f"{SILENT}1 hour left"]),
    ]


@pytest.mark.parametrize("settings", ["{takeover: never}", "{takeover: Never }"])
def test_with_never_the_bot_goes_on(tmp_path: Path, settings: str) -> None:
    shop = shop_with(tmp_path, settings)
    shop.hears("E1")
    assert (shop.answers(), [each.kind for each in shop.kept()]) == (True, ["text"])


def test_the_rule_file_says_how_long(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, "{takeover: 10 menit}")
    shop.hears("E1")
    shop.now += timedelta(minutes=9)
    assert not shop.answers()
    shop.now += timedelta(minutes=1)
    assert shop.answers()


@pytest.mark.parametrize(
    "echo",
    [
        {"to": Sender(number="628117601234")},
        {"to": Sender(number="0811-7601-299")},
        {"to": Sender()},
        {"group": GROUP},
        {"at": START - 3600},
    ],
    ids=["staff", "who is notified", "nobody", "a group", "long ago"],
)
def test_nothing_comes_of_what_goes_to_staff_or_groups_or_nobody_or_was_long_ago(shop: Counter, echo: dict[str, object]) -> None:
    shop.hears("E1", **echo)  # type: ignore[arg-type]
    assert [shop.answers(number=number) for number in (BUDI, "628117601234", "628117601299")] == [True, True, True]


def test_one_whose_clock_is_ahead_silences_no_longer_than_another(shop: Counter) -> None:
    shop.hears("E1", at=START + 86_400)
    shop.now += timedelta(hours=1)
    assert shop.answers()


def test_who_is_known_by_another_name_is_the_same_person(shop: Counter) -> None:
    shop.receives_from(Sender(number=BUDI, aliases=(LID,)), "halo")
    shop.hears("E1", to=Sender(aliases=(LID,)))
    assert not shop.answers()


def test_a_stranger_to_whom_the_owner_writes_first_is_left_to_the_owner(shop: Counter) -> None:
    shop.hears("E1", to=Sender(number="+62 812-3456-7890"))
    assert not shop.answers(number="6281234567890")


def test_what_the_bot_sent_is_known_by_its_id_at_the_transport(shop: Counter) -> None:
    claim = shop.is_sending("Halo.")
    with shop.gateway.database.writing() as connection:
        settle(connection, shop, claim, "T1")
    shop.hears("T1")
    assert shop.answers()


def settle(connection: object, shop: Counter, claim: outbox.Claim, transport_id: str) -> None:
    from flask_chatbot.delivery.acks import Acks
    from flask_chatbot.delivery.send import Sent
    from flask_chatbot.delivery.send import settle as settle_all

    acks = Acks(shop.gateway.transport.name, clock=lambda: START, has_handlers=lambda: False)
    settle_all(connection, [Sent(claim, transport_id, START)], acks, START)  # type: ignore[arg-type]


def test_an_echo_that_comes_before_the_answer_to_the_sending_waits_for_it(shop: Counter) -> None:
    claim = shop.is_sending("Halo.")
    with pytest.raises(Undecided):
        shop.hears("T1")
    with shop.gateway.database.writing() as connection:
        settle(connection, shop, claim, "T1")
    shop.hears("T1")
    assert shop.answers()


def test_an_echo_with_our_own_id_is_ours_whatever_became_of_the_sending(shop: Counter) -> None:
    claim = shop.is_sending("Halo.")
    shop.hears("T9", outbound_id=claim.outbound.id)
    with shop.gateway.database.reading() as connection:
        found = stored.find(connection, claim.outbound.id)
    assert (found is not None and found.ack is Ack.PENDING, shop.answers()) == (True, True)


@pytest.mark.parametrize(("text", "is_silent"), [("", False), ("Halo.", False), ("Sebentar, saya cek.", True)])
def test_an_echo_of_a_message_whose_answer_was_lost_is_known_by_its_words(shop: Counter, text: str, is_silent: bool) -> None:
    claim = shop.is_sending("Halo.")
    with shop.gateway.database.writing() as connection:
        connection.execute(update(messages).where(messages.c.seq == claim.seq).values(state="queued", due_at=START + 60))
    shop.hears("T1", text=text)
    assert shop.answers() is not is_silent


def test_a_form_waits_while_the_owner_writes_as_it_does_in_a_pause(tmp_path: Path) -> None:
    rules = "version: 1\nsettings: {takeover: 5 minutes}\nrules: [{keyword: isi, ask: [{a: A?}, {b: B?}], reply: '{{ a }} {{ b }}'}]\n"
    shop = Counter(gateway_app(tmp_path, Chatbot(), rules))
    shop.receives("isi")
    shop.hears("E1")
    shop.receives("untuk pemilik")
    shop.now += timedelta(minutes=5)
    shop.receives("kopi")
    shop.receives("dua")
    assert [text for _, text in shop.posted] == ["A?", "B?", "kopi dua"]


def test_who_goes_by_another_name_is_the_same_person_and_the_old_name_is_nobodys(shop: Counter) -> None:
    old, new = Alias("bsuid", "ID.1349", "simulator"), Alias("bsuid", "ID.2222", "simulator")
    shop.receives_from(Sender(number=BUDI, aliases=(old,)), "halo")
    shop.hears("E1")
    shop.is_renamed((old,), (new, Alias("number", "0812-9999-0000")))
    shop.receives_from(Sender(aliases=(new,)), "halo")
    shop.receives_from(Sender(number="6281299990000"), "halo")
    assert len(shop.kept_replies) == 1
    shop.receives_from(Sender(aliases=(old,)), "halo")
    assert len(shop.kept_replies) == 2


def test_of_a_stranger_who_goes_by_another_name_nothing_is_kept(shop: Counter) -> None:
    shop.is_renamed((LID,), (Alias("number", BUDI),))
    assert shop.kept() == []


def test_functions_of_the_app_hear_that_two_people_are_one_after_a_change_of_names(tmp_path: Path) -> None:
    bot = Chatbot()
    heard: list[tuple[str, str]] = []
    bot.on_merge(lambda old, new: heard.append((old, new)))
    shop = Counter(gateway_app(tmp_path, bot, RULES))
    shop.receives_from(Sender(number=BUDI), "halo")
    shop.receives_from(Sender(aliases=(LID,)), "halo")
    shop.is_renamed((Alias("number", BUDI),), (LID,))
    first, second = sorted({each.person for each in (*shop.kept(BUDI), *shop.kept("251500@lid"))} | set(heard[0]))
    assert heard == [(second, first)]


@pytest.mark.parametrize("echoes_own", [False, True])
def test_on_simulated_phones_the_owner_silences_the_bot_and_the_bot_does_not_silence_itself(tmp_path: Path, echoes_own: bool) -> None:
    whatsapp = Simulator(echoes_own=echoes_own)
    app = gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time
    budi, siti = whatsapp.phone(BUDI), whatsapp.phone("628222")
    with working(app):
        for count in (1, 2, 3):
            budi.writes("halo")
            budi.waits_for(count)
        whatsapp.owner_writes("Saya bantu ya.", to=budi)
        budi.writes("halo")
        siti.writes("halo")
        siti.waits_for(1)
    assert [each.reply for each in budi.received] == [Text("Halo.")] * 3 + [Text("Saya bantu ya.")]
    gateway_of(app).database.close()

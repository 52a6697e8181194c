"""What comes in by HTTP is in the database before it is answered, and is answered by the rules after it."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, Message, Text
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import StoreError
from flask_chatbot.receiving.keeping import receive, receiver
from flask_chatbot.store import people
from flask_chatbot.store.incoming import events
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.testing import working
from flask_chatbot.testing.transports.whole_apps import wait_for
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.transports.webhooks import WebhookCall
from tests.delivery.apps import BUDI, gateway_app, gateway_of, lines_of
from tests.delivery.rig import PATIENCE
from tests.receiving.platform import WORD, Platform, message, platform_app


class Shop:
    """An app that the platform calls; nobody decides anything until it works."""

    def __init__(self, app: Flask, platform: Platform) -> None:
        self.app, self.platform = app, platform
        self.gateway: Gateway = gateway_of(app)

    def is_called(self, **document: object) -> int:
        """Call it with messages and receipts; the status of the answer."""
        call = WebhookCall(method="POST", headers={"x-word": WORD}, body=json.dumps(document).encode())
        return receive(self.gateway, self.platform, call).status

    @property
    def waiting(self) -> int:
        with self.gateway.database.reading() as connection:
            return events.count_open(connection, self.platform.name)

    def sends(self, count: int) -> list[tuple[str, str]]:
        """Work until so many messages went out."""
        with working(self.app):
            assert all(self.platform.has_sent.acquire(timeout=PATIENCE) for _ in range(count))
        return self.platform.sent


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def shop(url: str, tmp_path: Path, platform: Platform) -> Iterator[Shop]:
    app = platform_app(tmp_path, platform, CHATBOT_DATABASE_URL=url)
    yield Shop(app, platform)
    gateway_of(app).database.close()


def test_a_message_waits_in_the_database_and_is_answered_by_the_worker(shop: Shop) -> None:
    assert (shop.is_called(messages=[message("1")]), shop.waiting) == (202, 1)
    assert ([chat for chat, _ in shop.sends(1)], shop.waiting) == ([f"{BUDI}@c.us"], 0)


def test_a_message_that_comes_again_is_answered_once_before_and_after_it_was_decided(shop: Shop) -> None:
    for _ in range(3):
        shop.is_called(messages=[message("1"), message("1")])
    shop.sends(1)
    shop.is_called(messages=[message("1"), message("2", "apa")])
    assert len(shop.sends(1)) == 2


def test_a_batch_of_one_chat_is_answered_in_its_order(url: str, tmp_path: Path, platform: Platform) -> None:
    heard: list[str] = []

    def listen(message: Message) -> list[object]:
        heard.append(message.text)
        return []

    bot = Chatbot()
    bot.fallback(listen)
    app = platform_app(tmp_path, platform, bot, CHATBOT_DATABASE_URL=url)
    shop = Shop(app, platform)
    shop.is_called(messages=[message(str(number), f"pesan {number}") for number in range(30)] + [message("last")])
    shop.sends(1)
    assert heard == [f"pesan {number}" for number in range(30)]
    shop.gateway.database.close()


def test_a_receipt_that_comes_before_the_answer_to_its_send_is_kept_for_it(shop: Shop) -> None:
    accepted = shop.gateway.send(f"{BUDI}@c.us", Text("Halo"))
    assert shop.is_called(receipts=[{"id": f"wire:{accepted.id}", "ack": 3}, {"id": f"wire:{accepted.id}", "ack": 2}]) == 202
    shop.sends(1)
    found = shop.gateway.message(accepted.id)
    assert found is not None
    assert found.ack is Ack.READ


def test_a_file_that_came_with_a_message_is_fetched_when_a_handler_asks(url: str, tmp_path: Path, platform: Platform) -> None:
    fetched: list[File] = []

    def answer(message: Message) -> str:
        fetched.append(message.download())
        return "Terima kasih."

    bot = Chatbot()
    bot.fallback(answer)
    app = platform_app(tmp_path, platform, bot, CHATBOT_DATABASE_URL=url)
    shop = Shop(app, platform)
    shop.is_called(messages=[message("1", "bukti", picture="gambar")])
    shop.sends(1)
    assert fetched == [File(content=b"gambar", kind="image", mime="image/png")]
    shop.gateway.database.close()


def test_what_the_owner_wrote_silences_the_bot_for_the_messages_of_the_same_call(shop: Shop) -> None:
    shop.is_called(messages=[message("1")], echoes=[{"id": "E1", "to": BUDI}])
    shop.is_called(messages=[message("2", **{"from": "628222"})], echoes=[{"id": "E1", "to": BUDI}])
    shop.sends(1)
    assert [chat for chat, _ in shop.platform.sent] == ["628222@c.us"]


def test_who_has_another_number_goes_by_that_one_from_then_on(shop: Shop) -> None:
    shop.is_called(messages=[message("1")], changes=[{"id": "C1", "old": BUDI, "new": "628999"}])
    with working(shop.app):
        wait_for(lambda: shop.waiting == 0)
    with shop.gateway.database.reading() as connection:
        assert [people.find(connection, number) is None for number in (BUDI, "628999")] == [True, False]


def test_a_message_without_an_id_is_kept_each_time(shop: Shop) -> None:
    for _ in range(2):
        shop.is_called(messages=[{"text": "halo"}])
    assert shop.waiting == 2


def test_what_cannot_be_kept_is_an_error_so_that_it_comes_again(tmp_path: Path, platform: Platform) -> None:
    shop = Shop(platform_app(tmp_path, platform, CHATBOT_DATABASE_URL="sqlite:////dev/null/shop.sqlite"), platform)
    with pytest.raises(StoreError):
        shop.is_called(messages=[message("1")])


def test_the_log_counts_what_came_and_names_what_was_left_out(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    shop.is_called(messages=[message("1", "kenari-kuning"), message("1", "kenari-kuning")], others=["poll", "poll", "call"])
    names = ("flask_chatbot.receiving.keeping", "flask_chatbot.transports.reading")
    assert [(record.levelname, record.message) for record in caplog.records if record.name in names] == [
        ("INFO", "line platform: 2 messages and events came, 1 of them new, and 0 receipts"),
        ("WARNING", "line platform: left out 2 of kind 'poll', 1 of kind 'call'"),
    ]


def test_only_a_transport_that_is_called_by_http_receives_and_only_by_its_own_name(shop: Shop, tmp_path: Path) -> None:
    lines = lines_of(shop.app)
    assert (receiver(lines, "platform"), receiver(lines, "other")) == (shop.platform, None)
    simulated = lines_of(gateway_app(tmp_path / "simulated", CHATBOT_TRANSPORT=Simulator()))
    assert receiver(simulated, "simulator") is None


def test_a_transport_is_handed_its_client_and_its_public_address(tmp_path: Path) -> None:
    public: dict[str, Any] = {"CHATBOT_PUBLIC_URL": "https://toko.example.com/app/", "CHATBOT_PREFIX": "/bot"}
    without, within = Platform(), Platform()
    for platform, config in ((without, {}), (within, public)):
        platform_app(tmp_path, platform, None, **config)
    assert [each.tools and each.tools.address for each in (without, within)] == ["", "https://toko.example.com/app/bot/in/platform"]


def test_a_call_may_say_until_when_whatsapp_takes_nothing_to_strangers_and_that_it_is_over(shop: Shop) -> None:
    found = []
    for until in (4_102_444_800.0, 0.0):
        shop.is_called(restricted_until=until)
        with shop.gateway.database.reading() as connection:
            restriction = restrictions.find(connection, shop.platform.name, shop.gateway.clock())
            found.append(restriction and (restriction.until, restriction.why))
    assert found == [(4_102_444_800.0, "Error 463."), None]

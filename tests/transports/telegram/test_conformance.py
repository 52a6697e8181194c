"""A bot at Telegram does what every transport does, by polling and by webhook."""

import pytest

from flask_chatbot.testing.transports import Recorder, TransportSuite
from flask_chatbot.testing.transports.worlds import GROUP, World
from tests.transports.telegram.world import TelegramWorld, WebhookWorld


class TestPolling(TransportSuite):
    @pytest.fixture
    def world(self) -> TelegramWorld:
        return TelegramWorld()

    def test_groups_are_listed_with_their_names(self, world: World, heard: Recorder) -> None:  # type: ignore[override]
        world.writes("halo", group=GROUP)  # Telegram has no list of groups: those are known in which something happens
        world.settle()
        assert [(group.id, bool(group.name)) for group in world.transport.groups()] == [(GROUP, True)]
        assert heard.texts == ["halo"]


class TestWebhook(TestPolling):
    @pytest.fixture
    def world(self) -> WebhookWorld:
        return WebhookWorld()

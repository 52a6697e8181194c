"""A number of Meta's Cloud API does what every transport does."""

from collections.abc import Iterator

import pytest

from flask_chatbot.testing.transports import Recorder, TransportSuite
from flask_chatbot.testing.transports.worlds import World
from tests.transports.cloud.world import CloudWorld


class TestCloud(TransportSuite):
    @pytest.fixture
    def world(self) -> CloudWorld:
        return CloudWorld()

    @pytest.fixture
    def heard(self, world: World, idle: Recorder) -> Iterator[Recorder]:
        """A listener; whatever was sent meanwhile was as Meta's description has it."""
        world.transport.open(idle)
        yield idle
        assert isinstance(world, CloudWorld)
        assert world.graph.problems == []

"""The first look at connections: what is wrong with one is in the log at once."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.startup.connections import look_at_connections
from flask_chatbot.testing.transports.whole_apps import served
from tests.apps import make_app
from tests.transports.cloud.world import CloudWorld


@pytest.fixture
def world() -> Iterator[CloudWorld]:
    world = CloudWorld(deadline=20.0)
    yield world
    world.close()


def said(app: Flask, caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """The level and the text of what a first look leaves in the log."""
    caplog.clear()
    for thread in look_at_connections(app.extensions["chatbot"].lines):
        thread.join()
    found = [each for each in caplog.records if each.name == "flask_chatbot.startup.connections"]
    return [(logging.getLevelName(each.levelno), each.getMessage()) for each in found]


def test_a_wrong_key_is_an_error_with_the_way_out_and_a_right_one_is_nothing(
    world: CloudWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(world, tmp_path) as app:
        assert said(app, caplog) == []
        world.refuses_key()
        ((level, text),) = said(app, caplog)
    assert (level, text.startswith("line cloud is not connected: "), "CHATBOT_CLOUD_TOKEN" in text) == ("ERROR", True, True)
    assert not any(secret in text for secret in world.secrets)


def test_connections_that_are_not_reached_by_http_are_not_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(tmp_path, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    assert said(app, caplog) == []

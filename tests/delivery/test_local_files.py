"""Files beside the rules on their way through the gateway: the transport gets their bytes."""

import threading
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.replies import Image
from flask_chatbot.errors import FetchRefused
from flask_chatbot.startup.worker import address_file, fetch_file
from flask_chatbot.testing import working
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, gateway_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
RULES = "version: 1\nrules:\n  - keyword: harga\n    reply: {image: gambar/harga.png}\n"


def app_of(folder: Path, simulator: Simulator, **config: str) -> tuple[Flask, Chatbot]:
    (folder / "gambar").mkdir()
    (folder / "gambar/harga.png").write_bytes(PNG)
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(CHATBOT_TRANSPORT=simulator, **config)
    return app, Chatbot(app)


def test_the_transport_gets_the_bytes_of_a_file_beside_the_rules(tmp_path: Path) -> None:
    arrived = threading.Event()
    simulator = Simulator(on_delivery=lambda _: arrived.set())
    app, bot = app_of(tmp_path, simulator)
    with working(app):
        with app.app_context():
            bot.send(BUDI, rule="harga")
        assert arrived.wait(20)
    (shown,) = simulator.arrived
    assert (shown.reply, shown.file) == (Image("gambar/harga.png"), File(content=PNG, kind="image", mime="image/png", name="harga.png"))
    gateway_of(app).database.close()


@pytest.mark.parametrize("name", ["rahasia.png", "rules.yaml", "../rahasia.png"])
def test_a_file_that_no_rule_names_is_not_read(tmp_path: Path, name: str) -> None:
    app, _ = app_of(tmp_path, Simulator())
    (tmp_path / "rahasia.png").write_bytes(PNG)
    with pytest.raises(FetchRefused):
        fetch_file(gateway_of(app), name, "")
    gateway_of(app).database.close()


LINKS = Capabilities(fetches_files=True)


def test_an_other_side_that_fetches_files_gets_the_address_of_one_beside_the_rules(tmp_path: Path) -> None:
    arrived = threading.Event()
    simulator = Simulator(on_delivery=lambda _: arrived.set(), capabilities=LINKS)
    app, bot = app_of(tmp_path, simulator, CHATBOT_PUBLIC_URL="https://toko.example.com")
    with working(app):
        with app.app_context():
            bot.send(BUDI, rule="harga")
        assert arrived.wait(20)
    (shown,) = simulator.arrived
    assert isinstance(shown.reply, Image)
    assert (shown.file, shown.reply.url.startswith("https://toko.example.com/chatbot/media/")) == (None, True)
    fetched = app.test_client().get(shown.reply.url.removeprefix("https://toko.example.com"))
    assert (fetched.status_code, fetched.data) == (200, PNG)
    gateway_of(app).database.close()


def test_a_file_of_others_is_fetched_by_such_an_other_side_alone(tmp_path: Path) -> None:
    arrived = threading.Event()
    simulator = Simulator(on_delivery=lambda _: arrived.set(), capabilities=LINKS)
    app, bot = app_of(tmp_path, simulator)
    with working(app):
        with app.app_context():
            bot.send(BUDI, Image("https://gambar.invalid/a.png"))  # which the bot itself could never reach
        assert arrived.wait(20)
    assert [(each.reply, each.file) for each in simulator.arrived] == [(Image("https://gambar.invalid/a.png"), None)]
    gateway_of(app).database.close()


def test_without_an_address_of_the_app_the_way_out_is_named(tmp_path: Path) -> None:
    app, _ = app_of(tmp_path, Simulator(capabilities=LINKS))
    said = r"^'gambar/harga\.png' cannot be fetched from here without an address\. Set CHATBOT_PUBLIC_URL, and send it again\.$"
    with pytest.raises(FetchRefused, match=said):
        address_file(gateway_of(app), Image("gambar/harga.png"))
    gateway_of(app).database.close()

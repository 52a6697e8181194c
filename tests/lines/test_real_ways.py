"""All ways to WhatsApp and Telegram as lines of one app, each against the emulated other side that its own tests have."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo
from werkzeug.serving import make_server

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.testing import working
from flask_chatbot.testing.transports import World
from flask_chatbot.testing.transports.whole_apps import wait_for
from tests.cli.shops import runner
from tests.transports.cloud.world import CloudWorld
from tests.transports.hosted.test_hosted import HostedWorld
from tests.transports.hosted.vendor import KEY as VENDOR_KEY
from tests.transports.selfhosted.gowas import GowaWorld
from tests.transports.selfhosted.wahas import WahaWorld
from tests.transports.selfhosted.worlds import BUDI
from tests.transports.telegram.world import TelegramWorld

LINES = ("meta", "waha-satu", "gowa-satu", "tele", "vendor")
WEBHOOK_KEY = "kunci-webhook-vendor"
KEYS = {**{name: f"kunci-api-{name}" for name in LINES}, "semua": "kunci-api-semua"}
WHERE = [f"  - {{name: {name}, keyword: di mana, when: {{line: {name}}}, reply: Di {name}.}}" for name in LINES]
RULES = "\n".join(["version: 1", "rules:", *WHERE, '  - {keyword: gema, reply: "Gema: {{ nohp }}."}'])
LINKED = [name for name in LINES if name != "tele"]  # whose people have numbers, and whose messages have receipts


class HostedByWebhook(HostedWorld):
    """A gateway that brings what customers write to the webhook, and sends on what that answers."""

    leaves_out: ClassVar[Mapping[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str] = []

    def environ(self) -> Mapping[str, str]:
        return {"CHATBOT_TRANSPORT": "hosted", "CHATBOT_HOSTED_URL": self.vendor.url, "CHATBOT_HOSTED_KEY": VENDOR_KEY}

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        call = {"keyword": text, "data": {"nama": "Budi", "nohp": sender}, "webhookkey": WEBHOOK_KEY, "from": sender}
        url = f"{self.address.partition('/in/')[0]}/webhook"
        with urlopen(Request(url, json.dumps(call).encode(), {"Content-Type": "application/json"}), timeout=10) as answer:
            self.answers += [str(each["content"]) for each in json.load(answer)["message"]["reply"]]

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [*((person_chat(BUDI), text) for text in self.answers), *super().arrived()]


def line_of(world: World) -> dict[str, str]:
    """The configuration of a world's transport, as a line has it."""
    return {
        key.split("_", 2)[2].lower() if key.count("_") > 1 else key.split("_")[1].lower(): value for key, value in world.environ().items()
    }


class Shop:
    """A served app with these lines."""

    def __init__(self, folder: Path, worlds: Mapping[str, World], place: socket.socket) -> None:
        (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
        self.worlds = worlds
        self.url = f"http://127.0.0.1:{place.getsockname()[1]}"
        self.app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
        self.app.config.update(
            CHATBOT_LINES={name: line_of(world) for name, world in worlds.items()},
            CHATBOT_API_KEY=KEYS,
            CHATBOT_WEBHOOK_KEY=WEBHOOK_KEY,
            CHATBOT_PUBLIC_URL=self.url,
            CHATBOT_WORKER="off",
        )
        Chatbot(self.app)
        for name, world in worlds.items():
            world.address = f"{self.url}/chatbot/in/{name}"

    def texts(self) -> dict[str, list[str]]:
        """The texts that arrived, by the lines that they went by."""
        return {name: [text for _, text in world.arrived()] for name, world in self.worlds.items()}

    def call(self, path: str, key: str, **body: object) -> Any:
        """Call the API, by GET without a body; the JSON of the answer."""
        client, headers = self.app.test_client(), {"SecretKey": KEYS[key]}
        address = f"/chatbot/{path}"
        return (client.post(address, json=body, headers=headers) if body else client.get(address, headers=headers)).json

    def run(self, *arguments: str) -> Result:
        info = ScriptInfo(create_app=lambda: self.app, set_debug_flag=False)
        return runner().invoke(chatbot, arguments, obj=info, catch_exceptions=False)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    worlds = dict(zip(LINES, (CloudWorld(), WahaWorld(), GowaWorld(), TelegramWorld(), HostedByWebhook()), strict=True))
    with socket.create_server(("127.0.0.1", 0)) as place:
        shop = Shop(tmp_path, worlds, place)
        server = make_server("127.0.0.1", int(shop.url.rpartition(":")[2]), shop.app, threaded=True, fd=place.fileno())
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        with working(shop.app):
            yield shop
        server.shutdown()
        thread.join()
    shop.app.extensions["chatbot"].lines.client.close()
    shop.app.extensions["chatbot"].lines.database.close()
    for world in worlds.values():
        world.close()


def test_answers_go_back_by_the_line_that_a_message_came_by_and_each_has_its_rules(shop: Shop) -> None:
    for world in shop.worlds.values():
        world.writes("di mana")
    for world in shop.worlds.values():
        world.settle()
    wait_for(lambda: shop.texts() == {name: [f"Di {name}."] for name in LINES})


def test_a_key_sends_by_its_line_and_receipts_come_by_that(shop: Shop) -> None:
    for name in LINKED:
        shop.worlds[name].writes("gema")  # nobody is a stranger
        shop.worlds[name].settle()
    wait_for(lambda: all(len(shop.texts()[name]) == 1 for name in LINKED))
    ids = {name: shop.call("api/sendwa", name, nohp=BUDI, pesan=f"Lewat {name}.")["message"]["id"] for name in LINKED}
    wait_for(lambda: all(shop.texts()[name][1:] == [f"Lewat {name}."] for name in LINKED))

    def acks() -> list[int]:
        for name in LINKED:
            shop.worlds[name].settle()
        return [shop.call(f"api/messages/{ids[name]}", name)["message"]["ack"] for name in LINKED]

    wait_for(lambda: acks() == [3] * len(LINKED))
    stranger = shop.call(f"api/messages/{ids['meta']}", "gowa-satu")
    assert stranger["errorMessage"] == "There is no message with this id. Messages are kept for 30 days."
    refused = shop.call("api/sendwa", "meta", nohp=BUDI, pesan="Halo", line="gowa-satu")
    assert refused["errorMessage"] == "This key is for the line 'meta' only. Leave 'line' out, or use another key."


def test_a_call_that_is_signed_for_one_line_is_refused_by_every_other(shop: Shop) -> None:
    waha, gowa = shop.worlds["waha-satu"], shop.worlds["gowa-satu"]
    assert isinstance(waha, WahaWorld)
    assert isinstance(gowa, GowaWorld)
    body = b'{"event": "message", "payload": {"body": "di mana"}}'
    for world, other in ((waha, "gowa-satu"), (gowa, "waha-satu"), (gowa, "meta"), (waha, "vendor")):
        request = Request(f"{shop.url}/chatbot/in/{other}", body, {"Content-Type": "application/json", **world.gateway.headers_of(body)})
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=10)
        assert refused.value.code in (401, 403, 404)
        refused.value.close()
    assert shop.texts() == {name: [] for name in LINES}


def test_a_person_who_writes_by_two_lines_is_one_and_is_reached_by_the_last_without_a_line(shop: Shop) -> None:
    for name in ("meta", "waha-satu"):
        shop.worlds[name].writes("gema")
        shop.worlds[name].settle()
        wait_for(lambda name=name: len(shop.texts()[name]) == 1)  # type: ignore[misc]
    assert shop.call("api/sendwa", "semua", nohp=BUDI, pesan="Siap.")["success"] is True
    wait_for(lambda: shop.texts()["waha-satu"][1:] == ["Siap."])
    assert [len(shop.texts()[name]) for name in LINES] == [1, 2, 0, 0, 0]


def test_the_health_and_the_commands_know_each_line(shop: Shop) -> None:
    shop.worlds["gowa-satu"].log_out()
    wait_for(lambda: shop.app.extensions["chatbot"].lines.named("tele").proxy.is_open)
    health = shop.call("healthz", "semua")
    assert [(each["line"], each["connected"]) for each in health["lines"]] == [(name, name != "gowa-satu") for name in LINES]
    assert all(abs(each["seen"] - time.time()) < 60 for each in health["lines"])
    listed = {line.split()[0]: line for line in shop.run("lines").stdout.splitlines()[1:]}
    assert list(listed) == list(LINES)
    assert ["not linked" in listed["gowa-satu"], "connected" in listed["meta"]] == [True, True]
    result = shop.run("qr", "--line", "gowa-satu", "--wait", "1 second")
    world = shop.worlds["gowa-satu"]
    assert isinstance(world, GowaWorld)
    assert (result.exit_code, f"{world.gowa.url}/statics/qrcode/scan-qr.png" in result.stdout) == (1, True)
    assert shop.run("pair", BUDI, "--line", "gowa-satu", "--wait", "1 second").stdout.strip().endswith("ABCD-1234")

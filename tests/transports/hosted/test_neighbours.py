"""Two gateways of our own, in two processes: one sends by the API of the other, and hears by its callbacks and webhooks."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from werkzeug.serving import make_server

from flask_chatbot import Chatbot
from flask_chatbot.testing import working
from flask_chatbot.testing.transports.whole_apps import start, stop, wait_for
from tests.delivery.apps import API_KEY
from tests.transports.hosted.neighbour import GROUP, NOBODY

BUDI = "628123456789"
THEIR_KEY = "kunci-gerbang-lama"
WEBHOOK_KEY = "kunci-toko-maju"
THEIR_RULES = """\
version: 1
rules:
  - name: teruskan
    keyword: halo
    forward: {{url: "{url}/chatbot/webhook", webhookkey: {key}}}
"""
OUR_RULES = 'version: 1\nrules: [{keyword: halo, reply: "Halo {{ nama }}, nomor {{ nohp }}."}]\n'

pytestmark = pytest.mark.process


class Caller(ThreadingHTTPServer):
    """Somebody who sends by our API and hears of its acks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Heard)
        self.acks: list[tuple[str, int]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()


class Heard(BaseHTTPRequestHandler):
    server: Caller

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.acks.append((body["msgid"], body["ack"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Street:
    """Our app, served in this process, and the neighbour's."""

    def __init__(self, ours: str, theirs: str, caller: Caller) -> None:
        self.ours, self.theirs, self.caller = ours, theirs, caller

    def call(self, endpoint: str, **body: object) -> Any:
        """Call our own API; the message of its answer."""
        headers = {"SecretKey": API_KEY, "Content-Type": "application/json"}
        with urlopen(Request(f"{self.ours}/chatbot/api/{endpoint}", json.dumps(body).encode(), headers)) as answer:
            return json.load(answer)["message"]

    def message(self, name: str) -> Any:
        with urlopen(Request(f"{self.ours}/chatbot/api/messages/{name}", headers={"SecretKey": API_KEY})) as answer:
            return json.load(answer)["message"]

    def writes(self, text: str) -> None:
        urlopen(Request(f"{self.theirs}/write", text.encode())).close()

    @property
    def arrived(self) -> list[list[str]]:
        with urlopen(f"{self.theirs}/arrived") as answer:
            found: list[list[str]] = json.load(answer)
            return found


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    caller = Caller()
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_server(("127.0.0.1", 0)) as theirs:
        port, their_port = ours.getsockname()[1], theirs.getsockname()[1]
        theirs.close()
        process = neighbour(folder / "theirs", their_port, port)
        app = our_app(folder / "ours", port, their_port, caller)
        server = make_server("127.0.0.1", port, app, threaded=True, fd=ours.fileno())
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        try:
            with working(app):
                yield Street(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{their_port}", caller)
        finally:
            server.shutdown()
            stop(process)
            caller.shutdown()
            caller.server_close()
            app.extensions["chatbot"].lines.first.database.close()


def neighbour(folder: Path, port: int, our_port: int) -> Any:
    """Start the neighbour's process."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(THEIR_RULES.format(url=f"http://127.0.0.1:{our_port}", key=WEBHOOK_KEY), encoding="utf-8")
    own = {"NEIGHBOUR_IN": str(folder), "CHATBOT_API_KEY": THEIR_KEY, "CHATBOT_PRIVATE_HOSTS": f"127.0.0.1:{our_port}"}
    environ = {**os.environ, **own, "PYTHONPATH": str(Path.cwd()), "FLASK_APP": "tests.transports.hosted.neighbour"}
    return start([sys.executable, "-m", "flask", "run", "--port", str(port)], environ, folder, port)


def our_app(folder: Path, port: int, their_port: int, caller: Caller) -> Flask:
    """Our app, whose number lives at the neighbour's."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(OUR_RULES, encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(
        CHATBOT_TRANSPORT="hosted",
        CHATBOT_HOSTED_URL=f"http://127.0.0.1:{their_port}/chatbot",
        CHATBOT_HOSTED_KEY=THEIR_KEY,
        CHATBOT_PUBLIC_URL=f"http://127.0.0.1:{port}",
        CHATBOT_PACE="1000/second",
        CHATBOT_WORKER="off",
        CHATBOT_API_KEY=API_KEY,
        CHATBOT_WEBHOOK_KEY=WEBHOOK_KEY,
        CHATBOT_PRIVATE_HOSTS=[f"127.0.0.1:{caller.server_address[1]}"],
    )
    Chatbot(app)
    return app


def test_what_a_caller_sends_arrives_at_the_neighbours_phone_and_the_caller_hears_how_far_it_came(street: Street) -> None:
    accepted = street.call("sendwa", nohp=BUDI, pesan="Pesanan *dikirim* # 😀", notifyurl=street.caller.url)
    name = accepted["id"]
    wait_for(lambda: [ack for who, ack in street.caller.acks if who == name] == [1, 2, 3])
    assert [f"{BUDI}@c.us", "Pesanan *dikirim* # 😀"] in street.arrived
    assert (street.message(name)["name"], street.message(name)["error"]) == ("read", None)


def test_what_the_neighbours_phone_writes_is_answered_by_our_rules(street: Street) -> None:
    street.writes("halo")
    wanted = [f"{BUDI}@c.us", f"Halo Budi, nomor {BUDI}."]
    wait_for(lambda: wanted in street.arrived)


def test_places_cards_and_groups_go_the_same_way_in_order(street: Street) -> None:
    card = {"name": "Admin", "numbers": ["628111111111"]}
    names = [
        street.call("sendlocation", nohp=BUDI, latitude="-6.2", longitude="106.8", pesan="Toko")["id"],
        street.call("sendcontact", nohp=BUDI, contact=card)["id"],
        street.call("sendwatogroup", groupid=GROUP, pesan="rapat")["id"],
        street.call("sendlocationtogroup", groupid=GROUP, latitude=0.5, longitude=101.4)["id"],
        street.call("sendcontacttogroup", groupid=GROUP, contact=card)["id"],
    ]
    wait_for(lambda: all(street.message(name)["name"] == "read" for name in names))
    arrived = street.arrived
    places = [[f"{BUDI}@c.us", "-6.2 106.8 Toko"], [f"{BUDI}@c.us", "Admin 628111111111"]]
    in_group = [[f"{GROUP}@g.us", text] for text in ("rapat", "0.5 101.4 ", "Admin 628111111111")]
    assert [each for each in arrived if each in places] == places
    assert [each for each in arrived if each in in_group] == in_group


def test_questions_are_answered_by_the_neighbour(street: Street) -> None:
    assert street.call("groups") == [
        {"groupid": GROUP, "groupname": "Tim Toko", "grouplastchat": street.call("groups")[0]["grouplastchat"]}
    ]
    qr = street.call("getqr")
    assert (qr["isAuthenticated"], qr["number"], qr["qrcode"]) == (True, "6283111111111", "")
    assert (street.call("checknumber", nohp=BUDI), street.call("checknumber", nohp=NOBODY)) == (True, False)


def test_what_the_neighbour_gives_up_ends_with_its_ack(street: Street) -> None:
    name = street.call("sendwa", nohp=NOBODY, pesan="Halo", notifyurl=street.caller.url)["id"]
    wait_for(lambda: (name, -1) in street.caller.acks)
    assert street.message(name)["error"] == "The gateway could not deliver it."

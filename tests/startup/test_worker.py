"""The worker of an app, with all that belongs to it: files fetched, callbacks signed, functions of the app called."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, time

import pytest
from flask import Flask, current_app

from flask_chatbot import Chatbot, Message
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Document, Image, Text
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.startup.serving import contexts_of
from flask_chatbot.startup.worker import make_worker
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.faults import Receipts
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.webclient.signing import verify_signature
from tests.apps import RULES
from tests.delivery.apps import gateway_app, gateway_of, lines_of
from tests.delivery.rig import Clock

PATIENCE = 30.0  # seconds
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


class Other(ThreadingHTTPServer):
    """Somebody else's server: it has one file, and keeps what is POSTed to it."""

    daemon_threads = True

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Other

    def do_GET(self) -> None:
        self.answer(200 if self.path == "/katalog.pdf" else 404, PNG)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.answer(204, b"")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other() -> Iterator[Other]:
    with Other() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(PATIENCE)


@contextmanager
def at_work(
    folder: Path, url: str, bot: Chatbot, clock: Callable[[], float] = time, **config: object
) -> Iterator[tuple[Gateway, Simulator]]:
    """An app's gateway with its worker, and the phones behind it."""
    simulator = Simulator(receipts=Receipts(delivered=0.1, read=0.2))
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(CHATBOT_TRANSPORT=simulator, CHATBOT_DATABASE_URL=url, **config)
    bot.init_app(app)
    gateway = app.extensions["chatbot"].lines.first
    assert gateway is not None
    gateway.clock = clock
    worker = make_worker(app.extensions["chatbot"].lines, app.app_context, leads=True)
    worker.start()
    until(lambda: gateway.proxy.is_open)
    try:
        yield gateway, simulator
    finally:
        assert worker.drain(PATIENCE)
        assert not gateway.proxy.is_open
        gateway.database.close()


def until(is_so: Callable[[], object]) -> None:
    """Look until something is so."""
    deadline, pause = monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert monotonic() < deadline
        pause.wait(0.01)


def test_a_message_is_sent_read_and_reported_with_a_signature(database: object, url: str, tmp_path: Path, other: Other) -> None:
    with at_work(tmp_path, url, Chatbot(), CHATBOT_SIGNING_SECRET=SECRET, CHATBOT_PRIVATE_HOSTS="127.0.0.1") as (gateway, simulator):
        accepted = gateway.send("628111@c.us", Text("Halo"), Terms(notify_url=f"{other.url}/acks"))
        until(lambda: other.posts and other.posts[-1][1].endswith(b"3}"))
    acks = [json.loads(body) for _, body in other.posts]
    assert {each["msgid"] for each in acks} == {accepted.id}
    assert [each["ack"] for each in acks] in ([1, 2, 3], [1, 3])  # both receipts may come before it is known as sent
    for headers, body in other.posts:
        verify_signature(SECRET, headers, body)
    assert [(each.chat, each.reply) for each in simulator.arrived] == [("628111@c.us", Text("Halo"))]


def test_a_file_is_fetched_and_is_what_its_content_says(database: object, url: str, tmp_path: Path, other: Other) -> None:
    with at_work(tmp_path, url, Chatbot(), CHATBOT_PRIVATE_HOSTS="127.0.0.1") as (gateway, simulator):
        accepted = gateway.send("628111@c.us", Document(f"{other.url}/katalog.pdf"))
        until(lambda: simulator.arrived)
        (arrived,) = simulator.arrived
        assert arrived.file is not None
        assert (arrived.file.kind, arrived.file.mime, arrived.file.content) == ("image", "image/png", PNG)
        until(lambda: (message := gateway.message(accepted.id)) and message.type == "image")


def test_a_file_on_a_private_address_ends_the_message_with_the_reason(database: object, url: str, tmp_path: Path, other: Other) -> None:
    with at_work(tmp_path, url, Chatbot()) as (gateway, simulator):
        accepted = gateway.send("628111@c.us", Image(f"{other.url}/katalog.pdf"))
        until(lambda: (message := gateway.message(accepted.id)) and message.ack is Ack.ERROR)
        message = gateway.message(accepted.id)
    assert message is not None
    assert message.error is not None
    assert "127.0.0.1" in message.error
    assert simulator.arrived == ()


def test_functions_that_hear_of_acks_run_in_the_app_and_once_more_where_they_fail(
    database: object, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[tuple[str, str, Ack, str]] = []
    bot = Chatbot()

    @bot.on_ack
    def note(message_id: str, ack: Ack, number: str) -> None:
        heard.append((current_app.name, message_id, ack, number))
        if len(heard) == 1:
            raise LookupError("the order is not there yet")

    clock = Clock(time())
    with at_work(tmp_path, url, bot, clock) as (gateway, _):
        accepted = gateway.send("628111@c.us", Text("Halo"))
        until(lambda: "will be retried" in caplog.text)  # then its time is set, which the clock passes
        clock.forward(10.0)
        until(lambda: heard[-1:] == [("toko", accepted.id, Ack.READ, "628111")])
    assert heard[:2] == [("toko", accepted.id, Ack.SENT, "628111")] * 2


def test_what_a_customer_writes_is_answered_by_the_rules(database: object, url: str, tmp_path: Path) -> None:
    with at_work(tmp_path, url, Chatbot()) as (_, simulator):
        budi = simulator.phone("628111", name="Budi")
        budi.writes("halo")
        until(lambda: budi.replies)
        assert budi.replies == (Text("Halo Budi, nomor 628111."),)


def test_functions_that_the_transport_never_calls_are_named_at_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def started(able: Capabilities) -> list[str]:
        caplog.clear()
        bot = Chatbot()

        @bot.on_edit
        def changed(message: Message) -> None:
            """Hear of it."""

        @bot.on_delete
        def deleted(message: Message) -> None:
            """Hear of it."""

        @bot.on_reaction
        def reacted(message: Message) -> None:
            """Hear of it by every transport that brings messages."""

        app = gateway_app(tmp_path, bot, CHATBOT_TRANSPORT=Simulator(capabilities=able))
        make_worker(lines_of(app), app.app_context, leads=False)
        gateway_of(app).database.close()
        return [message for message in caplog.messages if "changed" in message]

    assert started(Capabilities(edits=True)) == []
    name = f"{__name__}.test_functions_that_the_transport_never_calls_are_named_at_start.<locals>.started.<locals>"
    told = "this connection to WhatsApp tells of no changed and no deleted message. Never called:"
    assert started(Capabilities()) == [f"{told} {name}.changed, {name}.deleted"]


def test_a_worker_to_which_nothing_comes_in_knows_changed_rules(tmp_path: Path) -> None:
    app = gateway_app(tmp_path)
    with (tmp_path / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {keyword: promo, reply: Diskon}\n")
    make_worker(lines_of(app), contexts_of(app), leads=False)
    assert "promo" in app.extensions["chatbot"].bot.book.by_name

"""The worker of an app while the app is served: from a call over a real connection to the simulated phone, and back again."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from flask_chatbot import Text
from flask_chatbot.delivery.gateway import do_nothing
from flask_chatbot.startup.worker import work_while_serving
from flask_chatbot.transports.faults import AT_ONCE
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import API_KEY, BUDI, gateway_app, gateway_of

PATIENCE = 30.0  # seconds


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of a server with the app, whose worker ends with it."""
    embedded = work_while_serving(app, gateway_of(app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/chatbot"
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()
        assert embedded.end(PATIENCE)


def post(url: str, body: object) -> dict[str, object]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"SecretKey": API_KEY})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        told: dict[str, object] = json.load(answer)
        return told


def test_the_first_call_starts_the_worker_which_sends_and_answers(tmp_path: Path) -> None:
    phones = Simulator(receipts=AT_ONCE)
    app = gateway_app(tmp_path, CHATBOT_TRANSPORT=phones)
    gateway_of(app).clock = time.time
    budi = phones.phone(BUDI, name="Budi")
    with served(app) as url:
        post(f"{url}/api/sendwa", {"nohp": BUDI, "pesan": "Pesanan Anda dikirim."})
        budi.waits_for(1, seconds=PATIENCE)
        budi.writes("halo")
        budi.waits_for(2, seconds=PATIENCE)
        assert post(f"{url}/api/getqr", {})["success"] is True
    assert budi.replies == (Text("Pesanan Anda dikirim."), Text("Halo Budi."))


def test_without_a_request_and_for_a_test_client_no_worker_starts(tmp_path: Path) -> None:
    app = gateway_app(tmp_path, CHATBOT_WORKER="thread")
    client = app.test_client()
    client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": "a"}, headers={"SecretKey": API_KEY})
    assert (gateway_of(app).wake, gateway_of(app).is_open) == (do_nothing, False)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("chatbot-worker")] == []


def test_where_the_worker_is_off_no_page_of_the_host_is_asked_first(tmp_path: Path) -> None:
    apps = [gateway_app(tmp_path / worker, CHATBOT_WORKER=worker) for worker in ("off", "thread")]
    assert [len(app.before_request_funcs.get(None, [])) for app in apps] == [0, 1]

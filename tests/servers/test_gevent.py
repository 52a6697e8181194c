"""Workers whose threads are greenlets: loaded in the worker, and before it has replaced what blocks."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.calls import exchange, whole
from tests.servers.running import PATIENCE, Running, gunicorn

KEY = "kunci-api-toko-maju"
ENVIRONMENT = {"CHATBOT_API_KEY": KEY, "CHATBOT_WEBHOOK_KEY": "kunci-toko-maju"}
JSON = "Content-Type: application/json\r\nConnection: close\r\n"
WROTE = {"keyword": "halo", "data": {"nama": "Budi", "nohp": "6281234567890"}, "webhookkey": "kunci-toko-maju", "from": "6281234567890"}


@pytest.fixture(params=[[], ["--preload"]], ids=["loaded", "preloaded"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """The example, as gunicorn serves it with greenlets."""
    database = f"sqlite:///{tmp_path}/chatbot.sqlite"
    options = ["--worker-class", "gevent", "--env", f"CHATBOT_DATABASE_URL={database}", *request.param]
    with gunicorn("example_bot:create_app()", tmp_path, *options, CHATBOT_DATABASE_URL=database, **ENVIRONMENT) as server:
        yield server


def post(port: int, path: str, body: object) -> tuple[int, bytes]:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSecretKey: {KEY}\r\n{JSON}".encode()
    return exchange(port, whole(json.dumps(body).encode(), head))


def ack(port: int, name: str) -> int:
    """How far a message has come."""
    status, body = exchange(port, f"GET /api/messages/{name} HTTP/1.1\r\nHost: localhost\r\nSecretKey: {KEY}\r\n{JSON}\r\n".encode())
    assert status == 200
    return int(json.loads(body)["ack"] if "ack" in json.loads(body) else json.loads(body)["message"]["ack"])


@pytest.mark.process
def test_the_webhook_answers_and_what_the_api_accepts_is_sent(running: Running) -> None:
    for _ in range(3):
        assert post(running.port, "/webhook", WROTE)[0] == 200
    status, body = post(running.port, "/api/sendwa", {"nohp": "6281234567890", "pesan": "Halo"})
    assert status == 200
    name, deadline = json.loads(body)["message"]["id"], time.monotonic() + PATIENCE
    while ack(running.port, name) < 3:
        assert time.monotonic() < deadline, "".join(running.log)
        time.sleep(0.05)
    assert post(running.port, "/webhook", WROTE)[0] == 200

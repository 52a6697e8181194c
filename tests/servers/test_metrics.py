"""``GET /metrics`` behind gunicorn with two processes: whichever answers, the numbers are the same."""

import json
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.metrics_of import URL, Samples, read, totals
from tests.servers.running import PATIENCE, gunicorn

KEY = "kunci-toko-maju"
CALLS = 20

pytestmark = pytest.mark.process


def ask(port: int, method: str, path: str, body: object = None) -> str:
    """The answer to a call, over a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, text
    return text


def scrape(port: int) -> Samples:
    """The totals of one scrape."""
    return totals(read(ask(port, "GET", URL), "example_bot"))


def test_four_scrapes_of_two_processes_all_show_every_call(tmp_path: Path) -> None:
    keys = {"CHATBOT_WEBHOOK_KEY": KEY, "CHATBOT_KEEP_MESSAGES": "30 days", "CHATBOT_PREFIX": "/chatbot", "CHATBOT_WORKER": "off"}
    place = f"sqlite:///{tmp_path}/shop.sqlite"
    with gunicorn("example_bot:create_app()", tmp_path, "--workers=2", CHATBOT_DATABASE_URL=place, **keys) as running:
        for number in range(CALLS):
            call = {"keyword": "cara pesan", "data": [], "webhookkey": KEY, "from": f"62811{number}"}
            ask(running.port, "POST", "/chatbot/webhook", call)
        seen = [scrape(running.port) for _ in range(4)]
    assert seen[1:] == seen[:1] * 3
    labels = (("kind", "text"), ("line", "webhook"), ("transport", "webhook"))
    assert seen[0]["chatbot_messages_received_total"] == {labels: CALLS}

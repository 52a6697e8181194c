"""A process that sends by another gateway is killed in the middle: nothing that it accepted is lost, and no ack either."""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from flask_chatbot.testing.transports.whole_apps import free_port, start, stop, wait_for
from tests.delivery.apps import API_KEY
from tests.transports.hosted.vendor import KEY, Vendor

MESSAGES = 60
CHATS = [f"62812345{number:04}" for number in range(1000, 1005)]
RULES = "version: 1\nrules: [{keyword: halo, reply: Halo.}]\n"

pytestmark = pytest.mark.process


def call(port: int, path: str, body: object = None) -> Any:
    """Call the API; the message of its answer."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"SecretKey": API_KEY, "Content-Type": "application/json"}
    with urlopen(Request(f"http://127.0.0.1:{port}/chatbot/api/{path}", content, headers)) as answer:
        return json.load(answer)["message"]


def test_what_was_accepted_before_a_kill_goes_out_in_order_and_its_acks_find_it(tmp_path: Path) -> None:
    vendor, port = Vendor(), free_port()
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    own = {
        "CHATBOT_TRANSPORT": "hosted",
        "CHATBOT_HOSTED_URL": vendor.url,
        "CHATBOT_HOSTED_KEY": KEY,
        "CHATBOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CHATBOT_PACE": "40/second",
        "CHATBOT_API_KEY": API_KEY,
        "CHATBOT_DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite",
    }
    command = [sys.executable, "-m", "flask", "chatbot", "run", "--port", str(port)]
    environ = {**os.environ, **own}
    process = start(command, environ, tmp_path, port)
    names = [call(port, "sendwa", {"nohp": CHATS[number % len(CHATS)], "pesan": str(number)})["id"] for number in range(MESSAGES)]
    wait_for(lambda: len(vendor.arrived) >= MESSAGES // 4)
    stop(process)
    process = start(command, environ, tmp_path, port)
    wait_for(lambda: len({str(body["pesan"]) for _, body in vendor.arrived}) == MESSAGES)
    vendor.report()
    wait_for(lambda: {call(port, f"messages/{name}")["name"] for name in names} == {"read"})
    stop(process)
    vendor.end()
    seen: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for chat, body in vendor.arrived:
        seen[chat][str(body["pesan"])] = None
    assert [list(map(int, texts)) == sorted(map(int, texts)) for texts in seen.values()] == [True] * len(CHATS)
    assert len(vendor.arrived) <= MESSAGES + 8  # twice is only what the process had in its hands

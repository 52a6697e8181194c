"""Spans for OpenTelemetry, each in a process of its own, since a process has one provider for good."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parent.parent
TRACE = "0af7651916cd43dd8448eb211c80319c"
ABOVE = "b7ad6b7169203331"
SHOP = """\
import json, logging, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.testing import working

folder = Path(sys.argv[1])
(folder / "rules.yaml").write_text("version: 1\\nrules:\\n  - {name: sapa, keyword: halo, reply: Halo!}\\n")
heard, called = [], threading.Event()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        heard.append(self.headers.get("traceparent"))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        called.set()

    def log_message(self, *_):
        pass


class Records(logging.Handler):
    def emit(self, record):
        records.append([record.getMessage(), getattr(record, "request_id", None), getattr(record, "trace_id", None)])


records = []
log = logging.getLogger("flask_chatbot")
log.setLevel("INFO")
log.addHandler(Records())
server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
app = Flask("shop", root_path=str(folder), instance_path=str(folder))
app.config |= {"CHATBOT_WEBHOOK_KEY": "kunci-toko-maju", "CHATBOT_API_KEY": "kunci-toko-maju", "CHATBOT_TRANSPORT": "simulator"}
app.config |= {"CHATBOT_PRIVATE_HOSTS": f"127.0.0.1:{server.server_port}"}
Chatbot(app)
given = {"SecretKey": "kunci-toko-maju", "X-Request-ID": "7b1c-42", "traceparent": "00-TRACE-ABOVE-01"}
halo = {"keyword": "halo", "data": [], "webhookkey": "kunci-toko-maju", "from": "628111"}
send = {"nohp": "6281234567890", "pesan": "Halo", "notifyurl": f"http://127.0.0.1:{server.server_port}/acks"}
client = app.test_client()
assert client.post("/chatbot/webhook", json=halo, headers=given).status_code == 200
accepted = client.post("/chatbot/api/sendwa", json=send, headers=given).json["message"]
with working(app):
    assert called.wait(60)
""".replace("TRACE", TRACE).replace("ABOVE", ABOVE)
SPANS = """
provider.force_flush()
told = [
    {
        "name": span.name,
        "trace": f"{span.context.trace_id:032x}",
        "span": f"{span.context.span_id:016x}",
        "parent": span.parent and f"{span.parent.span_id:016x}",
        "failed": not span.status.is_ok and span.status.status_code.name == "ERROR",
        "ids": dict(span.attributes),
        "events": len(span.events),
    }
    for span in exporter.get_finished_spans()
]
print(json.dumps({"spans": told, "heard": heard, "id": accepted["id"], "records": records}))
"""
WITH_SDK = """\
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
"""
WITHOUT = """
row = app.extensions["chatbot"].lines.first.message(accepted["id"])
print(json.dumps({"loaded": [name for name in sys.modules if name.startswith("opentelemetry")], "heard": heard, "records": records}))
"""


def printed(program: str, folder: Path) -> Any:
    """What a program prints at its end, as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_a_send_and_its_callback_belong_to_the_trace_of_their_request(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    found = printed(WITH_SDK + SHOP + SPANS, tmp_path)
    spans = {str(each["name"]): each for each in found["spans"]}
    assert [
        (name, spans[name]["trace"], spans[name]["parent"], spans[name]["failed"], spans[name]["events"]) for name in sorted(spans)
    ] == [(name, TRACE, ABOVE, False, 0) for name in ("chatbot.callback", "chatbot.decide", "chatbot.send")]
    request, id_ = {"chatbot.request_id": "7b1c-42"}, found["id"]
    callback = spans["chatbot.callback"]
    assert spans["chatbot.decide"]["ids"] == {**request, "chatbot.rule": "sapa"}
    assert spans["chatbot.send"]["ids"] == {**request, "chatbot.message_id": id_, "chatbot.line": "simulator", "chatbot.attempt": 1}
    ids = callback["ids"]
    assert {**ids, "chatbot.callback_id": ""} == {
        **request,
        "chatbot.message_id": id_,
        "chatbot.callback_id": "",
        "chatbot.ack": 1,
        "chatbot.attempt": 1,
    }
    assert found["heard"][0] == f"00-{TRACE}-{callback['span']}-01"


def test_records_of_the_worker_have_the_request_of_their_message(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    records = printed(WITH_SDK + SHOP + SPANS, tmp_path)["records"]
    arrived = [each for each in records if "arrived at a simulated phone" in str(each)]
    assert [each[1:] for each in arrived] == [["7b1c-42", TRACE]]


def test_without_opentelemetry_nothing_of_it_is_loaded_and_the_request_id_goes_along(tmp_path: Path) -> None:
    found = printed(SHOP + WITHOUT, tmp_path)
    arrived = [each for each in found["records"] if "arrived at a simulated phone" in str(each)]
    assert (found["loaded"], found["heard"][0], [each[1:] for each in arrived]) == ([], None, [["7b1c-42", None]])

"""Meta's Graph API for one number, emulated: it takes what Meta's description allows, calls back as Meta does, and fails on request.

Written from Meta's description of the API (`meta_messages.yaml`, beside this file) and from Meta's pages about webhooks and errors.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from email import message_from_bytes
from email.policy import HTTP
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

import jsonschema_rs
import yaml

TOKEN = "EAAJBtokenOfTheTests0123456789"
APP_SECRET = "0123456789abcdef" * 2
VERIFY_TOKEN = "kata-sandi-toko"
PHONE_ID = "106540352242922"
ACCOUNT_ID = "102290129340398"
OURS = "6283111111111"
NOBODY = "628999999999"
HANG = 4.0  # seconds, longer than the deadline of the tests
PATIENCE = 60.0  # seconds in which a webhook is repeated
PAGE = "<html><h1>Sorry, something went wrong.</h1></html>"
CONFIG = {
    "CHATBOT_TRANSPORT": "cloud",
    "CHATBOT_CLOUD_TOKEN": TOKEN,
    "CHATBOT_CLOUD_PHONE_ID": PHONE_ID,
    "CHATBOT_CLOUD_APP_SECRET": APP_SECRET,
    "CHATBOT_CLOUD_VERIFY_TOKEN": VERIFY_TOKEN,
}

Node = dict[str, Any]
Trouble = Callable[["Call", Node], None]


@cache
def schema() -> jsonschema_rs.Draft202012Validator:
    """Meta's description of what may be sent."""
    return jsonschema_rs.Draft202012Validator(yaml.safe_load(Path(__file__).with_name("meta_messages.yaml").read_text("utf-8")))


class Graph(ThreadingHTTPServer):
    """Its server. `calls` are all bodies of messages with a valid token, `arrived` those that were taken, `reports` the statuses to come.

    `webhook` is where it calls back. Each trouble of `troubles` befalls one message.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.webhook = ""
        self.token = TOKEN
        self.is_down = False
        self.is_early = False
        self.drips_file = False
        self.troubles: list[Trouble] = []
        self.calls: list[Node] = []
        self.problems: list[str] = []
        self.arrived: list[tuple[str, Node]] = []
        self.reports: list[list[Node]] = []
        self.files: dict[str, tuple[bytes, str]] = {}
        self.uploads: list[Node] = []
        self.asked: list[str] = []
        self.written = 0
        self.lock = threading.RLock()
        self._thread = threading.Thread(target=self.serve_forever, args=[0.01], daemon=True)
        self._thread.start()

    def call_back(self, body: bytes, signature: str = "") -> None:
        """Call the webhook with a body, again and again until it is answered with 200, as Meta does for a week."""
        signed = signature or sign(body)
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signed, "User-Agent": "facebookexternalua"}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), urlopen(Request(self.webhook, body, headers), timeout=10):
                return
            time.sleep(0.05)

    def deliver(self, *messages: Node, contacts: Sequence[Node] = ()) -> None:
        """Bring messages of customers in one call."""
        self.call_back(webhook({"contacts": list(contacts), "messages": list(messages)}))

    def report(self) -> None:
        """Bring the statuses that wait, each in a call of its own."""
        while self.reports:
            for status in self.reports.pop(0):
                self.call_back(webhook({"statuses": [status]}))

    def statuses(self, name: str, body: Node, *kinds: str) -> list[Node]:
        """The statuses of a message, as Meta writes them."""
        return [status(name, kind, body) for kind in kinds]

    def add_file(self, content: bytes, mime: str = "image/png") -> str:
        """A file that a customer sent; returns its id."""
        with self.lock:
            name = str(1_000_000_000_000 + len(self.files))
            self.files[name] = content, mime
        return name

    def keep(self, body: Node) -> str:
        """Take a message; returns its id."""
        with self.lock:
            self.arrived.append((chat_of(body), body))
            name = f"wamid.HBgM{len(self.arrived):012}"
            found = self.statuses(name, body, "sent", "delivered", "read")
            self.reports.append(found[::-1] if self.is_early else found)
        if self.is_early:
            self.report()
        return name

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever called was killed."""

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class Call(BaseHTTPRequestHandler):
    server: Graph
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.handle_call(b"")

    def do_POST(self) -> None:
        self.handle_call(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def handle_call(self, content: bytes) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(f"{self.command} {self.path}")
        if self.server.is_down:
            self.close_connection = True
        elif self.headers["Authorization"] != f"Bearer {self.server.token}":
            self.fail(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        elif path.startswith("/bytes/"):
            self.give(path.removeprefix("/bytes/"))
        elif not (found := re.fullmatch(r"/v[0-9]+\.[0-9]+/([0-9]+)(/messages|/media)?", path)):
            self.fail(2500, "Unknown path components", status=400)
        elif found[2] and (found[1] != PHONE_ID or self.command != "POST"):
            self.fail(100, "Unsupported post request. Object does not exist", subcode=33)
        elif found[2] == "/messages":
            self.take(content)
        elif found[2] == "/media":
            self.upload(content)
        else:
            self.describe(found[1])

    def take(self, content: bytes) -> None:
        body = json.loads(content)
        with self.server.lock:
            self.server.calls.append(body)
            trouble = self.server.troubles.pop(0) if self.server.troubles else None
        problems = [error.message for error in schema().iter_errors(body)]
        self.server.problems += problems
        if problems:
            self.fail(100, "(#100) Invalid parameter", details=problems[0][:200])
        elif trouble is not None:
            trouble(self, body)
        else:
            self.accept(body)

    def accept(self, body: Node) -> None:
        if body.get("status") == "read":
            self.write({"success": True})
        elif body.get("to") == NOBODY:
            self.fail(131030, "(#131030) Recipient phone number not in allowed list", details=f"{NOBODY} is not in the list")
        else:
            self.confirm(self.server.keep(body), body)

    def confirm(self, name: str, body: Node) -> None:
        to = body.get("to") or body.get("recipient")
        contacts = [{"input": to, **({"wa_id": to} if "to" in body else {"user_id": to})}]
        self.write({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": name, "message_status": "accepted"}]})

    def upload(self, content: bytes) -> None:
        form = message_from_bytes(b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + content, policy=HTTP)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in form.iter_parts()}
        values = {name: part.get_content().strip() for name, part in parts.items() if name != "file"}
        file = parts["file"].get_payload(decode=True)
        assert isinstance(file, bytes)
        self.server.uploads.append({**values, "name": parts["file"].get_filename(), "mime": parts["file"].get_content_type()})
        if values.get("messaging_product") != "whatsapp":
            self.fail(100, "(#100) The parameter messaging_product is required.")
        else:
            self.write({"id": self.server.add_file(file, str(values.get("type")))})

    def describe(self, name: str) -> None:
        if name == PHONE_ID:
            self.write({"display_phone_number": f"+{OURS[:2]} {OURS[2:5]}-{OURS[5:]}", "verified_name": "Toko Maju", "id": name})
        elif name in self.server.files and dict(parse_qsl(urlsplit(self.path).query)).get("phone_number_id") == PHONE_ID:
            content, mime = self.server.files[name]
            about = {"mime_type": mime, "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content), "id": name}
            self.write({"url": f"{self.server.url}/bytes/{name}", **about, "messaging_product": "whatsapp"})
        else:
            self.fail(100, f"Unsupported get request. Object with ID '{name}' does not exist", subcode=33)

    def give(self, name: str) -> None:
        content, mime = self.server.files[name]
        if self.server.drips_file:
            self.server.drips_file = False
            self.drip({})
        else:
            self.write(content, mime=mime)

    def fail(self, code: int, words: str, *, status: int = 400, subcode: int = 0, details: str = "", **headers: str) -> None:
        error: Node = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "AXoKy5mOzPZqO5nLtqBwNQ3"}
        error |= {"error_subcode": subcode} if subcode else {}
        error |= {"error_data": {"messaging_product": "whatsapp", "details": details}} if details else {}
        self.write({"error": error}, status=status, **headers)

    def write(self, found: Node | bytes | str, *, status: int = 200, mime: str = "application/json", **headers: str) -> None:
        body = found if isinstance(found, bytes) else (found if isinstance(found, str) else json.dumps(found)).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": mime, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def lose(self, body: Node) -> None:
        """Take the message, and break off before the answer."""
        self.server.keep(body)
        self.close_connection = True

    def hang(self, _: Node) -> None:
        time.sleep(HANG)
        self.close_connection = True

    def drip(self, _: Node) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(1000):
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def failing(code: int, words: str = "", *, status: int = 400, subcode: int = 0, details: str = "", **headers: str) -> Trouble:
    """A trouble: the answer is this error."""
    said = words or f"(#{code}) Something is wrong"
    return lambda call, body: call.fail(code, said, status=status, subcode=subcode, details=details, **headers)


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    """The signature of a body, as Meta puts it into X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def change(value: Node, *, phone_id: str = PHONE_ID, field: str = "messages") -> Node:
    """A change of a webhook."""
    metadata = {"display_phone_number": OURS, "phone_number_id": phone_id}
    return {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field}


def webhook(*values: Node, phone_id: str = PHONE_ID, field: str = "messages") -> bytes:
    """The body of a webhook: each value in a change of its own. Whatever is not ASCII is escaped, as Meta does it."""
    changes = [change(value, phone_id=phone_id, field=field) for value in values]
    return envelope(changes)


def envelope(*entries: Sequence[Node]) -> bytes:
    """The body of a webhook with these entries, each a list of changes."""
    found = [{"id": ACCOUNT_ID, "changes": list(changes)} for changes in entries]
    return json.dumps({"object": "whatsapp_business_account", "entry": found}).encode()


def status(name: str, kind: str, body: Node | None = None, **more: Any) -> Node:
    """A status of a message."""
    sent = body or {}
    to = {"recipient_id": sent["to"]} if "to" in sent else {"recipient_user_id": sent.get("recipient", "")}
    ours = {"biz_opaque_callback_data": sent["biz_opaque_callback_data"]} if "biz_opaque_callback_data" in sent else {}
    price = {"pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}} if kind != "failed" else {}
    return {"id": name, "status": kind, "timestamp": "1764236400", **to, **price, **ours, **more}


def chat_of(body: Node) -> str:
    """The chat that a message is for."""
    if body["recipient_type"] == "group":
        return f"{body['to']}@g.us"
    return f"{body['to']}@c.us" if "to" in body else str(body["recipient"])


def text_of(body: Node) -> str | None:
    """The text of a message; None if it is no text."""
    found = body.get("text")
    return str(found["body"]) if found else None

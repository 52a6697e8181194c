"""The other side, for the tests: a server on loopback that fails on request."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

KEY = "rahasia-merpati"
NUMBER = "6283111111111"
NOBODY = "628999999999@c.us"
PATIENCE = 60.0  # seconds in which a call is repeated
Trouble = Callable[["Handler"], None]


class Gateway(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.webhook = ""
        self.key = KEY
        self.is_down = False
        self.is_early = False
        self.trouble: Trouble | None = None
        self.messages: dict[str, tuple[str, str]] = {}
        self.waiting: list[list[dict[str, object]]] = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    def call(self, *events: dict[str, object]) -> None:
        """Call the webhook, again and again until it is answered with 200."""
        body = json.dumps(events).encode()
        proof = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with (
                suppress(OSError),
                urlopen(Request(self.webhook, body, {"X-Proof": proof})),
            ):
                return
            time.sleep(0.05)

    def report(self, name: str, *acks: int) -> None:
        self.call(*({"kind": "receipt", "id": name, "ack": ack} for ack in acks))


class Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            trouble, self.server.trouble = self.server.trouble, None
        if self.server.is_down:
            self.close_connection = True
        elif self.headers["Authorization"] != self.server.key:
            self.answer(401)
        elif trouble is not None and self.path == "/messages":
            trouble(self, body) if trouble is Handler.lose else trouble(self)
        elif self.path == "/me":
            self.answer(200, {"number": NUMBER})
        else:
            self.take(body)

    def take(self, body: dict[str, str]) -> None:
        if body["to"] == NOBODY:
            self.answer(400)
            return
        with self.server.lock:
            self.server.messages.setdefault(body["id"], (body["to"], body["text"]))
        if self.server.is_early:
            self.server.report(body["id"], 3, 2, 1)
        else:
            self.server.waiting.append(
                [{"kind": "receipt", "id": body["id"], "ack": ack} for ack in (1, 2, 3)]
            )
        self.answer(200)

    def lose(self, body: dict[str, str]) -> None:
        with self.server.lock:
            self.server.messages.setdefault(body["id"], (body["to"], body["text"]))
        self.close_connection = True

    def hang(self) -> None:
        time.sleep(4.0)

    def drip(self) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(1000):
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)

    def babble(self) -> None:
        self.answer(200, text="<h1>Welcome</h1>")

    def answer(self, status: int, found: object = None, text: str = "") -> None:
        body = (text or json.dumps(found or {})).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

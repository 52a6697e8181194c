"""A gateway of a shop's own, emulated: it takes calls as described, posts events until they are taken, and fails on request."""

import json
import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, unquote, urlsplit
from urllib.request import Request, urlopen

from flask_chatbot.testing.transports.whole_apps import wait_for
from tests.transports.selfhosted.described import Description

OURS = "6283111111111"
NOBODY = "628999999999"
GROUP = "120363041234567890"
HANG = 4.0  # seconds, longer than the deadline of the tests
PAGE = "<html><h1>502 Bad Gateway</h1></html>"
AGAIN = 0.02  # seconds until an event that was not taken is posted again
Trouble = Callable[["Call"], None]


class Gateway(ThreadingHTTPServer):
    """Its server. `arrived` are the chat and the content of each message, `calls` method, path and body of each call with a valid key.

    `trouble` is what happens to the next message in place of an answer. Calls that are not as described are among `problems`.
    """

    daemon_threads = True
    description: Description

    def __init__(self, key: str, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key, self.secret, self.address = key, secret, ""
        self.is_connected, self.is_down, self.is_early = True, False, False
        self.trouble: Trouble | None = None
        self.drips_file = False
        self.calls: list[tuple[str, str, Any]] = []
        self.arrived: list[tuple[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.problems: list[str] = []
        self.lock = threading.Lock()
        self._posts: deque[bytes] = deque()
        self._is_ending = False
        self._running = [threading.Thread(target=run, daemon=True) for run in (lambda: self.serve_forever(0.01), self._post_all)]
        for each in self._running:
            each.start()

    @abstractmethod
    def headers_of(self, body: bytes) -> dict[str, str]:
        """The headers of a webhook, with its signature."""

    @abstractmethod
    def has_key(self, headers: dict[str, str]) -> bool:
        """True if a call has the gateway's key."""

    @abstractmethod
    def answer(self, call: "Call") -> None:
        """Answer a call with a valid key, which is as described."""

    @abstractmethod
    def is_send(self, path: str) -> bool:
        """True for calls that send a message."""

    @abstractmethod
    def keep(self, call: "Call") -> object:
        """Let a message arrive and post its acks; return the answer."""

    def post(self, event: object, times: int = 1) -> None:
        """Post an event, so many times, and each until it is taken."""
        self._posts.extend([json.dumps(event).encode()] * times)

    def settle(self) -> None:
        """Return once all events have been taken."""
        if not self.is_down:
            wait_for(lambda: not self._posts)

    def end(self) -> None:
        self._is_ending = True
        self.shutdown()
        self.server_close()
        for each in self._running:
            each.join()

    def _post_all(self) -> None:
        while not self._is_ending:
            if self._posts and not self.is_down and self.address and self._is_taken(self._posts[0]):
                self._posts.popleft()
            else:
                time.sleep(AGAIN if self._posts else AGAIN / 4)

    def _is_taken(self, body: bytes) -> bool:
        try:
            with urlopen(Request(self.address, body, {"Content-Type": "application/json", **self.headers_of(body)}), timeout=10):
                return True
        except HTTPError as error:
            error.close()
        except OSError:
            pass
        return False


class Call(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    body: bytes
    place: str
    query: dict[str, str]

    def handle_call(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.place, self.query = unquote(parts.path), dict(parse_qsl(parts.query))
        gateway, is_send = self.server, self.server.is_send(self.place)
        if gateway.is_down:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not gateway.has_key(headers):
            self.write(401, {"statusCode": 401, "message": "Unauthorized"})
            return
        with gateway.lock:
            gateway.calls.append((self.command, self.path, self.document))
            trouble, gateway.trouble = (gateway.trouble, None) if is_send else (None, gateway.trouble)
        is_file = self.place.startswith(("/api/files/", "/statics/"))
        if is_file and gateway.drips_file:
            gateway.drips_file = False
            trouble = Call.drip
        if not is_file:
            gateway.problems += gateway.description.problems(self.command, self.place, self.query, headers, self.body)
        (trouble or gateway.answer)(self)

    do_GET = do_POST = do_PUT = handle_call  # noqa: N815  names of the standard library

    @property
    def document(self) -> Any:
        """The JSON of the call; None if it has another body, or none."""
        return json.loads(self.body) if self.headers.get("Content-Type") == "application/json" else None

    def write(self, status: int, content: object, **headers: str) -> None:
        body = content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content)).encode()
        with suppress(OSError):
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

    def lose(self) -> None:
        self.server.keep(self)
        self.close_connection = True

    def hang(self) -> None:
        time.sleep(HANG)
        self.close_connection = True

    def drip(self) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(1000):
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def answered(status: int, content: object, **headers: str) -> Trouble:
    """Trouble: an answer."""
    return lambda call: call.write(status, content, **headers)

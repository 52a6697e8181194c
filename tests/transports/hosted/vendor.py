"""The platform's vendor, emulated: it answers as its samples do, reports acks, and fails on request."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

KEY = "kunci-gerbang-lama"
OURS = "6283111111111"
NOBODY = "628999999999"
GROUP = "120363041234567890"
HANG = 4.0  # seconds, longer than the deadline of the tests
PAGE = "<html><h1>502 Bad Gateway</h1></html>"
NO_KEY = "Secret Key tidak valid"
KINDS = {"sendwa": "text", "sendmedia": "image", "sendlocation": "chat", "sendcontact": "vcard"}
Trouble = Callable[["Call", dict[str, object]], None]


class Vendor(ThreadingHTTPServer):
    """Its server. `calls` are endpoint and body of each call with a valid key, `arrived` the chat and body of each message."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = KEY
        self.is_connected = True
        self.is_down = False
        self.is_early = False
        self.trouble: Trouble | None = None
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.headers: list[dict[str, str]] = []
        self.arrived: list[tuple[str, dict[str, object]]] = []
        self.reports: deque[tuple[str, str, int]] = deque()
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=[0.01], daemon=True)
        self._thread.start()

    def report(self) -> None:
        """Call back what is to be reported."""
        while self.reports:
            url, name, ack = self.reports.popleft()
            body = json.dumps({"msgid": name, "ack": ack}).encode()
            with suppress(OSError), urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10):
                pass

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class Call(BaseHTTPRequestHandler):
    server: Vendor
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        endpoint = self.path.removeprefix("/api/")
        with self.server.lock:
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
            trouble, self.server.trouble = (None, self.server.trouble) if not endpoint.startswith("send") else (self.server.trouble, None)
        if self.server.is_down:
            self.close_connection = True
            return
        if self.headers["SecretKey"] != self.server.key:
            self.refuse(NO_KEY)
            return
        body = json.loads(content) if content else {}
        self.server.calls.append((endpoint, body))
        if trouble is not None:
            trouble(self, body)
        else:
            self.answer(endpoint, body)

    def answer(self, endpoint: str, body: dict[str, object]) -> None:
        number = OURS
        if endpoint == "getqr":
            known = {"number": number, "name": "Toko", "qrcode": ""} if self.server.is_connected else {"qrcode": "2@cuTD5E9F"}
            self.succeed({"isAuthenticated": self.server.is_connected, **known})
        elif endpoint == "groups":
            self.succeed([{"groupid": GROUP, "groupname": "Tim Toko", "grouplastchat": 1678975656}])
        elif endpoint == "checknumber":
            self.succeed(body["nohp"] != NOBODY)
        else:
            self.take(endpoint, body)

    def take(self, endpoint: str, body: dict[str, object]) -> None:
        to = str(body.get("nohp", body.get("groupid")))
        if not self.server.is_connected:
            self.refuse("WhatsApp belum terhubung")
        elif to not in (NOBODY, "120363999999999999"):
            self.succeed(self.keep(endpoint, body, to))
        else:
            self.refuse(f"nomor {to} tidak terdaftar di WhatsApp")

    def keep(self, endpoint: str, body: dict[str, object], to: str) -> dict[str, object]:
        with self.server.lock:
            self.server.arrived.append((f"{to}@{'g' if 'groupid' in body else 'c'}.us", body))
            name = f"3EB0{len(self.server.arrived):016X}"
            if "notifyurl" in body:
                self.server.reports += [(str(body["notifyurl"]), name, ack) for ack in ((3, 2, 1) if self.server.is_early else (1, 2, 3))]
        if self.server.is_early:
            self.server.report()
        kind = KINDS[endpoint.removesuffix("togroup")]
        return {"id": name, "status": 0, "type": kind, "timestamp": 1678849330, "from": f"{OURS}@c.us", "to": to}

    def succeed(self, message: object) -> None:
        self.write(200, json.dumps({"success": True, "message": message}))

    def refuse(self, words: str, status: int = 400) -> None:
        self.write(status, json.dumps({"success": False, "errorMessage": words}))

    def write(self, status: int, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def lose(self, body: dict[str, object]) -> None:
        self.keep(self.path.removeprefix("/api/"), body, str(body.get("nohp", body.get("groupid"))))
        self.close_connection = True

    def hang(self, body: dict[str, object]) -> None:
        time.sleep(HANG)
        self.close_connection = True

    def drip(self, body: dict[str, object]) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(1000):
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

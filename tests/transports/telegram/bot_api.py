"""Telegram's Bot API, emulated: it takes what the API's description allows, keeps updates until they are confirmed, and fails on request.

Written from https://core.telegram.org/bots/api: methods with their parameters, limits and errors.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
USERNAME = "toko_maju_bot"
ME = {"id": 110201543, "is_bot": True, "first_name": "Toko Maju", "username": USERNAME}
HANG = 4.0  # seconds, longer than the deadline of the tests
PATIENCE = 60.0  # seconds in which a webhook is repeated
IDLE = 5.0  # seconds without a question after which nobody asks for updates any more
PAGE = b"<html>502 Bad Gateway</html>"
CONFIG = {"CHATBOT_TRANSPORT": "telegram", "CHATBOT_TELEGRAM_TOKEN": TOKEN}

Node = dict[str, Any]
Trouble = Callable[["Call"], None]

_CHAT: dict[str, type] = {"chat_id": int}
_SENT: dict[str, type] = {"reply_parameters": dict, "reply_markup": dict}
_CAPTION: dict[str, type] = {"caption": str, "caption_entities": list}
# Each method with the parameters that it must have, and those that it may have; a file is a text, or comes in a form.
METHODS: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "getMe": ({}, {}),
    "getUpdates": ({}, {"offset": int, "limit": int, "timeout": int, "allowed_updates": list}),
    "getWebhookInfo": ({}, {}),
    "setWebhook": ({"url": str}, {"secret_token": str, "allowed_updates": list}),
    "deleteWebhook": ({}, {"drop_pending_updates": bool}),
    "getFile": ({"file_id": str}, {}),
    "answerCallbackQuery": ({"callback_query_id": str}, {"text": str}),
    "setMessageReaction": ({**_CHAT, "message_id": int}, {"reaction": list}),
    "sendChatAction": ({**_CHAT, "action": str}, {}),
    "sendMessage": ({**_CHAT, "text": str}, {"entities": list, **_SENT}),
    "sendPhoto": ({**_CHAT, "photo": str}, {**_CAPTION, **_SENT}),
    "sendAudio": ({**_CHAT, "audio": str}, {**_CAPTION, **_SENT}),
    "sendVideo": ({**_CHAT, "video": str}, {**_CAPTION, **_SENT}),
    "sendDocument": ({**_CHAT, "document": str}, {**_CAPTION, **_SENT}),
    "sendAnimation": ({**_CHAT, "animation": str}, {**_CAPTION, **_SENT}),
    "sendVoice": ({**_CHAT, "voice": str}, {**_CAPTION, **_SENT}),
    "sendSticker": ({**_CHAT, "sticker": str}, _SENT),
    "sendLocation": ({**_CHAT, "latitude": float, "longitude": float}, _SENT),
    "sendVenue": ({**_CHAT, "latitude": float, "longitude": float, "title": str, "address": str}, _SENT),
    "sendContact": ({**_CHAT, "phone_number": str, "first_name": str}, {"last_name": str, **_SENT}),
}
REACTIONS = ("\N{THUMBS UP SIGN}", "\N{FIRE}")
MARKS = {"bold": "*", "italic": "_", "strikethrough": "~", "code": "`", "pre": "```"}


class BotApi(ThreadingHTTPServer):
    """Its server. `calls` are all methods that were called with the token, but for getUpdates; `arrived` the messages that were taken.

    Each trouble of `troubles` befalls one message.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.token = TOKEN
        self.is_down = False
        self.drips_file = False
        self.troubles: list[Trouble] = []
        self.calls: list[tuple[str, Node]] = []
        self.arrived: list[tuple[str, Node]] = []
        self.updates: list[Node] = []
        self.files: dict[str, bytes] = {}
        self.webhook: Node = {"url": ""}
        self.people: set[int] = set()
        self.conflicts = 0
        self.is_ended = False
        self._polls = 0
        self._polled_at = time.monotonic()
        self._update = 500_000_000
        self._messages: dict[int, int] = {}
        self.changed = threading.Condition()
        self._bringing = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=[0.01], daemon=True)
        self._thread.start()

    def message_id(self, chat: int) -> int:
        """The next number of a message in a chat."""
        with self.changed:
            self._messages[chat] = self._messages.get(chat, 0) + 1
            return self._messages[chat]

    def happens(self, **event: object) -> Node:
        """Put an update behind the others; returns it."""
        with self.changed:
            self._update += 1
            update = {"update_id": self._update, **event}
            self.updates.append(update)
            self.changed.notify_all()
        return update

    def poll(self, offset: int, timeout: float) -> list[Node] | None:
        """The updates from this one on, once there is one; None if somebody else asks meanwhile. Those before it are forgotten."""
        with self.changed:
            self._polls += 1
            mine = self._polls
            self.changed.notify_all()
            self.updates = [each for each in self.updates if each["update_id"] >= offset]
            until = time.monotonic() + timeout
            while not self.updates and mine == self._polls and not self.is_ended and time.monotonic() < until:
                self._polled_at = time.monotonic()
                self.changed.wait(0.05)
            self._polled_at = time.monotonic()
            if mine != self._polls:
                self.conflicts += 1
                return None
            return self.updates[:100]

    def settle(self) -> None:
        """Return once all updates are confirmed, or nobody asks for them any more."""
        if self.webhook["url"]:
            self.bring()
        with self.changed:
            while self.updates and time.monotonic() - self._polled_at < IDLE:
                self.changed.wait(0.02)

    def bring(self) -> None:
        """Bring the updates that wait to the webhook, each until it is taken."""
        with self._bringing:
            self._bring()

    def _bring(self) -> None:
        while self.updates:
            body = json.dumps(self.updates[0]).encode()
            headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                with suppress(OSError), urlopen(Request(self.webhook["url"], body, headers), timeout=10) as answer:
                    asked = json.loads(answer.read())
                    if "method" in asked:
                        self.calls.append((asked.pop("method"), asked))
                    break
                time.sleep(0.05)
            self.updates.pop(0)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a bot that was killed in the middle of a call."""

    def end(self) -> None:
        with self.changed:
            self.is_ended = True
            self.changed.notify_all()
        self.shutdown()
        self.server_close()
        self._thread.join()


class Call(BaseHTTPRequestHandler):
    server: BotApi
    message: tuple[str, Node, dict[str, bytes]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.handle_call(b"")

    def do_POST(self) -> None:
        self.handle_call(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def handle_call(self, body: bytes) -> None:
        if self.server.is_down:
            self.lose()
            return
        place, _, rest = urlsplit(self.path).path.lstrip("/").partition("/")
        if place == "file":
            self.give_file(rest)
        elif not place.startswith("bot") or rest not in METHODS:
            self.refuse(404, "Not Found")
        elif place != f"bot{self.server.token}":
            self.refuse(401, "Unauthorized")
        else:
            self.call_method(rest, *self.values_of(body))

    def values_of(self, body: bytes) -> tuple[Node, dict[str, bytes]]:
        """The parameters of a call, and the files in its form."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return (json.loads(body) if body else {}), {}
        values, files = {}, {}
        for part in message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP).iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if part.get_filename() is None:
                written = content.decode()
                values[name] = written if name in ("caption", "text") else json.loads(written)
            else:
                files[name] = content
                values[name] = f"attached {part.get_filename()}"
        return values, files

    def call_method(self, method: str, values: Node, files: dict[str, bytes]) -> None:
        if method == "getUpdates":
            self.give_updates(values)
            return
        self.server.calls.append((method, values))
        is_message = method.startswith("send") and method != "sendChatAction"
        self.message = (method, values, files)
        if self.server.troubles and is_message:
            self.server.troubles.pop(0)(self)
        elif problem := self.problem(method, values):
            self.refuse(400, f"Bad Request: {problem}")
        elif is_message:
            self.answer(self.keep(method, values, files))
        else:
            self.answer(self.do(method, values))

    def take(self) -> None:
        """Take a message: no trouble, for one that befalls the next."""
        self.answer(self.keep(*self.message))

    def problem(self, method: str, values: Node) -> str:
        """The complaint about a call; empty if it may be made."""
        must, may = METHODS[method]
        known = {**must, **may}
        for name in must:
            if values.get(name) in (None, ""):
                return "message text is empty" if name == "text" else f"parameter {name} is required"
        for name, value in values.items():
            allowed = (int, float) if known.get(name) is float else known.get(name, ())
            if not isinstance(value, allowed) or (isinstance(value, bool) and known[name] is not bool):
                return f"there is no parameter {name} of this type"
        for name, limit in (("text", 4096), ("caption", 1024)):
            if len(values.get(name, "").encode("utf-16-le")) // 2 > limit:
                return "message is too long" if name == "text" else "message caption is too long"
        return self.problem_of_parts(values)

    def problem_of_parts(self, values: Node) -> str:
        whole = len((values.get("text") or values.get("caption") or "").encode("utf-16-le")) // 2
        for each in (*values.get("entities", ()), *values.get("caption_entities", ())):
            if each.keys() != {"type", "offset", "length"} or each["type"] not in MARKS or each["offset"] + each["length"] > whole:
                return "can't parse entities"
        rows = values.get("reply_markup", {}).get("inline_keyboard", [])
        if any(not 1 <= len(button["callback_data"].encode()) <= 64 for row in rows for button in row):
            return "BUTTON_DATA_INVALID"
        if any(each["type"] != "emoji" or each["emoji"] not in REACTIONS for each in values.get("reaction", ())):
            return "REACTION_INVALID"
        chat = values.get("chat_id")
        return "chat not found" if chat is not None and chat not in self.server.people else ""

    def keep(self, method: str, values: Node, files: dict[str, bytes]) -> Node:
        chat = values["chat_id"]
        number = self.server.message_id(chat)
        with self.server.changed:
            self.server.arrived.append((method, {**values, "files": files}))
        return {"message_id": number, "from": ME, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}

    def do(self, method: str, values: Node) -> object:
        if method == "getMe":
            return ME
        if method == "getFile":
            return {"file_id": values["file_id"], "file_size": len(self.server.files[values["file_id"]]), "file_path": values["file_id"]}
        if method == "setWebhook":
            self.server.webhook = values
            threading.Thread(target=self.server.bring, daemon=True).start()
        if method == "deleteWebhook":
            self.server.webhook = {"url": ""}
        if method == "getWebhookInfo":  # by whoever is about to ask for updates
            self.server._polled_at = time.monotonic()
        return {"url": self.server.webhook["url"], "pending_update_count": 0} if method == "getWebhookInfo" else True

    def give_updates(self, values: Node) -> None:
        if self.server.webhook["url"]:
            self.refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
            return
        found = self.server.poll(values.get("offset", 0), values.get("timeout", 0))
        if self.server.is_down:
            self.lose()
        elif found is None:
            self.refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        else:
            self.answer(found)

    def give_file(self, path: str) -> None:
        token, _, name = path.partition("/")
        if token != f"bot{self.server.token}" or name not in self.server.files:
            self.refuse(404, "Not Found")
        elif self.server.drips_file:
            self.server.drips_file = False
            self.drip()
        else:
            self.write(200, self.server.files[name], "application/octet-stream")

    def answer(self, result: object) -> None:
        self.write(200, json.dumps({"ok": True, "result": result}).encode())

    def refuse(self, code: int, description: str, **parameters: int) -> None:
        more = {"parameters": parameters} if parameters else {}
        self.write(code, json.dumps({"ok": False, "error_code": code, "description": description, **more}).encode())

    def write(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def lose(self) -> None:
        """Break the connection off without an answer."""
        self.close_connection = True

    def lose_answer(self) -> None:
        """Take the message, and break off in the middle of the answer."""
        self.keep(*self.message)
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.lose()

    def hang(self) -> None:
        """Say nothing for longer than the deadline."""
        threading.Event().wait(HANG)
        self.lose()

    def drip(self) -> None:
        """Answer byte by byte, none of them late, for longer than the deadline."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with suppress(OSError):
            for _ in range(int(HANG / 0.1)):
                self.wfile.write(b" ")
                threading.Event().wait(0.1)
        self.lose()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def shown(values: Node) -> str:
    """A text or caption as it was written: what is shown in bold, say, between its marks."""
    text = values.get("text") or values.get("caption") or ""
    coded = text.encode("utf-16-le")
    signs = [coded[place : place + 2] for place in range(0, len(coded), 2)]
    marks: dict[int, bytes] = {}
    for each in values.get("entities") or values.get("caption_entities") or ():
        mark = MARKS[each["type"]].encode("utf-16-le")
        marks[each["offset"]] = marks.get(each["offset"], b"") + mark
        marks[each["offset"] + each["length"]] = mark + marks.get(each["offset"] + each["length"], b"")
    whole = b"".join(marks.get(place, b"") + (signs[place] if place < len(signs) else b"") for place in range(len(signs) + 1))
    return whole.decode("utf-16-le")

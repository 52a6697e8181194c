"""`BotApi`: calls of Telegram's Bot API for one bot; what fails is `TryLater` or `Refused`, and nothing shows the token.

The methods and errors are those of https://core.telegram.org/bots/api, version 9.
"""

import json
import time
from collections.abc import Iterable, Mapping
from secrets import token_hex
from urllib.parse import quote

from flask_chatbot.core.values.contents import FILE_LIMIT, File
from flask_chatbot.errors import NotConnected, Refused, TransportError, TryLater
from flask_chatbot.transports.cloud.nodes import Node, node, text, whole
from flask_chatbot.transports.options import LONGEST_WAIT
from flask_chatbot.transports.webhooks import ANSWER_LIMIT, HttpAnswer, Tools
from flask_chatbot.transports.words import quoted

API_URL = "https://api.telegram.org"
MINUTE = 60.0  # seconds
LATELY = 30.0  # seconds, longer than a poll
UPDATES_LIMIT = 16 * 1024 * 1024  # bytes: a hundred updates
BAD_TOKEN = "Telegram refuses the token. Correct CHATBOT_TELEGRAM_TOKEN: @BotFather shows it under /mybots, 'API Token'."  # noqa: S105
ELSEWHERE = "Another program asks for the messages of this bot. End it, or make a bot of its own for it at @BotFather."
GONE = "Telegram does not have this file any more, or it is larger than the 20 MB that bots may fetch."


class Conflict(TryLater):
    """Another program asks for the updates of the same bot."""

    def __init__(self) -> None:
        super().__init__(ELSEWHERE, 5.0)


class Moved(Refused):
    """The group became a supergroup, whose id is `to`."""

    def __init__(self, to: int) -> None:
        self.to = to
        super().__init__("The group has another id at Telegram now.")


class BotApi:
    """The calls of the bot with this token, at `url`. `deadline` is in seconds."""

    def __init__(self, url: str, token: str, deadline: float) -> None:
        self._url = url
        self._token = token
        self._deadline = deadline
        self._tools: Tools | None = None
        self._answered_at = -LATELY  # by a monotonic clock: when a call with the token succeeded last

    def __repr__(self) -> str:
        return "<BotApi>"

    def equip(self, tools: Tools) -> None:
        self._tools = tools

    @property
    def has_answered_lately(self) -> bool:
        """True if the token was good within the last half minute, and no call has been refused since."""
        return time.monotonic() - self._answered_at < LATELY

    def ask(self, method: str, values: Mapping[str, object] | None = None, hidden: Iterable[str] = (), *, wait: float = 0.0) -> object:
        """The result of a method; Telegram may take `wait` seconds longer. Nothing of `hidden` shows in an error."""
        body = json.dumps(dict(values or {})).encode()
        limit = UPDATES_LIMIT if method == "getUpdates" else ANSWER_LIMIT
        answer = self._call(f"bot{self._token}/{method}", body, "application/json", wait=wait, limit=limit)
        return self._result(answer, hidden)

    def upload(self, method: str, values: Mapping[str, object], field: str, file: File, name: str, hidden: Iterable[str]) -> object:
        """The result of a method that takes a file."""
        written = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        body, kind = form(written, field, file, name)
        return self._result(self._call(f"bot{self._token}/{method}", body, kind), hidden)

    def download(self, file_id: str) -> bytes:
        """The bytes of a file that came in."""
        try:
            found = node(self.ask("getFile", {"file_id": file_id}))
        except Refused:
            raise Refused(GONE) from None
        if whole(found.get("file_size")) > FILE_LIMIT:
            raise Refused("The file is larger than 16 MiB.")
        answer = self._call(f"file/bot{self._token}/{quote(text(found.get('file_path')))}", None, "", limit=FILE_LIMIT)
        if answer.status == 200:
            return answer.body
        if answer.may_pass:
            raise TryLater(f"Telegram answered {answer.status} in place of the file.")
        raise Refused(GONE)

    def _result(self, answer: HttpAnswer, hidden: Iterable[str]) -> object:
        try:
            found = node(json.loads(answer.body))
        except (ValueError, RecursionError):
            found = {}
        if found.get("ok") is True and answer.status == 200:
            self._answered_at = time.monotonic()
            return found.get("result")
        self._answered_at = -LATELY
        error = failure_of(answer.status, found, [self._token, *hidden])
        raise NotConnected(self.as_written(BAD_TOKEN), error.after) if isinstance(error, NotConnected) else error

    def as_written(self, sentence: str) -> str:
        """A sentence about settings, with each as the operator wrote it."""
        return sentence if self._tools is None else self._tools.as_written(sentence)

    def _call(self, path: str, body: bytes | None, kind: str, *, wait: float = 0.0, limit: int = ANSWER_LIMIT) -> HttpAnswer:
        if self._tools is None:
            raise TryLater("The transport has no HTTP client yet.")
        method, headers = ("GET", {}) if body is None else ("POST", {"Content-Type": kind})
        url, deadline = f"{self._url}/{path}", self._deadline + wait
        return self._tools.client.call(method, url, body=body, headers=headers, deadline=deadline, limit=limit, own=True)


def failure_of(status: int, found: Node, hidden: Iterable[str]) -> TransportError:
    """The error for an answer that is no success, with Telegram's words.

    >>> failure_of(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}, [])
    Refused('Telegram says: Forbidden: bot was blocked by the user.')
    """
    if found.get("ok") is not False:
        return TryLater(f"Telegram answered {status} with something other than its JSON.")
    code, more = whole(found.get("error_code")) or status, node(found.get("parameters"))
    said = quoted("Telegram", text(found.get("description")) or f"error {code}", hidden)
    if code in (401, 404):  # the token is wrong, or has the wrong form
        return NotConnected(BAD_TOKEN, MINUTE)
    if moved := more.get("migrate_to_chat_id"):
        return Moved(whole(moved))
    if code == 409:
        return Conflict()
    if code == 429 or code >= 500:
        return TryLater(said, min(float(whole(more.get("retry_after"))), LONGEST_WAIT))
    return Refused(said)


def form(values: Mapping[str, str], field: str, file: File, name: str) -> tuple[bytes, str]:
    """A multipart form with some values and one file, and its Content-Type. The file's name is shown to customers, so it stays as it is.

    >>> file = File(content=b"x", kind="document", mime="text/plain")
    >>> form({}, "document", file, 'daftar "harga".txt')[0].splitlines()[1].decode()
    'Content-Disposition: form-data; name="document"; filename="daftar %22harga%22.txt"'
    """
    boundary, shown = token_hex(16), "".join(sign for sign in name if sign.isprintable()).replace('"', "%22")
    parts = [f'name="{key}"\r\n\r\n'.encode() + value.encode("utf-8", "replace") for key, value in values.items()]
    head = f'name="{field}"; filename="{shown}"\r\nContent-Type: {file.mime}\r\n\r\n'
    parts.append(head.encode("utf-8", "replace") + file.content)
    lines = [f"--{boundary}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts]
    return b"".join(lines) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"

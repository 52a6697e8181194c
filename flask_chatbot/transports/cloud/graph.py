"""`Graph`: the calls to Meta's Graph API for one number; what fails is `TryLater` or `Refused`, with Meta's words and no secret."""

import json
import re
from collections.abc import Iterable
from secrets import token_hex
from urllib.parse import quote, urlsplit

from flask_chatbot.core.values.contents import FILE_LIMIT, File
from flask_chatbot.errors import NotConnected, Refused, TryLater
from flask_chatbot.transports.cloud.failures import BAD_PHONE_ID, MINUTE, error_of, failure_of, is_missing, words_of
from flask_chatbot.transports.cloud.nodes import Node, node, nodes, text, whole
from flask_chatbot.transports.webhooks import ANSWER_LIMIT, HttpAnswer, Tools

GRAPH_URL = "https://graph.facebook.com"
GONE = "Meta does not have this file any more: it keeps the files of customers for 7 days."
TOO_LARGE = "The file is larger than 16 MiB."
ELSEWHERE = "Meta named an address of the file that is not Meta's, so the token was not sent there."
_META = re.compile(r"(?:.+\.)?(?:fbsbx\.com|facebook\.com|fbcdn\.net|whatsapp\.net)")


class Graph:
    """Calls for the number `phone_id`, with its token, at `url`. `deadline` is in seconds."""

    def __init__(self, url: str, version: str, phone_id: str, token: str, deadline: float) -> None:
        self._url = url
        self._version = version
        self._phone_id = phone_id
        self._token = token
        self._deadline = deadline
        self._tools: Tools | None = None

    def __repr__(self) -> str:
        return f"<Graph {self._version}>"

    def equip(self, tools: Tools) -> None:
        self._tools = tools

    def send(self, body: Node, hidden: Iterable[str]) -> str:
        """Send a message, and return Meta's id of it. Nothing of `hidden` shows in an error."""
        found = self._ask("POST", f"{self._phone_id}/messages", json.dumps(body).encode(), "application/json", hidden=hidden)
        for message in nodes(found.get("messages")):
            if name := text(message.get("id")):
                return name
        raise TryLater("Meta answered a message with something other than its id.")

    def mark(self, body: Node) -> None:
        """Mark a message that came in."""
        self._ask("POST", f"{self._phone_id}/messages", json.dumps(body).encode(), "application/json")

    def phone(self) -> Node:
        """The number and its name, as Meta has them."""
        return self._ask("GET", f"{self._phone_id}?fields=display_phone_number,verified_name")

    def upload(self, file: File, mime: str, name: str) -> str:
        """Upload a file, and return its id at Meta."""
        body, kind = form({"messaging_product": "whatsapp", "type": mime}, file.content, mime, name)
        found = text(self._ask("POST", f"{self._phone_id}/media", body, kind, hidden=[name]).get("id"))
        if not found:
            raise TryLater("Meta answered an upload with something other than an id.")
        return found

    def download(self, media_id: str) -> bytes:
        """The bytes of a file: Meta tells their address, and gives them out there."""
        asked = self._call("GET", f"{self._path(quote(media_id, safe=''))}?phone_number_id={self._phone_id}", own=True)
        if is_missing(asked) or asked.status == 404:
            raise Refused(GONE)
        found = self._read(asked)
        if whole(found.get("file_size")) > FILE_LIMIT:
            raise Refused(TOO_LARGE)
        return self._bytes(text(found.get("url")))

    def _bytes(self, url: str) -> bytes:
        own = _origin(url) == _origin(self._url)
        if not own and not (_origin(url)[0] == "https" and _META.fullmatch(_origin(url)[1])):
            raise Refused(ELSEWHERE)
        answer = self._call("GET", url, own=own, limit=FILE_LIMIT)
        if answer.status == 200:
            return answer.body
        if answer.may_pass or answer.status in (401, 403) or 300 <= answer.status < 400:
            raise TryLater(f"Meta answered {answer.status} in place of the file.", MINUTE)
        raise Refused(GONE)

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "", hidden: Iterable[str] = ()) -> Node:
        return self._read(self._call(method, self._path(path), body, kind, own=True), hidden)

    def _read(self, answer: HttpAnswer, hidden: Iterable[str] = ()) -> Node:
        """The JSON of a success; raises what the answer means otherwise."""
        hidden = [self._token, *hidden]
        if is_missing(answer):
            raise NotConnected(f"{words_of(error_of(answer) or {}, hidden)} {self.as_written(BAD_PHONE_ID)}", MINUTE)
        if answer.status == 200 and error_of(answer) is None:
            try:
                return node(json.loads(answer.body))
            except (ValueError, RecursionError):
                raise TryLater("Meta answered with something other than its JSON.") from None
        raise failure_of(answer, hidden, self.as_written)

    def as_written(self, sentence: str) -> str:
        """A sentence about settings, with each as the operator wrote it."""
        return sentence if self._tools is None else self._tools.as_written(sentence)

    def _path(self, rest: str) -> str:
        return f"{self._url}/{self._version}/{rest}"

    def _call(
        self, method: str, url: str, body: bytes | None = None, kind: str = "", *, own: bool, limit: int = ANSWER_LIMIT
    ) -> HttpAnswer:
        if self._tools is None:
            raise TryLater("The transport has no HTTP client yet.")
        headers = {"Authorization": f"Bearer {self._token}", **({"Content-Type": kind} if kind else {})}
        return self._tools.client.call(method, url, body=body, headers=headers, deadline=self._deadline, limit=limit, own=own)


def form(values: dict[str, str], content: bytes, mime: str, name: str) -> tuple[bytes, str]:
    """A multipart form with some values and one file, and its Content-Type."""
    boundary = token_hex(16)
    parts = [_part(f'name="{key}"', "", value.encode()) for key, value in values.items()]
    parts.append(_part(f'name="file"; filename="{_quotable(name)}"', mime, content))
    lines = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return lines + b"--" + boundary.encode() + b"--\r\n", f"multipart/form-data; boundary={boundary}"


def _part(about: str, mime: str, content: bytes) -> bytes:
    kind = f"Content-Type: {mime}\r\n" if mime else ""
    return f"Content-Disposition: form-data; {about}\r\n{kind}\r\n".encode() + content


def _quotable(name: str) -> str:
    """A file's name as a form may hold it; customers see the one of the message."""
    return "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_" for sign in name)


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return "", "", None

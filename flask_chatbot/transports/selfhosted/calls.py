"""Calls to a gateway of the shop's own: its answers read, and its refusals in sentences without secrets."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_chatbot.errors import NotConnected, Refused, Restricted, TryLater
from flask_chatbot.transports.options import read_wait
from flask_chatbot.transports.selfhosted.requests import ApiCall
from flask_chatbot.transports.webhooks import ANSWER_LIMIT, HttpAnswer, TooLong, Tools
from flask_chatbot.transports.words import quoted

KEY_REFUSED_FOR = 60.0  # seconds until a key that was refused is tried again
FILE_DEADLINES = 3  # times the deadline of a call that carries a file
RESTRICTED = "WhatsApp does not let this number write to people who have not written to it (error {code})."
_CODES = ("463", "475")  # of the reach-out time-lock, and of the month's number of new chats


class Rejected(Exception):
    """The gateway took the call, and says no with a `status`: `words` are its own in a sentence, empty if there are none."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


class CallFailed(TryLater):
    """The gateway failed with words of its own, which may be about the chat as well as about the gateway."""


class Caller:
    """Calls one gateway at `url`, by threads that share it. `who` is its name, `key_setting` names the setting of its key."""

    def __init__(
        self, who: str, url: str, *, url_setting: str, key_setting: str, headers: Mapping[str, str], deadline: float, secrets: Iterable[str]
    ) -> None:
        self.url = url
        self.headers = headers
        self._who = who
        self._url_setting = url_setting
        self._key_setting = key_setting
        self._deadline = deadline
        self._secrets = tuple(filter(None, secrets))
        self.tools: Tools | None = None

    def ask(self, request: ApiCall, hidden: Iterable[str] = (), *, limit: int = ANSWER_LIMIT) -> Any:
        """The document of an answer, None if it is empty.

        Raises `Rejected`, `TryLater`, `CallFailed` or `Restricted`; none shows a `hidden` text.
        """
        answer = self.call(request, limit=limit)
        is_empty = not answer.body.strip()
        document = None if is_empty else _document(answer)
        if 200 <= answer.status < 300 and (is_empty or document is not None):
            return document
        if answer.status in (401, 403):
            raise NotConnected(self._key_refused(), KEY_REFUSED_FOR)
        said = words_in(document)
        words = quoted(self._who, said, [*self._secrets, *hidden])
        after = read_wait(answer.headers.get("retry-after"))
        if code := restriction_in(document):
            raise Restricted(RESTRICTED.format(code=code), after)
        if 400 <= answer.status < 500 and not answer.may_pass and isinstance(document, dict):
            raise Rejected(answer.status, words)
        raise CallFailed(words, after) if words else TryLater(self._complaint(answer), after)

    def call(self, request: ApiCall, *, url: str = "", limit: int = ANSWER_LIMIT) -> HttpAnswer:
        """The answer itself. With a `url`, that is called as anybody's: without the key, and not inside the shop's own network."""
        if self.tools is None:
            raise TryLater("The transport has no HTTP client yet.")
        headers = {} if url else dict(self.headers)
        if request.content_type:
            headers["Content-Type"] = request.content_type
        return self.tools.client.call(
            request.method,
            url or self.url + request.path,
            body=request.body,
            headers=headers,
            deadline=self._deadline * (FILE_DEADLINES if request.has_file else 1),
            limit=limit,
            own=not url,
        )

    def fetch(self, request: ApiCall, *, url: str = "", limit: int) -> bytes:
        """The bytes of a file. Raises `Refused` if it is gone or too large, `TryLater` if it cannot be had now."""
        try:
            answer = self.call(request, url=url, limit=limit)
        except TooLong as error:
            raise Refused(str(error)) from None
        if answer.status == 200:
            return answer.body
        if answer.status in (401, 403) and not url:
            raise NotConnected(self._key_refused(), KEY_REFUSED_FOR)
        if answer.may_pass:
            raise TryLater(self._complaint(answer), read_wait(answer.headers.get("retry-after")))
        raise Refused(f"{self._who} no longer has the file: it answered {answer.status}.")

    def _key_refused(self) -> str:
        return f"{self._who} refuses the key. Correct {self._as_written(self._key_setting)}."

    def _as_written(self, setting: str) -> str:
        return setting if self.tools is None else self.tools.as_written(setting)

    def _complaint(self, answer: HttpAnswer) -> str:
        """A sentence for an answer without words of its own."""
        address = self._as_written(self._url_setting)
        if 300 <= answer.status < 400:
            return f"{self._who} redirects. Put its final address into {address}."
        if answer.status == 404:
            return f"There is no {self._who} at {address}: it answered 404."
        if 200 <= answer.status < 300:
            return f"{self._who} answered with something other than JSON. Is {address} its address?"
        return f"{self._who} answered {answer.status}."


def _document(answer: HttpAnswer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def words_in(document: object) -> str:
    """The reason that a refusal gives, in whatever place.

    >>> words_in({"statusCode": 500, "exception": {"message": "2 UNKNOWN: server returned error 463"}})
    '2 UNKNOWN: server returned error 463'
    >>> words_in({"statusCode": 400, "message": ["text must be a string"], "error": "Bad ApiCall"})
    'text must be a string'
    """
    if not isinstance(document, dict):
        return ""
    for found in (document.get("exception"), document.get("message"), document.get("error")):
        said = found.get("message") if isinstance(found, dict) else found
        words = " ".join(str(each) for each in said) if isinstance(said, list) else said
        if isinstance(words, str) and words.strip():
            return words
    return ""


def restriction_in(document: object) -> str:
    """The number of the error by which WhatsApp keeps from new chats; empty if a refusal is about something else.

    >>> restriction_in({"exception": {"message": "server returned error 463"}}), restriction_in({"code": "WA_REACHOUT_TIMELOCK"})
    ('463', '463')
    >>> restriction_in({"message": "nomor 463475 tidak valid"})
    ''
    """
    if isinstance(document, dict) and document.get("code") == "WA_REACHOUT_TIMELOCK":
        return "463"
    words = words_in(document).lower()
    return next((code for code in _CODES if f"error {code}" in words), "")

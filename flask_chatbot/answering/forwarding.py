"""The `forward:` of a rule: calls somebody else's webhook as the contract describes, and reads its replies."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex

from flask_chatbot.answering.media_urls import MediaUrls
from flask_chatbot.core.late import sleep
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.matching.rule import Keyword
from flask_chatbot.core.media.file_types import clean_name, kind_by_ending, with_ending
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.sent import SENT, FileValue, PlaceValue, ValueWithParts
from flask_chatbot.delivery.retry import Clock
from flask_chatbot.errors import BadPayload, FetchLater, FetchRefused
from flask_chatbot.settings.variables import expanded
from flask_chatbot.webclient.addresses import read_url
from flask_chatbot.webclient.client import Fetched, HttpClient
from flask_chatbot.webclient.deadlines import read_retry_after
from flask_chatbot.webclient.signing import headers
from flask_chatbot.wire.answers import read_answer

Address = Callable[[str, str], str]  # of a kept file, by its hash and name
STARTS = (0.0, 2.0, 8.0)  # seconds after the first, for each try
NO_CONTENT = 204

log = get_logger(__name__)


class Forwarder:
    """Calls other webhooks, from any thread, and gives them addresses of kept files if `media_urls` can make such.

    `clock` returns epoch seconds, `timer` is monotonic, `wait` sleeps for some seconds.
    """

    def __init__(
        self,
        client: HttpClient,
        *,
        signing_secrets: Sequence[bytes] = (),
        media_urls: MediaUrls | None = None,
        clock: Clock = time.time,
        wait: Callable[[float], object] = sleep,
        timer: Clock = time.monotonic,
    ) -> None:
        self._client = client
        self._secrets = tuple(signing_secrets)
        self._media_urls = media_urls
        self._clock = clock
        self._wait = wait
        self._timer = timer

    def ask(self, action: Forward, match: Match | None, message: Message) -> tuple[Reply, ...]:
        """Return another webhook's replies to a message; raise `FetchError` if it does not answer within the action's time.

        An unsuccessful or unreadable answer yields no replies; the log says why.
        """
        action = _with_variables(action)
        body, name = payload(message, match, action.key, self._address), _name_of(message, action.url)
        host = read_url(action.url, any_port=True).host
        answer = self._try(action, name, body, host)
        if answer.status == NO_CONTENT:
            return ()
        try:
            answered = read_answer(answer.body)
        except BadPayload as error:
            raise FetchRefused(f"{host} sent an answer that cannot be read. {error.message}") from None
        for problem in answered.problems:
            log.warning("webhook %s, forwarded to %s: in its answer, %s", name, host, problem)
        return answered.replies

    def _address(self, hashed: str, name: str) -> str:
        """The address of a kept file; empty if it has none."""
        return self._media_urls.kept_url(hashed, name, self._clock()) if self._media_urls is not None else ""

    def _try(self, action: Forward, name: str, body: bytes, host: str) -> Fetched:
        """Retry until there is a good answer, and return it."""
        started = not_before = self._timer()
        ends_at = started + action.timeout.total_seconds()
        failure = FetchLater(f"{host} was given no time to answer.")
        for start in STARTS:
            begin = max(started + start, not_before)
            if begin >= ends_at:
                break
            self._wait_until(begin)
            try:
                return self._post(action.url, name, body, ends_at - self._timer(), host)
            except FetchLater as error:
                log.info("webhook %s, forwarded to %s: %s", name, host, error)
                failure, not_before = error, self._timer() + error.after
        raise failure

    def _wait_until(self, at: float) -> None:
        seconds = at - self._timer()
        if seconds > 0:
            self._wait(seconds)

    def _post(self, url: str, name: str, body: bytes, left: float, host: str) -> Fetched:
        signed = headers(self._secrets, name, int(self._clock()), body)
        signed["Content-Type"] = "application/json"
        answer = self._client.post(url, body, signed, deadline=left, own=True)
        if 200 <= answer.status < 300:
            return answer
        said = f"{host} answered {answer.status}."
        if answer.may_pass:
            raise FetchLater(said, read_retry_after(answer.headers.get("retry-after"), self._clock()))
        raise FetchRefused(said)


def _with_variables(action: Forward) -> Forward:
    """The action with its environment variables filled in; raises `FetchRefused` if one has been unset since the rules were read."""
    try:
        return replace(action, url=expanded(action.url, os.environ), key=expanded(action.key, os.environ))
    except KeyError as error:
        raise FetchRefused(f"{error.args[0]} is not set in the environment.") from None


def payload(message: Message, match: Match | None, key: str, address: Address | None = None) -> bytes:
    """The body that the contract defines, plus the customer's own words as ``text`` and what is known of a file, a place or a card.

    These are of the message itself, or of the fields of a form. `address` makes the URL of a kept file.

    The keyword is one of the rule's, spelled as in the file, since programs compare it as a whole. If something other than a keyword found
    the rule, it is the whole text. Who hides their number is called by an id; `person`, our own id, and `username` are there if known.

    >>> from flask_chatbot.core.values.messages import Sender
    >>> payload(Message(text="Stok?", sender=Sender(number="628111", name="Ani")), None, "k")
    b'{"keyword": "Stok?", "data": {"nama": "Ani", "nohp": "628111"}, "webhookkey": "k", "from": "628111", "text": "Stok?"}'
    """
    sender = message.sender
    keyword, takes_fields = _keyword(message, match)
    document = {
        "keyword": keyword,
        "data": list(match.data) if match is not None and takes_fields else {"nama": sender.name, "nohp": sender.address},
        "webhookkey": key,
        "from": sender.address,
        "text": message.text,
        **{name: value for name, value in (("person", sender.person), ("username", sender.username)) if value},
        **_sent(message, match, address),
    }
    return json.dumps(document, ensure_ascii=False).encode(errors="replace")


def _keyword(message: Message, match: Match | None) -> tuple[str, bool]:
    """The text that stands for the message, and True if its data are the rule's fields."""
    if match is None or match.kind not in (Kind.KEYWORD, Kind.FIELDS, Kind.FORM, Kind.MENU):
        return message.text, False
    keyword = _found_by(match)
    # A form asks for the fields of any rule, its keyword with a mark or without.
    takes_fields = match.kind is Kind.FORM or (keyword is not None and keyword.takes_fields)
    written = keyword.written.removesuffix("#").rstrip() if keyword else match.rule.name
    return (f"{written}#" if takes_fields else written), takes_fields


def _found_by(match: Match) -> Keyword | None:
    """The keyword that found the rule or began the form, else the rule's first keyword; None if it has none.

    A number chosen from a menu, or the last answer to a form, means nothing to other programs.
    """
    keywords = match.rule.keywords
    if match.kind is Kind.FORM:  # of two that differ in their mark alone, the one whose data are a list
        keywords = tuple(sorted(keywords, key=lambda keyword: not keyword.takes_fields))
    fitting = [each for each in keywords if match.kind is Kind.FORM or each.takes_fields is (match.kind is Kind.FIELDS)]
    return match.keyword_of(fitting) or next(iter(keywords), None)


def _sent(message: Message, match: Match | None, address: Address | None) -> dict[str, object]:
    """The known facts about what is no text: its kind, the address of a file, where a place is, and whose cards came."""
    values = [value for value in (match.fields.values() if match is not None else ()) if isinstance(value, ValueWithParts)]
    found: dict[str, object] = {"kind": kind} if (kind := _kind(message, values)) else {}
    files = [each for each in (*message.attachments, *values) if isinstance(each, Attachment | FileValue) and each.file]
    url = (_url(files[0], address) if files and address is not None else "") or message.media
    if url is not None:
        by_ending = kind_by_ending(url)
        found = {**({"kind": by_ending} if by_ending and not found else found), "mediaurl": url}
    if message.contacts:  # each in the form that the contract has for one
        found["contacts"] = [{"name": each.name, "numbers": list(each.numbers)} for each in message.contacts]
    place = message.location or next((value for value in values if isinstance(value, PlaceValue)), None)
    return found if place is None else {**found, "latitude": place.lat, "longitude": place.lng}


def _kind(message: Message, values: Sequence[ValueWithParts]) -> str:
    """The kind of what is no text in the message, or in the fields; empty if all are texts."""
    if message.kind in SENT:
        return message.attachments[0].kind if message.attachments else message.kind
    return str(getattr(values[0], "kind", "")) if values else ""


def _url(file: Attachment | FileValue, address: Address) -> str:
    return address(file.file, clean_name(with_ending(file.name or file.kind, file.mime)))


def _name_of(message: Message, url: str) -> str:
    """The ``webhook-id``: the same each time one message is forwarded, if the message has an id of its own."""
    if message.id is None:
        return f"msg_{token_hex(12)}"
    return f"msg_{sha256(json.dumps([message.line, message.id, url]).encode()).hexdigest()[:24]}"

"""`Hosted`: a number that lives at a gateway which speaks the platform's contract; we send by its API, and it reports to us."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from typing import Any

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.outbound import Ack, Outbound, Receipt
from flask_chatbot.core.values.people import PERSON
from flask_chatbot.core.values.replies import ContactCard, Location, Media, Reply, Text
from flask_chatbot.errors import BadPayload, NotConnected, Refused, TryLater
from flask_chatbot.transports.base import Capabilities, Group, Listener, Session
from flask_chatbot.transports.options import read_wait
from flask_chatbot.transports.webhooks import DEADLINE, HttpAnswer, Tools, WebhookCall, WebhookContent
from flask_chatbot.transports.words import quoted, texts_of

KEY_REFUSED_FOR = 60.0  # seconds until a key that was refused is tried again
UNCONNECTED_FOR = 30.0  # seconds until a gateway without a phone is asked again
GAVE_UP = "The gateway could not deliver it."

WRONG_KEY = "Is CHATBOT_HOSTED_KEY the gateway's key?"

log = get_logger(__name__)


class _Declined(Exception):
    """The gateway took the call, and says no: `words` are its own, without numbers."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


class Hosted:
    """A `Transport` to a gateway of the platform's contract at `url`, called with the header ``SecretKey: key``.

    Customers' messages do not come this way: the gateway posts them to the bot's webhook, and sends the replies in its answer. What comes
    here are the acks of messages, each to an address of its own that nobody can guess. `deadline` is in seconds.
    """

    runs_anywhere = True
    body_limit = 16 * 1024
    capabilities = Capabilities(fetches_files=True)

    def __init__(self, url: str, key: str, *, name: str = "hosted", deadline: float = DEADLINE) -> None:
        self.name = name
        self._url = url
        self._key = key
        self._deadline = deadline
        self._secret = hmac.new(key.encode(), b"notifyurl", hashlib.sha256).digest()
        self._tools: Tools | None = None

    def __repr__(self) -> str:
        return f"<Hosted {self.name!r}>"

    def equip(self, tools: Tools) -> None:
        self._tools = tools

    def open(self, listener: Listener) -> None:
        """Nothing is opened: the gateway calls us, whoever listens."""

    def close(self) -> None:
        """Nothing is closed."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        endpoint, body = self._request(outbound)
        # The same for each try; another once it is sent again, or the gateway would take it for a repeat, and old acks for new ones.
        name = f"{outbound.id}-{outbound.resent}" if outbound.resent else outbound.id
        if self._tools is not None and self._tools.address:
            body["notifyurl"] = f"{self._tools.address}/{self._token(name)}"
        said = self._ask(endpoint, body, hidden=texts_of(outbound.reply), id_=name)
        theirs = said.get("id") if isinstance(said, dict) else None
        named = theirs if isinstance(theirs, str) and len(theirs) <= 64 else "accepted"
        log.info("message %(message_id)s is %(theirs)s at the gateway", {"message_id": outbound.id, "theirs": named, "line": self.name})
        return name  # which its receipts carry, since their address holds it

    def session(self) -> Session:
        try:
            return _session(self._call("getqr"))
        except _Declined as declined:
            raise TryLater(f"{declined.words} {self._as_written(WRONG_KEY)}", KEY_REFUSED_FOR) from None

    def groups(self) -> tuple[Group, ...]:
        said = self._ask("groups")
        if not isinstance(said, list):
            raise TryLater("The gateway lists its groups in a form that is not understood.")
        return tuple(_group(each) for each in said if isinstance(each, dict) and each.get("groupid"))

    def has_whatsapp(self, number: str) -> bool:
        return self._ask("checknumber", {"nohp": number}) is True

    def download(self, attachment: Attachment) -> File:
        raise Refused("A gateway of this contract hands on no files.")

    def receive(self, call: WebhookCall) -> WebhookContent:
        """Read an ack. Only its address is trusted: it holds our id of the message, and what proves that we made it."""
        name, _, proof = call.path.partition(".")
        if not name or not hmac.compare_digest(self._token(name).partition(".")[2].encode(), proof.encode()):
            raise BadPayload("There is no such address. Customers' messages go to the webhook.", 404)
        if call.method != "POST":
            raise BadPayload("This address takes POST only.", 405)
        try:
            document = json.loads(call.body)
            ack = document["ack"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadPayload("The body must be JSON with an 'ack'.") from None
        if type(ack) is not int or ack not in set(Ack):
            return WebhookContent(left_out=(f"ack {ack!r}",))
        if ack == Ack.PENDING:
            return WebhookContent()
        return WebhookContent(receipts=(Receipt(id=name, ack=Ack(ack), at=time.time(), error=GAVE_UP if ack == Ack.ERROR else ""),))

    def _as_written(self, sentence: str) -> str:
        return sentence if self._tools is None else self._tools.as_written(sentence)

    def _token(self, name: str) -> str:
        """The end of the address for one message's acks."""
        return f"{name}.{hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()[:40]}"

    def _request(self, outbound: Outbound) -> tuple[str, dict[str, object]]:
        """The endpoint and the body for a message; raises `Refused` for a kind that the contract does not have."""
        endpoint, body = _content(outbound.reply)
        chat = outbound.chat
        if is_group(chat):
            return f"{endpoint}togroup", {"groupid": number_of(chat), **body}
        return endpoint, {"nohp": chat.removesuffix(PERSON), **body}

    def _ask(self, endpoint: str, body: dict[str, object] | None = None, *, hidden: Iterable[str] = (), id_: str = "") -> Any:
        """The gateway's answer. A refusal is final only if it is about this call, and not about the key or the phone."""
        try:
            return self._call(endpoint, body, hidden=hidden, id_=id_)
        except _Declined as declined:
            words = declined.words
        try:
            is_connected = _session(self._call("getqr")).is_authenticated
        except _Declined as declined:
            if declined.words == words:  # it refuses everything in the same words
                raise NotConnected(f"{words} {self._as_written(WRONG_KEY)}", KEY_REFUSED_FOR) from None
            is_connected = True  # it has no code to scan
        if not is_connected:
            raise NotConnected(f"{words} The gateway's phone is not connected.", UNCONNECTED_FOR)
        raise Refused(words)

    def _call(self, endpoint: str, body: dict[str, object] | None = None, *, hidden: Iterable[str] = (), id_: str = "") -> Any:
        """Call an endpoint and return the `message` of the answer; raises `_Declined` or `TryLater`."""
        if self._tools is None:
            raise TryLater("The transport has no HTTP client yet.")
        headers = {"SecretKey": self._key, "Content-Type": "application/json", **({"Idempotency-Key": id_} if id_ else {})}
        content = b"" if body is None else json.dumps(body).encode()
        answer = self._tools.client.call(
            "POST", f"{self._url}/api/{endpoint}", body=content, headers=headers, deadline=self._deadline, own=True
        )
        document = _document(answer)
        if answer.status == 200 and document is not None and document.get("success") is True:
            return document.get("message")
        words = _said(document, [self._key, *hidden])
        if document is not None and (answer.status == 200 or (400 <= answer.status < 500 and not answer.may_pass)):
            raise _Declined(words or f"The gateway answered {answer.status}.")
        raise TryLater(words or self._as_written(_complaint(answer)), read_wait(answer.headers.get("retry-after")))


def _content(reply: Reply) -> tuple[str, dict[str, object]]:
    """The endpoint for a reply to one person, and its part of the body."""
    if isinstance(reply, Text):
        return "sendwa", {"pesan": reply.text}
    if isinstance(reply, Media):
        return "sendmedia", {"mediaurl": reply.url, "pesan": reply.caption}
    if isinstance(reply, Location):
        place: dict[str, object] = {"latitude": f"{reply.lat:.6f}", "longitude": f"{reply.lng:.6f}"}
        return "sendlocation", {**place, **({"pesan": reply.name} if reply.name else {})}
    if isinstance(reply, ContactCard):
        return "sendcontact", {"contact": {"name": reply.name, "numbers": list(reply.numbers)}}
    raise Refused("The gateway's contract has no message of this kind.")


def _document(answer: HttpAnswer) -> dict[str, Any] | None:
    """The JSON object of an answer; None if it is something else, such as a page."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _complaint(answer: HttpAnswer) -> str:
    """A sentence for an answer without words of its own."""
    if 300 <= answer.status < 400:
        return "The gateway redirects. Put its final address into CHATBOT_HOSTED_URL."
    if answer.status == 404:
        return "There is no gateway at CHATBOT_HOSTED_URL: it answered 404."
    if answer.status == 200:
        return "The gateway answered with something other than the JSON of the contract."
    return f"The gateway answered {answer.status}."


def _said(document: dict[str, Any] | None, hidden: Iterable[str]) -> str:
    """The gateway's own words as a sentence, without secrets, numbers and words of the message; empty if there are none.

    >>> _said({"success": False, "errorMessage": "nomor 628123456789 tidak valid"}, [])
    'The gateway says: nomor [...] tidak valid.'
    """
    return quoted("The gateway", (document or {}).get("errorMessage") or (document or {}).get("message"), hidden)


def _session(said: object) -> Session:
    known = said if isinstance(said, dict) else {}
    if known.get("isAuthenticated") is not True:
        return Session(is_authenticated=False, qrcode=str(known.get("qrcode") or ""))
    number = number_of(str(known.get("number") or ""))
    return Session(is_authenticated=True, number=number, name=str(known.get("name") or ""))


def _group(said: dict[str, Any]) -> Group:
    last = said.get("grouplastchat")
    name = str(said.get("groupname") or "")
    return Group(id=number_of(str(said["groupid"])), name=name, last_chat=last if type(last) is int else 0)

"""`Waha`: a transport to WAHA (https://waha.devlike.pro), a gateway that a shop runs itself, by its HTTP API and webhooks."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.contents import FILE_LIMIT, File, Reaction
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import ContactCard, Location, Media, Text
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.transports.base import Capabilities, Group, Session
from flask_chatbot.transports.selfhosted.calls import Caller
from flask_chatbot.transports.selfhosted.jids import group_in, number_in
from flask_chatbot.transports.selfhosted.requests import ApiCall, get, post
from flask_chatbot.transports.selfhosted.transport import UNCONNECTED_FOR, SelfHosted
from flask_chatbot.transports.selfhosted.vcards import write_card
from flask_chatbot.transports.selfhosted.waha_events import bare_id, read_event, whole_id
from flask_chatbot.transports.webhooks import DEADLINE, WebhookCall, WebhookContent

FILES = "/api/files/"  # where WAHA keeps the files that came in
OPUS = "audio/ogg"
_SENDS = {"image": "sendImage", "video": "sendVideo", "audio": "sendVoice"}


class Waha(SelfHosted):
    """A `Transport` to the `session` of a WAHA at `url`, called with its API `key`. Its webhooks are signed with `hmac`."""

    who = "WAHA"
    capabilities = Capabilities(quotes=True, reactions=True, typing=True, edits=True, echoes=True, strangers_limited=True)

    def __init__(self, url: str, key: str, hmac: str, session: str = "default", *, name: str = "waha", deadline: float = DEADLINE) -> None:
        caller = Caller(
            self.who,
            url,
            url_setting="CHATBOT_WAHA_URL",
            key_setting="CHATBOT_WAHA_KEY",
            headers={"X-Api-Key": key},
            deadline=deadline,
            secrets=(key, hmac),
        )
        super().__init__(name, caller)
        self._hmac_key = hmac
        self._session = session

    def requests(self, outbound: Outbound, file: File | None) -> Sequence[ApiCall]:
        reply = outbound.reply
        if isinstance(reply, Reaction):
            aim = {"messageId": whole_id(reply.to, outbound.chat), "reaction": reply.emoji}
            return [post("api", "reaction", document={"session": self._session, **aim}, method="PUT")]
        to: dict[str, object] = {"session": self._session, "chatId": outbound.chat}
        if outbound.reply_to:
            to["reply_to"] = whole_id(outbound.reply_to, outbound.chat)
        if isinstance(reply, Media):
            return self.with_caption(_media(reply, file, to), outbound, file)
        to["id"] = outbound.id  # WhatsApp's own id of the message: a repeated try has the same
        if isinstance(reply, Text):
            return [post("api", "sendText", document={**to, "text": reply.text})]
        if isinstance(reply, Location):
            return [post("api", "sendLocation", document={**to, "latitude": reply.lat, "longitude": reply.lng, "title": reply.name})]
        if isinstance(reply, ContactCard):
            return [post("api", "sendContactVcard", document={**to, "contacts": [{"vcard": write_card(reply)}]})]
        raise Refused("WAHA sends no messages of this kind.")

    def id_of(self, answer: Any) -> str:
        return bare_id(answer.get("id") or answer.get("key")) if isinstance(answer, dict) else ""

    def typing(self, chat: str, message_id: str) -> None:
        self._ask(post("api", "startTyping", document={"session": self._session, "chatId": chat}))

    def session(self) -> Session:
        found = self._ask(get("api", "sessions", self._session))
        if not isinstance(found, dict):
            raise TryLater("WAHA tells of its session in a form that is not understood.")
        state, me = found.get("status"), found.get("me")
        if state == "WORKING":
            known = me if isinstance(me, dict) else {}
            return Session(is_authenticated=True, number=number_in(known.get("id")), name=str(known.get("pushName") or ""))
        if state == "SCAN_QR_CODE":
            code = self._ask(get("api", self._session, "auth", "qr", format="raw"))
            return Session(is_authenticated=False, qrcode=str(code.get("value") or "") if isinstance(code, dict) else "")
        if state in ("STOPPED", "FAILED"):
            raise TryLater(f"WAHA's session is {state}. Start it in WAHA's dashboard.", UNCONNECTED_FOR)
        return Session(is_authenticated=False)

    def pair(self, number: str) -> str:
        """The code to type on the phone of a number. A passkey, if WhatsApp asks for one, is a matter of WAHA's dashboard."""
        found = self._ask(post("api", self._session, "auth", "request-code", document={"phoneNumber": number}))
        code = found.get("code") if isinstance(found, dict) else None
        if not isinstance(code, str) or not code:
            raise TryLater("WAHA gave no code. Is its session waiting to be linked? Its dashboard says so.")
        return code

    def log_out(self) -> None:
        """Log the session out; WAHA starts it again, and has a new code to scan."""
        self._ask(post("api", "sessions", self._session, "logout"))

    def groups(self) -> tuple[Group, ...]:
        found = self._ask(get("api", self._session, "groups", exclude="participants"))
        listed = list(found.values()) if isinstance(found, dict) else found
        if not isinstance(listed, list):
            raise TryLater("WAHA lists its groups in a form that is not understood.")
        made = [_group(each) for each in listed if isinstance(each, dict)]
        return tuple(group for group in made if group.id)

    def has_whatsapp(self, number: str) -> bool:
        found = self._ask(get("api", "contacts", "check-exists", phone=number_of(number), session=self._session))
        exists = found.get("numberExists") if isinstance(found, dict) else None
        if not isinstance(exists, bool):
            raise TryLater("WAHA did not say whether this number uses WhatsApp.")
        return exists

    def content(self, handle: str) -> bytes:
        place = urlsplit(handle)
        request = ApiCall(method="GET", path=place.path + (f"?{place.query}" if place.query else ""), has_file=True)
        return self._caller.fetch(request, url="" if place.path.startswith(FILES) else handle, limit=FILE_LIMIT)

    def is_signed(self, call: WebhookCall) -> bool:
        proof = hmac.new(self._hmac_key.encode(), call.body, hashlib.sha512).hexdigest()
        return hmac.compare_digest(proof.encode(), call.headers.get("x-webhook-hmac", "").encode())

    def read(self, document: dict[str, Any]) -> WebhookContent:
        if document.get("session") != self._session:
            return WebhookContent(left_out=("event of another session",))
        return read_event(document, self._received, self._clock)


def _media(reply: Media, file: File | None, to: dict[str, object]) -> ApiCall:
    """The call that sends a file: its bytes, or its address where they are not at hand."""
    kind = file.kind if file is not None else "document"
    mime = file.mime if file is not None else "application/octet-stream"
    name = (file.name if file is not None else "") or reply.filename
    content: dict[str, object] = {"mimetype": mime, "filename": name or kind}
    content |= {"url": reply.url} if file is None else {"data": b64encode(file.content).decode()}
    body = {**to, "file": content}
    if kind == "audio":
        body["convert"] = not mime.startswith(OPUS)
    else:
        body["caption"] = reply.caption
    if kind == "video":
        body["convert"] = mime != "video/mp4"
    return post("api", _SENDS.get(kind, "sendFile"), document=body, has_file=True)


def _group(found: dict[str, Any]) -> Group:
    """A group as one of WAHA's engines lists it."""
    id_ = found.get("id") or found.get("JID")
    if isinstance(id_, dict):
        id_ = id_.get("_serialized")
    name = found.get("subject") or found.get("name") or found.get("Name") or ""
    last = found.get("timestamp")
    return Group(id=group_in(id_), name=str(name), last_chat=last if type(last) is int else 0)

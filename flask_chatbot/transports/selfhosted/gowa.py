"""`Gowa`: a transport to GOWA (go-whatsapp-web-multidevice), a gateway that a shop runs itself, by its HTTP API and webhooks."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask_chatbot.core.values.contents import FILE_LIMIT, File, Reaction
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import ContactCard, Location, Media, Text
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.transports.base import Capabilities, Group, Passkey, Session
from flask_chatbot.transports.selfhosted.calls import Caller, Rejected
from flask_chatbot.transports.selfhosted.gowa_events import STATICS, read_event
from flask_chatbot.transports.selfhosted.jids import WEB, address_of, group_in, number_in, plain
from flask_chatbot.transports.selfhosted.requests import ApiCall, form, get, post
from flask_chatbot.transports.selfhosted.transport import SelfHosted
from flask_chatbot.transports.webhooks import DEADLINE, WebhookCall, WebhookContent

PICTURE_KEPT = 30.0  # seconds that the code on it can be scanned
PICTURE_LIMIT = 128 * 1024  # bytes
PAIRING = 180.0  # seconds in which a code that was asked for may be typed
GROUPS_LIMIT = 8 * 1024 * 1024  # bytes: GOWA lists each group with all its members
UNLINKED = Session(is_authenticated=False)
_FORMS = {"image": "image", "video": "video", "audio": "audio", "sticker": "sticker"}


class Gowa(SelfHosted):
    """A `Transport` to the `device` of a GOWA at `url`, called as `user` with `password`. Its webhooks are signed with `secret`.

    Without a device, it is the only one that the gateway has.
    """

    who = "GOWA"
    capabilities = Capabilities(stickers=True, quotes=True, reactions=True, typing=True, edits=True, echoes=True, strangers_limited=True)

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        secret: str,
        device: str = "",
        *,
        name: str = "gowa",
        deadline: float = DEADLINE,
    ) -> None:
        token = b64encode(f"{user}:{password}".encode()).decode()
        caller = Caller(
            self.who,
            url,
            url_setting="CHATBOT_GOWA_URL",
            key_setting="CHATBOT_GOWA_USER and CHATBOT_GOWA_PASSWORD",
            headers={"Authorization": f"Basic {token}", **({"X-Device-Id": device} if device else {})},
            deadline=deadline,
            secrets=(password, secret, token),
        )
        super().__init__(name, caller)
        self._secret = secret
        self._device = device
        self._picture_at, self._unlinked = 0.0, UNLINKED
        self._address = ""  # of the device on WhatsApp, once it is known

    def requests(self, outbound: Outbound, file: File | None) -> Sequence[ApiCall]:
        reply = outbound.reply
        phone = address_of(outbound.chat, WEB)
        quote = {"reply_message_id": outbound.reply_to} if outbound.reply_to else {}
        if isinstance(reply, Media):
            return self.with_caption(_media(reply, file, phone, quote), outbound, file)
        if isinstance(reply, Text):
            return [post("send", "message", document={"phone": phone, "message": reply.text, **quote})]
        if isinstance(reply, Reaction):
            return [post("message", reply.to, "reaction", document={"phone": phone, "emoji": reply.emoji})]
        if isinstance(reply, Location):
            place = {"latitude": f"{reply.lat:.6f}", "longitude": f"{reply.lng:.6f}"}
            return [post("send", "location", document={"phone": phone, **place})]
        if isinstance(reply, ContactCard):  # one message has one number
            return [
                post("send", "contact", document={"phone": phone, "contact_name": reply.name, "contact_phone": number})
                for number in reply.numbers
            ]
        raise Refused("GOWA sends no messages of this kind.")

    def id_of(self, answer: Any) -> str:
        found = _results(answer).get("message_id")
        return found if isinstance(found, str) else ""

    def typing(self, chat: str, message_id: str) -> None:
        self._ask(post("send", "chat-presence", document={"phone": address_of(chat, WEB), "action": "start"}))

    def session(self) -> Session:
        known = self._status()
        if known is not None:
            return known
        now = self._clock()
        if now >= self._picture_at + PICTURE_KEPT:  # asking for one begins a login, which would end another
            self._picture_at, self._unlinked = now, self._new_picture()
        return self._unlinked

    def is_connected(self) -> bool:
        known = self._status()
        return known is not None and known.is_authenticated

    def _status(self) -> Session | None:
        """The phone, if it is linked."""
        found = _results(self._ask(get("app", "status")))
        if not found.get("is_logged_in"):
            return None
        self._address = plain(found.get("jid")) or self._address
        return Session(is_authenticated=bool(found.get("is_connected")), number=number_in(self._address))

    def _new_picture(self) -> Session:
        """A picture of the code to scan, with its address below that of the settings; neither if there is none."""
        link = urlsplit(str(_results(self._ask(get("app", "login"))).get("qr_link") or "")).path
        _, found, rest = link.partition(f"/{STATICS}")
        if not found or ".." in rest:
            return UNLINKED
        picture = b""
        with suppress(TryLater, Refused):  # its address is enough for somebody beside the gateway
            picture = self._caller.fetch(get(*STATICS.strip("/").split("/"), *rest.split("/")), limit=PICTURE_LIMIT)
        return Session(is_authenticated=False, qr_link=f"{self._caller.url}/{STATICS}{rest}", qr_picture=b64encode(picture).decode())

    def pair(self, number: str) -> str:
        found = _results(self._ask(get("app", "login-with-code", phone=number))).get("pair_code")
        if not isinstance(found, str) or not found:
            raise TryLater("GOWA gave no code. Is its phone linked already?")
        self._picture_at, self._unlinked = self._clock() + PAIRING - PICTURE_KEPT, UNLINKED
        return found

    def passkey(self) -> Passkey:
        found = _results(self._ask(get("app", "passkey")))
        if found.get("status") == "awaiting_confirmation":
            return Passkey(code=str(found.get("code") or ""))
        if found.get("status") == "awaiting_response" and isinstance(found.get("challenge"), dict):
            return Passkey(challenge=json.dumps(found["challenge"]))
        return Passkey()

    def answer_passkey(self, credential: str) -> None:
        try:
            document = json.loads(credential)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or not isinstance(document.get("response"), dict):
            raise Refused("This is no answer of a passkey: JSON with an 'id' and a 'response'. Copy it again, all of it.")
        try:
            self._caller.ask(post("app", "passkey", "response", document=document), [credential])
        except Rejected as rejected:
            raise Refused(rejected.words or "GOWA does not take this answer of a passkey.") from None

    def confirm_passkey(self) -> None:
        self._ask(post("app", "passkey", "confirm"))

    def log_out(self) -> None:
        """Log the device out; its slot stays, and can be linked again."""
        self._ask(get("app", "logout"))
        self._picture_at, self._address = 0.0, ""

    def groups(self) -> tuple[Group, ...]:
        found = _results(self._ask(get("user", "my", "groups"), GROUPS_LIMIT)).get("data")
        if found is None:
            return ()
        if not isinstance(found, list):
            raise TryLater("GOWA lists its groups in a form that is not understood.")
        made = [Group(id=group_in(each.get("JID")), name=str(each.get("Name") or "")) for each in found if isinstance(each, dict)]
        return tuple(group for group in made if group.id)

    def has_whatsapp(self, number: str) -> bool:
        found = _results(self._ask(get("user", "check", phone=number))).get("is_on_whatsapp")
        if not isinstance(found, bool):
            raise TryLater("GOWA did not say whether this number uses WhatsApp.")
        return found

    def content(self, handle: str) -> bytes:
        """The bytes of a file: GOWA has it already, or gets it from WhatsApp now."""
        path = handle
        if not path.startswith(STATICS):
            message, _, chat = handle.partition(" ")
            try:
                found = _results(self._caller.ask(get("message", message, "download", phone=chat)))
            except Rejected as rejected:
                raise Refused(rejected.words or "GOWA no longer has the file.") from None
            path = str(found.get("file_path") or "") or urlsplit(str(found.get("file_url") or "")).path.lstrip("/")
        if not path.startswith(STATICS) or ".." in path:
            raise TryLater("GOWA keeps the file at a place that is not understood.")
        return self._caller.fetch(ApiCall(method="GET", path=get(*path.split("/")).path, has_file=True), limit=FILE_LIMIT)

    def is_signed(self, call: WebhookCall) -> bool:
        proof = "sha256=" + hmac.new(self._secret.encode(), call.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(proof.encode(), call.headers.get("x-hub-signature-256", "").encode())

    def read(self, document: dict[str, Any]) -> WebhookContent:
        if not self._is_ours(str(document.get("device_id") or "")):
            return WebhookContent(left_out=("event of another device",))
        return read_event(document, self._received, self._clock)

    def _is_ours(self, device: str) -> bool:
        """True if an event is of our device, which the gateway calls by its address on WhatsApp.

        Without a device it is ours, too, where one of the two addresses has no number to compare.
        """
        address = plain(device)
        if device == self._device or not address:
            return device == self._device or not self._device
        if address != self._address:
            self._status()  # it may have been linked just now, or this process has not asked yet
        return address == self._address or not (self._device or (number_in(address) and number_in(self._address)))


def _results(answer: Any) -> dict[str, Any]:
    found = answer.get("results") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}


def _media(reply: Media, file: File | None, phone: str, quote: dict[str, str]) -> ApiCall:
    """The call that sends a file: its bytes, or its address where they are not at hand."""
    kind = _FORMS.get(file.kind if file is not None else "document", "file")
    fields = {"phone": phone, **({} if kind == "sticker" else quote)}
    if reply.caption and kind not in ("audio", "sticker"):
        fields["caption"] = reply.caption
    if file is None:
        return form("send", kind, fields={**fields, f"{kind}_url": reply.url})
    return form("send", kind, fields=fields, name=kind, file=file)

"""WAHA, emulated from its published description, and the `World` around it."""

import hashlib
import hmac
import time
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.people import Alias
from flask_chatbot.transports.selfhosted.waha import Waha
from tests.transports.selfhosted.described import Description
from tests.transports.selfhosted.gateway import GROUP, NOBODY, OURS, Call, Gateway
from tests.transports.selfhosted.worlds import BUDI, LID, GatewayWorld

KEY = "kunci-waha-rahasia"
HMAC = "tanda-tangan-waha"
SCHEMAS = {
    "message": "WAMessage",
    "message.any": "WAMessage",
    "message.ack": "WAMessageAckBody",
    "message.reaction": "WAMessageReaction",
    "message.edited": "WAMessageEditedBody",
    "message.revoked": "WAMessageRevokedBody",
    "session.status": "WASessionStatusBody",
}
ACKS = {-1: "ERROR", 0: "PENDING", 1: "SERVER", 2: "DEVICE", 3: "READ", 4: "PLAYED"}
_numbers = count(1)


class WahaServer(Gateway):
    description = Description("waha.yaml")

    def __init__(self, session: str = "default") -> None:
        self.session = session
        super().__init__(KEY, HMAC)

    def headers_of(self, body: bytes) -> dict[str, str]:
        proof = hmac.new(self.secret.encode(), body, hashlib.sha512).hexdigest()
        return {"X-Webhook-Hmac": proof, "X-Webhook-Hmac-Algorithm": "sha512", "X-Webhook-Request-Id": "1"}

    def has_key(self, headers: dict[str, str]) -> bool:
        return headers.get("x-api-key") == self.key

    def is_send(self, path: str) -> bool:
        return path.startswith("/api/send")

    def answer(self, call: Call) -> None:
        place = call.place
        if place.startswith("/api/files/"):
            call.write(200, self.files[place]) if place in self.files else call.write(404, {"statusCode": 404})
        elif self.is_send(place):
            self.take(call)
        elif place == "/api/startTyping":
            call.write(201, "")
        elif place == "/api/reaction":
            call.write(200, {"id": f"true_{call.document['messageId'].split('_')[1]}_3EB0R"})
        elif place == "/api/contacts/check-exists":
            exists = call.query["phone"] != NOBODY
            call.write(200, {"numberExists": exists, **({"chatId": person_chat(call.query["phone"])} if exists else {})})
        elif not place.startswith((f"/api/sessions/{self.session}", f"/api/{self.session}/")):
            call.write(404, {"statusCode": 404, "error": "Not Found", "message": "Session not found"})
        elif place.endswith("/auth/qr"):
            call.write(200, {"value": "2@cuTD5E9F,abc="})
        elif place.endswith("/auth/request-code"):
            call.write(201, {"code": "ABCD-1234"})
        elif place.endswith("/groups"):
            call.write(200, [{"id": group_chat(GROUP), "subject": "Tim Toko"}])
        else:
            self.is_connected = self.is_connected and not place.endswith("/logout")
            me = {"id": person_chat(OURS), "pushName": "Toko"} if self.is_connected else None
            status = "WORKING" if self.is_connected else "SCAN_QR_CODE"
            call.write(200, {"name": self.session, "status": status, "me": me, "presence": None, "timestamps": {"activity": None}})

    def take(self, call: Call) -> None:
        to = call.document["chatId"]
        if not self.is_connected:
            words = "Session status is not as expected. Try again later or restart the session"
            call.write(422, {"error": words, "session": self.session, "status": "SCAN_QR_CODE", "expected": ["WORKING"]})
        elif to in (person_chat(NOBODY), group_chat("120363999999999999")):
            call.write(500, {"statusCode": 500, "exception": {"message": f"no such chat: {to}", "code": 2}})
        else:
            call.write(201, self.keep(call))

    def keep(self, call: Call) -> object:
        document = call.document
        to = document["chatId"]
        with self.lock:
            self.arrived.append((to, document))
            name = f"true_{to}_{document.get('id') or f'3EB0F{len(self.arrived):015X}'}"
            for ack in (3, 2) if self.is_early else (1, 2, 3):
                self.ack(name, to, ack)
        if self.is_early:
            self.settle()
        return {"id": name, "timestamp": int(time.time()), "from": person_chat(OURS), "fromMe": True, "to": to, "ack": 1}

    def ack(self, name: str, to: str, ack: int) -> None:
        body = {"id": name, "from": to, "to": person_chat(OURS), "participant": "", "fromMe": True, "ack": ack, "ackName": ACKS[ack]}
        self.event("message.ack", body)

    def event(self, name: str, payload: dict[str, Any], times: int = 1, session: str = "") -> None:
        """Post an event that is as described."""
        schema = {"$ref": f"#/components/schemas/{SCHEMAS[name]}"}
        self.problems += self.description.mistakes(payload, schema)
        number = next(_numbers)
        whole = {"id": f"evt_{number:026}", "timestamp": int(time.time() * 1000), "session": session or self.session}
        self.post({**whole, "engine": "GOWS", "event": name, "payload": payload, "me": {"id": person_chat(OURS)}}, times)


def message(chat: str, who: str, *, id_: str = "", **more: Any) -> dict[str, Any]:
    """The payload of a message in a chat."""
    name = id_ or f"{next(_numbers):020X}"
    suffix = f"_{who}" if chat != who else ""
    needed = {"source": "app", "to": person_chat(OURS), "mediaUrl": "", "ack": 2, "ackName": "DEVICE", "hasMedia": False, "body": ""}
    of_message = {"id": f"false_{chat}_{name}{suffix}", "timestamp": int(time.time()), "from": chat, "fromMe": False}
    return {**needed, **of_message, "participant": who if suffix else "", **more}


class WahaWorld(GatewayWorld):
    """A WAHA, and the transport to it."""

    secrets = (KEY, HMAC)

    def __init__(self) -> None:
        self.gateway = self.waha = WahaServer()
        self.transport = self.ours = Waha(self.waha.url, KEY, HMAC, deadline=self.deadline)

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        who = person_chat(sender)
        self.waha.event("message", message(group_chat(group) if group else who, who, body=text, _data={"pushName": "Budi"}), times)

    def owner_writes(self, text: str, *, to: str = BUDI, times: int = 1) -> None:
        chat = person_chat(to)
        payload = {**message(chat, chat, body=text), "fromMe": True, "source": "app", "to": chat}
        self.waha.event("message.any", {**payload, "id": payload["id"].replace("false", "true")}, times)

    def writes_as(self, aliases: Sequence[Alias], text: str) -> None:
        addresses = [each.chat for each in aliases]
        data = {"Info": {"Sender": addresses[0], "SenderAlt": addresses[-1]}}
        self.waha.event("message", message(addresses[0], addresses[0], body=text, _data=data))

    def sends_file(self, content: bytes, caption: str = "") -> None:
        path = f"/api/files/default/{next(_numbers)}.png"
        self.waha.files[path] = content
        media = {"url": f"http://localhost:3000{path}", "mimetype": "image/png"}
        who = person_chat(BUDI)
        self.waha.event("message", message(who, who, body=caption, hasMedia=True, media=media))

    def arrived(self) -> Sequence[tuple[str, str]]:
        with self.waha.lock:
            return [(person_chat(BUDI) if chat == LID else chat, body["text"]) for chat, body in self.waha.arrived if "text" in body]

    def files_arrived(self) -> Sequence[bytes]:
        with self.waha.lock:
            return [b64decode(body["file"]["data"]) for _, body in self.waha.arrived if "file" in body]

    def environ(self) -> Mapping[str, str]:
        return {
            "CHATBOT_TRANSPORT": "waha",
            "CHATBOT_WAHA_URL": self.waha.url,
            "CHATBOT_WAHA_KEY": KEY,
            "CHATBOT_WAHA_HMAC": HMAC,
            "CHATBOT_PACE": "40/second",
        }

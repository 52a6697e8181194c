"""GOWA, emulated from its published description, and the `World` around it."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.people import Alias
from flask_chatbot.transports.selfhosted.gowa import Gowa
from tests.transports.selfhosted.described import Description, form_parts
from tests.transports.selfhosted.gateway import GROUP, NOBODY, OURS, Call, Gateway
from tests.transports.selfhosted.worlds import BUDI, LID, GatewayWorld

USER, PASSWORD = "toko", "sandi-gowa-rahasia"
SECRET = "tanda-tangan-gowa"
WEB = "@s.whatsapp.net"
OUR_ADDRESS = f"{OURS}{WEB}"
TOLD = {
    "delivered": "means the message was delivered to the device (but the user might not have noticed).",
    "read": "the user opened the chat and saw the message.",
}
_numbers = count(1)


class GowaServer(Gateway):
    description = Description("gowa.yaml")

    def __init__(self) -> None:
        super().__init__("Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode(), SECRET)
        self.passkey: dict[str, Any] = {"status": "none", "challenge": None}

    def headers_of(self, body: bytes) -> dict[str, str]:
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}

    def has_key(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == self.key

    def is_send(self, path: str) -> bool:
        return path.startswith("/send/") and path != "/send/chat-presence"

    def answer(self, call: Call) -> None:
        place = call.place
        if place.startswith("/statics/"):
            call.write(200, self.files[place]) if place in self.files else call.write(404, "Not Found")
        elif self.is_send(place):
            self.take(call)
        elif place.endswith("/download"):
            self.hand_out(call, place.split("/")[2])
        else:
            self.tell(call, place)

    def tell(self, call: Call, place: str) -> None:
        if place == "/app/status":
            jid = OUR_ADDRESS.replace("@", ":7@") if self.is_connected else ""
            succeed(call, {"is_connected": True, "is_logged_in": self.is_connected, "device_id": "toko", "jid": jid})
        elif place == "/app/logout":
            self.is_connected = False
            succeed(call, None)
        elif place == "/app/login":
            succeed(call, {"qr_duration": 30, "qr_link": "http://localhost:3000/statics/qrcode/scan-qr.png"})
        elif place == "/app/login-with-code":
            succeed(call, {"pair_code": "ABCD-1234"})
        elif place == "/app/passkey":
            succeed(call, {"device_id": "toko", **self.passkey})
        elif place.startswith("/app/passkey/"):
            self.passkey = {"status": "awaiting_confirmation", "code": "WXYZ-1234"} if place.endswith("response") else {"status": "none"}
            succeed(call, None)
        elif place == "/send/chat-presence" or place.endswith("/reaction"):
            succeed(call, {"message_id": "3EB0R", "status": "success"})
        elif place == "/user/check":
            succeed(call, {"is_on_whatsapp": call.query["phone"] != NOBODY})
        else:
            succeed(call, {"data": [{"JID": group_chat(GROUP), "Name": "Tim Toko", "Participants": []}]})

    def take(self, call: Call) -> None:
        phone = self.content(call)["phone"]
        if not self.is_connected:
            call.write(500, {"code": "INTERNAL_SERVER_ERROR", "message": "you are not loggin", "results": None})
        elif phone in (NOBODY + WEB, group_chat("120363999999999999")):
            call.write(400, {"code": "INVALID_JID", "message": f"user {phone} is not registered", "results": None})
        else:
            succeed(call, self.keep(call))

    def content(self, call: Call) -> dict[str, Any]:
        if call.document is not None:
            found: dict[str, Any] = call.document
            return found
        return {
            name: (content if content is not None else text) for name, text, content in form_parts(call.headers["Content-Type"], call.body)
        }

    def keep(self, call: Call) -> object:
        content = self.content(call)
        with self.lock:
            self.arrived.append((content["phone"], content))
            name = f"3EB0{len(self.arrived):018X}"
            for kind in ("read", "delivered") if self.is_early else ("delivered", "read"):
                self.receipt(name, content["phone"], kind)
        if self.is_early:
            self.settle()
        return {"message_id": name, "status": "Message sent"}

    def receipt(self, name: str, chat: str, kind: str) -> None:
        payload = {"ids": [name], "chat_id": chat, "from": chat, "receipt_type": kind, "receipt_type_description": TOLD.get(kind, "")}
        self.event("message.ack", payload)

    def hand_out(self, call: Call, message: str) -> None:
        path = f"statics/media/{message}.png"
        if f"/{path}" not in self.files:
            call.write(404, {"code": "404", "message": "message not found", "results": None})
            return
        link = {"file_path": path, "file_url": f"http://localhost:3000/{path}", "file_size": len(self.files[f"/{path}"])}
        succeed(call, {"status": "Media downloaded successfully", "message_id": message, "media_type": "image", **link})

    def event(self, name: str, payload: dict[str, Any], times: int = 1, device: str = OUR_ADDRESS) -> None:
        stamp = {"timestamp": now()} if name == "message.ack" else {}
        self.post({"event": name, "device_id": device, **stamp, "payload": payload}, times)


def succeed(call: Call, results: object) -> None:
    call.write(200, {"code": "SUCCESS", "message": "Success", "results": results})


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def message(chat: str, who: str, *, id_: str = "", **more: Any) -> dict[str, Any]:
    """The payload of a message in a chat."""
    named = {"from": who, "from_name": "Budi", "timestamp": now(), "is_from_me": False}
    return {"id": id_ or f"{next(_numbers):020X}", "chat_id": chat, **named, **more}


def address(sender: str) -> str:
    return sender + WEB


class GowaWorld(GatewayWorld):
    """A GOWA, and the transport to it."""

    secrets = (PASSWORD, SECRET)

    def __init__(self) -> None:
        self.gateway = self.gowa = GowaServer()
        self.transport = self.ours = Gowa(self.gowa.url, USER, PASSWORD, SECRET, deadline=self.deadline)

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        who = address(sender)
        self.gowa.event("message", message(group_chat(group) if group else who, who, body=text), times)

    def owner_writes(self, text: str, *, to: str = BUDI, times: int = 1) -> None:
        payload = {**message(address(to), OUR_ADDRESS, body=text), "is_from_me": True}
        self.gowa.event("message", payload, times)

    def writes_as(self, aliases: Sequence[Alias], text: str) -> None:
        addresses = [each.chat.replace("@c.us", WEB) for each in aliases]
        lid = next((each for each in addresses if each.endswith("@lid")), "")
        self.gowa.event("message", message(addresses[0], addresses[0], body=text, from_lid=lid))

    def sends_file(self, content: bytes, caption: str = "") -> None:
        payload = message(address(BUDI), address(BUDI), body=caption, image={"url": "https://mmg.whatsapp.net/x", "caption": caption})
        self.gowa.files[f"/statics/media/{payload['id']}.png"] = content
        self.gowa.event("message", payload)

    def arrived(self) -> Sequence[tuple[str, str]]:
        with self.gowa.lock:
            found = [(chat, content["message"]) for chat, content in self.gowa.arrived if "message" in content]
        return [(person_chat(BUDI) if chat == LID else chat.replace(WEB, "@c.us"), text) for chat, text in found]

    def files_arrived(self) -> Sequence[bytes]:
        with self.gowa.lock:
            return [value for _, content in self.gowa.arrived for value in content.values() if isinstance(value, bytes)]

    def environ(self) -> Mapping[str, str]:
        return {
            "CHATBOT_TRANSPORT": "gowa",
            "CHATBOT_GOWA_URL": self.gowa.url,
            "CHATBOT_GOWA_USER": USER,
            "CHATBOT_GOWA_PASSWORD": PASSWORD,
            "CHATBOT_GOWA_SECRET": SECRET,
            "CHATBOT_PACE": "40/second",
        }

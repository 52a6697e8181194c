"""Doors: how each platform calls a bot, with whatever it or somebody else may write."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.transports.cloud.transport import Cloud
from flask_chatbot.transports.selfhosted.gowa import Gowa
from flask_chatbot.transports.selfhosted.waha import Waha
from flask_chatbot.transports.telegram.transport import Telegram
from flask_chatbot.transports.telegram.updates import Me
from flask_chatbot.transports.webhooks import HttpTransport
from tests.transports.cloud.graph import APP_SECRET, PHONE_ID, TOKEN, VERIFY_TOKEN, change, envelope, sign
from tests.transports.selfhosted.gateway import OURS
from tests.transports.selfhosted.gowas import PASSWORD, SECRET, USER, GowaServer
from tests.transports.selfhosted.wahas import HMAC, KEY
from tests.transports.telegram.bot_api import TOKEN as BOT_TOKEN

NOWHERE = "http://127.0.0.1:9"  # nothing here calls the platform
BUDI = "628123456789"
STRANGE = {"new_field": {"x": [1, None, {"y": "z"}]}}  # which every object has besides


@dataclass(frozen=True, slots=True)
class Call:
    """The body of a call, and the headers that prove it."""

    body: bytes
    headers: Mapping[str, str]


class Door:
    """What one platform writes: a message, one of another number, and kinds of which nobody has heard."""

    def transport(self) -> HttpTransport:
        """The transport that is called."""
        raise NotImplementedError

    def message(self, at: float, **more: Any) -> Any:
        """A message from Budi that was written then; `more` stands in each of its objects besides."""
        raise NotImplementedError

    def of_another(self, at: float) -> Any:
        """A message to another number of the same account, or None if each number has a door of its own."""

    def strange(self, at: float) -> Any:
        """An event of a kind that nobody knows."""
        raise NotImplementedError

    def place(self, at: float, lat: object, lng: object) -> Any:
        """A place that Budi shared."""
        raise NotImplementedError

    def with_id(self, at: float, id_: object) -> Any:
        """A message with this id."""
        raise NotImplementedError

    def together(self, documents: Sequence[Any]) -> list[Any]:
        """The documents in as few calls as the platform makes."""
        return list(documents)

    def headers(self, body: bytes) -> Mapping[str, str]:
        """The headers that prove a body."""
        raise NotImplementedError

    def close(self) -> None:
        """End what was started."""

    def call(self, document: Any, size: int = 0) -> Call:
        """The call with a document, made as long as `size` bytes."""
        body = json.dumps(document).encode().ljust(size)
        return Call(body, {"Content-Type": "application/json", **self.headers(body)})


class CloudDoor(Door):
    def transport(self) -> HttpTransport:
        return Cloud(PHONE_ID, TOKEN, APP_SECRET, VERIFY_TOKEN, url=NOWHERE)

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"X-Hub-Signature-256": sign(body)}

    def whole(self, value: Any, phone_id: str = PHONE_ID) -> Any:
        return json.loads(envelope([change(value, phone_id=phone_id)]))

    def text(self, at: float, **more: Any) -> Any:
        text = {"body": "halo", **more}
        found = {"from": BUDI, "id": "wamid.1", "timestamp": str(int(at)), "type": "text", "text": text, **more}
        return {"contacts": [{"profile": {"name": "Budi", **more}, "wa_id": BUDI, **more}], "messages": [found], **more}

    def message(self, at: float, **more: Any) -> Any:
        return {**self.whole(self.text(at, **more)), **more}

    def of_another(self, at: float) -> Any:
        return self.whole(self.text(at), "999")

    def place(self, at: float, lat: object, lng: object) -> Any:
        place = {"latitude": lat, "longitude": lng}
        found = {"from": BUDI, "id": "wamid.3", "timestamp": str(int(at)), "type": "location", "location": place}
        return self.whole({"contacts": [{"wa_id": BUDI}], "messages": [found]})

    def with_id(self, at: float, id_: object) -> Any:
        value = self.text(at)
        value["messages"][0]["id"] = id_
        return self.whole(value)

    def together(self, documents: Sequence[Any]) -> list[Any]:
        return [{**documents[0], "entry": [entry for each in documents for entry in each["entry"]]}]

    def strange(self, at: float) -> Any:
        return self.whole({"statuses": [{"id": "wamid.2", "status": "pondered", "timestamp": str(int(at))}]})


class WahaDoor(Door):
    def transport(self) -> HttpTransport:
        return Waha(NOWHERE, KEY, HMAC)

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"X-Webhook-Hmac": hmac.new(HMAC.encode(), body, hashlib.sha512).hexdigest(), "X-Webhook-Hmac-Algorithm": "sha512"}

    def event(self, payload: Any, event: str = "message", session: str = "default", **more: Any) -> Any:
        return {"id": "evt_1", "session": session, "event": event, "payload": payload, "me": {"id": person_chat(OURS), **more}, **more}

    def text(self, at: float, **more: Any) -> Any:
        chat = person_chat(BUDI)
        known = {"id": f"false_{chat}_AAAA", "timestamp": int(at), "from": chat, "fromMe": False, "source": "app"}
        return {**known, "to": person_chat(OURS), "body": "halo", "hasMedia": False, **more}

    def message(self, at: float, **more: Any) -> Any:
        return self.event(self.text(at, **more), **more)

    def of_another(self, at: float) -> Any:
        return self.event(self.text(at), session="another")

    def place(self, at: float, lat: object, lng: object) -> Any:
        return self.event({**self.text(at), "id": f"false_{person_chat(BUDI)}_BBBB", "location": {"latitude": lat, "longitude": lng}})

    def with_id(self, at: float, id_: object) -> Any:
        return self.event({**self.text(at), "id": id_})

    def strange(self, at: float) -> Any:
        return self.event({"id": "x", "timestamp": int(at)}, event="message.pondered")


class GowaDoor(Door):
    def __init__(self) -> None:
        self._server = GowaServer()  # which is asked whose device an event is of

    def transport(self) -> HttpTransport:
        return Gowa(self._server.url, USER, PASSWORD, SECRET, device="toko")

    def close(self) -> None:
        self._server.end()

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}

    def event(self, payload: Any, event: str = "message", device: str = "toko", **more: Any) -> Any:
        return {"event": event, "device_id": device, "payload": payload, **more}

    def text(self, at: float, **more: Any) -> Any:
        who = f"{BUDI}@s.whatsapp.net"
        known = {"id": "AAAA", "chat_id": who, "from": who, "from_name": "Budi", "is_from_me": False, "body": "halo"}
        return {**known, "timestamp": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **more}

    def message(self, at: float, **more: Any) -> Any:
        return self.event(self.text(at, **more), **more)

    def of_another(self, at: float) -> Any:
        return self.event(self.text(at), device="lain")

    def place(self, at: float, lat: object, lng: object) -> Any:
        return self.event({**self.text(at), "id": "BBBB", "location": {"degreesLatitude": lat, "degreesLongitude": lng}})

    def with_id(self, at: float, id_: object) -> Any:
        return self.event({**self.text(at), "id": id_})

    def strange(self, at: float) -> Any:
        return self.event({"timestamp": int(at)}, event="message.pondered")


class TelegramDoor(Door):
    def __init__(self) -> None:
        self._telegram = Telegram(BOT_TOKEN, updates="webhook", url=NOWHERE)
        self._telegram._me = Me(id=110201543, username="toko_maju_bot", name="Toko Maju")

    def transport(self) -> HttpTransport:
        return self._telegram

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"X-Telegram-Bot-Api-Secret-Token": self._telegram._secret}

    def message(self, at: float, **more: Any) -> Any:
        user = {"id": 77001234, "is_bot": False, "first_name": "Budi", **more}
        known = {"message_id": 5, "from": user, "chat": {"id": 77001234, "type": "private", **more}, "date": int(at), "text": "halo"}
        return {"update_id": 1, "message": {**known, **more}, **more}

    def place(self, at: float, lat: object, lng: object) -> Any:
        found = {**self.message(at)["message"], "message_id": 6, "location": {"latitude": lat, "longitude": lng}}
        return {"update_id": 3, "message": {name: value for name, value in found.items() if name != "text"}}

    def with_id(self, at: float, id_: object) -> Any:
        return {"update_id": 4, "message": {**self.message(at)["message"], "message_id": id_}}

    def strange(self, at: float) -> Any:
        return {"update_id": 2, "pondered": {"date": int(at)}}


DOORS: Mapping[str, type[Door]] = {"cloud": CloudDoor, "waha": WahaDoor, "gowa": GowaDoor, "telegram": TelegramDoor}

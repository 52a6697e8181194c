"""`Cloud`: a `Transport` to a number of Meta's Cloud API."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flask_chatbot.core.media.file_types import received_file
from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.contents import Attachment, File, MediaKind
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Audio, Image, Media, Sticker, Video
from flask_chatbot.errors import BadPayload, Refused, TryLater
from flask_chatbot.transports.base import FOR_BOTS, Listener, Session
from flask_chatbot.transports.cloud.bodies import content, envelope, read_mark
from flask_chatbot.transports.cloud.formats import kind_at_meta, media_content, mime_at_meta, name_at_meta
from flask_chatbot.transports.cloud.graph import GRAPH_URL, Graph
from flask_chatbot.transports.cloud.nodes import Node, text
from flask_chatbot.transports.cloud.uploads import Uploads
from flask_chatbot.transports.cloud.versions import VERSION, warn_of_end
from flask_chatbot.transports.cloud.webhook import check_signature, read_webhook, shake_hands
from flask_chatbot.transports.webhooks import DEADLINE, Tools, WebhookCall, WebhookContent
from flask_chatbot.transports.words import texts_of

BODY_LIMIT = 3 * 1024 * 1024  # bytes: Meta sends no more at once
TYPING = 20.0  # seconds until it is shown again; Meta shows it for 25
_KINDS: Mapping[type[Media], MediaKind] = {
    Image: "image",
    Audio: "audio",
    Video: "video",
    Sticker: "sticker",
}  # by link, of all others a document


class Cloud:
    """A `Transport` that sends by Meta's Graph API, and is called by its webhooks.

    `phone_id` is Meta's id of the number. Webhooks are signed with `app_secret`; `verify_token` is what the operator entered at Meta.
    `deadline` is in seconds.
    """

    runs_anywhere = True
    body_limit = BODY_LIMIT
    capabilities = replace(FOR_BOTS, templates=True, echoes=True, window_24h=True, groups=False)

    def __init__(
        self,
        phone_id: str,
        token: str,
        app_secret: str,
        verify_token: str,
        *,
        version: str = VERSION,
        url: str = GRAPH_URL,
        name: str = "cloud",
        deadline: float = DEADLINE,
    ) -> None:
        self.name = name
        self._phone_id = phone_id
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._version = version
        self._graph = Graph(url, version, phone_id, token, deadline)
        self._uploads = Uploads()
        self._typing: tuple[str, float] = ("", 0.0)  # the last message that was marked, and until when that shows

    def __repr__(self) -> str:
        return f"<Cloud {self.name!r}>"

    def equip(self, tools: Tools) -> None:
        warn_of_end(self._version, datetime.now(UTC).date(), tools.as_written)
        self._graph.equip(tools)

    def open(self, listener: Listener) -> None:
        """Nothing is opened: Meta calls us, whoever listens."""

    def close(self) -> None:
        """Nothing is closed."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        body = envelope(outbound)
        hidden = [number_of(outbound.chat), *texts_of(outbound.reply)]
        if not isinstance(outbound.reply, Media):
            return self._graph.send({**body, **content(outbound.reply, in_group=is_group(outbound.chat))}, hidden)
        if file is None:
            return self._graph.send({**body, **_linked(outbound.reply)}, hidden)
        return self._send_file({**body}, outbound.reply, file, hidden)

    def session(self) -> Session:
        known = self._graph.phone()
        number = "".join(sign for sign in text(known.get("display_phone_number")) if sign.isascii() and sign.isdecimal())
        return Session(is_authenticated=True, number=number, name=text(known.get("verified_name")))

    def groups(self) -> tuple[()]:
        return ()

    def has_whatsapp(self, number: str) -> bool:
        raise Refused("Meta's Cloud API cannot check numbers.")

    def typing(self, chat: str, message_id: str) -> None:
        """Mark the message as read, and show that an answer is on its way. Groups have neither."""
        shown, until = self._typing
        if is_group(chat) or (shown == message_id and time.monotonic() < until):
            return
        self._typing = message_id, time.monotonic() + TYPING
        self._graph.mark(read_mark(message_id))

    def download(self, attachment: Attachment) -> File:
        return received_file(attachment, self._graph.download(attachment.handle))

    def receive(self, call: WebhookCall) -> WebhookContent:
        """Read a webhook: the handshake by GET, and by POST everything that it brings."""
        if call.path:
            raise BadPayload("There is no such address.", 404)
        try:
            if call.method == "GET":
                return shake_hands(call, self._verify_token)
            check_signature(call, self._app_secret)
        except BadPayload as error:
            raise BadPayload(self._graph.as_written(error.message), error.status) from None
        return read_webhook(call.body, self._phone_id, self.name)

    def _send_file(self, body: Node, reply: Media, file: File, hidden: list[str]) -> str:
        """Send a file by the id of its upload. An id from before that Meta refuses is not used again."""
        kind, name = kind_at_meta(file, reply.caption), name_at_meta(reply, file)
        known = self._uploads.known(file)
        media_id = known or self._graph.upload(file, mime_at_meta(file), name)
        if not known:
            self._uploads.keep(file, media_id)
        try:
            return self._graph.send({**body, **media_content(reply, kind, {"id": media_id}, name)}, [*hidden, name])
        except Refused as refusal:
            if known and self._uploads.forget(file):
                raise TryLater(str(refusal)) from None
            raise


def _linked(reply: Media) -> Node:
    """A file that Meta fetches itself; only its class says what it is."""
    kind: MediaKind = next((kind for made, kind in _KINDS.items() if isinstance(reply, made)), "document")
    return media_content(reply, "document" if kind == "audio" and reply.caption else kind, {"link": reply.url}, reply.filename)

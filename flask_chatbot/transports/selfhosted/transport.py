"""`SelfHosted`: what the transports to gateways of a shop's own have in common, whatever dialect the gateway speaks."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.media.file_types import received_file
from flask_chatbot.core.values.chats import is_group, number_of
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.people import PERSON
from flask_chatbot.core.values.replies import Media, Text
from flask_chatbot.errors import BadPayload, NotConnected, Refused, Restricted, TransportError, TryLater
from flask_chatbot.transports.base import Group, Listener, Session
from flask_chatbot.transports.parts import in_parts
from flask_chatbot.transports.reading import apart
from flask_chatbot.transports.selfhosted.calls import Caller, CallFailed, Rejected
from flask_chatbot.transports.selfhosted.requests import ApiCall
from flask_chatbot.transports.webhooks import ANSWER_LIMIT, Tools, WebhookCall, WebhookContent
from flask_chatbot.transports.words import texts_of

UNCONNECTED_FOR = 30.0  # seconds until a gateway without a phone is asked again
NO_WHATSAPP = "This number does not use WhatsApp."
NO_GROUP = "The phone is in no such group. /api/groups lists those it is in."

log = get_logger(__name__)


class SelfHosted(ABC):
    """A `Transport` to a gateway that the shop runs itself. `deadline` is in seconds, `clock` gives epoch seconds."""

    runs_anywhere = True
    body_limit = 3 * 1024 * 1024
    who: ClassVar[str]

    def __init__(self, name: str, caller: Caller, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self._caller = caller
        self._clock = clock

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def equip(self, tools: Tools) -> None:
        self._caller.tools = tools

    def open(self, listener: Listener) -> None:  # noqa: B027  nobody needs another
        """Nothing is opened: the gateway calls us, whoever listens."""

    def close(self) -> None:  # noqa: B027
        """Nothing is closed."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        hidden = [number_of(outbound.chat), *texts_of(outbound.reply)]

        def send(request: ApiCall) -> str:
            return self.id_of(self._hand_over(request, outbound.chat, hidden))

        return in_parts(outbound, [partial(send, request) for request in self.requests(outbound, file)])[-1] or outbound.id

    @abstractmethod
    def requests(self, outbound: Outbound, file: File | None) -> Sequence[ApiCall]:
        """The calls that send a message; raises `Refused` for a kind that the gateway does not have."""

    def with_caption(self, call: ApiCall, outbound: Outbound, file: File | None) -> Sequence[ApiCall]:
        """The call that sends a file, and behind a sound, which WhatsApp shows without words, its caption as a text."""
        caption = outbound.reply.caption if isinstance(outbound.reply, Media) and file is not None and file.kind == "audio" else ""
        return [call, *(self.requests(replace(outbound, reply=Text(caption), reply_to=""), None) if caption else [])]

    @abstractmethod
    def id_of(self, answer: Any) -> str:
        """The id of a message by the answer to its send, as receipts have it; empty if the answer has none."""

    @abstractmethod
    def session(self) -> Session: ...

    def is_connected(self) -> bool:
        """True if the gateway's phone is connected."""
        return self.session().is_authenticated

    @abstractmethod
    def groups(self) -> tuple[Group, ...]: ...

    @abstractmethod
    def has_whatsapp(self, number: str) -> bool: ...

    def download(self, attachment: Attachment) -> File:
        if not attachment.handle:
            raise Refused(f"{self.who} has not kept this file.")
        return received_file(attachment, self.content(attachment.handle))

    @abstractmethod
    def content(self, handle: str) -> bytes:
        """The bytes of a file that came in, by what `read` noted as its handle."""

    def receive(self, call: WebhookCall) -> WebhookContent:
        """Read a call of the gateway's, which is signed."""
        if call.method != "POST":
            raise BadPayload("This address takes POST only.", 405)
        if not self.is_signed(call):
            raise BadPayload("The signature is missing or wrong.", 401)
        try:
            document = json.loads(call.body)
        except (ValueError, RecursionError):
            raise BadPayload("The body must be JSON.") from None
        if not isinstance(document, dict):
            raise BadPayload("The body must be a JSON object with an 'event'.")
        try:
            (read,) = apart(str(document.get("event"))[:40], lambda: [self.read(document)])
        except TransportError as error:
            raise BadPayload(str(error), 503) from None
        return WebhookContent(left_out=(read,)) if isinstance(read, str) else read

    @abstractmethod
    def is_signed(self, call: WebhookCall) -> bool:
        """True if the gateway made a call: its signature is of these very bytes."""

    @abstractmethod
    def read(self, document: dict[str, Any]) -> WebhookContent:
        """Read one event; what cannot be read may raise any error."""

    def _received(self, message: Message) -> Message:
        return replace(message, line=self.name, fetch=self.download)

    def _ask(self, request: ApiCall, limit: int = ANSWER_LIMIT) -> Any:
        """The gateway's answer to a question; whatever it refuses is to be tried later. `limit` is in bytes."""
        try:
            return self._caller.ask(request, limit=limit)
        except Rejected as rejected:
            raise TryLater(rejected.words or f"{self.who} answered {rejected.status}.", UNCONNECTED_FOR) from None

    def _hand_over(self, request: ApiCall, chat: str, hidden: Iterable[str]) -> Any:
        """Send by one call. A refusal is final only if it is about this message, and not about the phone."""
        try:
            return self._caller.ask(request, hidden)
        except Restricted:
            raise
        except Rejected as rejected:
            words = rejected.words or f"{self.who} answered {rejected.status}."
        except CallFailed as error:
            if not error.after:
                self._check_reach(chat)
            raise TryLater(str(error), error.after) from None
        try:
            is_connected = self.is_connected()
        except TryLater as error:
            raise NotConnected(f"{words} {error}", UNCONNECTED_FOR) from None
        if not is_connected:
            raise NotConnected(f"{words} The gateway's phone is not connected.", UNCONNECTED_FOR)
        self._check_reach(chat)
        raise Refused(words)

    def _check_reach(self, chat: str) -> None:
        """Raise `Refused` if nothing can ever arrive in a chat, as far as the gateway knows."""
        try:
            if is_group(chat):
                reaches = number_of(chat) in {group.id for group in self.groups()}
            else:
                reaches = not chat.endswith(PERSON) or self.has_whatsapp(number_of(chat))
        except TransportError:
            return
        if not reaches:
            raise Refused(NO_GROUP if is_group(chat) else NO_WHATSAPP)

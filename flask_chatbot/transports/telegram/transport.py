"""`Telegram`: a `Transport` to a bot at Telegram, whose messages are asked for, or brought to a webhook."""

import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Literal

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.media.file_types import received_file
from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.contents import Attachment, File, Reaction
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Image, Media
from flask_chatbot.errors import BadPayload, Refused, TransportError, TryLater
from flask_chatbot.transports.base import FOR_BOTS, Group, Listener, Session
from flask_chatbot.transports.cloud.nodes import Node, node, text, whole
from flask_chatbot.transports.parts import in_parts
from flask_chatbot.transports.reading import apart, log_left_out
from flask_chatbot.transports.telegram.api import API_URL, LATELY, BotApi, Moved
from flask_chatbot.transports.telegram.bodies import AS_DOCUMENT, Sending, sendings
from flask_chatbot.transports.telegram.names import chat_id, message_id, message_name
from flask_chatbot.transports.telegram.polling import POLL, UpdatePoller
from flask_chatbot.transports.telegram.updates import ALLOWED, Me, Read, read_update
from flask_chatbot.transports.webhooks import DEADLINE, OK, Tools, WebhookAnswer, WebhookCall, WebhookContent
from flask_chatbot.transports.words import texts_of

BODY_LIMIT = 1024 * 1024  # bytes of an update
KNOWN_GROUPS = 1000
NO_ADDRESS = "CHATBOT_TELEGRAM_UPDATES is 'webhook', which needs CHATBOT_PUBLIC_URL, the address of the app with https://."
WAY_OUT = "Correct CHATBOT_PUBLIC_URL, or leave CHATBOT_TELEGRAM_UPDATES out."
BROUGHT_ELSEWHERE = (
    "Telegram does not bring messages to this app. Does another program use the same bot? End it, and start the worker again, "
    "which sets the address."
)
NO_NUMBERS = "Telegram cannot check numbers."
_NO_PHOTO = ("PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "PHOTO_EXT_INVALID")

log = get_logger(__name__)


class Telegram:
    """A `Transport` to the bot that @BotFather gave a token for.

    With `updates` "polling" it asks for what people write, in one process at a time; with "webhook" Telegram brings it to every process.
    `deadline` and `poll` are in seconds.
    """

    body_limit = BODY_LIMIT
    capabilities = replace(FOR_BOTS, receipts=False, by_number=False)

    def __init__(
        self,
        token: str,
        *,
        updates: Literal["polling", "webhook"] = "polling",
        url: str = API_URL,
        name: str = "telegram",
        deadline: float = DEADLINE,
        poll: float = POLL,
    ) -> None:
        self.name = name
        self.runs_anywhere = updates == "webhook"
        self._api = BotApi(url, token, deadline)
        self._secret = hmac.new(token.encode(), b"flask_chatbot webhook", sha256).hexdigest()  # the same in each process
        self._poll = poll
        self._address = ""
        self._me: Me | None = None
        self._polling: UpdatePoller | None = None
        self._groups: dict[str, str] = {}  # names by ids, as far as they are known since the start
        self._moved: dict[int, int] = {}
        self._checked_at = -LATELY  # by a monotonic clock: when Telegram said last that it calls us

    def __repr__(self) -> str:
        return f"<Telegram {self.name!r}>"

    def equip(self, tools: Tools) -> None:
        self._api.equip(tools)
        self._address = tools.address

    def open(self, listener: Listener) -> None:
        me = self._known_me()
        if self.runs_anywhere:
            self._set_webhook()
            return
        self._remove_webhook()
        self._polling = UpdatePoller(self.name, self._api, lambda update: self._take(update, listener), self._poll)
        self._polling.start()
        log.info("line %s: messages to @%s are asked for at Telegram", self.name, me.username)

    def close(self) -> None:
        polling, self._polling = self._polling, None
        if polling is not None:
            polling.stop()

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        chat = chat_id(outbound.chat)
        chat = self._moved.get(chat, chat)
        hidden = [number_of(outbound.chat), *texts_of(outbound.reply)]
        try:
            return self._send(chat, outbound, file, hidden)
        except Moved as moved:
            log.info("a group has become a supergroup at Telegram: its messages go to the new id")
            self._moved[chat] = moved.to
            return self._send(moved.to, replace(outbound, taken=moved.taken), file, hidden)

    def session(self) -> Session:
        """The bot, if the last calls succeeded. Raises `TryLater` with the reason why they did not."""
        polling = self._polling
        if polling is not None and polling.fault:
            raise TryLater(polling.fault)
        if self.runs_anywhere:
            self._check_webhook()
        me = self._known_me() if self._api.has_answered_lately else self._ask_me()
        return Session(is_authenticated=True, name=me.username or me.name)

    def groups(self) -> Sequence[Group]:
        """The groups in which something has happened since this process began: Telegram has no list of them."""
        self._api.ask("getMe")  # raises where there is no connection: an empty list would say that there are no groups
        return [Group(id=id_, name=name) for id_, name in self._groups.copy().items()]

    def has_whatsapp(self, number: str) -> bool:
        raise Refused(NO_NUMBERS)

    def download(self, attachment: Attachment) -> File:
        return received_file(attachment, self._api.download(attachment.handle))

    def typing(self, chat: str, message_id: str) -> None:
        there = chat_id(chat)
        self._api.ask("sendChatAction", {"chat_id": self._moved.get(there, there), "action": "typing"})

    def receive(self, call: WebhookCall) -> WebhookContent:
        """Read an update that Telegram brought; a tap is acknowledged in the answer."""
        if call.path or not self.runs_anywhere:
            raise BadPayload("There is no such address.", 404)
        given = call.headers.get("x-telegram-bot-api-secret-token", "")
        if call.method != "POST" or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise BadPayload("The secret token is wrong.", 401)
        try:
            update = json.loads(call.body)
        except (ValueError, RecursionError):
            raise BadPayload("The body is no JSON.") from None
        if not whole(node(update).get("update_id")):
            raise BadPayload("The body is no update.")
        read = self._read(update)
        return WebhookContent(
            messages=(read.message,) if read.message else (),
            answer=_acknowledging(read.tap) if read.tap else OK,
            left_out=(read.left_out,) if read.left_out else (),
        )

    def _take(self, update: Node, listener: Listener) -> None:
        """Hand an update over; it is kept when this returns."""
        read = self._read(update)
        if read.message is not None:
            listener.received(read.message)
        log_left_out(self.name, [read.left_out] if read.left_out else [])
        if read.tap:
            try:
                self._api.ask("answerCallbackQuery", {"callback_query_id": read.tap})
            except TransportError as error:  # it is too old, say: the button has stopped turning by itself
                log.info("line %s: a tap was not acknowledged: %s", self.name, error)

    def _read(self, update: Node) -> Read:
        me = self._known_me()
        (found,) = apart("update", lambda: [read_update(update, me)])
        if isinstance(found, str):
            return Read(left_out=found)
        id_, name = found.group
        if id_ and (id_ in self._groups or len(self._groups) < KNOWN_GROUPS):
            self._groups[id_] = name
        return found

    def _send(self, chat: int, outbound: Outbound, file: File | None, hidden: list[str]) -> str:
        """Send a message, perhaps in several parts, and return the id of the first."""
        if isinstance(outbound.reply, Reaction):
            return self._react(chat, outbound.reply, outbound.id)
        answers = message_id(outbound.reply_to, chat)
        quote: dict[str, object] = {"reply_parameters": {"message_id": answers, "allow_sending_without_reply": True}} if answers else {}

        def send(sending: Sending, to: dict[str, object]) -> str:
            found = node(self._part(sending, {"chat_id": chat, **to}, outbound, file, hidden))
            return message_name(chat, whole(found.get("message_id")))

        made = sendings(outbound.reply, file)
        return in_parts(outbound, [partial(send, each, {} if place else quote) for place, each in enumerate(made)])[0]

    def _part(self, sending: Sending, to: dict[str, object], outbound: Outbound, file: File | None, hidden: list[str]) -> object:
        if not sending.field or file is None:
            return self._api.ask(sending.method, {**to, **sending.values}, hidden)
        name = (outbound.reply.filename if isinstance(outbound.reply, Media) else "") or file.name or "file"
        try:
            return self._api.upload(sending.method, {**to, **sending.values}, sending.field, file, name, [*hidden, name])
        except Refused as refusal:
            if not isinstance(outbound.reply, Image) or not any(code in str(refusal) for code in _NO_PHOTO):
                raise
        method, field = AS_DOCUMENT  # what Telegram does not show as a photo, since it is too long or too large, say
        return self._api.upload(method, {**to, **sending.values}, field, file, name, [*hidden, name])

    def _react(self, chat: int, reaction: Reaction, id_: str) -> str:
        message = message_id(reaction.to, chat)
        if not message:
            raise Refused("The message to react to is in another chat at Telegram, or it is gone.")
        emoji = [{"type": "emoji", "emoji": reaction.emoji}] if reaction.emoji else []
        self._api.ask("setMessageReaction", {"chat_id": chat, "message_id": message, "reaction": emoji})
        return f"{reaction.to} {id_}"

    def _known_me(self) -> Me:
        return self._me or self._ask_me()

    def _ask_me(self) -> Me:
        found = node(self._api.ask("getMe"))
        if not whole(found.get("id")):
            raise TryLater("Telegram did not say which bot this is.")
        me = self._me = Me(id=whole(found["id"]), username=text(found.get("username")), name=text(found.get("first_name")))
        return me

    def _set_webhook(self) -> None:
        if not self._address:
            raise TryLater(self._api.as_written(NO_ADDRESS))
        asked = {"url": self._address, "secret_token": self._secret, "allowed_updates": list(ALLOWED)}
        try:
            self._api.ask("setWebhook", asked)
        except Refused as refusal:
            raise TryLater(f"{refusal} {self._api.as_written(WAY_OUT)}", 60.0) from None
        log.info("line %s: Telegram brings messages to the webhook from now on", self.name)

    def _check_webhook(self) -> None:
        """Raise `TryLater` if Telegram brings messages to another address; it is asked every half minute."""
        now = time.monotonic()
        if now - self._checked_at >= LATELY:
            if text(node(self._api.ask("getWebhookInfo")).get("url")) != self._address:
                raise TryLater(BROUGHT_ELSEWHERE)
            self._checked_at = now

    def _remove_webhook(self) -> None:
        if text(node(self._api.ask("getWebhookInfo")).get("url")):
            self._api.ask("deleteWebhook")
            log.info("line %s: the webhook that was set at Telegram is removed: messages are asked for from now on", self.name)


def _acknowledging(tap: str) -> WebhookAnswer:
    """The answer to a webhook that makes a button stop turning."""
    return WebhookAnswer(body=json.dumps({"method": "answerCallbackQuery", "callback_query_id": tap}).encode())

"""The acks of messages: receipts move them forward, and each change queues its callbacks."""

import logging
from collections.abc import Callable
from secrets import token_hex

from sqlalchemy import Connection

from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.retry import Clock
from flask_chatbot.errors import FetchRefused
from flask_chatbot.store import callbacks, stored, transport_ids
from flask_chatbot.webclient.addresses import read_url

log = logging.getLogger(__name__)


class Acks:
    """Changes the acks of one session's messages.

    Each change queues its callbacks in the same transaction: to the message's `notify_url` and, while `has_handlers` says there are any,
    to the app's own ``@bot.on_ack``.
    """

    def __init__(self, session: str, *, clock: Clock, has_handlers: Callable[[], bool]) -> None:
        self._session = session
        self._clock = clock
        self._has_handlers = has_handlers

    def change(self, connection: Connection, message: str, ack: Ack, at: float, error: str = "") -> bool:
        """Move a message's ack forward; False if it is there already, or past it."""
        moved = stored.move_ack(connection, message, ack, at, error)
        if moved is None:
            return False
        urls = [moved.notify_url] if moved.notify_url else []
        callbacks.add(connection, [self._callback(message, ack, at, url) for url in [*urls, *([""] if self._has_handlers() else [])]])
        return True

    def sent(self, connection: Connection, message: str, transport_id: str, at: float) -> None:
        """Record that a message went out, and its id at WhatsApp; receipts that came before this are applied now."""
        early = transport_ids.link(connection, self._session, transport_id, message, at)
        self.change(connection, message, Ack.SENT, at)
        for receipt in early:
            self.change(connection, message, receipt.ack, receipt.at, receipt.error)

    def received(self, connection: Connection, receipt: Receipt) -> None:
        """Record a receipt; a receipt for an unknown message is kept until that is known."""
        message = transport_ids.message_of(connection, self._session, receipt.id)
        if message is None and not transport_ids.keep_early(connection, self._session, receipt, self._clock()):
            message = transport_ids.message_of(connection, self._session, receipt.id)  # it became known just now
        if message is not None:
            self.change(connection, message, receipt.ack, receipt.at, receipt.error)

    def receipt(self, database: Database, receipt: Receipt) -> None:
        """Record a receipt in a transaction of its own: it is committed once this returns."""
        with database.writing() as connection:
            self.received(connection, receipt)
        log.info("a receipt came: ack %d", receipt.ack)

    def _callback(self, message: str, ack: Ack, at: float, url: str) -> callbacks.NewCallback:
        host, error = "", None
        if url:
            try:
                host = read_url(url, any_port=True).server
            except FetchRefused as refused:
                error = str(refused)
        name = f"msg_{token_hex(12)}"
        return callbacks.NewCallback(id=name, message=message, ack=ack, at=at, url=url, host=host, created_at=self._clock(), error=error)

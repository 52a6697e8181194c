"""The acks of messages: receipts move them forward, and each change queues its callbacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.retry import Clock, next_send
from flask_chatbot.errors import FetchRefused
from flask_chatbot.store import callbacks, stored, transport_ids
from flask_chatbot.store.outgoing import charges
from flask_chatbot.store.stored import Stored
from flask_chatbot.webclient.addresses import read_url

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SentOut:
    """A message that a transport took at a time, and the id that it gave it."""

    message: str
    transport_id: str
    at: float


class Acks:
    """Changes the acks of one session's messages.

    Each change queues its callbacks in the same transaction: to the message's `notify_url` and, while `has_handlers` says there are any,
    to the app's own ``@bot.on_ack``.
    """

    def __init__(self, session: str, *, clock: Clock, has_handlers: Callable[[], bool]) -> None:
        self._session = session
        self._clock = clock
        self._has_handlers = has_handlers

    def change(self, connection: Connection, message: str, ack: Ack, at: float, error: str = "", reason: str = "reported") -> bool:
        """Move a message's ack forward; False if it is there already, or past it. `reason` is why it failed, in a word for counting."""
        moved = stored.move_ack(connection, message, ack, at, error, reason)
        if moved is None:
            return False
        self._report(connection, [(moved, ack, at)])
        return True

    def sent(self, connection: Connection, out: Sequence[SentOut]) -> None:
        """Record messages that went out, with their ids at WhatsApp; receipts that came before this are applied now."""
        early = transport_ids.link(connection, self._session, [(each.transport_id, each.message, each.at) for each in out])
        moved = stored.move_sent(connection, {each.message: each.at for each in out})
        self._report(connection, [(each, Ack.SENT, at) for each, at in moved])
        for each in out:
            for receipt in early.get(each.transport_id, ()):
                self._apply(connection, each.message, receipt)

    def received(self, connection: Connection, receipt: Receipt) -> None:
        """Record a receipt; a receipt for an unknown message is kept until that is known, unless it names the message itself."""
        message = transport_ids.message_of(connection, self._session, receipt.id)
        if message is None and receipt.message and stored.went_out(connection, self._session, receipt.message, self._clock()):
            message = receipt.message
            self.sent(connection, [SentOut(message, receipt.id, receipt.at)])
        if message is None and not transport_ids.keep_early(connection, self._session, receipt, self._clock()):
            message = transport_ids.message_of(connection, self._session, receipt.id)  # it became known just now
        if message is not None:
            self._apply(connection, message, receipt)

    def receipt(self, database: Database, receipt: Receipt) -> None:
        """Record a receipt in a transaction of its own: it is committed once this returns."""
        database.write(lambda connection: self.received(connection, receipt))
        log.info("a receipt came: ack %(ack)d", {"ack": int(receipt.ack), "line": self._session})

    def _apply(self, connection: Connection, message: str, receipt: Receipt) -> None:
        if receipt.ack is Ack.ERROR and transport_ids.has_ended(connection, self._session, receipt.id):
            log.info("message %(message_id)s was sent again since it failed: the failure is reported late", {"message_id": message})
        elif not (receipt.ack is Ack.ERROR and self._is_tried_again(connection, message, receipt)):
            self.change(connection, message, receipt.ack, receipt.at, receipt.error)
        if receipt.pricing is not None:
            charges.keep(connection, self._session, message, receipt.ack, receipt.at, receipt.pricing)

    def _is_tried_again(self, connection: Connection, message: str, receipt: Receipt) -> bool:
        """Queue a message that failed at the other side once more, if that may help; also True if this failure was heeded before."""
        if receipt.again_after is None:
            return False
        found = stored.find(connection, message)
        if not transport_ids.spend(connection, self._session, receipt.id) or found is None:
            return True
        due = next_send(found.tries, self._clock(), found.expires_at, receipt.again_after)
        if due is None:
            return False
        if stored.queue_again(connection, found, due, receipt.error):
            facts = {"message_id": message, "wait": due - self._clock()}
            log.info("message %(message_id)s failed after it was taken, and is tried again in %(wait)d seconds", facts)
        return True

    def _report(self, connection: Connection, moved: Sequence[tuple[Stored, Ack, float]]) -> None:
        """Queue the callbacks of acks that moved at those times."""
        own = [""] if self._has_handlers() else []
        urls = [(each, ack, at, [each.notify_url, *own] if each.notify_url else own) for each, ack, at in moved]
        callbacks.add(connection, [self._callback(each.id, ack, at, url) for each, ack, at, to in urls for url in to])

    def _callback(self, message: str, ack: Ack, at: float, url: str) -> callbacks.NewCallback:
        host, error = "", None
        if url:
            try:
                host = read_url(url, any_port=True).server
            except FetchRefused as refused:
                error = str(refused)
        name = f"msg_{token_hex(12)}"
        now = self._clock()
        return callbacks.NewCallback(
            id=name, message=message, ack=ack, at=at, url=url, host=host, created_at=now, error=error, line=self._session
        )

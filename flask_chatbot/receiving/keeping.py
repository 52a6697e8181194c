"""A call that came in for a transport: its messages and receipts are in the database before it is answered."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.incoming.events import Incoming
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.receiving.sound import only_sound
from flask_chatbot.store.incoming import events
from flask_chatbot.store.strangers import restrictions
from flask_chatbot.store.upkeep.sweeping import EVENTS_KEPT
from flask_chatbot.transports.reading import log_left_out
from flask_chatbot.transports.webhooks import HttpTransport, WebhookAnswer, WebhookCall, WebhookContent

OLDEST = EVENTS_KEPT - 43_200.0  # seconds: whatever is older and comes again is not recognised; clocks may differ by half a day
OLD = "{} older than a week"

log = get_logger(__name__)


def receiver(lines: Lines, line: str) -> HttpTransport | None:
    """The transport of this line, if it is called by HTTP."""
    gateway = lines.of(line)
    return None if gateway is None else gateway.called


def receive(gateway: Gateway, transport: HttpTransport, call: WebhookCall) -> WebhookAnswer:
    """Keep what a call brought, wake the worker, and return the answer.

    Raises `BadPayload` if the transport refuses the call, `StoreError` if nothing was kept.
    """
    received = _without_old(only_sound(transport.receive(call)), gateway.clock() - OLDEST)
    if received.restricted_until is not None:
        _keep_restriction(gateway, transport.name, received)
    incoming = _in_order(received)
    if incoming or received.receipts:
        new = _keep(gateway, transport.name, incoming, received.receipts)
        gateway.wake()
        facts = {"line": transport.name, "came": len(incoming), "new": new, "receipts": len(received.receipts)}
        log.info("line %(line)s: %(came)d messages and events came, %(new)d of them new, and %(receipts)d receipts", facts)
    log_left_out(transport.name, received.left_out)
    return received.answer


def _without_old(received: WebhookContent, oldest: float) -> WebhookContent:
    """The content without what happened too long ago to tell a repeat by its id: someone may send a call again that they once caught."""
    messages = tuple(each for each in received.messages if each.sent_at is None or each.sent_at.timestamp() >= oldest)
    echoes = tuple(each for each in received.echoes if each.at >= oldest)
    changes = tuple(each for each in received.changes if each.at >= oldest)
    old = {"message": (received.messages, messages), "echo": (received.echoes, echoes), "change of names": (received.changes, changes)}
    left_out = tuple(OLD.format(kind) for kind, (given, kept) in old.items() for _ in range(len(given) - len(kept)))
    if not left_out:
        return received
    return replace(received, messages=messages, echoes=echoes, changes=changes, left_out=(*received.left_out, *left_out))


def _in_order(received: WebhookContent) -> tuple[Incoming, ...]:
    """All that a call brought and that is decided later: the owner silences the bot for the messages, names change after them."""
    return (*received.echoes, *map(_named, received.messages), *received.changes)


def _keep_restriction(gateway: Gateway, line: str, received: WebhookContent) -> None:
    now, until = gateway.clock(), received.restricted_until or 0.0
    at = now if received.restriction_at is None else min(received.restriction_at, now)
    with gateway.database.writing() as connection:
        was_restricted = restrictions.find(connection, line, now) is not None
        is_news = restrictions.hear(connection, line, now, at, until, received.restriction)
    if not is_news:
        log.info("line %(line)s: news about a restriction came late, and do not count", {"line": line})
        return
    gateway.wake()
    if until > now or was_restricted:
        news = received.restriction if until > now else "WhatsApp takes messages to strangers again."
        log.warning("line %(line)s: %(news)s", {"line": line, "news": news})


def _keep(gateway: Gateway, session: str, incoming: Sequence[Incoming], receipts: Sequence[Receipt]) -> int:
    """Store everything in one transaction; return the number of new messages and events."""
    acks = Acks(session, clock=gateway.clock, has_handlers=lambda: gateway.hears_acks)

    def keep(connection: Connection) -> int:
        new = events.add(connection, session, incoming, gateway.clock())
        for receipt in receipts:
            acks.received(connection, receipt)
        return new

    # Not together with others where receipts lock messages, whose sends are settled meanwhile.
    return gateway.database.write(keep, order=None if receipts else incoming[0].id or "")


def _named(message: Message) -> Message:
    """The message with an id: one that the transport gave none is never recognised."""
    return message if message.id else replace(message, id=uuid4().hex)

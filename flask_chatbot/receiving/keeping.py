"""A call that came in for a transport: its messages and receipts are in the database before it is answered."""

import logging
from collections import Counter
from dataclasses import replace
from uuid import uuid4

from flask_chatbot.core.values.messages import Message
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.store.incoming import events
from flask_chatbot.transports.webhooks import HttpTransport, WebhookAnswer, WebhookCall, WebhookContent

LEFT_OUT = 5  # kinds that a line of the log names

log = logging.getLogger(__name__)


def receiver(gateway: Gateway, line: str) -> HttpTransport | None:
    """The transport of this name, if it is called by HTTP."""
    transport = gateway.transport
    return transport if transport.name == line and isinstance(transport, HttpTransport) else None


def receive(gateway: Gateway, transport: HttpTransport, call: WebhookCall) -> WebhookAnswer:
    """Keep what a call brought, wake the worker, and return the answer.

    Raises `BadPayload` if the transport refuses the call, `StoreError` if nothing was kept.
    """
    received = transport.receive(call)
    if received.messages or received.receipts:
        new = _keep(gateway, transport.name, received)
        gateway.wake()
        log.info(
            "line %s: %d messages came, %d of them new, and %d receipts",
            transport.name,
            len(received.messages),
            new,
            len(received.receipts),
        )
    if received.left_out:
        counts = Counter(received.left_out).most_common(LEFT_OUT)
        log.info("line %s: left out %s", transport.name, ", ".join(f"{count} of kind {kind[:40]!r}" for kind, count in counts))
    return received.answer


def _keep(gateway: Gateway, session: str, received: WebhookContent) -> int:
    """Store everything in one transaction; return the number of new messages."""
    acks = Acks(session, clock=gateway.clock, has_handlers=lambda: gateway.hears_acks)
    with gateway.database.writing() as connection:
        new = events.add(connection, session, [_named(each) for each in received.messages], gateway.clock())
        for receipt in received.receipts:
            acks.received(connection, receipt)
    return new


def _named(message: Message) -> Message:
    """The message with an id: one that the transport gave none is never recognised."""
    return message if message.id else replace(message, id=uuid4().hex)

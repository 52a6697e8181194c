"""Transports to WhatsApp: one module for each, all with the same few methods. Authors of other transports import everything from here."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flask_chatbot.core.values.contents import (
    Attachment,
    Choice,
    File,
    MediaKind,
    MessageKind,
    Reaction,
    Referral,
    SharedContact,
    SharedLocation,
)
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Outbound, Pricing, Receipt
from flask_chatbot.errors import NotConnected, Refused, Restricted, TransportError, TryLater
from flask_chatbot.transports.base import Capabilities, Group, Linking, Listener, Passkey, Session, Transport, Typing
from flask_chatbot.transports.webhooks import Client, HttpAnswer, HttpTransport, Tools, WebhookAnswer, WebhookCall, WebhookContent

if TYPE_CHECKING:
    from flask_chatbot.transports.faults import AnswerLost, Arrived, Receipts, Slow
    from flask_chatbot.transports.phones import Phone
    from flask_chatbot.transports.simulator import Simulator

__all__ = [
    "Ack",
    "AnswerLost",
    "Arrived",
    "Attachment",
    "Buttons",
    "Capabilities",
    "Choice",
    "Client",
    "Echo",
    "File",
    "Group",
    "HttpAnswer",
    "HttpTransport",
    "IdentityChange",
    "Linking",
    "List",
    "Listener",
    "MediaKind",
    "Message",
    "MessageKind",
    "NotConnected",
    "Outbound",
    "Passkey",
    "Phone",
    "Pricing",
    "Reaction",
    "Receipt",
    "Receipts",
    "Referral",
    "Refused",
    "Restricted",
    "Sender",
    "Session",
    "SharedContact",
    "SharedLocation",
    "Simulator",
    "Slow",
    "Tools",
    "Transport",
    "TransportError",
    "TryLater",
    "Typing",
    "WebhookAnswer",
    "WebhookCall",
    "WebhookContent",
]

# Modules of what is for tests, and loaded when it is asked for: bots that serve do without.
_FAULTS = ("AnswerLost", "Arrived", "Receipts", "Slow")
_FOR_TESTS = {**dict.fromkeys(_FAULTS, "faults"), "Phone": "phones", "Simulator": "simulator"}


def __getattr__(name: str) -> Any:
    if name not in _FOR_TESTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FOR_TESTS[name]}"), name)

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
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Outbound, Receipt
from flask_chatbot.errors import Refused, TransportError, TryLater
from flask_chatbot.transports.base import Capabilities, Group, Listener, Session, Transport
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
    "File",
    "Group",
    "HttpAnswer",
    "HttpTransport",
    "List",
    "Listener",
    "MediaKind",
    "Message",
    "MessageKind",
    "Outbound",
    "Phone",
    "Reaction",
    "Receipt",
    "Receipts",
    "Referral",
    "Refused",
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

"""A keyword chatbot for Flask: a YAML file says what customers write and what the bot replies."""

from flask_chatbot.core.collector import collector_paused

with collector_paused():  # an eighth of a start
    from flask_chatbot.core.values.contents import Reaction
    from flask_chatbot.core.values.menus import MessageTemplate
    from flask_chatbot.core.values.messages import Message, Sender
    from flask_chatbot.core.values.outbound import Ack
    from flask_chatbot.core.values.people import Alias
    from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Menu, Sticker, Text, Video
    from flask_chatbot.errors import (
        BadSignature,
        ChatbotError,
        ConfigError,
        HandlerError,
        Invalid,
        NotAccepted,
        Refused,
        RulesError,
        SetupError,
        Skip,
        StoreError,
        TryLater,
    )
    from flask_chatbot.extension import Chatbot
    from flask_chatbot.webclient.signing import verify_signature
    from flask_chatbot.working import run_workers

__all__ = [
    "Ack",
    "Alias",
    "Audio",
    "BadSignature",
    "Chatbot",
    "ChatbotError",
    "ConfigError",
    "ContactCard",
    "Document",
    "HandlerError",
    "Image",
    "Invalid",
    "Location",
    "Menu",
    "Message",
    "MessageTemplate",
    "NotAccepted",
    "Reaction",
    "Refused",
    "RulesError",
    "Sender",
    "SetupError",
    "Skip",
    "Sticker",
    "StoreError",
    "Text",
    "TryLater",
    "Video",
    "run_workers",
    "verify_signature",
]

"""A keyword chatbot for Flask: what customers write, and what they get for it, stands in a YAML file."""

from flask_chatbot.core.messages import Message, Sender
from flask_chatbot.core.replies import Audio, ContactCard, Document, Image, Location, Menu, Text, Video
from flask_chatbot.errors import ChatbotError, ConfigError, HandlerError, Invalid, RulesError, Skip
from flask_chatbot.extension import Chatbot

__all__ = [
    "Audio",
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
    "RulesError",
    "Sender",
    "Skip",
    "Text",
    "Video",
]

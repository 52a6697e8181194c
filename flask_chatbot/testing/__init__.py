"""Testing your own bot: write to it as a customer, and compare what it answers."""

from flask_chatbot.testing.chats import Chat
from flask_chatbot.testing.replies import Replies, difference
from flask_chatbot.testing.turns import Turn
from flask_chatbot.testing.workers import working

__all__ = ["Chat", "Replies", "Turn", "difference", "working"]

"""Testing your own bot: write to it as a customer, and compare what it answers."""

from flask_chatbot.testing.chats import Chat, Replies, Turn, difference, working

__all__ = ["Chat", "Replies", "Turn", "difference", "working"]

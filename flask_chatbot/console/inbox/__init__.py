"""The inbox: conversations, listed and searched, read, taken over by hand, with notes and labels."""

from flask_chatbot.console.inbox import conversation, listing, remarking  # noqa: F401  they register their pages

"""One app for each branch of the shop, each with rules and a key of its own."""

from flask import Flask
from flask_chatbot import Chatbot
from werkzeug.middleware.dispatcher import DispatcherMiddleware

bot = Chatbot()


def create_branch(name, rules, key):
    app = Flask(name)
    app.config.update(CHATBOT_RULES=rules, CHATBOT_WEBHOOK_KEY=key)
    bot.init_app(app)
    return app


def create_branches(first, second):
    """The webhooks are /pekanbaru/chatbot/webhook and /dumai/chatbot/webhook."""
    return DispatcherMiddleware(Flask("front"), {"/pekanbaru": first, "/dumai": second})

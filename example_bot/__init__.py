"""A small shop's bot: its rules are in rules.yaml, one folder up, and what they need of Python in handlers.py."""

import os

from flask import Flask, current_app

from example_bot import demo
from example_bot.demo.announce import announce
from example_bot.handlers import bot


def create_app() -> Flask:
    """The app of Toko Maju: it answers the webhook at /webhook, serves the API below /api, and prints how to call both."""
    app = Flask(__name__)
    # What customers wrote is kept for so long, so that `flask chatbot why` can explain each answer.
    app.config["CHATBOT_KEEP_MESSAGES"] = os.environ.get("CHATBOT_KEEP_MESSAGES", "30 days")
    demo.prepare(app)
    bot.init_app(app)
    app.add_url_rule("/", view_func=index)
    announce(app.extensions["chatbot"].bot.settings)
    return app


def index() -> tuple[str, dict[str, str]]:
    """Two lines for whoever opens the address in a browser."""
    prefix = current_app.extensions["chatbot"].bot.settings.prefix
    lines = ["Toko Maju's example bot.", f"Its webhook takes POST at {prefix}/webhook, its API is described at {prefix}/api/openapi.json."]
    return "\n".join([*lines, ""]), {"Content-Type": "text/plain; charset=utf-8"}

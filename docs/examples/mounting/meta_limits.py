"""Bans who breaches limits too often from every page, but never the platform."""

from flask import Flask
from flask_chatbot import Chatbot
from flask_limiter import ExemptionScope, Limiter
from flask_limiter.util import get_remote_address

bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri="memory://",
        default_limits=["1 per day"],
        meta_limits=["1 per day"],
    )
    bot.init_app(app)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(("chatbot_webhook.", "chatbot_api.")):
            limiter.exempt(view, flags=ExemptionScope.META)

    @app.get("/")
    def home():
        return "Toko Maju"

    return app

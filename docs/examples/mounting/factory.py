"""A shop with a bot, made by a factory."""

from flask import Flask
from flask_chatbot import Chatbot

bot = Chatbot()


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_prefixed_env()
    app.config.from_mapping(config or {})

    @app.get("/")
    def home():
        return "Toko Maju"

    bot.init_app(app)
    return app

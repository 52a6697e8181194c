"""Forms keep their CSRF tokens, and the webhook needs none."""

from flask import Flask
from flask_chatbot import Chatbot
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    csrf.init_app(app)
    bot.init_app(app)

    @app.post("/order")
    def order():
        return "ordered"

    return app

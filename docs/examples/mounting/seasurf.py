"""Forms keep the tokens of Flask-SeaSurf, and the webhook needs none."""

from flask import Flask
from flask_chatbot import Chatbot
from flask_seasurf import SeaSurf

csrf = SeaSurf()
bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    csrf.init_app(app)
    csrf.exempt_urls(("/chatbot/webhook", "/chatbot/api/"))
    bot.init_app(app)

    @app.post("/order")
    def order():
        return "ordered"

    return app

"""A shop with two numbers."""

from flask import Flask
from flask_chatbot import Chatbot

bot = Chatbot()


def create_app(config=None):
    app = Flask(__name__)
    app.config["CHATBOT_LINES"] = {
        "toko": {"transport": "simulator"},
        "grosir": {"transport": "simulator", "pace": "20/minute"},
    }
    app.config.from_mapping(config or {})
    bot.init_app(app)

    @app.post("/stok-baru/<phone>")
    def new_stock(phone):
        bot.send(phone, rule="stok baru", line="grosir")
        return {"success": True}

    return app

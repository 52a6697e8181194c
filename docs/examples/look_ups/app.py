"""A shop whose rules look up prices, orders and its stock."""

from flask import Flask
from flask_chatbot import Chatbot

bot = Chatbot()
STOCK = {"A1": 3, "B2": 0}


@bot.table("stok", columns=["kode", "sisa"])
def stock(kode):
    code = kode.upper()
    return {"kode": code, "sisa": STOCK[code]} if code in STOCK else None


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping({"CHATBOT_WEBHOOK_KEY": "kunci-toko-maju", **(config or {})})
    bot.init_app(app)
    return app


app = create_app()

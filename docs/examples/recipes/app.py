"""A shop whose bot takes orders. The dict stands for your database."""

from flask import Flask
from flask_chatbot import Chatbot, Invalid, NotAccepted

STAFF = "628117601234"
ORDERS = {12: ("6281234567890", "sedang dikirim")}

bot = Chatbot()


@bot.rule("status")
def look_up(nomor, message):
    buyer, state = ORDERS.get(nomor, ("", ""))
    if message.sender.number != buyer:  # nobody learns of another's order
        raise Invalid(nomor=f"Pesanan {nomor} tidak ada.")
    return {"keadaan": state}


def broadcast(numbers, text, at=None):
    """Send a promotion; the numbers it cannot go to, each with the reason."""
    refused = {}
    for number in numbers:
        try:
            bot.send(number, text, promo=True, at=at)
        except NotAccepted as error:
            refused[number] = str(error)
    return refused


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping({"CHATBOT_TRANSPORT": "simulator", **(config or {})})
    bot.init_app(app)
    return app

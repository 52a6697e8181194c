"""The bot of a small shop."""

from flask import Flask
from flask_chatbot import Chatbot

app = Flask(__name__)
bot = Chatbot(app)


@bot.rule("penawaran")
def quote(jumlah):
    """The price: from a hundred on, shirts are cheaper."""
    each = 65000 if jumlah < 100 else 58000
    return {"harga": jumlah * each}

"""What the bot answers with Python."""

from flask import url_for
from flask_chatbot import Chatbot

bot = Chatbot()


@bot.field_type("kode")
def read_code(text):
    if not text.isalnum():
        raise ValueError("Kode terdiri dari huruf dan angka.")
    return text.upper()


@bot.rule("katalog")
def link(kode):
    return {"alamat": url_for("katalog", kode=kode, _external=True)}

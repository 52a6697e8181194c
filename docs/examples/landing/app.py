from flask import Flask
from flask_chatbot import Chatbot, Invalid

app = Flask(__name__)
bot = Chatbot(app)
stock = 40


@bot.rule("pesan")
def order(jumlah):
    if jumlah > stock:
        raise Invalid(jumlah=f"Tinggal {stock}.")
    return {"total": jumlah * 85000}

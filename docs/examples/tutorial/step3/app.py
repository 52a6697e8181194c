"""The bot of Laundry Bersih."""

from flask import Flask
from flask_chatbot import Chatbot, Invalid

PRICE = 8000  # rupiah for a kilo
AT_LEAST = 3  # kilos
LAUNDRY = {7: ("6281234567890", "sudah selesai")}

app = Flask(__name__)
bot = Chatbot(app)


@bot.rule("jemput")
def estimate(berat):
    return {"ongkos": round(max(berat, AT_LEAST) * PRICE)}


@bot.rule("status")
def look_up(nomor, message):
    owner, state = LAUNDRY.get(nomor, ("", ""))
    if message.sender.number != owner:
        raise Invalid(nomor=f"Cucian {nomor} tidak ada.")
    return {"keadaan": state}

"""Bot Warung Kopi Losari."""

from flask import Flask
from flask_chatbot import Chatbot, Invalid

HARGA = {"kopi": 25000, "teh": 15000, "gula": 18000}
STOK = {"kopi": 40, "teh": 12, "gula": 0}

app = Flask(__name__)
bot = Chatbot(app)


@bot.rule("pesan")
def pesan(barang, jumlah):
    """Total belanja; barang yang habis ditolak dengan kalimat kita sendiri."""
    if jumlah > STOK[barang]:
        raise Invalid(jumlah=f"Stok {barang} tinggal {STOK[barang]}.")
    return {"total": jumlah * HARGA[barang]}


@bot.keyword("stok#", fields=["barang"])
def stok(barang):
    """Kata kunci yang hanya ada di Python."""
    if barang.lower() not in STOK:
        raise Invalid(barang=f"Kami tidak menjual {barang}.")
    return f"Stok {barang.lower()}: {STOK[barang.lower()]}"

"""Every way in which Python takes part in a bot."""

from flask import Flask, current_app
from flask_chatbot import Chatbot, Document, Image, Invalid, Menu, Skip, Text

WAREHOUSE = {"A1": 12, "B2": 0}
BLOCKED = {"628999"}
FEES = {"pekanbaru": 0, "dumai": 35000}


class WarehouseClosed(Exception):
    """Nobody counts at night."""


app = Flask(__name__)
app.config["EACH"] = 65000
bot = Chatbot()


@bot.rule("penawaran")
def quote(jumlah):
    return {"harga": jumlah * current_app.config["EACH"]}


@bot.rule("jam buka")
def hours(message):
    if message.sender.number == "628111":
        return "Untuk Anda selalu buka."
    return None  # the reply of the rule file


@bot.rule("katalog")
def catalogue():
    yield Text("Dua berkas:")
    yield Image("https://example.com/katalog.png")
    yield Document("https://example.com/katalog.pdf", filename="Katalog.pdf")


@bot.keyword("stok#", fields=["kode"])
def stock(kode):
    if kode not in WAREHOUSE:
        raise Invalid(kode="Kode barang tidak dikenal.")
    return f"Stok {kode}: {WAREHOUSE[kode]}"


@bot.keyword("gudang")
def warehouse():
    raise WarehouseClosed


@bot.rule("rusak")
def broken():
    return {"harga": 1 // 0}


@bot.rule("antar")
def deliver(kota, memory):
    if kota.lower() not in FEES:
        raise Invalid(kota="Kami belum mengantar ke sana.")
    memory["kota"] = kota
    return {"ongkir": FEES[kota.lower()]}


@bot.rule("antar lagi")
def deliver_again(memory):
    if "kota" not in memory:
        return None
    return f"Ke {memory['kota']} lagi? Ketik *antar*."


@bot.rule("cabang")
def branches():
    return Menu("Cabang mana?", {"Pekanbaru": "jam buka", "Dumai": "katalog"})


@bot.fallback
def guess(message):
    if "terima kasih" not in message.text.lower():
        raise Skip  # the fallback of the rule file answers
    return "Sama-sama!"


@bot.before
def keep_out(message):
    if message.sender.number in BLOCKED:
        return []  # answered, with nothing: silence
    return None  # go on


@bot.after
def sign(message, replies):
    if message.line != "gudang":
        return None  # the replies as they are
    return [*replies, Text("- Gudang Toko Maju")]


@bot.errorhandler(WarehouseClosed)
def closed(error, message):
    return "Gudang sedang tutup."


@bot.field_type("nik")
def read_nik(text):
    digits = text.replace(" ", "")
    if len(digits) != 16 or not digits.isdigit():
        raise ValueError("NIK terdiri dari 16 angka.")
    return digits


@bot.template_filter("bintang")
def stars(value):
    return "*" * 12 + value[-4:]


bot.init_app(app)

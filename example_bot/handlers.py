"""What YAML cannot know: prices by quantity, the state of an order, what lies in the warehouse."""

from example_bot import orders
from flask_chatbot import Chatbot, Invalid

DISCOUNT_FROM = 50  # shirts

bot = Chatbot()


@bot.rule("penawaran")
def quote(jumlah: int) -> dict[str, object]:
    """The price that rule `penawaran` needs, in rupiah; its words stay in rules.yaml."""
    price = orders.find_item("kaos polos").price
    if jumlah >= DISCOUNT_FROM:
        price = price * 90 // 100
    return {"harga": price, "total": jumlah * price}


@bot.rule("resi")
def track(nomor: str) -> dict[str, object]:
    """Where a parcel is; an unknown number is explained like any wrong value."""
    parcel = orders.find_parcel(nomor.upper())
    if parcel is None:
        raise Invalid(nomor=f"{nomor.upper()} tidak ada di catatan kami. Mohon diperiksa lagi, contohnya TM12345678.")
    return {"keadaan": parcel.state, "kota": parcel.town}


@bot.keyword("stok#", fields=["barang"])
def stock(barang: str) -> str:
    """A keyword that only Python knows: no rule file mentions it."""
    pieces = orders.find_item(barang.lower()).pieces
    return f"Stok {barang}: {pieces} buah." if pieces else f"Maaf, {barang} sedang habis."

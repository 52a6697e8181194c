from flask import Flask
from flask_chatbot import Chatbot, Invalid
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
bot = Chatbot()


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    buyer = db.Column(db.String(32), index=True, nullable=False)
    item = db.Column(db.String(32), nullable=False)
    pieces = db.Column(db.Integer, nullable=False)
    state = db.Column(db.String(32), nullable=False, default="sedang dikemas")


@bot.rule("pesan")
def take(barang, jumlah, message):
    order = Order(buyer=message.sender.number, item=barang, pieces=jumlah)
    db.session.add(order)
    db.session.commit()
    return {"nomor": order.id}


@bot.rule("status")
def look_up(nomor, message):
    order = db.session.get(Order, nomor)
    if order is None or order.buyer != message.sender.number:
        raise Invalid(nomor=f"Pesanan {nomor} tidak ada.")
    return {"barang": order.item, "keadaan": order.state}


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(
        {"SQLALCHEMY_DATABASE_URI": "sqlite:///shop.sqlite", **(config or {})}
    )
    db.init_app(app)
    bot.init_app(app)
    return app

from flask import Flask
from flask_chatbot import Ack, Chatbot
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
bot = Chatbot()


class Order(db.Model):
    number = db.Column(db.String(32), primary_key=True)
    message = db.Column(db.String(20), index=True)
    state = db.Column(db.String(32), nullable=False)


@bot.on_ack
def note(message_id, ack):
    order = db.session.scalar(db.select(Order).filter_by(message=message_id))
    if order is None:
        raise LookupError(f"no order has the message {message_id} yet")  # asked again later
    if ack >= Ack.SENT:
        order.state = ack.name.lower()
        db.session.commit()


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(
        {
            "CHATBOT_TRANSPORT": "simulator",
            "CHATBOT_DATABASE_URL": "sqlite:///chatbot.sqlite",
            "SQLALCHEMY_DATABASE_URI": "sqlite:///shop.sqlite",
            **(config or {}),
        }
    )
    db.init_app(app)
    bot.init_app(app)
    return app


def take(number, phone):
    (message_id,) = bot.send(phone, rule="diterima", nomor=number)
    db.session.add(Order(number=number, message=message_id, state="pending"))
    db.session.commit()

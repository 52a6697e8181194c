"""A shop that writes to its customers first, too."""

from flask import Flask
from flask_chatbot import Ack, Chatbot, NotAccepted

bot = Chatbot()
lost = []


@bot.on_ack
def note(message_id, ack, error):
    if ack == Ack.ERROR:
        lost.append((message_id, error))


@bot.sends(["image", "document"], name="bukti")
def proof(message, media):
    size = len(message.download().content)  # fetched now, 16 MiB at the most
    return f"Terima kasih, {media.kind} ({size} byte) kami cek dulu ya."


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping({"CHATBOT_TRANSPORT": "simulator", **(config or {})})
    bot.init_app(app)

    @app.post("/orders/<number>/shipped/<phone>")
    def shipped(number, phone):
        try:
            (message_id,) = bot.send(
                phone, rule="dikirim", pembeli="Budi", nomor=number, resi=None
            )
        except NotAccepted as error:  # no such number
            return {"error": str(error)}, 400
        return {"message": message_id}

    return app

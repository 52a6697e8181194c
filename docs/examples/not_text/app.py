"""A shop that looks at the photos it gets, and hears of what is never answered."""

from flask import Flask
from flask_chatbot import Chatbot, Refused

bot = Chatbot()
liked, changed = [], {}


@bot.sends("image")
def look(message, media):
    try:
        file = message.download()  # fetched now, 16 MiB at the most
    except Refused:  # gone, empty or too large
        return "Fotonya tidak bisa dibuka. Mohon dikirim lagi ya."
    if file.kind != media.kind:  # what it is, and what its sender says it is
        return "Itu bukan foto."
    return f"Foto ({len(file.content)} byte) kami lihat dulu ya."


@bot.on_reaction
def note_reaction(message, message_id):  # what send returned; empty for another's message
    liked.append((message.reaction.emoji, message_id))


@bot.on_edit
def note_change(message):
    changed[message.edits] = message.text


@bot.on_delete
def note_deletion(message):
    changed.pop(message.deletes, None)


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping({"CHATBOT_TRANSPORT": "simulator", **(config or {})})
    bot.init_app(app)
    return app

from flask import Flask
from flask_chatbot import Chatbot

bot = Chatbot()


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping({"CHATBOT_TRANSPORT": "simulator", **(config or {})})
    bot.init_app(app)
    return app

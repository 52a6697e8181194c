import os

from flask import Flask
from flask_chatbot import Chatbot
from merpati import Merpati


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["CHATBOT_TRANSPORT"] = Merpati(
        os.environ["MERPATI_URL"], os.environ["MERPATI_KEY"]
    )
    Chatbot(app)
    return app

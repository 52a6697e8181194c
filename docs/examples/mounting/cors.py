"""A page of another site may call the API: its browser asks first, without a key."""

from flask import Flask, request
from flask_chatbot import Chatbot
from flask_cors import CORS

bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    office = {
        "origins": "https://office.example.com",
        "allow_headers": ["SecretKey", "Content-Type"],
    }
    CORS(app, resources={"/chatbot/api/*": office})

    @app.before_request
    def answer_preflights():
        if request.method == "OPTIONS" and request.blueprint == "chatbot_api":
            return "", 204
        return None

    bot.init_app(app)
    return app

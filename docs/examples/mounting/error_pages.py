"""Error pages in HTML for people; the platform still gets JSON."""

from flask import Flask
from flask_chatbot import Chatbot
from werkzeug.exceptions import HTTPException

bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    bot.init_app(app)

    @app.errorhandler(HTTPException)
    def page(error):
        return f"<h1>{error.name}</h1>", error.code

    return app

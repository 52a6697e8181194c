"""Everything behind a login, but the webhook, the API and the health check."""

from flask import Flask, redirect, request, session
from flask_chatbot import Chatbot

bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    bot.init_app(app)

    @app.before_request
    def require_login():
        if request.blueprint in ("chatbot_webhook", "chatbot_api", "chatbot_health"):
            return None  # these ask for keys of their own
        if "user" not in session and request.endpoint != "login":
            return redirect("/login")
        return None

    @app.get("/login")
    def login():
        return "Please log in."

    @app.get("/")
    def home():
        return "The back office"

    return app

"""A console that is open to whoever is logged in to the app."""

from flask import Flask, redirect, session, url_for
from flask_chatbot import Chatbot
from werkzeug.wrappers import Response

bot = Chatbot()


@bot.console_guard
def guard() -> tuple[str, str] | Response:
    if "name" not in session:
        return redirect(url_for("login"))
    return session["name"], "answer"


def create_app(config: dict[str, object]) -> Flask:
    app = Flask(__name__, root_path=__file__.rpartition("/")[0])
    app.config.from_mapping(config, CHATBOT_CONSOLE=True, SECRET_KEY="change me")  # noqa: S106  the reader does
    bot.init_app(app)
    app.add_url_rule("/login", view_func=login)
    return app


def login() -> str:
    return "Your own login page."

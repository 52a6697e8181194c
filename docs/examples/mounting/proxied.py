"""A shop that lives below /toko of a larger site, behind one proxy."""

from flask import Flask
from flask_chatbot import Chatbot
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

bot = Chatbot()


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    bot.init_app(app)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    return app


def create_site(shop):
    """The webhook is /toko/chatbot/webhook."""
    return DispatcherMiddleware(Flask("site"), {"/toko": shop})

"""What the servers import."""

import logging

from flask import Flask
from flask_chatbot import Chatbot
from werkzeug.middleware.proxy_fix import ProxyFix

logging.basicConfig(
    level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
)  # a line for each message, too
app = Flask(__name__)
app.wsgi_app = ProxyFix(
    app.wsgi_app, x_for=1, x_proto=1, x_host=1
)  # nginx in front, and nothing else
Chatbot(app)

import logging

from flask import Flask
from flask_chatbot import Chatbot
from json_logs import JsonFormatter

handler = logging.StreamHandler()
handler.setFormatter(JsonFormatter())
logging.basicConfig(level=logging.INFO, handlers=[handler])

app = Flask(__name__)
Chatbot(app)

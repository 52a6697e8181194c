"""A bot with menus and forms, all of it in its rules."""

from flask import Flask
from flask_chatbot import Chatbot

app = Flask(__name__)
Chatbot(app)

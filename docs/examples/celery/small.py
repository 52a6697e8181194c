from flask import Flask
from flask_chatbot import Chatbot

app = Flask(__name__)
app.config["CHATBOT_WORKER"] = "celery"
bot = Chatbot(app)

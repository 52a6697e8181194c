"""One database for the app and the bot, whose tables the app's migrations leave alone."""

from flask import Flask
from flask_chatbot import Chatbot
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
bot = Chatbot()


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    what = db.Column(db.String)


def include_name(name, type_, parent_names):
    return type_ != "table" or not name.startswith("chatbot_")


migrate = Migrate(include_name=include_name)


def create_app(config):
    app = Flask(__name__)
    app.config.from_mapping(config)
    db.init_app(app)
    migrate.init_app(app, db)
    bot.init_app(app)
    return app

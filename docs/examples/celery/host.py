from flask import Flask
from flask_chatbot import Chatbot

from celery import Celery, Task

bot = Chatbot()


def celery_init_app(app: Flask) -> Celery:
    class FlaskTask(Task):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(
        CELERY={
            "broker_url": "amqp://guest:guest@localhost:5672//",
            "task_ignore_result": True,
            "task_routes": {"flask_chatbot.*": {"queue": "chatbot-wakeups"}},
        },
        CHATBOT_WORKER="celery",
    )
    app.config.from_prefixed_env()
    celery_init_app(app)
    bot.init_app(app)  # after the Celery app is there
    return app

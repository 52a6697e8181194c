"""The Celery app whose workers carry the messages: the host's own, or one made from CHATBOT_CELERY."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from flask import Flask

from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import NOWHERE, Problem, did_you_mean
from flask_chatbot.errors import ConfigError
from flask_chatbot.settings.broker import URL
from flask_chatbot.settings.settings import Settings
from flask_chatbot.startup.state import AppState

INSTALL = "pip install 'flask-chatbot[celery]'"
EXTENSION = "celery"  # where Flask's documentation has a host keep its Celery app
# Wake-ups are small, each may do for a while, and their results are nothing.
SETTINGS: Mapping[str, object] = {
    "task_default_queue": "chatbot",
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # an hour without a broker ends no worker
}
# Survives a node of the cluster; Celery makes none of it where the broker is Redis.
QUORUM = {"task_default_queue_type": "quorum", "task_default_exchange_type": "topic"}

NO_SERVER = tr(
    "CHATBOT_WORKER is 'celery', and the database is a SQLite file, which workers on other machines would not find. "
    "Set CHATBOT_DATABASE_URL to one of PostgreSQL, or CHATBOT_WORKER to 'thread'."
)
NO_CELERY = tr("app.extensions['celery'] is not a Celery app. Put yours there, as Flask's documentation has it.")
TWO = tr("CHATBOT_CELERY is set, and the app has a Celery app of its own, in app.extensions['celery']. Remove CHATBOT_CELERY.")
NONE = tr(
    "CHATBOT_WORKER is 'celery', and there is no Celery app. Put yours into app.extensions['celery'] before the bot is added, "
    "or set CHATBOT_CELERY to the URL of a broker."
)


def find_celery(app: Flask, state: AppState) -> Any:
    """The Celery app that carries for a Flask app, made if need be; None if none does. Raises `ConfigError` if it cannot."""
    settings = state.bot.settings
    if not state.has_transport or settings.worker != "celery":
        return None
    if problems := _problems(app, settings):
        raise ConfigError(Problem(NOWHERE, each) for each in problems)
    if app.extensions.get(EXTENSION) is None:
        app.extensions[EXTENSION] = make_celery(app.import_name, settings.celery or {})
    return app.extensions[EXTENSION]


def make_celery(name: str, settings: Mapping[str, object]) -> Any:
    """A Celery app with these settings, which becomes nobody's default."""
    from celery import Celery

    is_rabbit = str(settings.get(URL)).startswith(("amqp", "pyamqp"))
    celery = Celery(name, set_as_current=False)
    celery.conf.update({**SETTINGS, **(QUORUM if is_rabbit else {}), **settings})
    return celery


def _problems(app: Flask, settings: Settings) -> list[Translatable]:
    """A sentence for each reason why Celery cannot carry for this app."""
    if find_spec("celery") is None:
        return [tr("CHATBOT_WORKER is 'celery', and Celery is not installed. Install it: {command}", command=INSTALL)]
    own, given = app.extensions.get(EXTENSION), settings.celery
    problems = []
    if not (settings.database_url or "").startswith("postgres"):
        problems.append(NO_SERVER)
    if own is not None and not hasattr(own, "send_task"):
        problems.append(NO_CELERY)
    elif own is not None and given is not None:
        problems.append(TWO)
    elif own is None and given is None:
        problems.append(NONE)
    return problems + _unknown(given or {})


def _unknown(settings: Mapping[str, object]) -> list[Translatable]:
    """A sentence for each name that is no setting of Celery's."""
    from celery.app.defaults import SETTING_KEYS

    unknown = [name for name in settings if name not in SETTING_KEYS]
    return [
        tr("CHATBOT_CELERY: {name!r} is not a setting of Celery's.{guess}", name=name, guess=did_you_mean(name, SETTING_KEYS) or "")
        for name in unknown
    ]

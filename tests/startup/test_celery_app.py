"""The Celery app that carries the messages of an app: found or made, and what is wrong where there is none."""

from pathlib import Path
from typing import Any

import click
import pytest
from celery import Celery
from celery.bin.celery import celery as command
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.cli.worker import run_celery
from flask_chatbot.errors import ConfigError
from flask_chatbot.startup.carrying import TASK
from flask_chatbot.startup.celery_app import NO_SERVER, NONE

BROKER = "amqp://guest@127.0.0.1:1//"
DATABASE = "postgresql://127.0.0.1:1/nowhere"  # never connected to
RULES = "version: 1\nrules:\n  - {keyword: halo, reply: Halo!}\n"


def app_with(folder: Path, celery: object = None, **config: object) -> Flask:
    """An app whose messages Celery is to carry."""
    (folder / "rules.yaml").write_text(RULES)
    app = Flask("toko", root_path=str(folder))
    app.config.update({"CHATBOT_TRANSPORT": "simulator", "CHATBOT_WORKER": "celery", "CHATBOT_DATABASE_URL": DATABASE, **config})
    if celery is not None:
        app.extensions["celery"] = celery
    Chatbot(app)
    return app


def problems(folder: Path, celery: object = None, **config: object) -> list[str]:
    """What is wrong with such an app."""
    with pytest.raises(ConfigError) as caught:
        app_with(folder, celery, **config)
    return [str(each) for each in caught.value.problems]


def celery_of(app: Flask) -> Any:
    return app.extensions["celery"]


def test_the_celery_app_of_the_host_has_the_task_and_keeps_its_settings(tmp_path: Path) -> None:
    own = Celery("toko", broker="redis://127.0.0.1:1", set_as_current=False)
    app = app_with(tmp_path, own)
    assert celery_of(app) is own
    task = own.tasks[TASK]
    assert (task.acks_late, task.reject_on_worker_lost, task.ignore_result, task.max_retries) == (True, True, True, 0)
    assert (own.conf.task_default_queue, own.conf.worker_prefetch_multiplier) == ("celery", 4)


def test_one_is_made_from_a_url_with_a_quorum_queue_of_its_own(tmp_path: Path) -> None:
    conf = celery_of(app_with(tmp_path, CHATBOT_CELERY=BROKER)).conf
    assert (conf.broker_url, conf.task_default_queue, conf.task_default_queue_type) == (BROKER, "chatbot", "quorum")
    assert (conf.worker_prefetch_multiplier, conf.task_ignore_result) == (1, True)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_of_celery_s_command_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    ending = click.Command("ending", callback=lambda: click.get_current_context().exit(code))
    monkeypatch.setitem(command.commands, "ending", ending)
    assert run_celery(celery_of(app_with(tmp_path, CHATBOT_CELERY=BROKER)), ["ending"]) == code


def test_a_worker_that_finds_no_broker_tries_again_for_ever(tmp_path: Path) -> None:
    conf = celery_of(app_with(tmp_path, CHATBOT_CELERY=BROKER)).conf
    assert (conf.broker_connection_retry_on_startup, conf.broker_connection_max_retries) == (True, None)


def test_redis_has_no_quorum_queues(tmp_path: Path) -> None:
    conf = celery_of(app_with(tmp_path, CHATBOT_CELERY="redis://127.0.0.1:1")).conf
    assert (conf.broker_url, conf.task_default_queue_type) == ("redis://127.0.0.1:1", "classic")


def test_settings_of_a_map_go_before_ours(tmp_path: Path) -> None:
    conf = celery_of(app_with(tmp_path, CHATBOT_CELERY={"broker_url": BROKER, "task_default_queue": "toko"})).conf
    assert conf.task_default_queue == "toko"


def test_an_app_that_sends_nothing_needs_no_celery(tmp_path: Path) -> None:
    app = app_with(tmp_path, CHATBOT_TRANSPORT=None, CHATBOT_WEBHOOK_KEY="rahasia-toko")
    assert "celery" not in app.extensions


def test_without_a_celery_app_the_ways_out_are_told(tmp_path: Path) -> None:
    assert problems(tmp_path) == [str(NONE)]


def test_a_sqlite_file_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, CHATBOT_CELERY=BROKER, CHATBOT_DATABASE_URL=None) == [str(NO_SERVER)]


def test_two_celery_apps_are_one_too_many(tmp_path: Path) -> None:
    own = Celery("toko", broker=BROKER, set_as_current=False)
    assert problems(tmp_path, own, CHATBOT_CELERY=BROKER) == [
        "CHATBOT_CELERY is set, and the app has a Celery app of its own, in app.extensions['celery']. Remove CHATBOT_CELERY."
    ]


def test_what_is_no_celery_app_is_reported(tmp_path: Path) -> None:
    assert problems(tmp_path, {"broker_url": BROKER}) == [
        "app.extensions['celery'] is not a Celery app. Put yours there, as Flask's documentation has it."
    ]


def test_a_setting_that_celery_does_not_have_is_guessed(tmp_path: Path) -> None:
    assert problems(tmp_path, CHATBOT_CELERY={"broker_url": BROKER, "task_default_que": "toko"}) == [
        "CHATBOT_CELERY: 'task_default_que' is not a setting of Celery's. Did you mean 'task_default_queue'?"
    ]


def test_the_ways_out_are_in_the_sentences() -> None:
    assert str(NONE) == (
        "CHATBOT_WORKER is 'celery', and there is no Celery app. Put yours into app.extensions['celery'] before the bot is added, "
        "or set CHATBOT_CELERY to the URL of a broker."
    )
    assert str(NO_SERVER) == (
        "CHATBOT_WORKER is 'celery', and the database is a SQLite file, which workers on other machines would not find. "
        "Set CHATBOT_DATABASE_URL to one of PostgreSQL, or CHATBOT_WORKER to 'thread'."
    )

"""An app whose messages Celery carries, as `SHOP` in the environment describes it: a Celery worker's, or that of any other process.

Its transport writes each send into a file, and its leases are as short as the tests are impatient.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.startup.carrying import Carrying
from flask_chatbot.startup.celery_app import make_celery
from flask_chatbot.startup.serving import contexts_of
from flask_chatbot.startup.worker import worker_options
from flask_chatbot.worker.worker import WorkerOptions
from tests.faults.crowd import LEASE
from tests.faults.journal import Journal

SHOP = json.loads(os.environ["SHOP"])
RULES = "version: 1\nrules:\n  - {keyword: halo, reply: Halo!}\n"


def make_app(folder: Path) -> Flask:
    """The app, which leaves carrying to others."""
    (folder / "rules.yaml").write_text(RULES)
    made = Flask("toko", root_path=str(folder))
    made.config.update(
        CHATBOT_TRANSPORT=Journal(folder / "journal", SHOP.get("killers", ())),
        CHATBOT_WORKER="off",
        CHATBOT_DATABASE_URL=SHOP["database"],
        CHATBOT_RELOAD=False,
    )
    Chatbot(made)
    return made


def make_options() -> WorkerOptions:
    """The options of its worker."""
    options = worker_options(state.make_lines(), contexts_of(app))
    return replace(options, lease=LEASE, callback_lease=LEASE, duration=LEASE)


app = make_app(Path(SHOP["folder"]))
state = app.extensions["chatbot"]
celery_app = make_celery("toko", SHOP["celery"])
carrying = Carrying(celery_app, make_options)
state.make_lines().has_worker(carrying.wake)

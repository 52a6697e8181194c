"""The shop's app and its connection to WhatsApp: what comes in by HTTP is answered with its number, each send is a line in a file."""

import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask, Response

from benchmarks.one_way import OneWay
from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Text
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.webhooks import Tools, WebhookCall, WebhookContent

HOME, DATABASE, BROKER = "FAULTS_HOME", "FAULTS_DATABASE", "FAULTS_BROKER"  # variables of the environment
MUTE = "mute"  # a file: while it is there, nobody publishes a wake-up for Celery as something comes in
KEY = "kunci-toko-maju-2026"
API_KEY = "kunci-api-toko-maju-2026"
SLOW = 0.005  # seconds a send takes, before it is in the file and after
POISON = "racun"  # an answer with which each process that sends it dies
DEADLY = "maut"  # a message with which each process that answers it dies
RULES = f"""version: 1
rules:
  - {{keyword: nomor#, fields: [n], reply: "{{{{ n }}}}"}}
  - {{keyword: {POISON}, reply: {POISON}}}
"""


class Line(OneWay):
    """Takes messages as JSON, any process may send. A line of the file is when, by which process, to whom, the id, and the text."""

    capabilities = Capabilities(phone_always_known=True, groups=False, check_number=False, qr=False)
    body_limit = 10_000

    def __init__(self, journal: Path) -> None:
        super().__init__("line")
        self._file = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def equip(self, tools: Tools) -> None:
        """It calls nobody."""

    def receive(self, call: WebhookCall) -> WebhookContent:
        told = json.loads(call.body)
        sender = Sender(number=told["from"])
        return WebhookContent(messages=(Message(text=told["text"], id=told["id"], sender=sender),))

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        text = outbound.reply.text if isinstance(outbound.reply, Text) else ""
        if text == POISON:
            os._exit(9)
        time.sleep(SLOW)
        os.write(self._file, f"{time.time():.3f} {os.getpid()} {outbound.chat} {outbound.id} {text}\n".encode())
        time.sleep(SLOW)
        return f"line:{outbound.id}"


def make_app() -> Flask:
    """The app, its folder and its database named by the environment; its answers name the process in the header `Process`."""
    home = Path(os.environ[HOME])
    app = Flask("faults", root_path=str(home), instance_path=str(home / "instance"))
    database, broker = os.environ[DATABASE], os.environ.get(BROKER)
    app.config.update(
        CHATBOT_TRANSPORT=Line(home / "journal"),
        CHATBOT_WORKER="celery" if broker else "off",
        CHATBOT_CELERY=broker,
        CHATBOT_DATABASE_URL=database,
        CHATBOT_WEBHOOK_KEY=KEY,
        CHATBOT_API_KEY=API_KEY,
    )
    app.after_request(name_process)
    bot = Chatbot()
    bot.keyword(DEADLY)(die)
    bot.template_filter("process")(with_process)
    bot.init_app(app)
    waker = app.extensions["chatbot"].waker
    waker.wake = partial(wake_unless, home / MUTE, waker.wake)
    return app


def wake_unless(mute: Path, wake: Callable[[], object]) -> None:
    """Wake workers, unless a file is there."""
    if not mute.exists():
        wake()


def die() -> str:
    """End the process at once, as a fault in a library does."""
    os._exit(9)


def with_process(text: str) -> str:
    """Say in an answer which process decided it."""
    return f"{text} {os.getpid()}"


def name_process(response: Response) -> Response:
    """Say which process answered."""
    response.headers["Process"] = str(os.getpid())
    return response

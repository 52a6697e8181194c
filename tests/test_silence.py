"""Whatever comes in, goes out, fails or is refused: no log, of whatever library, holds a key, a text or a whole number."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_chatbot import Chatbot, Message
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.startup.worker import make_worker
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.worker.worker import Worker
from tests.apps import KEY
from tests.canaries import TEXT, found_in
from tests.delivery.apps import API_KEY, BUDI
from tests.delivery.apps import gateway_of as gateway_in

PATIENCE = 20.0  # seconds
DEAD = 49_151  # reserved, so that nobody listens there
RULES = f"""\
version: 1
rules:
  - {{keyword: halo, reply: "Halo {TEXT}"}}
  - {{name: rusak, keyword: "rusak#"}}
  - {{keyword: kosong, needs: [angka], reply: "{{{{ angka }}}}"}}
  - {{name: survei, keyword: "survei#", fields: [{{nilai: {{type: integer}}}}], save: survei, reply: "{{{{ saved.number }}}}"}}
  - {{keyword: staf, notify: "628117601234", pause: 1 hour, reply: Ya.}}
  - {{keyword: terus, forward: {{url: "http://127.0.0.1:9/{TEXT}", webhookkey: rahasia-crm, timeout: 1 seconds}}, failed: Maaf.}}
  - {{fallback: true, reply: "Apa itu {{{{ text }}}}?"}}
"""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("toko", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config.update(CHATBOT_WEBHOOK_KEY=KEY, CHATBOT_API_KEY=API_KEY, CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off")
    app.config.update(CHATBOT_SIGNING_SECRET="rahasia-toko", CHATBOT_PRIVATE_HOSTS="127.0.0.1", CHATBOT_KEEP_MESSAGES="1 day")
    bot = Chatbot(app)

    @bot.rule("rusak")
    def fail(message: Message) -> str:
        raise LookupError(f"{message.text} {message.sender.number} {message.data}")

    @bot.rule("kosong")
    def supply_nothing() -> None:
        return None

    @bot.on_ack
    def hear(message_id: str, number: str) -> None:
        raise LookupError(f"{number} {message_id}")

    return app


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    worker = make_worker(app.extensions["chatbot"].lines, app.app_context, leads=True)
    worker.start()
    yield worker
    assert worker.drain(PATIENCE)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def call_the_webhook(client: FlaskClient) -> None:
    for keyword in ("halo", f"rusak#{TEXT}", "kosong", f"survei#{TEXT}", "survei#5", "staf", "terus", TEXT):
        head, mark, rest = keyword.partition("#")
        payload = {"keyword": head + mark, "data": [rest] if mark else [], "webhookkey": KEY, "from": BUDI[:-1] + str(len(keyword))}
        assert client.post("/chatbot/webhook", json=payload, headers={"webhook-id": f"msg_{keyword}"}).status_code == 200
    for bad in ({"keyword": TEXT, "webhookkey": f"{KEY}x"}, {"keyword": [TEXT], "webhookkey": KEY}):
        assert client.post("/chatbot/webhook", json=bad).status_code in (400, 401)
    assert client.post("/chatbot/webhook", data=f'{{"{TEXT}": {KEY}').status_code == 400


def call_the_api(client: FlaskClient) -> None:
    key = {"SecretKey": API_KEY, "Idempotency-Key": TEXT}
    url = f"http://127.0.0.1:{DEAD}/{TEXT}?kunci={API_KEY}"
    assert client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": TEXT, "notifyurl": url}, headers=key).status_code == 200
    assert client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": "lain"}, headers=key).status_code == 409
    again = {"SecretKey": f"{API_KEY};"}
    for body, status in [
        ({"nohp": "0812-3456-7891", "mediaurl": url, "pesan": TEXT}, 200),
        ({"nohp": BUDI + "xxx", "mediaurl": url}, 400),
        ({"nohp": BUDI, "mediaurl": TEXT}, 400),
        ({"nohp": BUDI, "mediaurl": f"https://no-such-host.invalid/{TEXT}"}, 200),
    ]:
        assert client.post("/chatbot/api/sendmedia", json=body, headers=again).status_code == status
    for private in (f"http://10.0.0.1/{TEXT}", f"http://{API_KEY}:{TEXT}@example.com/", f"file:///{TEXT}"):
        sent = client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": TEXT, "notifyurl": private}, headers=again)
        assert sent.status_code == 200
    assert client.post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": TEXT}, headers={"SecretKey": f"{API_KEY}-x"}).status_code == 400
    assert client.post("/chatbot/api/sendwa", data=f'{{"pesan": "{TEXT}",}}', headers=again).status_code == 400


def hear_from_phones(gateway: Gateway) -> None:
    simulator = gateway.transport
    assert isinstance(simulator, Simulator)
    until(lambda: gateway.proxy.is_open)
    simulator.fails(TryLater("WhatsApp is slow"))
    simulator.fails(Refused("WhatsApp does not take it"))
    for text in ("halo", f"rusak#{TEXT}", f"survei#{TEXT}", TEXT):
        simulator.deliver(Message(text=text, sender=Sender(number=BUDI, name=TEXT), id=f"false_{BUDI}@c.us_{text}"))


@pytest.mark.parametrize("name", ["sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.Engine.chatbot"])
def test_no_log_holds_a_key_a_text_or_a_whole_number(
    app: Flask, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, name)  # SQLAlchemy keeps a level of its own, and its DEBUG tells each row that comes back
    worker: Worker = request.getfixturevalue("worker")  # once the levels are set
    gateway, client = gateway_in(app), app.test_client()
    call_the_webhook(client)
    call_the_api(client)
    hear_from_phones(gateway)
    until(lambda: worker.progress.sent >= 2 and worker.progress.failed >= 1)
    until(lambda: len([each for each in caplog.messages if "callback" in each]) >= 2)
    told = [caplog.handler.format(record) for record in caplog.records]
    assert [line for line in told if found_in(line)] == []
    assert len(told) > 30
    assert [record.name for record in caplog.records if record.name == "sqlalchemy.engine.Engine.chatbot"]  # statements were logged
    assert gateway.bot.settings.keep_messages == timedelta(days=1)

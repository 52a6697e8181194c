"""Many callers at the same time: each is answered as if it were alone, and what is answered is kept, whatever dies."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from flask_chatbot.delivery.accepted import IdempotencyKey, Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store import optouts
from tests.delivery.apps import API_KEY, START, gateway_app, gateway_of
from tests.delivery.served import say_process
from tests.servers.running import PATIENCE, gunicorn

CALLERS = 20
EACH = 10  # messages of a caller
KILLED_AFTER = 100  # answers


def chat_of(caller: int) -> str:
    return f"62812345678{caller:02}@c.us"


@pytest.fixture
def gateway(url: str, tmp_path: Path) -> Iterator[Gateway]:
    """The gateway of an app, on a database of each kind in turn, in which at most one transaction accepts messages at a time."""
    gateway = gateway_of(gateway_app(tmp_path, CHATBOT_DATABASE_URL=url))
    gateway.database.group.most = 1
    yield gateway
    gateway.database.close()


def stored(database: Database) -> list[tuple[str, str]]:
    """The chats and ids of all messages, in order."""
    with database.reading() as connection:
        return [(row.chat, row.id) for row in connection.execute(select(messages.c.chat, messages.c.id).order_by(messages.c.seq))]


def test_messages_of_many_callers_are_all_kept_and_those_of_a_chat_in_order(gateway: Gateway) -> None:
    def send_some(caller: int) -> list[str]:
        return [gateway.send(chat_of(caller), Text(str(number))).id for number in range(EACH)]

    with ThreadPoolExecutor(CALLERS) as pool:
        sent = list(pool.map(send_some, range(CALLERS)))
    kept = stored(gateway.database)
    assert [[id_ for chat, id_ in kept if chat == chat_of(caller)] for caller in range(CALLERS)] == sent


def test_calls_that_are_refused_leave_nothing_and_hold_up_nobody(gateway: Gateway) -> None:
    refused = {chat_of(caller) for caller in range(0, CALLERS, 3)}
    with gateway.database.writing() as connection:
        for chat in refused:
            optouts.opt_out(connection, chat.partition("@")[0], START)

    def send_some(caller: int) -> int:
        keys = [IdempotencyKey(f"{caller}-{number}", "body") for number in range(EACH)]
        answers = 0
        for key in keys:
            with suppress(NotAccepted):
                gateway.send(chat_of(caller), Text("Promo"), Terms(promo=True), key=key)
                answers += 1
        return answers

    with ThreadPoolExecutor(CALLERS) as pool:
        answered = list(pool.map(send_some, range(CALLERS)))
    assert answered == [0 if chat_of(caller) in refused else EACH for caller in range(CALLERS)]
    assert {chat for chat, _ in stored(gateway.database)} == {chat_of(caller) for caller in range(CALLERS)} - refused
    with gateway.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM chatbot_idempotency").scalar() == sum(answered)


def served_app() -> Flask:
    """The app of the server that is killed."""
    app = gateway_app(Path(os.environ["SERVED_IN"]), CHATBOT_DATABASE_URL=os.environ["SERVED_BY"])
    app.after_request(say_process)
    return app


def send_until_killed(port: int, caller: int, answered: list[str]) -> None:
    """Send one message after the other, and note the id of each that is answered 200; the process is killed after some."""
    body = json.dumps({"nohp": chat_of(caller).partition("@")[0], "pesan": "Halo"})
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection, suppress(OSError, HTTPException):
        while True:
            connection.request("POST", "/chatbot/api/sendwa", body, {"SecretKey": API_KEY, "Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            assert response.status == 200, answer
            answered.append(answer["message"]["id"])
            if len(answered) >= KILLED_AFTER:
                os.kill(int(response.headers["Process"]), signal.SIGKILL)


@pytest.mark.process
def test_what_a_process_answered_before_it_is_killed_is_kept(url: str, tmp_path: Path) -> None:
    answered: list[str] = []
    app = "tests.delivery.test_accepting_at_once:served_app()"
    options = ("--workers=1", "--worker-class=gthread", f"--threads={CALLERS}", "--keep-alive=60")
    environment = {"SERVED_IN": str(tmp_path), "SERVED_BY": url}
    with gunicorn(app, tmp_path, *options, **environment) as running, ThreadPoolExecutor(CALLERS) as pool:
        for ended in [pool.submit(send_until_killed, running.port, caller, answered) for caller in range(CALLERS)]:
            ended.result(PATIENCE)
    with closing(Database(url, tmp_path)) as database:
        kept = {id_ for _, id_ in stored(database)}
    assert len(answered) >= KILLED_AFTER
    assert set(answered) <= kept

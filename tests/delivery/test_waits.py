"""Why what was accepted has not gone out yet, as the API tells it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.store import callbacks, outbox, paces
from flask_chatbot.store.callbacks import NewCallback, Settlement
from flask_chatbot.views.asked import message_json
from tests.delivery.apps import API_KEY, BUDI, START, gateway_app, gateway_of, simulator

CHAT, ANOTHER = f"{BUDI}@c.us", "628111111111@c.us"
DOWN = "cdn.example.com answered 503 instead of the file."


@pytest.fixture
def gateway(url: str, tmp_path: Path) -> Iterator[Gateway]:
    """The gateway of an app, on a database of each kind in turn."""
    gateway = gateway_of(gateway_app(tmp_path, CHATBOT_DATABASE_URL=url))
    yield gateway
    gateway.database.close()


def accept(gateway: Gateway, chat: str = CHAT, **terms: Any) -> str:
    return gateway.send(chat, Text("a"), Terms(**terms)).id


def fail(gateway: Gateway, seconds: float, error: str = DOWN) -> None:
    """Let a try of the next message fail, which is due again in so many seconds."""
    with gateway.database.writing() as connection:
        (claim,) = outbox.claim(connection, gateway.transport.name, gateway.clock(), 60.0, 1)
        assert outbox.settle_later(connection, claim, gateway.clock() + seconds, error)


def waits_of(gateway: Gateway, name: str) -> tuple[object, object]:
    """The answer of the API about a message: its error, and what it waits for."""
    found = gateway.message(name)
    assert found is not None
    answer = message_json(found, *gateway.waits(found))
    return answer["error"], answer.get("waits")


def at(gateway: Gateway, seconds: float) -> None:
    gateway.clock = lambda: START + seconds


def test_a_message_that_was_just_accepted_waits_for_nothing(gateway: Gateway) -> None:
    assert waits_of(gateway, accept(gateway)) == (None, None)


def test_a_message_that_failed_says_why_and_when_it_is_tried_again(gateway: Gateway) -> None:
    name = accept(gateway)
    fail(gateway, 300.0)
    assert waits_of(gateway, name) == (DOWN, {"why": DOWN, "until": START + 300, "behind": None})


def test_those_behind_it_say_so_and_other_chats_do_not(gateway: Gateway) -> None:
    first, second = accept(gateway), accept(gateway)
    fail(gateway, 300.0)
    third, other = accept(gateway), accept(gateway, ANOTHER)
    with gateway.database.writing() as connection:  # what a claim finds behind another is marked as waiting
        claims = outbox.claim(connection, gateway.transport.name, START, 60.0, 10)
    assert [claim.outbound.id for claim in claims] == [other]
    why = f"It waits behind message {first}: {DOWN}"
    for name in (second, third):
        assert waits_of(gateway, name) == (why, {"why": why, "until": START + 300, "behind": first})
    assert waits_of(gateway, other) == (None, None)


def test_a_message_behind_one_that_is_just_being_sent_waits_and_nothing_is_wrong(gateway: Gateway) -> None:
    first, second = accept(gateway), accept(gateway)
    with gateway.database.writing() as connection:
        outbox.claim(connection, gateway.transport.name, START, 60.0, 1)
    assert waits_of(gateway, first) == (None, None)
    assert waits_of(gateway, second) == (None, {"why": f"It waits behind message {first}.", "until": None, "behind": first})


def test_one_that_is_to_go_out_later_says_when_and_holds_up_nobody(gateway: Gateway) -> None:
    later, now = accept(gateway, start_at=START + 3600), accept(gateway)
    assert waits_of(gateway, later) == (None, {"why": "It is scheduled for then.", "until": START + 3600, "behind": None})
    assert waits_of(gateway, now) == (None, None)


def test_once_it_is_sent_or_given_up_it_waits_no_more(gateway: Gateway) -> None:
    names = [accept(gateway), accept(gateway, ANOTHER)]
    for _ in names:
        fail(gateway, 0.0)
    with gateway.database.writing() as connection:
        sent, lost = outbox.claim(connection, gateway.transport.name, START, 60.0, 2)
        outbox.settle_sent(connection, [sent], START)
        outbox.settle_failed(connection, lost, "It is gone.", START)
    assert [waits_of(gateway, name) for name in names] == [(None, None), ("It is gone.", None)]


def test_where_the_connection_cannot_be_opened_here_the_message_says_why(gateway: Gateway) -> None:
    name = accept(gateway)
    gateway.proxy.open_error = "The server is down."
    why = "The connection to WhatsApp cannot be opened: The server is down."
    assert waits_of(gateway, name) == (why, {"why": why, "until": None, "behind": None})


def test_where_no_process_has_the_connection_the_message_says_so(gateway: Gateway) -> None:
    name = accept(gateway)
    gateway.proxy.transport = simulator(runs_anywhere=False)
    error, waits = waits_of(gateway, name)
    assert (str(error).startswith("No process has the connection to WhatsApp open."), waits) == (
        True,
        {"why": error, "until": None, "behind": None},
    )
    gateway.proxy.is_open = True
    assert waits_of(gateway, name) == (None, None)


def test_what_is_due_for_a_minute_and_untaken_says_so(gateway: Gateway) -> None:
    name = accept(gateway)
    at(gateway, 59.0)
    before = waits_of(gateway, name)
    at(gateway, 60.0)
    error, waits = waits_of(gateway, name)
    assert (before, str(error).startswith("It is due, and no worker has taken it.")) == ((None, None), True)
    assert waits == {"why": error, "until": None, "behind": None}


def test_what_waits_for_the_pace_says_until_when(tmp_path: Path) -> None:
    gateway = gateway_of(gateway_app(tmp_path, CHATBOT_PACE="5/minute"))
    name = accept(gateway)
    with gateway.database.writing() as connection:
        paces.take_tokens(connection, gateway.transport.name, START, 1 / 12, 1.0, 1)
        paces.hold_until(connection, gateway.transport.name, START + 3)  # a pause within the burst, which is used up
    assert waits_of(gateway, name) == (None, {"why": "The rate limit allows the next message then.", "until": START + 12, "behind": None})
    at(gateway, 71.0)
    assert waits_of(gateway, name) == (None, None)
    at(gateway, 72.0)
    assert str(waits_of(gateway, name)[0]).startswith("It is due, and no worker has taken it.")
    gateway.database.close()


def call_back(gateway: Gateway, message: str, *names: str, url: str = "https://crm.example.com/x?token=rahasia") -> None:
    host = "crm.example.com" if url else ""
    new = [
        NewCallback(id=name, message=message, ack=Ack(ack), at=START, url=url, host=host, created_at=START)
        for ack, name in enumerate(names, 1)
    ]
    with gateway.database.writing() as connection:
        callbacks.add(connection, new)


def test_callbacks_that_are_made_again_are_reported_with_the_message_and_those_behind_them(app: Flask) -> None:
    gateway, client = gateway_of(app), app.test_client()
    name = accept(gateway)
    call_back(gateway, name, "msg_1", "msg_2")
    call_back(gateway, name, "msg_own", url="")
    url = f"/chatbot/api/messages/{name}"
    assert "callbacks" not in client.get(url, headers={"SecretKey": API_KEY}).get_json()["message"]
    with gateway.database.writing() as connection:
        claims = callbacks.claim(connection, START, 60.0, 10)
        later = Settlement(state="later", due_at=START + 5, error="It answered 503.")
        callbacks.settle_all(connection, [(claim, later) for claim in claims], START)
    why = "It waits behind callback msg_1: It answered 503."
    assert client.get(url, headers={"SecretKey": API_KEY}).get_json()["message"]["callbacks"] == [
        {
            "id": "msg_1",
            "ack": 1,
            "tries": 1,
            "error": "It answered 503.",
            "waits": {"why": "It answered 503.", "until": START + 5, "behind": None},
        },
        {"id": "msg_2", "ack": 2, "tries": 0, "error": why, "waits": {"why": why, "until": START + 5, "behind": "msg_1"}},
    ]

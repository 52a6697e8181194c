"""Both gateways in a whole app: strangers while WhatsApp takes nothing to them, and calls that nobody should make."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.testing.transports.whole_apps import served, wait_for
from tests.transports.selfhosted import gowas, wahas
from tests.transports.selfhosted.gateway import NOBODY, answered
from tests.transports.selfhosted.gowas import GowaWorld
from tests.transports.selfhosted.wahas import WahaWorld
from tests.transports.selfhosted.worlds import BUDI, GatewayWorld

API_KEY = "kunci-api"
ANI, CITRA = "6281200000001", "6281200000002"
LIMIT = 3 * 1024 * 1024  # bytes
LOCKED: dict[str, tuple[int, object]] = {
    "waha": (500, {"exception": {"message": "2 UNKNOWN: server returned error 463"}}),
    "gowa": (429, {"code": "WA_REACHOUT_TIMELOCK"}),
}
WHY = "WhatsApp does not let this number write to people who have not written to it (error 463)."
WORLDS: dict[str, type[GatewayWorld]] = {"waha": WahaWorld, "gowa": GowaWorld}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> GatewayWorld:
    return WORLDS[request.param]()


@pytest.fixture
def shop(world: GatewayWorld, tmp_path: Path) -> Iterator[Flask]:
    """A served app that has the transport, and an API."""
    with served(world, tmp_path, CHATBOT_API_KEY=API_KEY) as app:
        yield app
    world.close()


def call(app: Flask, path: str, **body: object) -> Any:
    """Call the API or ask for the health; the JSON of the answer."""
    client = app.test_client()
    headers = {"SecretKey": API_KEY}
    answer = client.post(f"/chatbot/api/{path}", json=body, headers=headers) if body else client.get(f"/chatbot/{path}", headers=headers)
    return answer.json


def sends(app: Flask, number: str) -> str:
    """Accept a message; its id."""
    return str(call(app, "sendwa", nohp=number, pesan="Pesanan dikirim.")["message"]["id"])


def state_of(app: Flask, name: str) -> Any:
    return call(app, f"api/messages/{name}")["message"]


def is_at(app: Flask, name: str, ack: int) -> bool:
    return bool(state_of(app, name)["ack"] == ack)


def waits_for_strangers(app: Flask, name: str) -> bool:
    return WHY in json.dumps(state_of(app, name))


def test_strangers_wait_while_whatsapp_takes_nothing_to_them_and_answers_go_on(world: GatewayWorld, shop: Flask) -> None:
    world.gateway.trouble = answered(*LOCKED[world.transport.name])
    refused = sends(shop, ANI)
    wait_for(partial(waits_for_strangers, shop, refused))
    held = sends(shop, CITRA)
    world.writes("gema#masih")
    wait_for(lambda: (person_chat(BUDI), "masih") in world.arrived())
    wait_for(partial(waits_for_strangers, shop, held))
    health = call(shop, "healthz")
    assert health["status"] == "degraded"
    assert [f"Line '{world.transport.name}' writes to no strangers until" in each["message"] for each in health["problems"]] == [True]
    (line,) = health["lines"]
    assert line == {"line": world.transport.name, "connected": True, "seen": line["seen"]}
    assert [chat for chat, _ in world.arrived()] == [person_chat(BUDI)]


def test_a_first_message_to_a_number_without_whatsapp_fails_in_words(world: GatewayWorld, shop: Flask) -> None:
    name = sends(shop, NOBODY)
    wait_for(partial(is_at, shop, name, -1))
    assert "This number does not use WhatsApp." in json.dumps(state_of(shop, name))
    assert world.arrived() == []


def signed(world: GatewayWorld, body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", **world.gateway.headers_of(body)}


def event(world: GatewayWorld, at: datetime, **more: object) -> bytes:
    """A message of Budi's as the gateway posts it."""
    if isinstance(world, WahaWorld):
        payload = {**wahas.message(person_chat(BUDI), person_chat(BUDI), body="gema#halo"), "timestamp": at.timestamp(), **more}
        return json.dumps({"event": "message", "session": "default", "payload": payload}).encode()
    payload = {**gowas.message(gowas.address(BUDI), gowas.address(BUDI), body="gema#halo"), "timestamp": at.isoformat(), **more}
    return json.dumps({"event": "message", "device_id": gowas.OUR_ADDRESS, "payload": payload}).encode()


def test_calls_that_nobody_should_make_are_answered_and_bring_nothing(world: GatewayWorld, shop: Flask) -> None:
    client, path = shop.test_client(), f"/chatbot/in/{world.transport.name}"
    now = datetime.now(UTC)
    good, old = event(world, now), event(world, datetime(2026, 1, 1, tzinfo=UTC))
    long, too_long = good.ljust(LIMIT), good.ljust(LIMIT + 1)
    unknown = json.dumps({**json.loads(good), "event": "sesuatu.baru"}).encode()
    found = {
        "unsigned": client.post(path, data=good).status_code,
        "signed for another": client.post(path, data=good, headers=signed(world, old)).status_code,
        "too long": client.post(path, data=too_long, headers=signed(world, too_long)).status_code,
        "no JSON": client.post(path, data=b"{", headers=signed(world, b"{")).status_code,
        "a week old": client.post(path, data=old, headers=signed(world, old)).status_code,
        "of a new kind": client.post(path, data=unknown, headers=signed(world, unknown)).status_code,
    }
    assert found == {"unsigned": 401, "signed for another": 401, "too long": 413, "no JSON": 400, "a week old": 200, "of a new kind": 200}
    more = event(world, now, baru={"x": [1]}, body="gema#dua")
    for body in (long, long, more):  # with fields that nobody knows, and again
        assert client.post(path, data=body, headers=signed(world, body)).status_code == 200
    wait_for(lambda: len(world.arrived()) >= 2)
    assert world.arrived() == [(person_chat(BUDI), "halo"), (person_chat(BUDI), "dua")]

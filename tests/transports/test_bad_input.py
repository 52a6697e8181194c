"""Whatever comes to `/in/<line>` is answered as the platform expects: nothing is lost or doubled, and the log says what was left out."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Text
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.acks import Acks, SentOut
from flask_chatbot.receiving.keeping import OLDEST
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.incoming import events
from flask_chatbot.store.upkeep.sweeping import EVENTS_KEPT, sweep
from flask_chatbot.transports.hosted import Hosted
from tests.delivery.apps import BUDI, callbacks_of, gateway_app, gateway_of
from tests.delivery.rig import DAY, START, Clock
from tests.transports.doors import DOORS, NOWHERE, STRANGE, Call, Door

MINUTE = 60.0


class House:
    """An app behind a door; nobody decides what comes in."""

    def __init__(self, app: Flask, log: pytest.LogCaptureFixture) -> None:
        self.app, self.gateway, self.clock = app, gateway_of(app), Clock()
        self.gateway.clock = self.gateway.proxy.clock = self.clock
        self._log = log

    def post(self, call: Call, rest: str = "") -> int:
        answer = self.app.test_client().post(f"/chatbot/in/{self.gateway.transport.name}{rest}", data=call.body, headers=dict(call.headers))
        return answer.status_code

    @property
    def waiting(self) -> int:
        with self.gateway.database.reading() as connection:
            return events.count_open(connection, self.gateway.transport.name)

    def decides_all(self) -> None:
        """Settle what waits, as the worker does."""
        with self.gateway.database.writing() as connection:
            for claim in events.claim(connection, self.gateway.transport.name, self.clock(), 30.0, 100):
                events.settle(connection, [claim], self.clock())

    def sweeps(self) -> None:
        with self.gateway.database.writing() as connection:
            sweep(connection, self.clock())

    @property
    def left_out(self) -> list[str]:
        """The lines of the log about what was left out, as far as whoever sets nothing up sees them."""
        said = [each.getMessage() for each in self._log.records if "left out" in each.msg and each.levelno >= logging.WARNING]
        self._log.clear()
        return said


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    door = DOORS[request.param]()
    yield door
    door.close()


@pytest.fixture
def house(door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    caplog.set_level(logging.INFO)
    house = House(gateway_app(tmp_path, CHATBOT_TRANSPORT=door.transport()), caplog)
    yield house
    house.gateway.database.close()


def test_without_the_right_proof_nothing_is_kept_and_the_log_says_so(house: House, door: Door, caplog: pytest.LogCaptureFixture) -> None:
    call = door.call(door.message(START))
    wrong = {name: value[:-1] + ("0" if value[-1] != "0" else "1") for name, value in door.headers(call.body).items()}
    other = door.headers(call.body + b" ") if door.headers(b"a") != door.headers(b"b") else wrong
    proofs: list[dict[str, str]] = [{}, wrong, dict(other), dict.fromkeys(wrong, "é")]
    assert [house.post(Call(call.body, headers)) for headers in proofs] == [401] * 4
    assert house.waiting == 0
    assert "a call to /in" in caplog.text


def test_a_message_to_another_number_is_answered_and_left_out(house: House, door: Door) -> None:
    document = door.of_another(START)
    if document is None:
        pytest.skip("Each of its numbers has a proof of its own.")
    assert (house.post(door.call(document)), house.waiting) == (200, 0)
    (said,) = house.left_out
    assert "another" in said


def test_what_comes_again_a_week_later_is_not_answered_again(house: House, door: Door) -> None:
    call = door.call(door.message(START))
    assert (house.post(call), house.waiting) == (200, 1)
    house.decides_all()
    for later in (MINUTE, DAY, 7 * DAY, OLDEST - 1, OLDEST + 1, EVENTS_KEPT + 1, 400 * DAY):
        house.clock.now = START + later
        house.sweeps()
        assert (house.post(call), house.waiting) == (200, 0)
        assert len(house.left_out) == (later > OLDEST)


def test_what_the_platform_could_not_bring_for_a_week_is_kept(house: House, door: Door) -> None:
    house.clock.now = START + 7 * DAY
    assert (house.post(door.call(door.message(START))), house.waiting) == (200, 1)


def test_a_body_as_long_as_the_limit_is_read_and_one_byte_more_is_refused(house: House, door: Door) -> None:
    limit = door.transport().body_limit
    assert (house.post(door.call(door.message(START), limit + 1)), house.waiting) == (413, 0)
    assert (house.post(door.call(door.message(START), limit)), house.waiting) == (200, 1)


def test_unknown_fields_lose_nothing(house: House, door: Door) -> None:
    assert (house.post(door.call(door.message(START, **STRANGE))), house.waiting) == (200, 1)


def test_kinds_and_statuses_that_nobody_knows_are_answered_and_named(house: House, door: Door) -> None:
    assert (house.post(door.call(door.strange(START))), house.waiting) == (200, 0)
    (said,) = house.left_out
    assert "pondered" in said


@pytest.mark.parametrize("lat", [float("nan"), float("inf"), 1e400, "NaN", "-inf", "utara", None, [1], {}, 90.1, -91, 10**400])
def test_a_place_that_cannot_be_read_is_left_out_and_its_message_and_what_comes_with_it_are_kept(
    house: House, door: Door, lat: object
) -> None:
    calls = door.together([door.place(START, lat, 106.8), door.place(START, "106.8", lat), door.message(START)])
    assert [house.post(door.call(each)) for each in calls] == [200] * len(calls)
    assert house.waiting == 2
    assert "of kind 'place (its location" in " ".join(house.left_out)


@pytest.mark.parametrize("id_", [["A1"], {"id": 5}, True, 7.5, float("nan")])
def test_a_message_whose_id_is_no_text_is_left_out_and_what_comes_with_it_is_kept(house: House, door: Door, id_: object) -> None:
    calls = door.together([door.with_id(START, id_), door.message(START)])
    assert [house.post(door.call(each)) for each in calls] == [200] * len(calls)
    assert (house.waiting, len(house.left_out)) == (1, 1)


class TestAcksAtHosted:
    """The gateway of the contract calls with acks only, each at an address of its own."""

    @pytest.fixture
    def hosted(self) -> Hosted:
        return Hosted(NOWHERE, "kunci-gateway-lama")

    @pytest.fixture
    def house(self, hosted: Hosted, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
        caplog.set_level(logging.INFO)
        house = House(gateway_app(tmp_path, CHATBOT_TRANSPORT=hosted), caplog)
        yield house
        house.gateway.database.close()

    def sent(self, house: House) -> str:
        """The id of a message that went out."""
        name = house.gateway.send(f"{BUDI}@c.us", Text("Halo"), Terms(notify_url="https://crm.example.com/")).id
        with house.gateway.database.writing() as connection:
            Acks("hosted", clock=house.clock, has_handlers=lambda: False).sent(connection, [SentOut(name, name, START)])
        return name

    def report(self, house: House, path: str, ack: Any = 3, body: bytes = b"", size: int = 0, **more: Any) -> int:
        content = body or json.dumps({"msgid": "theirs", "ack": ack, **more}).encode().ljust(size)
        return house.post(Call(content, {"Content-Type": "application/json"}), f"/{path}")

    def ack(self, house: House, name: str) -> Ack:
        found = house.gateway.message(name)
        assert found is not None
        return found.ack

    def test_an_address_that_nobody_was_given_is_unknown_and_the_log_says_so(
        self, house: House, hosted: Hosted, caplog: pytest.LogCaptureFixture
    ) -> None:
        name = self.sent(house)
        right = hosted._token(name)
        wrong = [right[:-1] + ("0" if right[-1] != "0" else "1"), name, f"{name}.", Hosted(NOWHERE, "another")._token(name)]
        assert [self.report(house, path) for path in wrong] == [404] * 4
        assert self.ack(house, name) is Ack.SENT
        assert "a call to /in" in caplog.text

    def test_an_ack_moves_the_message_of_its_address_and_no_other(self, house: House, hosted: Hosted) -> None:
        ours, other = self.sent(house), self.sent(house)
        assert self.report(house, hosted._token(ours), msgid=other, id=other, more=STRANGE) == 200
        assert (self.ack(house, ours), self.ack(house, other)) == (Ack.READ, Ack.SENT)

    def test_a_failure_that_is_reported_late_does_not_end_the_message_that_was_sent_again(self, house: House, hosted: Hosted) -> None:
        name = self.sent(house)
        assert (self.report(house, hosted._token(name), -1), self.ack(house, name)) == (200, Ack.ERROR)
        with house.gateway.database.writing() as connection:
            assert stored.resend(connection, [name], START + DAY) == 1
            (claim,) = outbox.claim(connection, "hosted", house.clock(), 30.0, 1)
        assert claim.outbound.resent == 1
        assert (self.report(house, hosted._token(name), -1), self.ack(house, name)) == (200, Ack.PENDING)
        again = f"{name}-1"
        with house.gateway.database.writing() as connection:
            outbox.settle_sent(connection, [claim], house.clock())
            Acks("hosted", clock=house.clock, has_handlers=lambda: False).sent(connection, [SentOut(name, again, START)])
        assert (self.report(house, hosted._token(name), -1), self.ack(house, name)) == (200, Ack.SENT)
        assert (self.report(house, hosted._token(again), 2), self.ack(house, name)) == (200, Ack.DELIVERED)
        assert self.report(house, hosted._token(again), -1) == 200

    @pytest.mark.parametrize("later", [MINUTE, 7 * DAY, 9 * DAY])
    def test_an_ack_that_comes_again_later_tells_nobody_anything(self, house: House, hosted: Hosted, later: float) -> None:
        name = self.sent(house)
        assert [self.report(house, hosted._token(name), ack) for ack in (2, 3)] == [200, 200]
        told = len(callbacks_of(house.gateway, name))
        house.clock.forward(later)
        house.sweeps()
        assert [self.report(house, hosted._token(name), ack) for ack in (2, 3, 1, -1)] == [200] * 4
        assert (self.ack(house, name), len(callbacks_of(house.gateway, name))) == (Ack.READ, told)

    def test_a_body_as_long_as_the_limit_is_read_and_one_byte_more_is_refused(self, house: House, hosted: Hosted) -> None:
        name = self.sent(house)
        assert self.report(house, hosted._token(name), size=hosted.body_limit + 1) == 413
        assert self.ack(house, name) is Ack.SENT
        assert self.report(house, hosted._token(name), size=hosted.body_limit) == 200
        assert self.ack(house, name) is Ack.READ

    def test_an_ack_that_nobody_knows_is_answered_and_named(self, house: House, hosted: Hosted) -> None:
        name = self.sent(house)
        assert [self.report(house, hosted._token(name), ack) for ack in (9, "read")] == [200, 200]
        assert [said.partition("kind ")[2] for said in house.left_out] == ["'ack 9'", "\"ack 'read'\""]
        assert self.ack(house, name) is Ack.SENT

    @pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"{}", b"\xff", b"[" * 10_000])
    def test_what_is_no_ack_is_refused(self, house: House, hosted: Hosted, body: bytes) -> None:
        assert self.report(house, hosted._token(self.sent(house)), body=body) == 400

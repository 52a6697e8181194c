"""The requests of other processes to a transport that is open in this one."""

import threading
from collections.abc import Sequence
from typing import NoReturn

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import Loop
from flask_chatbot.delivery.request_queue import RequestQueue
from flask_chatbot.errors import TryLater
from flask_chatbot.store import requests
from flask_chatbot.store.requests import OPEN_FOR, Result
from flask_chatbot.transports.base import Group
from tests.delivery.rig import PATIENCE, START, Clock, Wire


class Desk:
    """A queue of requests, in a loop that is stepped by hand."""

    def __init__(self, database: Database, wire: Wire) -> None:
        self.database, self.wire, self.clock, self.is_open = database, wire, Clock(), True
        self.answered = threading.Semaphore(0)
        self.queue = RequestQueue(wire, is_open=lambda: self.is_open, wake=self.answered.release)
        self.loop = Loop(database, (self.queue,), self.clock)

    def ask(self, kind: str, argument: str = "") -> str:
        """Ask as another process does; the name of the request."""
        with self.database.writing() as connection:
            requests.ask(connection, f"{kind} {argument}", self.wire.name, kind, argument, START)
        return f"{kind} {argument}"

    def step(self, answers: int) -> None:
        """Begin what is asked, and write down so many answers."""
        self.loop.step()
        assert all(self.answered.acquire(timeout=PATIENCE) for _ in range(answers))
        self.loop.step()

    def result(self, request: str) -> Result | None:
        with self.database.reading() as connection:
            return requests.result(connection, request)


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk at a transport that is open."""
    return Desk(database, Wire())


def test_each_kind_of_request_is_answered_as_the_transport_answers(desk: Desk) -> None:
    names = [desk.ask("groups"), desk.ask("session"), desk.ask("number", "628111"), desk.ask("number", "1")]
    desk.step(answers=4)
    assert [desk.result(name) for name in names] == [
        Result(answer='[{"id": "120363041234567890", "name": "Toko", "last_chat": 5}]', error=None),
        Result(
            answer='{"is_authenticated": true, "number": "628000", "name": "", "qrcode": "", "qr_link": "", "qr_picture": ""}', error=None
        ),
        Result(answer="true", error=None),
        Result(answer="false", error=None),
    ]
    assert (desk.queue.under_way, desk.queue.has_results()) == (0, False)


class Failing(Wire):
    """A transport that fails whenever it is asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def groups(self) -> Sequence[Group]:
        return self._fail()

    def _fail(self) -> NoReturn:
        raise self.error


def test_what_the_transport_refuses_is_passed_on_with_its_reason(database: Database) -> None:
    desk = Desk(database, Failing(TryLater("There is no connection to WhatsApp.")))
    name = desk.ask("groups")
    desk.step(answers=1)
    assert desk.result(name) == Result(answer=None, error="There is no connection to WhatsApp.")


def test_an_internal_error_is_answered_by_its_kind_and_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(database, Failing(LookupError("628111")))
    name = desk.ask("groups")
    desk.step(answers=1)
    assert desk.result(name) == Result(answer=None, error="It failed with an internal error: LookupError.")
    assert [record.getMessage() for record in caplog.records] == ["a request of another process (groups) failed with an internal error"]


def test_while_the_transport_is_not_open_here_nobody_is_answered(desk: Desk) -> None:
    desk.is_open = False
    name = desk.ask("session")
    desk.loop.step()
    before = (desk.queue.under_way, desk.result(name))
    desk.is_open = True
    desk.step(answers=1)
    assert (before, desk.result(name) is not None) == ((0, None), True)


def test_requests_whose_askers_have_given_up_are_left(desk: Desk) -> None:
    name = desk.ask("session")
    desk.clock.forward(OPEN_FOR)
    desk.loop.step()
    assert (desk.queue.under_way, desk.result(name)) == (0, None)


def test_a_request_under_way_is_not_begun_again(database: Database) -> None:
    gate, asked = threading.Event(), []

    class Slow(Wire):
        def has_whatsapp(self, number: str) -> bool:
            asked.append(number)
            return gate.wait(PATIENCE)

    desk = Desk(database, Slow())
    name = desk.ask("number", "628111")
    for _ in range(3):
        desk.loop.step()
    under_way = desk.queue.under_way
    gate.set()
    assert desk.answered.acquire(timeout=PATIENCE)
    desk.loop.step()
    assert (under_way, asked, desk.result(name)) == (1, ["628111"], Result(answer="true", error=None))

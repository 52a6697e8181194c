"""Asking the transport: itself where it is at hand, else through the process that has it open."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.transport_proxy import PHONE_PATIENCE, TransportProxy
from flask_chatbot.delivery.waits import TransportStatus
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.store import requests
from flask_chatbot.testing.transports.whole_apps import wait_for
from flask_chatbot.transports.base import Capabilities, Group, Session
from flask_chatbot.transports.simulator import NUMBER
from flask_chatbot.worker.leadership import DURATION, LOOK
from tests.delivery.apps import BUDI, GROUP, START, gateway_app, gateway_of, simulator
from tests.delivery.rig import PATIENCE, Wire
from tests.receiving.platform import Platform


@pytest.fixture
def proxy(url: str, tmp_path: Path) -> Iterator[TransportProxy]:
    """The transport of an app, on a database of each kind in turn."""
    proxy = gateway_of(gateway_app(tmp_path, CHATBOT_DATABASE_URL=url)).proxy
    yield proxy
    proxy.database.close()


def test_a_transport_at_hand_is_asked_itself(proxy: TransportProxy) -> None:
    phones = simulator()
    proxy.transport = phones
    group = phones.group(GROUP, "Toko")
    phones.phone("628999", has_whatsapp=False)
    assert proxy.groups() == (group,)
    assert proxy.session() == Session(is_authenticated=True, number=NUMBER, name="Simulator")
    assert [proxy.has_whatsapp(number) for number in (BUDI, "628999")] == [True, False]


def test_our_own_number_is_asked_for_once_a_minute(proxy: TransportProxy) -> None:
    phones, seconds = simulator(), [0.0]
    proxy.transport, proxy.timer = phones, lambda: seconds[0]
    numbers = [proxy.phone().number]
    phones.number = "628777"
    for seconds[0] in (59.0, 61.0):
        numbers.append(proxy.phone().number)
    phones.log_out()
    seconds[0] = 200.0
    assert [*numbers, proxy.phone().number] == ["6283111111111", "6283111111111", "628777", "628777"]


def test_a_transport_is_not_asked_what_it_cannot_answer(proxy: TransportProxy) -> None:
    proxy.transport = simulator(capabilities=Capabilities(groups=False, check_number=False, qr=False))
    refusals = []
    for ask in (proxy.groups, proxy.to_scan, lambda: proxy.has_whatsapp(BUDI)):
        with pytest.raises(Refused) as refused:
            ask()
        refusals.append(str(refused.value))
    assert refusals == [
        "This connection to WhatsApp has no groups. Send to each person instead.",
        "This connection to WhatsApp needs no QR code, so there is none to scan.",
        "This connection to WhatsApp cannot check numbers. Send the message: if the number has no WhatsApp, its ack is -1.",
    ]
    assert proxy.session().number == NUMBER  # which sends need


def test_a_transport_that_declares_nothing_has_groups_numbers_and_a_code(proxy: TransportProxy) -> None:
    proxy.transport = Wire()
    assert proxy.capabilities == Capabilities() == Capabilities(groups=True, check_number=True, qr=True)


class Elsewhere:
    """A process that has the transport open: it answers each request while others wait for it."""

    def __init__(self, proxy: TransportProxy, answer: str | None, error: str | None = None) -> None:
        self.proxy, self.answer, self.error = proxy, answer, error
        self.asked: list[tuple[str, str]] = []

    def __call__(self, seconds: float) -> None:
        with self.proxy.database.writing() as connection:
            for request in requests.open_requests(connection, self.proxy.transport.name, START, 10):
                self.asked.append((request.kind, request.argument))
                requests.answer(connection, request.id, self.answer, self.error, START)


def ask_elsewhere(proxy: TransportProxy, answer: str | None, error: str | None = None) -> Elsewhere:
    proxy.transport = simulator(runs_anywhere=False)
    proxy.sleep = elsewhere = Elsewhere(proxy, answer, error)
    return elsewhere


def test_a_transport_in_another_process_is_asked_through_the_store(proxy: TransportProxy) -> None:
    elsewhere = ask_elsewhere(proxy, "true")
    assert proxy.has_whatsapp(BUDI) is True
    elsewhere.answer = '[{"id": "120363", "name": "Toko", "last_chat": 5}]'
    assert proxy.groups() == (Group(id="120363", name="Toko", last_chat=5),)
    elsewhere.answer = '{"is_authenticated": false, "number": "", "name": "", "qrcode": "2@abc"}'
    assert proxy.session() == Session(is_authenticated=False, qrcode="2@abc")
    assert elsewhere.asked == [("number", BUDI), ("groups", ""), ("session", "")]


def test_what_another_process_cannot_answer_is_to_be_tried_later(proxy: TransportProxy) -> None:
    ask_elsewhere(proxy, None, "There is no connection to WhatsApp.")
    with pytest.raises(TryLater, match=r"^There is no connection to WhatsApp\.$"):
        proxy.groups()


def test_after_longer_than_a_lease_without_an_answer_it_is_to_be_tried_later(proxy: TransportProxy) -> None:
    seconds = [0.0]
    proxy.transport, proxy.timer = simulator(runs_anywhere=False), lambda: seconds[0]
    proxy.sleep = lambda more: seconds.__setitem__(0, seconds[0] + more)
    with pytest.raises(TryLater, match=r"^No process that is connected to WhatsApp answered\. Is the worker running\?$"):
        proxy.groups()
    assert seconds[0] == pytest.approx(20.0, abs=0.1)
    assert seconds[0] > DURATION + LOOK


def test_a_transport_that_opens_here_meanwhile_is_asked_itself(proxy: TransportProxy) -> None:
    proxy.transport = simulator(runs_anywhere=False)
    proxy.sleep = lambda _: setattr(proxy, "is_open", True)
    assert proxy.session().is_authenticated is True


def test_our_number_is_empty_while_nobody_knows_it(proxy: TransportProxy) -> None:
    ask_elsewhere(proxy, None, "The phone is not connected.")
    assert proxy.phone().number == ""


def test_that_nobody_knew_our_number_is_not_kept(proxy: TransportProxy) -> None:
    elsewhere = ask_elsewhere(proxy, None, "The phone is not connected.")
    seconds = [0.0]
    proxy.timer = lambda: seconds[0]
    first = proxy.phone().number
    elsewhere.error, elsewhere.answer = None, '{"is_authenticated": true, "number": "628777", "name": "", "qrcode": ""}'
    seconds[0] = 5.1
    assert [first, proxy.phone().number] == ["", "628777"]


def test_an_answer_that_comes_too_late_for_one_who_asked_serves_the_next_and_only_one_of_them_waits(proxy: TransportProxy) -> None:
    seconds = [0.0]
    proxy.transport, proxy.timer = simulator(runs_anywhere=False), lambda: seconds[0]
    proxy.sleep = lambda more: seconds.__setitem__(0, seconds[0] + more)
    numbers = [proxy.phone().number, proxy.phone().number]
    waited = seconds[0]
    Elsewhere(proxy, '{"is_authenticated": true, "number": "628777", "name": "", "qrcode": ""}')(0.0)
    assert ([*numbers, proxy.phone().number], seconds[0]) == (["", "", "628777"], waited)
    assert waited == pytest.approx(1.0, abs=0.1)


def test_a_transport_that_opens_here_is_asked_for_our_number_the_next_time(proxy: TransportProxy) -> None:
    seconds = [0.0]
    proxy.transport, proxy.timer = simulator(runs_anywhere=False), lambda: seconds[0]
    proxy.sleep = lambda more: seconds.__setitem__(0, seconds[0] + more)
    first = proxy.phone().number
    proxy.is_open = True
    assert [first, proxy.phone().number] == ["", NUMBER]


def test_what_whatsapp_refuses_for_good_is_answered_so(proxy: TransportProxy) -> None:
    phones = simulator()
    proxy.transport = phones
    phones.fails(Refused("Numbers cannot be checked here."), on="has_whatsapp")
    with pytest.raises(Refused):
        proxy.has_whatsapp(BUDI)


PACE = Tempo.of(5, 60.0)


def test_the_status_says_what_this_process_sees(proxy: TransportProxy) -> None:
    at_hand = proxy.status()
    proxy.transport = simulator(name="toko-b", runs_anywhere=False)
    proxy.shut("The server is down.")
    failing = proxy.status(PACE)
    proxy.shut("")
    proxy.opened(True)
    assert (at_hand, failing, proxy.status(PACE)) == (
        TransportStatus(session="simulator", is_bound=False, is_open=False, open_error=""),
        TransportStatus(session="toko-b", is_bound=True, is_open=False, open_error="The server is down.", tempo=PACE),
        TransportStatus(session="toko-b", is_bound=True, is_open=True, open_error="", tempo=PACE),
    )


def test_who_asks_in_vain_where_the_transport_cannot_be_opened_reads_why(proxy: TransportProxy) -> None:
    seconds = [0.0]
    proxy.transport, proxy.timer = simulator(runs_anywhere=False), lambda: seconds[0]
    proxy.sleep = lambda more: seconds.__setitem__(0, seconds[0] + more)
    proxy.shut("The server is down.")
    with pytest.raises(TryLater, match=r"^The connection to WhatsApp cannot be opened: The server is down\.$"):
        proxy.session()


class Slow(Platform):
    """A transport whose other side answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer, self.asked = threading.Event(), 0

    def session(self) -> Session:
        self.asked += 1
        assert self.may_answer.wait(PATIENCE)
        return super().session()


def test_another_side_that_is_slow_holds_up_no_send_and_its_answer_is_kept(proxy: TransportProxy) -> None:
    slow = Slow()
    proxy.transport = slow
    started = time.monotonic()
    numbers = [proxy.phone().number for _ in range(5)]
    assert (numbers, slow.asked, time.monotonic() - started < 4 * PHONE_PATIENCE) == ([""] * 5, 1, True)
    slow.may_answer.set()
    wait_for(lambda: proxy.phone().number == "628000")


def test_another_side_that_fails_is_asked_again_by_the_next(proxy: TransportProxy) -> None:
    class Down(Platform):
        def session(self) -> Session:
            raise TryLater("It is down.")

    proxy.transport = Down()
    assert proxy.phone().number == ""
    proxy.transport = Platform()
    assert proxy.phone().number == "628000"

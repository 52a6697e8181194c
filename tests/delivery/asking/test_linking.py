"""Linking the bot's phone from a process that has the transport open, and from one that has not."""

from collections.abc import Callable

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import Loop
from flask_chatbot.delivery.request_queue import RequestQueue
from flask_chatbot.delivery.transport_proxy import TransportProxy
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Passkey, Transport
from flask_chatbot.transports.simulator import NUMBER, Simulator
from tests.delivery.rig import START, Clock, Wire

CREDENTIAL = '{"id": "XcnXe2W9"}'


def near(database: Database, transport: Transport) -> TransportProxy:
    """The proxy of the process that has the transport open."""
    return TransportProxy(transport=transport, database=database, is_open=True)


def far(database: Database, transport: Transport) -> TransportProxy:
    """The proxy of another process; the one that has it open works on while it waits."""
    queue = RequestQueue(transport, is_open=lambda: True, wake=lambda: None)
    loop, clock = Loop(database, (queue,), Clock()), Clock()

    def work(seconds: float) -> None:
        loop.step()
        clock.forward(seconds)

    return TransportProxy(transport=transport, database=database, clock=lambda: START, timer=clock, sleep=work)


@pytest.mark.parametrize("where", [near, far])
def test_each_step_of_linking_is_taken_by_the_process_that_has_the_transport(
    database: Database, where: Callable[[Database, Transport], TransportProxy]
) -> None:
    simulator = Simulator(scanned=False)
    simulator.asks_passkey()
    proxy = where(database, simulator)
    simulator.type_code(proxy.pair(NUMBER))
    challenge = proxy.passkey()
    proxy.answer_passkey(CREDENTIAL)
    code = proxy.passkey()
    proxy.confirm_passkey()
    assert (bool(challenge.challenge), code, proxy.session().number) == (True, Passkey(code="WXYZ-1234"), NUMBER)


@pytest.mark.parametrize("where", [near, far])
def test_a_step_that_is_refused_is_refused_in_the_transports_words(
    database: Database, where: Callable[[Database, Transport], TransportProxy]
) -> None:
    with pytest.raises(Refused, match=r"^This is not the number of the bot's phone\.$"):
        where(database, Simulator(scanned=False)).pair("628999")


def test_a_transport_that_has_no_such_step_refuses_it_with_the_way_out(database: Database) -> None:
    proxy, refusals = near(database, Wire()), []
    for step in (lambda: proxy.pair(NUMBER), proxy.passkey, lambda: proxy.answer_passkey("{}"), proxy.confirm_passkey, proxy.log_out):
        with pytest.raises(Refused) as refused:
            step()
        refusals.append(str(refused.value))
    no_code = "This connection to WhatsApp links no phone by a code to type. Scan its QR code, if it has one."
    no_key = "This connection to WhatsApp has no step for a passkey. If the phone asks for one, link it in the gateway's own pages."
    no_way_out = "This connection to WhatsApp cannot log its phone out. Do it on the phone: WhatsApp > Linked devices."
    assert refusals == [no_code, no_key, no_key, no_key, no_way_out]


@pytest.mark.parametrize("where", [near, far])
def test_the_phone_is_logged_out_by_the_process_that_has_the_transport(
    database: Database, where: Callable[[Database, Transport], TransportProxy]
) -> None:
    simulator = Simulator()
    proxy = where(database, simulator)
    before = proxy.session().is_authenticated
    proxy.log_out()
    after = proxy.session()
    assert (before, after.is_authenticated, after.qrcode[:2], proxy.can("log_out")) == (True, False, "2@", True)

"""Linking the bot's phone with a simulator: by a code to type, and with a passkey."""

import pytest

from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Passkey
from flask_chatbot.transports.simulator import NUMBER, Simulator

CREDENTIAL = '{"id": "XcnXe2W9", "rawId": "XcnXe2W9", "type": "public-key", "response": {}}'


def test_the_code_that_is_typed_connects_the_phone() -> None:
    simulator = Simulator(scanned=False)
    code = simulator.pair(NUMBER)
    before = simulator.session().is_authenticated
    simulator.type_code(code)
    assert (len(code), before, simulator.session().number) == (9, False, NUMBER)


def test_a_code_of_another_number_and_a_code_that_nobody_asked_for_connect_nothing() -> None:
    simulator = Simulator(scanned=False)
    with pytest.raises(Refused, match=r"^This is not the number of the bot's phone\.$"):
        simulator.pair("628999")
    with pytest.raises(ValueError, match="The phone takes another code"):
        simulator.type_code("")
    assert not simulator.session().is_authenticated


def test_a_passkey_is_asked_for_answered_and_confirmed_before_the_phone_is_connected() -> None:
    simulator = Simulator(scanned=False)
    simulator.asks_passkey()
    simulator.scan()
    challenge = simulator.passkey()
    for wrong in ("", "{", "[]", "5", '{"id": ""}'):
        with pytest.raises(Refused, match="This is no answer of a passkey"):
            simulator.answer_passkey(wrong)
    simulator.answer_passkey(CREDENTIAL)
    code, before = simulator.passkey(), simulator.session().is_authenticated
    simulator.confirm_passkey()
    assert (bool(challenge.challenge), code, before) == (True, Passkey(code="WXYZ-1234"), False)
    assert (simulator.session().is_authenticated, simulator.passkey()) == (True, Passkey())


def test_without_a_passkey_there_is_nothing_to_answer() -> None:
    simulator = Simulator(scanned=False)
    with pytest.raises(Refused, match=r"^WhatsApp asks for no passkey now\.$"):
        simulator.answer_passkey(CREDENTIAL)
    with pytest.raises(Refused, match=r"^WhatsApp asks for no passkey now\.$"):
        simulator.confirm_passkey()

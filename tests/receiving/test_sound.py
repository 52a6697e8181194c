"""No piece that cannot be kept holds up what comes with it: it is left out, and the log says why."""

import logging
from dataclasses import replace

import pytest

from flask_chatbot.core.values.contents import SharedLocation
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.receiving.deferring import Deferring
from flask_chatbot.receiving.sound import only_sound
from flask_chatbot.store.incoming import events
from flask_chatbot.transports.webhooks import WebhookContent

GOOD = Message(text="halo", id="M1")
PLACE = Message(text="", id="M2", kind="location")
NOWHERE = replace(PLACE, location=SharedLocation(float("nan"), 106.8))
WRONG = replace(GOOD, id=77)  # type: ignore[arg-type]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_message_that_cannot_be_kept_is_taken_and_left_out_for_all_to_see(
    database: Database, caplog: pytest.LogCaptureFixture, keeps: bool
) -> None:
    heard: list[object] = []
    deferring = Deferring(database=database, session="tele", received=heard.append, clock=lambda: 5.0, keeps=keeps)
    for each in (WRONG, NOWHERE, GOOD):
        deferring.heed(each)
    with database.reading() as connection:
        assert (events.count_open(connection, "tele"), heard) == ((2, []) if keeps else (0, [PLACE, GOOD]))
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [
        (logging.WARNING, "line tele: left out 1 of kind 'message (its id is no text)'"),
        (logging.WARNING, "line tele: left out 1 of kind 'place (its location lat is no number)'"),
    ]


def test_a_call_loses_only_the_pieces_that_cannot_be_kept() -> None:
    receipt, echo = Receipt(id="R1", ack=Ack.READ, at=5.0), Echo(id="E1", at=5.0)
    wrong = replace(receipt, at=float("inf")), replace(echo, id=5)  # type: ignore[arg-type]
    given = WebhookContent(messages=(WRONG, NOWHERE, GOOD), receipts=(wrong[0], receipt), echoes=(echo, wrong[1]), left_out=("poll",))
    places = ("message (its id is no text)", "place (its location lat is no number)")
    reasons = ("poll", *places, "receipt (its at is no number)", "echo (its id is no text)")
    assert only_sound(given) == WebhookContent(messages=(PLACE, GOOD), receipts=(receipt,), echoes=(echo,), left_out=reasons)


@pytest.mark.parametrize("until", [float("nan"), float("inf"), 1e20])
def test_a_restriction_without_an_end_that_can_be_is_left_out(until: float) -> None:
    found = only_sound(WebhookContent(restricted_until=until, restriction="Error 463."))
    assert (found.restricted_until, found.left_out) == (None, ("restriction (without an end that can be)",))

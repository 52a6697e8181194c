"""What the other side took and then gave up for now is tried again, in its place of the chat, and once for each failure."""

import pytest

from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import SentOut
from flask_chatbot.delivery.retry import SEND_WAITS
from flask_chatbot.store import outbox, stored
from tests.delivery.rig import DAY, START, Rig

BUSY = "Meta says: (#131056) Too many messages to the same person."
URL = "https://crm.example.com/acks"


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def taken(rig: Rig, known_as: str = "") -> str:
    """Let the message that is due be taken by the other side; its id, or nothing if none is due."""
    with rig.database.writing() as connection:
        claims = outbox.claim(connection, rig.wire.name, rig.clock(), lease=30.0, limit=1)
        for claim in outbox.settle_sent(connection, claims, rig.clock()):
            rig.acks.sent(connection, [SentOut(claim.outbound.id, known_as or f"wire:{claim.outbound.id}", rig.clock())])
    return claims[0].outbound.id if claims else ""


def fails(rig: Rig, name: str, known_as: str = "", after: float | None = 6.0) -> None:
    """Let the other side report that what it took failed, under the id that it gave it."""
    rig.receipt(name, Ack.ERROR, BUSY, id=known_as or f"wire:{name}", again_after=after)


def test_it_is_tried_again_before_what_came_after_it_and_nobody_hears_of_the_failure(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    taken(rig)
    later = rig.accept()
    fails(rig, name)
    assert (rig.state(name), rig.message(name).due_at) == (("queued", Ack.SENT, BUSY), START + 6.0)
    assert taken(rig) == ""
    rig.clock.forward(10.0)
    assert [taken(rig, "wire:second"), taken(rig)] == [name, later]
    rig.receipt(name, Ack.READ, id="wire:second")
    assert rig.state(name) == ("sent", Ack.READ, None)
    assert [int(each.ack) for each in rig.callbacks(name)] == [1, 3]


def test_a_failure_that_is_reported_again_and_again_is_tried_again_once(rig: Rig) -> None:
    name = rig.accept()
    taken(rig)
    for _ in range(3):
        fails(rig, name)
    rig.clock.forward(10.0)
    taken(rig, "wire:second")
    fails(rig, name)
    assert rig.state(name) == ("sent", Ack.SENT, None)
    fails(rig, name, "wire:second")
    assert rig.state(name) == ("queued", Ack.SENT, BUSY)


def test_a_failure_that_is_reported_before_the_answer_counts_once_it_is_known(rig: Rig) -> None:
    name = rig.accept()
    fails(rig, name)
    taken(rig)
    assert rig.state(name) == ("queued", Ack.SENT, BUSY)


def test_a_failure_that_names_the_message_whose_answer_was_lost_is_heeded(rig: Rig) -> None:
    name = rig.accept()
    failure = Receipt(id="wire:lost", ack=Ack.ERROR, at=START, error=BUSY, message=name, again_after=6.0)
    for _ in range(2):
        rig.acks.receipt(rig.database, failure)
        assert rig.state(name) == ("queued", Ack.SENT, BUSY)


def test_after_as_many_tries_as_any_message_has_it_is_given_up(rig: Rig) -> None:
    name = rig.accept(expires_at=START + 9 * DAY)
    for number in range(len(SEND_WAITS)):
        rig.clock.forward(DAY)
        assert taken(rig, f"wire:{number}") == name
        fails(rig, name, f"wire:{number}")
    assert rig.state(name) == ("failed", Ack.ERROR, BUSY)


def test_after_its_time_it_is_given_up(rig: Rig) -> None:
    name = rig.accept(expires_at=START + 5.0)
    taken(rig)
    fails(rig, name)
    assert rig.state(name) == ("failed", Ack.ERROR, BUSY)


def test_a_message_that_arrived_stays_so_and_one_that_failed_for_good_is_given_up(rig: Rig) -> None:
    arrived, refused = rig.accept(), rig.accept("628222@c.us")
    for name in (arrived, refused):
        assert taken(rig) == name
    rig.receipt(arrived, Ack.DELIVERED)
    fails(rig, arrived)
    fails(rig, refused, after=None)
    assert (rig.state(arrived), rig.state(refused)) == (("sent", Ack.DELIVERED, None), ("failed", Ack.ERROR, BUSY))


def test_what_failed_under_the_same_id_counts_once_more_after_it_was_sent_again(rig: Rig) -> None:
    name = rig.accept()
    taken(rig)
    rig.receipt(name, Ack.ERROR, "Gone.")
    with rig.database.writing() as connection:
        stored.resend(connection, [name], START + DAY)
    rig.receipt(name, Ack.ERROR, "Gone.")  # late
    assert rig.state(name) == ("queued", Ack.PENDING, None)
    taken(rig)
    rig.receipt(name, Ack.ERROR, "Gone again.")
    assert rig.state(name) == ("failed", Ack.ERROR, "Gone again.")

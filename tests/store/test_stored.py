"""What is known of a message after it was accepted."""

import pytest

from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.store import outbox, stored, transport_ids
from flask_chatbot.store.stored import Stored
from tests.store.test_outbox import add, claim, found, new, states


def move(database: Database, message: str, ack: Ack, at: float, error: str = "") -> Stored | None:
    with database.writing() as connection:
        return stored.move_ack(connection, message, ack, at, error)


def fail(database: Database, at: float = 200.0) -> str:
    """A message that was given up."""
    (got,) = claim(database, at)
    with database.writing() as connection:
        assert outbox.settle_failed(connection, got, "no such number", at)
        assert stored.move_ack(connection, got.outbound.id, Ack.ERROR, at, "no such number")
    return got.outbound.id


def test_a_message_just_accepted_is_pending(database: Database) -> None:
    given = new()
    add(database, given)
    assert found(database, given.id) == Stored(
        id=given.id,
        session="main",
        chat=given.chat,
        order_key=given.chat,
        type="text",
        state="queued",
        ack=Ack.PENDING,
        tries=0,
        error=None,
        notify_url=None,
        created_at=100.0,
        start_at=0.0,
        due_at=0.0,
        expires_at=1e6,
        sent_at=None,
        delivered_at=None,
        read_at=None,
        played_at=None,
        failed_at=None,
        settled_at=None,
    )


@pytest.mark.parametrize("name", ["3EB0FFFFFFFFFFFFFFFF", "", "\0", "\ud83d", "x" * 10_000], ids=["id", "empty", "NUL", "half", "long"])
def test_an_id_nobody_gave_is_not_found(database: Database, name: str) -> None:
    with database.reading() as connection:
        assert stored.find(connection, name) is None


def test_each_ack_notes_its_time_and_of_a_late_one_only_the_time_is_kept(database: Database) -> None:
    given = new()
    add(database, given)
    moved = [
        move(database, given.id, ack, at) is not None
        for at, ack in enumerate((Ack.SENT, Ack.READ, Ack.DELIVERED, Ack.PLAYED, Ack.READ), 300)
    ]
    assert moved == [True, True, False, True, False]
    known = found(database, given.id)
    assert (known.ack, known.sent_at, known.delivered_at, known.read_at, known.played_at) == (Ack.PLAYED, 300.0, 302.0, 301.0, 303.0)


def test_an_error_after_delivery_and_an_ack_after_an_error_change_nothing(database: Database) -> None:
    one, two = new(), new("b")
    add(database, one, two)
    assert move(database, one.id, Ack.DELIVERED, 300.0)
    assert move(database, one.id, Ack.ERROR, 301.0) is None
    assert move(database, two.id, Ack.ERROR, 300.0, "blocked")
    assert move(database, two.id, Ack.SENT, 301.0) is None
    known = found(database, two.id)
    assert (known.state, known.ack, known.error, known.failed_at) == ("failed", Ack.ERROR, "blocked", 300.0)


def test_an_error_of_a_message_in_flight_lets_the_next_of_its_chat_go(database: Database) -> None:
    one, two = new(), new()
    add(database, one, two)
    (got,) = claim(database)
    assert claim(database) == []
    assert move(database, one.id, Ack.ERROR, 201.0, "blocked")
    assert [each.outbound.id for each in claim(database)] == [two.id]
    with database.writing() as connection:
        assert not outbox.settle_sent(connection, [got], 202.0)


def test_what_failed_is_listed_since_a_time_with_its_reason(database: Database) -> None:
    add(database, new(), new())
    first, second = fail(database, 200.0), fail(database, 300.0)
    with database.reading() as connection:
        told = [(each.id, each.error, each.settled_at) for each in stored.failed(connection, 200.0, 10)]
        assert told == [(first, "no such number", 200.0), (second, "no such number", 300.0)]
        assert [each.id for each in stored.failed(connection, 201.0, 10)] == [second]
        assert [each.id for each in stored.failed(connection, 0.0, 1)] == [first]


def test_what_failed_is_sent_again_under_its_id_and_nothing_else_is(database: Database) -> None:
    add(database, new(), new("b"))
    failed = fail_first(database)
    with database.writing() as connection:
        others = [each.outbound.id for each in outbox.claim(connection, "main", 200.0, 60.0, 10)]
        assert stored.resend(connection, [failed, *others, "3EB0FFFFFFFFFFFFFFFF"], 5e6) == 1
    known = found(database, failed)
    assert (known.state, known.ack, known.tries, known.error, known.failed_at, known.expires_at) == (
        "queued",
        Ack.PENDING,
        0,
        None,
        None,
        5e6,
    )
    assert failed in [each.outbound.id for each in claim(database, 400.0)]


def fail_first(database: Database) -> str:
    (got,) = claim(database, limit=1)
    with database.writing() as connection:
        assert outbox.settle_failed(connection, got, "no such number", 200.0)
        assert stored.move_ack(connection, got.outbound.id, Ack.ERROR, 200.0, "no such number")
    return got.outbound.id


def test_messages_are_counted_by_what_becomes_of_them(database: Database) -> None:
    add(database, new(), new(), new("b"), new("c"))
    fail_first(database)
    claim(database, limit=1)
    with database.reading() as connection:
        assert stored.count(connection, "main") == {"queued": 2, "claimed": 1, "failed": 1}
        assert stored.count(connection, "second") == {"queued": 0, "claimed": 0, "failed": 0}


def test_the_type_follows_the_content(database: Database) -> None:
    given = new()
    add(database, given)
    with database.writing() as connection:
        stored.set_type(connection, given.id, "video")
    assert found(database, given.id).type == "video"
    assert states(database) == {"queued": 1}


def test_receipts_that_come_before_their_message_is_known_wait_each_with_its_time_and_in_their_order(database: Database) -> None:
    utility = Pricing(category="utility", is_billable=True, model="PMP")
    early = [
        Receipt(id="T1", ack=ack, at=10.0 + ack, error="a\0"[:-ack], pricing=utility if ack is Ack.READ else None)
        for ack in (Ack.DELIVERED, Ack.READ, Ack.SENT, Ack.ERROR)
    ]
    with database.writing() as connection:
        for each in (*early, Receipt(id="T1", ack=Ack.READ, at=99.0)):
            assert transport_ids.keep_early(connection, "main", each, 20.0)
        assert transport_ids.message_of(connection, "main", "T1") is None
        assert transport_ids.link(connection, "main", [("T1", "3EB01", 21.0)]) == {"T1": early}
        assert transport_ids.message_of(connection, "main", "T1") == "3EB01"
        assert not transport_ids.keep_early(connection, "main", Receipt(id="T1", ack=Ack.PLAYED, at=30.0), 30.0)


def test_a_message_tried_twice_is_known_by_both_ids(database: Database) -> None:
    long = "x" * 1000
    with database.writing() as connection:
        for known_as in ("T1", long, "\0\ud83d"):
            assert transport_ids.link(connection, "main", [(known_as, "3EB01", 21.0)]) == {}
    with database.reading() as connection:
        assert [transport_ids.message_of(connection, "main", each) for each in ("T1", long, "\0\ud83d")] == ["3EB01"] * 3
        assert transport_ids.message_of(connection, "second", "T1") is None


@pytest.mark.parametrize("number", [0, 1, 1200])
def test_any_number_of_messages_is_sent_again(database: Database, number: int) -> None:
    with database.writing() as connection:
        assert stored.resend(connection, ["3EB0"] * number, 1.0) == 0

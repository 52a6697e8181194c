"""What is deleted when, and what a clock set back leaves behind."""

import pytest
from sqlalchemy import Table, func, select

from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import metadata
from flask_chatbot.store import callbacks, idempotency, inbox, outbox, requests, transport_ids
from flask_chatbot.store.broadcasts import broadcasts, recipients
from flask_chatbot.store.broadcasts.broadcasts import DRAFTS_KEPT, NewBroadcast
from flask_chatbot.store.broadcasts.recipients import Recipient
from flask_chatbot.store.callbacks import Settlement
from flask_chatbot.store.outgoing import charges
from flask_chatbot.store.upkeep.sweeping import AT_MOST, CHARGES_KEPT, FAR, KEEP, REQUESTS_KEPT, SOON, sweep
from tests.store.test_callbacks import new as new_callback
from tests.store.test_outbox import add, claim, new

SWEPT = ("messages", "callbacks", "transport_ids", "inbox", "idempotency", "requests", "charges")


def left(database: Database) -> dict[str, int]:
    def size(table: Table) -> int:
        with database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    return {name: size(metadata.tables[f"chatbot_{name}"]) for name in SWEPT}


def run(database: Database, now: float) -> int:
    with database.writing() as connection:
        return sweep(connection, now)


def fill(database: Database) -> None:
    """In each table a row that is over at 200, and one that is not."""
    add(database, new("a"), new("b"))
    (got,) = claim(database, limit=1)
    with database.writing() as connection:
        outbox.settle_sent(connection, [got], 200.0)
        callbacks.add(connection, [new_callback("a"), new_callback("b", "3EB02")])
        one = callbacks.claim(connection, 200.0, 60.0, 1)
        callbacks.settle_all(connection, [(one[0], Settlement(state="sent"))], 200.0)
        for known_as, at in (("T1", 200.0), ("T2", 1e9)):
            transport_ids.keep_early(connection, "main", Receipt(id=known_as, ack=Ack.SENT, at=at), at)
            charges.keep(connection, "main", known_as, Ack.SENT, at, Pricing(category="utility", is_billable=True))
            requests.ask(connection, known_as, "main", "groups", "", at)
            idempotency.add(connection, known_as, "", "", now=0.0, expires_at=at)
            inbox.add(connection, inbox.Kept(session="main", message_id=known_as, chat="", sender="", at=0.0, expires_at=at))


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (199.0, []),
        (200.0, ["inbox", "idempotency"]),
        (200.1 + REQUESTS_KEPT, ["inbox", "idempotency", "requests"]),
        (200.1 + KEEP, [name for name in SWEPT if name != "charges"]),
        (200.1 + CHARGES_KEPT, SWEPT),
    ],
)
def test_each_row_goes_in_its_time_and_what_is_not_over_stays(database: Database, now: float, gone: list[str]) -> None:
    fill(database)
    assert run(database, now) == len(gone)
    assert left(database) == {name: 1 if name in gone else 2 for name in SWEPT}


def test_drafts_go_after_a_day_and_broadcasts_30_days_after_their_end_with_their_lists(database: Database) -> None:
    with database.writing() as connection:
        draft, ended, stopped, under_way = (broadcasts.add(connection, broadcast()) for _ in range(4))
        for number in (draft, ended, stopped, under_way):
            recipients.add(connection, number, [Recipient(place=1, address="628111@c.us")])
            broadcasts.complete(connection, number, 1)
        for number in (ended, stopped, under_way):
            assert broadcasts.start(connection, number, "ani", 100.0)
        broadcasts.end(connection, ended, 200.0)
        broadcasts.stop(connection, stopped, 300.0)
    kept = []
    for now in (99.0 + DRAFTS_KEPT, 100.0 + DRAFTS_KEPT, 200.0 + KEEP, 300.0 + KEEP, 1e9):
        while run(database, now):
            pass
        with database.reading() as connection:
            kept.append([broadcasts.find(connection, number) is not None for number in (draft, ended, stopped, under_way)])
            assert [recipients.has_waiting(connection, number) for number in (draft, ended, stopped, under_way)] == kept[-1]
    assert kept == [
        [True] * 4,
        [False, True, True, True],
        [False, False, True, True],
        [False, False, False, True],
        [False, False, False, True],
    ]


def broadcast() -> NewBroadcast:
    return NewBroadcast(line="main", content="{}", audience="list.csv", author="ani", repeated=0, created_at=100.0)


def test_a_great_many_go_a_batch_at_a_time(database: Database) -> None:
    with database.writing() as connection:
        for number in range(AT_MOST + 7):
            idempotency.add(connection, str(number), "", "", now=0.0, expires_at=1.0)
    assert [run(database, 2.0) for _ in range(3)] == [AT_MOST, 7, 0]


def test_after_a_clock_is_set_back_an_hour_nothing_waits_for_an_hour(database: Database) -> None:
    ahead = 4000.0 + FAR
    add(database, new("claimed", created_at=ahead))
    claim(database, ahead)
    add(database, new("queued", created_at=ahead), new("later", created_at=ahead, start_at=ahead + 60.0))
    with database.writing() as connection:
        callbacks.add(connection, [new_callback("a", at=ahead)])
        assert [each.id for each in callbacks.claim(connection, 1000.0, 60.0, 9)] == ["a"]
    assert [each.chat for each in claim(database, 1000.0)] == ["queued"]
    run(database, 1000.0)
    # A worker that lives has renewed its own by then.
    assert [each.chat for each in claim(database, 1000.0 + SOON)] == ["claimed", "queued"]


def test_a_clock_a_little_behind_that_of_another_machine_mends_nothing(database: Database) -> None:
    add(database, new("claimed", created_at=1000.0))
    claim(database, 1000.0)
    run(database, 990.0)
    assert claim(database, 1000.0) == []

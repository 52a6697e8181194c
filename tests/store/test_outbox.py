"""The outbox where several workers claim at once, and where it is long."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.exc import IntegrityError

from flask_chatbot.core.values.outbound import Ack, Outbound
from flask_chatbot.core.values.replies import Document, Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import messages
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.outbox import LOOKED_AT, MOST_CRASHES, MOST_LOOKED_AT, UNREADABLE, Claim
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.store.stored import Stored

_numbers = count(1)


def new(chat: str = "628111@c.us", *, start_at: float = 0.0, is_reply: bool = False, created_at: float = 100.0) -> NewMessage:
    return NewMessage(
        id=f"3EB0{next(_numbers):016X}",
        session="main",
        chat=chat,
        type="text",
        reply=Text("Halo"),
        is_reply=is_reply,
        created_at=created_at,
        start_at=start_at,
        expires_at=1e6,
    )


def add(database: Database, *given: NewMessage) -> None:
    with database.writing() as connection:
        new_messages.add(connection, given)


def claim_in(connection: Connection, now: float, limit: int = 10) -> list[Claim]:
    return outbox.claim(connection, "main", now, 60.0, limit)


def claim(database: Database, now: float = 200.0, limit: int = 10) -> list[Claim]:
    with database.writing() as connection:
        return claim_in(connection, now, limit)


def crashed(database: Database, now: float) -> list[Claim]:
    """The one message, of those that two workers crashed with, that may be tried now."""
    with database.writing() as connection:
        found = outbox.claim_crashed(connection, "main", now, 60.0)
    return [found] if found else []


def states(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        rows = connection.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
        return {row[0]: row[1] for row in rows}


def found(database: Database, message: str) -> Stored:
    with database.reading() as connection:
        known = stored.find(connection, message)
    assert known is not None
    return known


def plans(connection: Connection) -> Iterator[str]:
    """The plans of what a claim and a settle execute, one line each."""
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    statements = []

    @event.listens_for(connection, "before_cursor_execute")
    def note(_: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
        statements.append((statement, parameters[0] if many else parameters))  # type: ignore[index]

    claims = outbox.claim(connection, "main", 1e5, 60.0, 5)
    outbox.settle_sent(connection, claims, 1e5)
    event.remove(connection, "before_cursor_execute", note)
    for statement, parameters in statements:
        if "chatbot_messages" in statement:
            for row in connection.exec_driver_sql(explain + statement, parameters):  # type: ignore[arg-type]
                yield str(row[-1])


def test_what_is_claimed_is_what_was_added(database: Database) -> None:
    given = replace(
        new(), type="document", reply=Document("https://example.com/a.pdf", "Katalog \ud83d\0", "a.pdf"), promo=True, notify_url="x\0y"
    )
    add(database, given)
    (got,) = claim(database)
    assert got == Claim(
        seq=got.seq,
        fence=1,
        session="main",
        order_key=given.chat,
        outbound=Outbound(id=given.id, chat=given.chat, reply=given.reply, notify_url="x\ufffdy", promo=True),
        type="document",
        is_reply=False,
        tries=1,
        crashes=0,
        created_at=100.0,
        expires_at=1e6,
        leased_until=260.0,
    )


def test_replies_go_before_other_sends(database: Database) -> None:
    given = [new("a"), new("b", is_reply=True), new("c", created_at=50.0)]
    add(database, *given)
    assert [each.chat for each in claim(database)] == ["b", "c", "a"]


def test_a_message_for_later_holds_up_nobody_before_its_time(database: Database) -> None:
    add(database, new("a", start_at=240.0), new("a"), new("a"))
    first, second = claim(database), claim(database, 239.0)
    assert ([each.created_at for each in first], second) == ([100.0], [])
    with database.writing() as connection:
        assert outbox.settle_sent(connection, first, 239.0) == first
    (third,) = claim(database, 240.0)
    assert third.seq < first[0].seq


def test_another_session_is_left_alone(database: Database) -> None:
    add(database, replace(new(), session="second"))
    assert claim(database) == []


def test_the_database_itself_refuses_two_in_flight_in_one_chat(database: Database) -> None:
    add(database, new(), new())
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(update(messages).values(state="claimed"))


def test_a_message_nobody_can_read_is_given_up_and_the_next_of_its_chat_goes(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = new(), new()
    add(database, broken, sound)
    with database.writing() as connection:
        connection.execute(update(messages).where(messages.c.id == broken.id).values(reply='{"kind":"hologram"}'))
    assert claim(database) == []
    assert [each.outbound.id for each in claim(database)] == [sound.id]
    known = found(database, broken.id)
    assert (known.state, known.ack, known.error, known.failed_at) == ("failed", Ack.ERROR, UNREADABLE, 200.0)
    said = f"message {broken.id} is given up: its row in table chatbot_messages cannot be read"
    assert caplog.record_tuples == [("flask_chatbot.store.outbox", logging.ERROR, said)]


def test_a_late_word_about_a_claim_that_is_anothers_changes_nothing(database: Database) -> None:
    add(database, new())
    (old,), (young,) = claim(database, 200.0), claim(database, 260.0)
    with database.writing() as connection:
        assert not outbox.settle_sent(connection, [old], 261.0)
        assert not outbox.settle_failed(connection, old, "refused", 261.0)
        assert not outbox.settle_later(connection, old, 300.0, "busy")
        assert outbox.renew(connection, [old], 400.0) == []
        outbox.hand_back(connection, [old])
    assert states(database) == {"claimed": 1}
    with database.writing() as connection:
        assert outbox.settle_sent(connection, [old, young], 262.0) == [young]


def test_a_late_word_about_a_claim_nobody_else_took_counts(database: Database) -> None:
    add(database, new())
    (old,) = claim(database)
    with database.writing() as connection:
        assert outbox.settle_sent(connection, [old], 9000.0)
    assert states(database) == {"sent": 1}


def test_a_message_that_keeps_killing_its_worker_is_not_sent_again(database: Database) -> None:
    add(database, new(), new())
    assert [[each.crashes for each in claim(database, 200.0 + 60.0 * number, limit=1)] for number in range(2)] == [[0], [1]]
    told = [[each.crashes for each in crashed(database, 200.0 + 60.0 * number)] for number in range(2, MOST_CRASHES + 1)]
    assert told == [[number] for number in range(2, MOST_CRASHES)] + [[]]
    with database.writing() as connection:
        (dead,) = outbox.dead(connection, "main", 1000.0)
        assert outbox.settle_failed(connection, dead, "it killed its worker", 1000.0)
        assert outbox.dead(connection, "main", 1000.0) == []
    assert states(database) == {"failed": 1, "queued": 1}


def test_a_try_that_ended_in_words_clears_the_crashes_before(database: Database) -> None:
    add(database, new())
    claim(database)
    claim(database, 260.0)
    for number in range(2, MOST_CRASHES):
        got = crashed(database, 200.0 + 60.0 * number)
    with database.writing() as connection:
        assert outbox.settle_later(connection, got[0], 1000.0, "busy")
    assert [(each.crashes, each.tries) for each in claim(database, 1000.0)] == [(0, MOST_CRASHES + 1)]


def test_the_claims_of_a_dead_holder_come_out_together_once_and_then_one_at_a_time(database: Database) -> None:
    add(database, new("a"), new("b"))
    claim(database)
    found = []
    for _ in range(2):
        with database.writing() as connection:
            assert outbox.release(connection, "main") == 2
        found += [claim(database), *(crashed(database, 200.0) for _ in range(3))]
    assert [[(each.chat, each.tries, each.crashes, each.fence) for each in each] for each in found] == [
        [("a", 2, 1, 2), ("b", 2, 1, 2)],
        [],
        [],
        [],
        [],
        [("a", 3, 2, 3)],
        [("b", 3, 2, 3)],
        [],
    ]


def test_what_one_worker_crashed_with_goes_before_all_others(database: Database) -> None:
    add(database, new("a"), new("b"))
    claim(database)
    add(database, new("timed", start_at=150.0), new("c", is_reply=True))
    with database.reading() as connection:
        assert not outbox.has_crashed(connection, "main", 260.0)
        assert outbox.is_due(connection, "main", 260.0)
    assert [[each.chat for each in claim(database, 260.0, limit=3)] for _ in range(2)] == [["a", "b", "c"], ["timed"]]


def test_what_two_workers_crashed_with_and_is_given_back_untried_is_still_tried_alone(database: Database) -> None:
    add(database, new())
    claim(database)
    claim(database, 260.0)
    (got,) = crashed(database, 320.0)
    with database.writing() as connection:
        outbox.hand_back(connection, [got])
    assert claim(database, 320.0) == []
    assert [(each.tries, each.crashes) for each in crashed(database, 320.0)] == [(3, 2)]


def test_what_one_worker_crashed_with_and_is_given_back_untried_is_tried_alone_after_another_crash(database: Database) -> None:
    add(database, new())
    claim(database)
    with database.writing() as connection:
        outbox.hand_back(connection, claim_in(connection, 260.0))
    assert [(each.tries, each.crashes) for each in claim(database, 260.0)] == [(2, 1)]
    assert claim(database, 320.0) == []
    assert [(each.tries, each.crashes) for each in crashed(database, 320.0)] == [(3, 2)]


def test_those_that_nobody_died_of_alone_are_tried_before_one_that_somebody_did(database: Database) -> None:
    add(database, new("a"), new("b"), new("c", is_reply=True))
    claim(database)
    claim(database, 260.0)
    for _ in range(2):
        crashed(database, 320.0)
    order = [crashed(database, 380.0)[0].chat for _ in range(3)]
    assert order == ["b", "c", "a"]  # `b` was not tried alone yet, the others once


def test_of_a_long_chat_each_claim_looks_at_a_part_only(database: Database) -> None:
    add(database, *(new("long") for _ in range(3 * MOST_LOOKED_AT)))
    add(database, new("short", created_at=150.0))
    rounds = 0
    chats = set()
    while "short" not in chats:
        before = states(database).get("waiting", 0)
        chats |= {each.chat for each in claim(database)}
        assert states(database).get("waiting", 0) - before <= MOST_LOOKED_AT + LOOKED_AT
        rounds += 1
        assert rounds <= 4
    assert states(database)["claimed"] == 2


def test_the_statements_of_claims_go_through_the_partial_indexes(database: Database) -> None:
    add(database, *(new(f"chat {each % 50}") for each in range(2000)))
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE chatbot_messages")
        told = list(plans(connection))
    assert not [line for line in told if line.startswith("SCAN chatbot") or "Seq Scan" in line]
    assert {name for name in ("due", "order", "claimed", "waiting") if any(f"ix_chatbot_messages_{name}" in line for line in told)} == {
        *("due", "order", "claimed", "waiting")
    }
    looks = [" ".join(told[place : place + 2]) for place, line in enumerate(told) if "ix_chatbot_messages_due" in line]
    assert [look for look in looks if "is_reply" not in look] == []  # it would read the index of all that wait


def work(url: str, folder: Path, log: list[tuple[str, int]], total: int) -> None:
    """Claim and settle until all are sent, noting each claim while it is held."""
    database = Database(url, folder, wait=30.0)
    while True:
        got = claim(database, limit=7)
        log.extend((each.chat, each.seq) for each in got)
        with database.writing() as connection:
            assert outbox.settle_sent(connection, got, 200.0) == got
        if not got and states(database).get("sent", 0) == total:
            database.close()
            return


def test_workers_at_once_claim_each_message_once_and_in_the_order_of_its_chat(url: str, tmp_path: Path) -> None:
    database = Database(url, tmp_path)
    chats, each_has, workers = 12, 10, 4
    given = [new(f"chat {number % chats}") for number in range(chats * each_has)]
    add(database, *given)
    log: list[tuple[str, int]] = []
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda _: work(url, tmp_path, log, len(given)), range(workers)))
    of_chat = defaultdict(list)
    for chat, seq in log:
        of_chat[chat].append(seq)
    assert len(log) == len(given)
    assert all(seqs == sorted(set(seqs)) for seqs in of_chat.values())
    assert states(database) == {"sent": len(given)}
    database.close()


def test_two_claims_at_the_same_time_never_take_two_messages_of_one_chat(postgresql: str, tmp_path: Path) -> None:
    """The second sees the chat as it was before the first, whose message is newer: only a lock of the chat keeps it away."""
    database = Database(postgresql, tmp_path)
    old, young = new(start_at=300.0), new()
    add(database, old, young)
    with database.writing() as first:
        assert [each.outbound.id for each in outbox.claim(first, "main", 299.0, 60.0, 10)] == [young.id]
        with database.writing() as second:
            assert outbox.claim(second, "main", 300.0, 60.0, 10) == []
    assert claim(database, 300.0) == []
    database.close()


def test_workers_at_once_are_given_different_messages(postgresql: str, tmp_path: Path) -> None:
    database = Database(postgresql, tmp_path)
    add(database, *(new(f"chat {each}") for each in range(6)))
    with database.writing() as first, database.writing() as second:
        one = outbox.claim(first, "main", 200.0, 60.0, 3)
        two = outbox.claim(second, "main", 200.0, 60.0, 3)
    assert len({each.seq for each in one + two}) == 6
    database.close()

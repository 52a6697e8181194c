"""Messages that came in by HTTP: kept once, claimed in the order of their chat, and known again."""

from typing import Any

from sqlalchemy import Connection, event

from flask_chatbot.core.values.incoming.events import Incoming, names_in
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import events as table
from flask_chatbot.store import people
from flask_chatbot.store.forgetting import forget
from flask_chatbot.store.incoming import events
from flask_chatbot.store.upkeep.sweeping import EVENTS_KEPT, end_claims, sweep
from tests.delivery.rig import START


def written(id: str, text: str = "halo", number: str = "628111") -> Message:  # noqa: A002
    return Message(id=id, text=text, sender=Sender(number=number))


def crashed(database: Database, now: float) -> events.EventClaim | None:
    with database.writing() as connection:
        return events.claim_crashed(connection, "toko", now, 15.0)


def claimed(database: Database, now: float = START, limit: int = 9) -> list[events.EventClaim]:
    with database.writing() as connection:
        return events.claim(connection, "toko", now, 15.0, limit)


def texts(claims: list[events.EventClaim]) -> list[str]:
    return [each.incoming.text for each in claims if isinstance(each.incoming, Message)]


def keep(database: Database, *incoming: Incoming, session: str = "toko") -> int:
    with database.writing() as connection:
        return events.add(connection, session, incoming, START)


def test_a_message_is_kept_once_by_its_id_for_each_line(database: Database) -> None:
    assert keep(database, written("a"), written("b"), written("a")) == 2
    assert (keep(database, written("a")), keep(database, written("a"), session="grosir")) == (0, 1)


def test_one_of_a_chat_is_claimed_at_a_time_and_only_the_oldest(database: Database) -> None:
    keep(database, written("1", "satu"), written("2", "dua"), written("3", "lain", number="628222"))
    first = claimed(database)
    assert (texts(first), claimed(database)) == (["satu", "lain"], [])
    with database.writing() as connection:
        events.settle(connection, [first[0]], START)
    assert texts(claimed(database)) == ["dua"]


def test_whoever_hides_the_number_in_the_next_message_is_answered_in_order(database: Database) -> None:
    known = (Alias("bsuid", "ID.1349", "toko"),)
    keep(database, Message(id="1", text="satu", sender=Sender(number="628111", aliases=known)))
    keep(database, Message(id="2", text="dua", sender=Sender(aliases=known)))
    assert (texts(claimed(database)), claimed(database)) == (["satu"], [])


def test_a_claim_ends_with_its_lease_and_its_holder_settles_nothing_any_more(database: Database) -> None:
    keep(database, written("1"))
    (lost,) = claimed(database)
    (held,) = claimed(database, START + 16)
    with database.writing() as connection:
        events.settle(connection, [lost], START)
        assert (events.count_open(connection, "toko"), events.renew(connection, [lost], START + 99)) == (1, [])
        assert [each.leased_until for each in events.renew(connection, [held], START + 99)] == [START + 99]
    assert crashed(database, START + 50) is None


def test_after_a_crash_all_are_tried_together_once_more_and_then_alone_those_with_the_fewest_tries_first(database: Database) -> None:
    keep(database, written("1", "satu"), written("2", "dua", number="628222"))
    assert [[each.tries for each in claimed(database, START + 16 * times)] for times in range(3)] == [[1, 1], [1, 1], []]
    tried = [crashed(database, START + 16 * times) for times in range(2, 6)]
    assert [(texts([each]), each.tries) for each in tried if each] == [(["satu"], 2), (["dua"], 2), (["satu"], 3), (["dua"], 3)]


def test_what_failed_waits_until_it_is_due_and_holds_up_its_chat(database: Database) -> None:
    keep(database, written("1", "satu"), written("2", "dua"))
    (failed,) = claimed(database)
    with database.writing() as connection:
        events.settle_later(connection, failed, START + 4, 1)
    assert (claimed(database, START + 3), texts(claimed(database, START + 4))) == ([], ["satu"])


def test_a_settled_message_leaves_nothing_but_what_tells_a_repeat(database: Database) -> None:
    keep(database, written("1"))
    (done,) = claimed(database)
    with database.writing() as connection:
        events.settle(connection, [done], START)
        (row,) = connection.execute(table.select())
    assert (row.body, row.chat, row.key == "1", keep(database, written("1"))) == (None, "", False, 0)


def test_what_another_version_wrote_is_claimed_without_its_message(database: Database) -> None:
    keep(database, written("1"))
    with database.writing() as connection:
        connection.execute(table.update().values(body="[1]"))
    assert [each.incoming for each in claimed(database)] == [None]


def test_a_repeat_is_known_for_eight_days_and_what_waits_for_ever(database: Database) -> None:
    keep(database, written("1"), written("2"))
    (done,) = claimed(database)
    with database.writing() as connection:
        events.settle(connection, [done], START)
        sweep(connection, START + EVENTS_KEPT)
        assert keep_in(connection, "1") == 0
        sweep(connection, START + EVENTS_KEPT + 1)
        assert (keep_in(connection, "1"), keep_in(connection, "2")) == (1, 0)


def keep_in(connection: object, id_: str) -> int:
    return events.add(connection, "toko", [written(id_)], START)  # type: ignore[arg-type]


def test_a_clock_set_back_leaves_no_claim_in_the_future(database: Database) -> None:
    keep(database, written("1"))
    claimed(database, START + 9_000)
    with database.writing() as connection:
        end_claims(connection, START)
    assert claimed(database, START + 61) != []


def test_who_is_forgotten_leaves_no_message_that_waits(database: Database) -> None:
    keep(database, written("1"), written("2", number="628222"))
    with database.writing() as connection:
        forget(connection, people.get(connection, "628111", START))
    assert [name.value for each in claimed(database) if each.incoming for name in names_in(each.incoming)] == ["628222"]


def test_a_claim_reads_no_more_however_much_waits(database: Database) -> None:
    few = effort(database, chats=10)
    assert effort(database, chats=300) < 3 * few


def test_a_chat_with_much_to_say_costs_the_others_nothing(database: Database) -> None:
    keep(database, *(written(f"a{place}") for place in range(50)), written("b", "lain", number="628222"))
    few = effort_of_a_claim(database)
    keep(database, *(written(f"a{place}") for place in range(50, 3000)))
    assert effort_of_a_claim(database) < 3 * few


def test_chats_take_turns(database: Database) -> None:
    keep(database, *(written(f"{chat}{place}", chat, number=f"62811{chat}") for chat in "123" for place in range(3)))
    behind = ""
    order: list[str] = []
    for _ in range(9):
        with database.writing() as connection:
            (one,) = events.claim(connection, "toko", START, 15.0, 1, behind)
            events.settle(connection, [one], START)
        behind = one.chat
        order += texts([one])
    assert order == list("123" * 3)


def effort(database: Database, *, chats: int) -> int:
    """The pages that a claim reads on PostgreSQL, or the steps of SQLite's machine, while ten messages of each chat wait.

    They came just now, so that PostgreSQL knows nothing of them when it plans.
    """
    keep(database, *(written(f"{chat}-{place}", number=f"62811{chat:06}") for place in range(10) for chat in range(chats)))
    return effort_of_a_claim(database)


def effort_of_a_claim(database: Database) -> int:
    with database.writing() as connection:
        return (pages_of_a_claim if database.kind == "postgresql" else steps_of_a_claim)(connection)


def pages_of_a_claim(connection: Connection) -> int:
    statements: list[tuple[str, Any]] = []

    def note(_: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
        statements.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", note)
    events.claim(connection, "toko", START, 15.0, 4)
    event.remove(connection.engine, "before_cursor_execute", note)
    plans = [
        connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {each}", given).scalar_one() for each, given in statements
    ]
    return sum(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] for plan in plans)


def steps_of_a_claim(connection: Connection) -> int:
    steps: list[int] = []
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: steps.append(1), 1)
    events.claim(connection, "toko", START, 15.0, 4)
    driver.set_progress_handler(None, 1)
    return len(steps)

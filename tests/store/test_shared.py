"""What processes agree on by the store: leases, paces, requests, repeated calls."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from flask_chatbot.database.database import Database
from flask_chatbot.store import idempotency, leases, paces, requests
from flask_chatbot.store.idempotency import Given
from flask_chatbot.store.requests import Request, Result


def take(database: Database, holder: str, now: float, duration: float = 10.0) -> bool:
    with database.writing() as connection:
        return leases.take(connection, "worker", holder, now, duration)


def holder(database: Database, now: float) -> str | None:
    with database.reading() as connection:
        return leases.holder_of(connection, "worker", now)


def tokens(database: Database, now: float, wanted: int = 9) -> int:
    """Taken of a bucket of 3 that gets one every two seconds."""
    with database.writing() as connection:
        return paces.take_tokens(connection, "main", now, 0.5, 3.0, wanted)


def test_a_lease_is_held_until_it_ends_unless_it_is_renewed(database: Database) -> None:
    assert take(database, "a", 0.0)
    assert not take(database, "b", 9.0)
    assert take(database, "a", 9.0)
    assert not take(database, "b", 18.0)
    assert (holder(database, 18.0), holder(database, 19.0)) == ("a", None)
    assert take(database, "b", 19.0)
    assert not take(database, "a", 20.0)


def test_a_lease_given_up_is_free_at_once_and_only_its_holder_gives_it_up(database: Database) -> None:
    take(database, "a", 0.0)
    for each in ("b", "a"):
        with database.writing() as connection:
            leases.give_up(connection, "worker", each)
        assert holder(database, 1.0) == ("a" if each == "b" else None)
    assert take(database, "b", 1.0)


def test_a_clock_set_back_an_hour_leaves_no_lease_held_for_an_hour(database: Database) -> None:
    take(database, "dead", 5000.0)
    assert not take(database, "b", 4990.0)
    assert take(database, "b", 1400.0)


def test_of_many_at_once_one_takes_the_lease(url: str, tmp_path: Path) -> None:
    databases = [Database(url, tmp_path) for _ in range(6)]
    with ThreadPoolExecutor(len(databases)) as pool:
        taken = list(pool.map(lambda number: take(databases[number], str(number), 0.0), range(len(databases))))
    assert taken.count(True) == 1
    for database in databases:
        database.close()


def test_tokens_come_at_their_pace_and_no_more_than_fit_are_saved(database: Database) -> None:
    assert [tokens(database, now) for now in (0.0, 1.0, 2.0, 3.0, 6.0, 1000.0)] == [3, 0, 1, 0, 2, 3]


def test_only_as_many_tokens_as_wanted_are_taken_and_those_not_used_come_back(database: Database) -> None:
    assert (tokens(database, 0.0, 1), tokens(database, 0.0)) == (1, 2)
    with database.writing() as connection:
        paces.give_tokens_back(connection, "main", 2)
    assert tokens(database, 0.0) == 2


def test_a_pause_gives_no_token_before_its_end(database: Database) -> None:
    tokens(database, 0.0, 1)
    with database.writing() as connection:
        paces.hold_until(connection, "main", 5.0)
    assert [tokens(database, now, 1) for now in (4.9, 5.0)] == [0, 1]


def test_a_clock_set_back_gives_no_tokens_twice_and_ends_a_pause(database: Database) -> None:
    assert tokens(database, 5000.0) == 3
    with database.writing() as connection:
        paces.hold_until(connection, "main", 5005.0)
    assert [tokens(database, now) for now in (0.0, 1.0, 2.0)] == [0, 0, 1]


def test_paces_of_two_sessions_are_apart(database: Database) -> None:
    tokens(database, 0.0)
    with database.writing() as connection:
        assert paces.take_tokens(connection, "second", 0.0, 0.5, 3.0, 9) == 3


def test_tokens_are_taken_once_by_many_at_once(url: str, tmp_path: Path) -> None:
    with closing(Database(url, tmp_path)) as database, ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: tokens(database, 0.0, 1), range(8))) == [0, 0, 0, 0, 0, 1, 1, 1]


def test_a_request_is_answered_once_and_only_by_its_session(database: Database) -> None:
    with database.writing() as connection:
        requests.ask(connection, "r1", "main", "number", "628111", 100.0)
        assert requests.open_requests(connection, "second", 101.0, 9) == []
        assert requests.open_requests(connection, "main", 101.0, 9) == [
            Request(id="r1", kind="number", argument="628111", created_at=100.0)
        ]
        assert requests.result(connection, "r1") is None
        requests.answer(connection, "r1", "true", None, 102.0)
        requests.answer(connection, "r1", None, "too late", 103.0)
        assert requests.open_requests(connection, "main", 103.0, 9) == []
        assert requests.result(connection, "r1") == Result(answer="true", error=None)


def test_a_request_nobody_waits_for_any_more_is_not_answered(database: Database) -> None:
    with database.writing() as connection:
        requests.ask(connection, "r1", "main", "groups", "", 100.0)
        assert requests.open_requests(connection, "main", 100.0 + requests.OPEN_FOR, 9) == []


def test_the_first_answer_under_a_key_counts_until_it_expires(database: Database) -> None:
    with database.writing() as connection:
        assert idempotency.find(connection, "k", 0.0) is None
        assert idempotency.add(connection, "k", "body", "first", now=0.0, expires_at=60.0)
        assert not idempotency.add(connection, "k", "body", "second", now=59.0, expires_at=120.0)
        assert idempotency.find(connection, "k", 59.0) == Given(body="body", answer="first")
        assert idempotency.find(connection, "k", 60.0) is None
        assert idempotency.add(connection, "k", "other", "third", now=60.0, expires_at=120.0)
        assert idempotency.find(connection, "k", 60.0) == Given(body="other", answer="third")

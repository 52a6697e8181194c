"""Callbacks: in order for each message, apart for each host."""

from collections.abc import Iterable

from sqlalchemy import update

from flask_chatbot.core.values.attempts import Attempt
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import callbacks as table
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import CallbackClaim, NewCallback, Settlement, StoredCallback
from flask_chatbot.store.console.deliveries import tried_callbacks


def new(name: str, message: str = "3EB01", host: str = "shop.example", at: float = 100.0, error: str | None = None) -> NewCallback:
    url = f"https://{host}/hook"
    return NewCallback(id=name, message=message, ack=Ack.SENT, at=at, url=url, host=host, created_at=at, error=error)


def add(database: Database, *given: NewCallback) -> None:
    with database.writing() as connection:
        callbacks.add(connection, given)


def claim(
    database: Database, now: float = 200.0, limit: int = 10, busy: Iterable[str] = (), per_host: int | None = None
) -> list[CallbackClaim]:
    with database.writing() as connection:
        return callbacks.claim(connection, now, 60.0, limit, list(busy), per_host)


def crashed(database: Database, now: float) -> list[CallbackClaim]:
    """The one callback, of those that two workers crashed with, that may be made now."""
    with database.writing() as connection:
        found = callbacks.claim_crashed(connection, now, 60.0)
    return [found] if found else []


def settle(database: Database, claims: Iterable[CallbackClaim], settlement: Settlement, now: float = 201.0) -> list[CallbackClaim]:
    with database.writing() as connection:
        return callbacks.settle_all(connection, [(each, settlement) for each in claims], now)


def test_each_try_is_kept_with_its_status_and_time_and_the_state_of_the_last(database: Database) -> None:
    add(database, new("a"))
    for now, settlement in (
        (200.0, Settlement(state="later", due_at=210.0, error="It answered 503.", status=503)),
        (210.0, Settlement(state="later", due_at=220.0, error="It did not answer.")),
        (220.0, Settlement(state="sent", status=204)),
    ):
        settle(database, claim(database, now), settlement, now + 1)
    with database.reading() as connection:
        (call,) = tried_callbacks(connection, "3EB01")
    assert (call.host, call.ack, call.state) == ("shop.example", Ack.SENT, "sent")
    assert call.attempts == (
        Attempt(at=201.0, status=503, error="It answered 503."),
        Attempt(at=211.0, error="It did not answer."),
        Attempt(at=221.0, status=204),
    )


def names(claims: Iterable[CallbackClaim]) -> list[str]:
    return [each.id for each in claims]


def test_what_is_claimed_is_what_was_added(database: Database) -> None:
    add(database, new("a"))
    (got,) = claim(database)
    assert got == CallbackClaim(
        seq=got.seq,
        fence=1,
        id="a",
        message="3EB01",
        ack=Ack.SENT,
        at=100.0,
        url="https://shop.example/hook",
        host="shop.example",
        tries=1,
        created_at=100.0,
        leased_until=260.0,
    )


def test_those_of_one_message_go_one_after_the_other(database: Database) -> None:
    add(database, new("a"), new("b"), new("other", "3EB02"))
    add(database, new("c"))
    sent = []
    while got := claim(database):
        sent.append(names(got))
        assert settle(database, got, Settlement(state="sent")) == got
    assert sent == [["a", "other"], ["b"], ["c"]]


def test_one_that_is_put_off_holds_up_those_after_it_and_no_others(database: Database) -> None:
    add(database, new("a"), new("b"), new("other", "3EB02"))
    first, _ = claim(database)
    settle(database, [first], Settlement(state="later", due_at=300.0, error="HTTP 500"))
    add(database, new("c"))
    assert (names(claim(database, 299.0)), names(crashed(database, 299.0))) == (["other"], [])  # since its lease is over
    with database.reading() as connection:
        assert [(each.id, each.state, each.due_at, each.error) for each in callbacks.of_message(connection, "3EB01")] == [
            ("a", "queued", 300.0, "HTTP 500"),
            ("b", "queued", 300.0, None),
            ("c", "queued", 300.0, None),
        ]
    (again,) = claim(database, 300.0)
    assert (again.id, again.tries, again.fence) == ("a", 2, 2)


def test_a_dead_receiver_does_not_keep_the_apps_own_functions_from_hearing_of_a_message(database: Database) -> None:
    add(database, new("a", host="dead.example"), new("ours a", host=""))
    (dead,) = [each for each in claim(database) if each.host]
    settle(database, [dead], Settlement(state="later", due_at=9000.0, error="no answer"))
    add(database, new("b", host="dead.example"), new("ours b", host=""))
    assert names(claim(database)) == []  # what was claimed of ours is still under way
    (ours,) = claim(database, 261.0)
    assert ours.id == "ours a"
    settle(database, [ours], Settlement(state="sent"), now=262.0)
    assert names(claim(database, now=263.0)) == ["ours b"]


def test_one_given_up_lets_the_next_go(database: Database) -> None:
    add(database, new("a"), new("b"))
    settle(database, claim(database), Settlement(state="failed", error="HTTP 410"))
    assert names(claim(database)) == ["b"]
    with database.reading() as connection:
        (told,) = callbacks.failed(connection, 0.0, 10)
    assert told == StoredCallback(
        id="a",
        message="3EB01",
        ack=Ack.SENT,
        at=100.0,
        url="https://shop.example/hook",
        host="shop.example",
        created_at=100.0,
        state="failed",
        due_at=0.0,
        tries=1,
        error="HTTP 410",
        settled_at=201.0,
    )


def test_a_busy_host_is_left_out_however_much_waits_for_it(database: Database) -> None:
    add(database, *(new(f"slow {number}", f"m{number}", "slow.example") for number in range(50)))
    add(database, new("quick", "other", "quick.example", at=150.0))
    assert names(claim(database, limit=5, busy=["slow.example"])) == ["quick"]


def test_hosts_take_turns(database: Database) -> None:
    add(database, *(new(f"slow {number}", f"m{number}", "slow.example") for number in range(50)))
    add(database, new("quick", "other", "quick.example", at=150.0))
    assert names(claim(database, limit=5, per_host=2)) == ["slow 0", "slow 1", "quick"]


def test_a_refused_one_is_kept_with_its_reason_and_never_sent(database: Database) -> None:
    add(database, new("a", error="its host is private\0"), new("b"))
    assert names(claim(database)) == ["b"]
    with database.reading() as connection:
        assert [(each.id, each.state, each.error) for each in callbacks.failed(connection, 0.0, 9, state="refused")] == [
            ("a", "refused", "its host is private\ufffd")
        ]


def test_a_claim_whose_lease_is_over_is_anothers_and_the_late_word_counts_no_more(database: Database) -> None:
    add(database, new("a"))
    old = claim(database)
    young = claim(database, 260.0)
    assert (names(young), young[0].tries) == (["a"], 2)
    assert settle(database, old, Settlement(state="failed", error="late")) == []
    assert settle(database, young, Settlement(state="sent")) == young
    assert settle(database, young, Settlement(state="failed", error="twice")) == []


def test_what_one_worker_crashed_with_is_made_together_and_what_two_did_alone(database: Database) -> None:
    add(database, *(new(name, f"3EB0{name}", host=f"{name}.example") for name in "abc"))
    found = [
        (names(claim(database, 200.0 + 61.0 * times, busy=["c.example"])), names(crashed(database, 200.0 + 61.0 * times)))
        for times in range(4)
    ]
    assert found == [(["a", "b"], []), (["a", "b"], []), ([], ["a"]), ([], ["b"])]


def test_what_one_worker_crashed_with_waits_while_its_host_is_busy(database: Database) -> None:
    add(database, new("a", host="a.example"))
    claim(database)
    with database.reading() as connection:
        assert [callbacks.is_due(connection, 260.0, busy) for busy in ({"a.example"}, set())] == [False, True]
    assert [names(claim(database, 260.0, busy=busy)) for busy in (["a.example"], [])] == [[], ["a"]]


def test_what_failed_is_sent_again_under_its_id(database: Database) -> None:
    add(database, new("a"), new("b", "3EB02"))
    settle(database, claim(database), Settlement(state="failed", error="HTTP 410"))
    with database.writing() as connection:
        assert callbacks.resend(connection, ["a", "c"]) == 1
    (again,) = claim(database, 300.0)
    assert (again.id, again.tries) == ("a", 1)


def test_names_and_urls_of_any_length_and_kind_are_kept(database: Database) -> None:
    host = "\0" * 300
    add(database, new("a", host=host))
    (got,) = claim(database)
    assert (got.host[:7], got.url) == ("sha256:", f"https://{chr(0xFFFD) * 300}/hook")


def test_a_dead_host_with_much_to_tell_costs_no_more_than_what_is_due(database: Database) -> None:
    """Those behind one that was put off are not due either."""
    add(database, *(new(f"{message} {number}", f"m{message}") for message in range(30) for number in range(3)))
    settle(database, claim(database, limit=100), Settlement(state="later", due_at=900.0))
    with database.writing() as connection:
        due = connection.execute(update(table).where(table.c.due_at <= 899.0).values(error="due")).rowcount
    assert due == 0

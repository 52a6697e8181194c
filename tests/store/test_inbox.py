"""What came in, what was filled in, and who wants no promotion."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from flask_chatbot.core.values.people import alias_of
from flask_chatbot.database.database import Database
from flask_chatbot.store import inbox, optouts, people, saved
from flask_chatbot.store.inbox import Arrival, Kept
from flask_chatbot.store.saved import SavedRow

KEPT = Kept(
    session="main",
    message_id="M1",
    chat="628111@c.us",
    sender="628111",
    at=100.0,
    expires_at=900.0,
    replies=2,
    text="halo \U0001f600",
    rule="salam",
    place="rules.yaml:12",
    rules_hash="0" * 64,
    explanations=("'salam' won.", "'menu' lost."),
    answer='{"success": true}',
)


def add(database: Database, *given: Kept) -> list[bool]:
    with database.writing() as connection:
        return [inbox.add(connection, each) for each in given]


def test_a_message_is_found_as_it_was_kept(database: Database) -> None:
    assert add(database, KEPT) == [True]
    with database.reading() as connection:
        assert inbox.find(connection, "main", "M1") == KEPT
        assert (inbox.find(connection, "main", "M2"), inbox.find(connection, "webhook", "M1")) == (None, None)


def test_the_same_message_is_kept_once_and_the_transaction_goes_on(database: Database) -> None:
    assert add(database, KEPT, replace(KEPT, text="again"), replace(KEPT, session="webhook")) == [True, False, True]
    with database.reading() as connection:
        assert inbox.find(connection, "main", "M1") == KEPT


def test_a_message_delivered_twenty_times_at_once_is_kept_once(url: str, tmp_path: Path) -> None:
    database = Database(url, tmp_path)
    with ThreadPoolExecutor(5) as pool:
        kept = list(pool.map(lambda _: add(database, KEPT)[0], range(20)))
    assert kept.count(True) == 1
    database.close()


def test_only_answered_messages_of_that_sender_count(database: Database) -> None:
    add(
        database,
        KEPT,
        replace(KEPT, message_id="M2", at=160.0),
        replace(KEPT, message_id="M3", at=170.0, replies=0),
        replace(KEPT, message_id="M4", at=170.0, sender="628222"),
    )
    with database.reading() as connection:
        assert [inbox.answered_since(connection, "628111", since) for since in (99.0, 100.0, 160.0)] == [2, 1, 0]


def test_a_repeat_its_sender_and_their_answers_are_found_at_once(database: Database) -> None:
    long = "x" * 150
    add(database, KEPT, replace(KEPT, message_id="M2", at=160.0), replace(KEPT, message_id="M3", sender=long))
    given = [("M1", ["628111"]), ("M9", ["628111"]), ("M1", ["628999"]), ("M9", ["628999"]), ("M9", [long]), ("M9", ["628111", long])]
    with database.reading() as connection:
        budi, other = people.find(connection, "628111"), people.find(connection, long)
        found = [
            inbox.arrival(connection, "main", message, [alias_of(name) for name in names], now=170.0, since=100.0)
            for message, names in given
        ]
    assert found == [
        *(Arrival(True, budi, 1), Arrival(False, budi, 1), Arrival(True, None, 0), Arrival(False, None, 0)),
        *(Arrival(False, other, 0), Arrival(False, None, 0)),
    ]


def test_the_last_messages_of_a_sender_come_the_newest_first(database: Database) -> None:
    given = [replace(KEPT, message_id=f"M{number}", at=float(number)) for number in range(5)]
    add(database, *given, replace(KEPT, message_id="other", sender="628222"))
    with database.reading() as connection:
        assert inbox.of_sender(connection, "628111", 3) == [given[4], given[3], given[2]]


def test_ids_and_senders_of_any_length_and_kind_are_kept(database: Database) -> None:
    odd = ["x" * 1000, "x" * 1001, "\0", "\ud83d", ""]
    given = [Kept(session="main", message_id=each, chat=each, sender=each, at=1.0, expires_at=2.0, replies=1, text=each) for each in odd]
    assert add(database, *given, *given) == [True] * 5 + [False] * 5
    with database.reading() as connection:
        assert [inbox.answered_since(connection, each, 0.0) for each in odd] == [1] * 5
        told = [inbox.find(connection, "main", each) for each in odd]
    assert [each and each.text for each in told] == ["x" * 1000, "x" * 1001, "\ufffd", "\ufffd", ""]


def test_rows_are_numbered_apart_for_each_name(database: Database) -> None:
    with database.writing() as connection:
        assert [saved.reserve(connection, name) for name in ("survei", "survei", "tiket", "survei")] == [1, 2, 1, 3]


def test_no_number_is_given_twice(url: str, tmp_path: Path) -> None:
    database = Database(url, tmp_path)

    def reserve(_: int) -> int:
        with database.writing() as connection:
            return saved.reserve(connection, "survei")

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(reserve, range(20))) == [*range(1, 21)]
    database.close()


def test_rows_are_read_as_they_were_saved_by_their_numbers(database: Database) -> None:
    second = SavedRow(name="survei", number=2, fields={"saran": None, "nilai": 5}, sender="628111", sender_name="Ayu", at=100.0)
    first = replace(second, number=1, fields={"saran": "\0\ud83d", "nilai": 1.5}, sender_name="")
    with database.writing() as connection:
        for each in (second, first, replace(first, name="tiket")):
            saved.add(connection, each)
        assert saved.rows(connection, "survei") == [first, second]
        assert [list(each.fields) for each in saved.rows(connection, "survei")] == [["saran", "nilai"]] * 2


def test_who_opted_out_stays_out_until_they_opt_in(database: Database) -> None:
    with database.writing() as connection:
        for _ in range(2):
            optouts.opt_out(connection, "628111", 100.0)
        assert [optouts.has_opted_out(connection, each) for each in ("628111", "628222")] == [True, False]
        optouts.opt_in(connection, "628111")
        assert not optouts.has_opted_out(connection, "628111")


def test_a_group_is_known_by_its_messages_on_this_line_and_a_private_chat_is_none(database: Database) -> None:
    add(database, replace(KEPT, chat="Y2FwaQ=@g.us"), replace(KEPT, message_id="M2"))
    with database.reading() as connection:
        asked = [("main", "Y2FwaQ=@g.us"), ("webhook", "Y2FwaQ=@g.us"), ("main", "Lain@g.us"), ("main", KEPT.chat)]
        assert [inbox.has_group(connection, *each) for each in asked] == [True, False, False, False]


def test_people_are_known_by_when_they_last_wrote_in_private_by_a_line(database: Database) -> None:
    add(
        database,
        replace(KEPT, at=500.0, sent_at=400.0),  # on its way for a while
        replace(KEPT, message_id="M2", at=300.0),
        replace(KEPT, message_id="M3", at=600.0, kind="reaction"),
        replace(KEPT, message_id="M4", at=700.0, chat="120363@g.us"),
        replace(KEPT, message_id="M9", at=700.0, kind=inbox.TAKEOVER),
        replace(KEPT, message_id="M5", at=800.0, session="second"),
        replace(KEPT, message_id="M6", at=450.0, sent_at=50.0, sender="628222"),
        replace(KEPT, message_id="M7", at=450.0, sent_at=950.0, sender="628333"),  # by a clock that is ahead
        replace(KEPT, message_id="M8", at=50.0, sender="628444"),
    )
    with database.reading() as connection:
        ids = {name: people.find(connection, name) or "" for name in ("628111", "628222", "628333", "628444")}
        assert inbox.last_wrote(connection, "main", ids.values(), since=100.0) == {ids["628111"]: 400.0, ids["628333"]: 450.0}
        assert inbox.last_wrote(connection, "main", [], since=100.0) == {}

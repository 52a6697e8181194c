"""Saved rows are found by their sender, number and fields, and never by anybody else."""

from collections.abc import Mapping

import pytest
from sqlalchemy import event

from flask_chatbot.core.lookups.find import Find
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.database import Database
from flask_chatbot.database.saved_tables import saved_keys
from flask_chatbot.store import forgetting, people, saved
from flask_chatbot.store.merging import identify
from flask_chatbot.store.rows.finding import SavedRows, find_rows
from flask_chatbot.store.saved import SavedRow

BUDI, ANI = "6281234567890", "6285550000001"


def save(database: Database, sender: str, name: str = "pesanan", **fields: object) -> int:
    with database.writing() as connection:
        number = saved.reserve(connection, name)
        saved.add(connection, SavedRow(name=name, number=number, fields=fields, sender=sender, sender_name="", at=float(number)))
    return number


def found(database: Database, sender: str | None, **wanted: object) -> list[int]:
    with database.reading() as connection:
        return [row.number for row in find_rows(connection, "pesanan", wanted, sender)]


def shop(database: Database) -> None:
    """Two customers with three orders, and one row of another table."""
    save(database, BUDI, kue="Bolu Pandan", jumlah=2)
    save(database, ANI, kue="bolu  pandan", jumlah=3)
    save(database, BUDI, kue="Lapis", jumlah=2, catatan="x" * 5000)
    save(database, BUDI, "survei", kue="Bolu Pandan")


@pytest.mark.parametrize(
    ("sender", "wanted", "numbers"),
    [
        (BUDI, {}, [3, 1]),
        (ANI, {}, [2]),
        (BUDI, {"kue": "BOLU PANDAN!"}, [1]),
        (BUDI, {"jumlah": 2}, [3, 1]),
        (BUDI, {"jumlah": "2", "kue": "lapis"}, [3]),
        (BUDI, {"nomor": 1}, [1]),
        (BUDI, {"nomor": 2}, []),
        (BUDI, {"number": "#3", "kue": "lapis"}, [3]),
        (BUDI, {"number": 3, "kue": "bolu pandan"}, []),
        (BUDI, {"nomor": "tiga"}, []),
        (BUDI, {"nomor": 1, "number": 3}, []),
        (None, {"kue": "bolu pandan"}, [2, 1]),
        (None, {"nomor": 2}, [2]),
        (None, {}, []),
        ("", {}, []),
        ("", {"kue": "lapis"}, []),
        ("6289999999999", {"nomor": 1}, []),
        ("P00000000000000000000000000", {}, []),
    ],
)
def test_own_rows_are_found_newest_first_and_those_of_others_only_where_anyone_may(
    database: Database, sender: str | None, wanted: dict[str, object], numbers: list[int]
) -> None:
    shop(database)
    assert found(database, sender, **wanted) == numbers


def test_a_hundred_rows_are_found_at_most(database: Database) -> None:
    with database.writing() as connection:
        for number in range(1, 103):
            row = SavedRow(name="pesanan", number=number, fields={"kue": "lapis"}, sender=BUDI, sender_name="", at=1.0)
            saved.add(connection, row)
    assert found(database, BUDI, kue="lapis") == found(database, BUDI) == list(range(102, 2, -1))


class IsEven:
    """Holds for rows with an even `n`."""

    def render(self, values: Mapping[str, object]) -> str:
        return "" if int(str(values["n"])) % 2 else "yes"


@pytest.mark.parametrize(("evens", "numbers"), [([3], [3]), ([*range(1, 150)], [*range(149, 49, -1)]), ([], [])])
@pytest.mark.parametrize("wanted", [{}, {"kue": "lapis"}])
def test_a_condition_is_put_on_all_saved_rows_however_many_fail(
    database: Database, wanted: dict[str, object], evens: list[int], numbers: list[int]
) -> None:
    with database.writing() as connection:
        for number in range(1, 351):
            fields = {"kue": "lapis", "n": int(number not in evens)}
            saved.add(connection, SavedRow(name="pesanan", number=number, fields=fields, sender=BUDI, sender_name="", at=1.0))
    find = Find(table="pesanan", by=tuple(wanted), where=IsEven())
    assert [row["number"] for row in SavedRows(database).find(find, wanted, BUDI)] == numbers


def test_rows_in_other_states_are_not_found(database: Database) -> None:
    with database.writing() as connection:
        for number, state in enumerate(("", "dipesan", "batal", "dipesan"), 1):
            row = SavedRow(name="pesanan", number=number, fields={}, sender=BUDI, sender_name="", at=1.0, state=state)
            saved.add(connection, row)
        looked_up = [
            [row.number for row in find_rows(connection, "pesanan", wanted, BUDI, states)]
            for wanted, states in (({}, ["dipesan"]), ({}, ["", "dipesan"]), ({"nomor": 3}, ["dipesan"]), ({"nomor": 2}, ["dipesan"]))
        ]
    assert looked_up == [[4, 2], [4, 2, 1], [], [2]]


def test_a_person_is_found_by_their_id_and_keeps_the_rows_of_whoever_they_turn_out_to_be(database: Database) -> None:
    shop(database)
    with database.writing() as connection:
        other = identify(connection, [Alias("lid", "251500")], 50.0).person
    save(database, other, kue="Lapis")
    with database.writing() as connection:
        person = identify(connection, [Alias("lid", "251500"), Alias("number", BUDI)], 60.0).person
    assert found(database, person) == found(database, BUDI) == found(database, other) == [4, 3, 1]
    assert found(database, BUDI, kue="lapis") == [4, 3]


def test_who_is_forgotten_leaves_no_keys(database: Database) -> None:
    shop(database)
    with database.writing() as connection:
        forgetting.forget(connection, people.get(connection, BUDI, 70.0))
    with database.reading() as connection:
        assert len(connection.execute(saved_keys.select()).all()) == 3
    assert found(database, None, kue="bolu pandan") == [2]


@pytest.mark.parametrize(
    ("kept", "wanted", "found_by"),
    [("KP 250", "kp250", True), ("KP250", "kp 250", True), ("KP 250", "KP 250", True), ("12 34", "1234", False)],
)
def test_spaces_do_not_count_where_nothing_is_found_with_them(database: Database, kept: str, wanted: str, found_by: bool) -> None:
    save(database, BUDI, resi=kept)
    assert found(database, BUDI, resi=wanted) == ([1] if found_by else [])


def test_what_is_found_with_its_spaces_is_found_alone(database: Database) -> None:
    save(database, BUDI, resi="A 1")
    assert (found(database, BUDI, resi="a 1"), found(database, BUDI, resi="a1")) == ([1], [1])
    save(database, BUDI, resi="A1")
    assert found(database, BUDI, resi="a 1") == [1]


def test_a_look_up_is_one_query(database: Database) -> None:
    shop(database)
    with database.reading() as connection:
        asked: list[str] = []

        def note(*args: object) -> None:
            asked.append(str(args[2]))

        event.listen(connection.engine, "before_cursor_execute", note)  # of a connection, the oldest SQLAlchemy knows no such event
        find_rows(connection, "pesanan", {"kue": "lapis", "jumlah": 2}, BUDI)
        event.remove(connection.engine, "before_cursor_execute", note)
    assert len(asked) == 1

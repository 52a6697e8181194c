"""People are found by each of their names, made once however many ask at once, and take over what was kept before there were people."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select

from flask_chatbot.core.conversation.memory import State, write_state
from flask_chatbot.core.values.people import Alias, Scheme, alias_of, is_person_id, new_person_id
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import aliases, hashed_states
from flask_chatbot.database.tables import people as people_table
from flask_chatbot.store import optouts, people
from flask_chatbot.store.memory import StoreMemory, paused
from flask_chatbot.store.merging import identify
from flask_chatbot.store.people import hash_of

BUDI = "6281234567890"
ODD = ["", "6" * 199, "6" * 200, "6" * 201, "\0", "\ud83d", "budi", "120363041234567890", "6282386xxxxxx", "P01KB2T3A4XQ5R6S7T8V9W0X1Y"]


def get(database: Database, name: str, now: float = 100.0) -> str:
    with database.writing() as connection:
        return people.get(connection, name, now)


def keep_hashed(database: Database, sender: str, state: State, expires_at: float = 1e9) -> None:
    """A state as it was kept before there were people."""
    with database.writing() as connection:
        row = {"sender": hash_of(sender), "state": write_state(state), "version": 4, "expires_at": expires_at}
        connection.execute(insert(hashed_states), row)


def hashed(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(hashed_states)).scalar_one()


def test_ids_of_people_have_one_form_and_sort_by_their_time() -> None:
    ids = [new_person_id(at) for at in (0.0, 0.001, 1.0, 1.76e9, 1.76e9 + 0.001)]
    assert all(map(is_person_id, ids))
    assert ids == sorted(ids)


def test_the_same_name_is_the_same_person_and_another_is_another(database: Database) -> None:
    ids = [get(database, name) for name in ODD]
    assert len(set(ids)) == len(ODD)
    assert [get(database, name, 200.0) for name in ODD] == ids


def test_a_person_is_found_by_their_id(database: Database) -> None:
    person = get(database, BUDI)
    with database.reading() as connection:
        assert people.find(connection, person) == person
        assert people.find(connection, new_person_id(1.0)) is None


def test_digits_are_a_number_and_all_else_is_opaque() -> None:
    texts = [BUDI, "0812", "6" * 16, "62812x", "", "²"]
    assert [alias_of(text).scheme for text in texts] == ["number", "opaque", "opaque", "opaque", "opaque", "opaque"]


def test_twenty_who_ask_for_a_stranger_at_once_get_one_person(url: str, tmp_path: Path) -> None:
    database, barrier = Database(url, tmp_path), Barrier(20)
    database.upgrade()

    def ask(_: int) -> str:
        barrier.wait()
        return get(database, BUDI)

    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(ask, range(20)))
    with database.reading() as connection:
        assert connection.execute(select(people_table.c.id)).scalars().all() == [*found]
        assert connection.execute(select(aliases.c.person)).scalars().all() == [*found]
    database.close()


def test_an_earlier_state_is_taken_over_when_its_sender_first_writes(database: Database) -> None:
    keep_hashed(database, BUDI, State(seen=True, notes={"nama": "Budi"}, notes_until=1e8))
    memory = StoreMemory(database)
    assert memory.recall(BUDI, 100.0) == State(seen=True, notes={"nama": "Budi"}, notes_until=1e8, version=4)
    assert hashed(database) == 0
    assert memory.commit(BUDI, State(seen=True, version=4), 100.0)


def test_an_earlier_state_is_taken_over_by_whoever_is_made_for_another_reason(database: Database) -> None:
    keep_hashed(database, BUDI, State(paused_until=900.0))
    with database.writing() as connection:
        optouts.opt_out(connection, BUDI, 100.0)
    assert StoreMemory(database).recall(BUDI, 100.0) == State(paused_until=900.0, version=4)
    with database.reading() as connection:
        assert paused(connection, 100.0) == [(BUDI, 900.0)]


def test_an_earlier_state_is_dropped_once_its_time_is_over(database: Database) -> None:
    keep_hashed(database, "628222", State(seen=True), expires_at=50.0)
    StoreMemory(database).commit(BUDI, State(seen=True), 100.0)
    assert hashed(database) == 0


def test_somebody_with_an_old_long_name_is_found_by_the_whole_of_it(database: Database) -> None:
    name = "x" * 100  # was kept by its hash
    old = get(database, f"sha256:{hash_of(name)}")
    with database.reading() as connection:
        assert people.find(connection, name) == old


def test_opting_out_counts_for_its_line_and_without_one_for_all(database: Database) -> None:
    with database.writing() as connection:
        optouts.opt_out(connection, BUDI, 100.0, "toko")
        optouts.opt_out(connection, "628222", 200.0)

    def out(name: str) -> list[bool]:
        with database.reading() as connection:
            return [optouts.has_opted_out(connection, name, line) for line in ("toko", "bengkel", "")]

    assert (out(BUDI), out("628222"), out("628333")) == ([True, False, True], [True] * 3, [False] * 3)
    with database.writing() as connection:
        assert optouts.opted_out_people(connection) == [(BUDI, "toko", 100.0), ("628222", "", 200.0)]
        optouts.opt_in(connection, BUDI, "bengkel")
        optouts.opt_in(connection, "628222", "bengkel")
    assert (out(BUDI), out("628222")) == ([True, False, True], [True] * 3)
    with database.writing() as connection:
        optouts.opt_in(connection, BUDI)
        optouts.opt_in(connection, "628222", "bengkel", is_only=True)
    assert (out(BUDI), out("628222")) == ([False] * 3, [False] * 3)


def test_opting_in_by_the_only_line_leaves_an_opt_out_of_another_that_there_was(database: Database) -> None:
    with database.writing() as connection:
        for line in ("", "toko", "bengkel"):
            optouts.opt_out(connection, BUDI, 100.0, line)
        optouts.opt_in(connection, BUDI, "toko", is_only=True)
        assert optouts.opted_out_people(connection) == [(BUDI, "bengkel", 100.0)]


def test_a_line_too_long_for_its_column_is_one_line_all_the_same(database: Database) -> None:
    line = "toko" * 20
    with database.writing() as connection:
        optouts.opt_out(connection, BUDI, 100.0, line)
        assert [optouts.has_opted_out(connection, BUDI, each) for each in (line, line[1:])] == [True, False]
        optouts.opt_in(connection, BUDI, line)
        assert not optouts.has_opted_out(connection, BUDI)


def test_a_scope_too_long_for_its_column_is_one_scope_all_the_same(database: Database) -> None:
    line = "toko" * 20
    with database.writing() as connection:
        person = identify(connection, [Alias("number", BUDI), Alias("bsuid", "ID.1349", line)], 100.0).person
        assert identify(connection, [Alias("bsuid", "ID.1349", line)], 200.0).person == person
        assert people.with_id(connection, "ID.1349", line) == person
        assert identify(connection, [Alias("number", BUDI), Alias("bsuid", "ID.1350", line)], 300.0).person != person


@pytest.mark.parametrize(
    ("more", "chat"),
    [
        ([], f"{BUDI}@c.us"),
        ([Alias("lid", "251500"), Alias("bsuid", "ID.1349", "toko")], f"{BUDI}@c.us"),
    ],
)
def test_people_are_written_to_at_their_number_where_it_is_known(database: Database, more: list[Alias], chat: str) -> None:
    person = get(database, BUDI)
    with database.writing() as connection:
        assert [people.add_alias(connection, alias, person, 200.0) for alias in more] == [True] * len(more)
        assert people.chats_of(connection, [person]) == {person: chat}


def test_people_without_a_number_are_written_to_where_they_were_last_seen(database: Database) -> None:
    with database.writing() as connection:
        person = people.make(connection, Alias("lid", "251500"), 100.0) or ""
        people.add_alias(connection, Alias("parent_bsuid", "ID.ENT.1"), person, 300.0)
        people.add_alias(connection, Alias("bsuid", "ID.1349", "toko"), person, 200.0)
        nobody = new_person_id(1.0)
        assert people.chats_of(connection, [person, nobody]) == {person: "ID.1349"}
        assert people.names_of(connection, [person, nobody]) == {person: "ID.1349", nobody: nobody}


@pytest.mark.parametrize("scheme", ["lid", "telegram"])
def test_an_id_is_looked_up_by_an_index_and_not_among_all_aliases_of_its_scheme(sqlite: str, tmp_path: Path, scheme: Scheme) -> None:
    with closing(Database(sqlite, tmp_path)) as database, database.writing() as connection:
        person = people.make(connection, Alias(scheme, "251500", "toko"), 100.0)
        assert people.with_id(connection, Alias(scheme, "251500").chat, "toko") == person
        asked = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT person FROM chatbot_aliases WHERE value IN (?)", ("251500",))
        assert "ix_chatbot_aliases_value" in asked.one().detail

"""All memories keep the same promises; those in a database outlive their process."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from flask_chatbot.core.conversation.memory import SEEN_KEPT, Memory, ShortMemory, State
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import states
from flask_chatbot.errors import StoreError
from flask_chatbot.store import people
from flask_chatbot.store.memory import SWEEP_AFTER, SWEEP_AT_MOST, SWEEP_EVERY, StoreMemory
from tests.postgres import with_twins
from tests.store.hammer import hammer

FULL = State(
    dialogue={"form": "survei", "values": {"nilai": "5"}},
    dialogue_until=900.0,
    answered={"harga": 600.0},
    seen=True,
    notes={"nama": "Ayu \ud83d \0 \U0001f600", "langganan": ["roti", None, 1.5]},
    notes_until=2000.0,
)
SENDERS = ["", "628111", "628111 ", "\0", "\0\0", "\ud83d", "\U0001f600", "x" * 100_000, "' OR 1=1 --", "e\u0301", "\u00e9"]


@pytest.fixture(params=with_twins("short", "sqlite"))
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    """Each memory in turn, empty."""
    if request.param == "short":
        yield ShortMemory()
        return
    database = Database(request.getfixturevalue(request.param), tmp_path)
    yield StoreMemory(database)
    database.close()


def count_states(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(states)).scalar_one()


def add_expired(database: Database, number: int) -> None:
    rows = [{"person": f"old {each}", "state": "{}", "version": 1, "expires_at": float(each)} for each in range(number)]
    with database.writing() as connection:
        connection.execute(insert(states), rows)


def test_nothing_is_remembered_of_who_never_wrote(memory: Memory) -> None:
    assert memory.recall("628111", 0.0) == State()


def test_what_is_committed_is_recalled(memory: Memory) -> None:
    assert memory.commit("628111", FULL, 0.0)
    assert memory.recall("628111", 1.0) == replace(FULL, version=1)


def test_each_commit_counts_one_version_more(memory: Memory) -> None:
    for version in range(3):
        assert memory.commit("628111", State(seen=True, version=version), 0.0)
    assert memory.recall("628111", 0.0) == State(seen=True, version=3)


def test_any_two_senders_that_differ_are_two_people(memory: Memory) -> None:
    for place, sender in enumerate(SENDERS):
        assert memory.commit(sender, State(notes={"place": place}, notes_until=60.0), 0.0)
    assert [memory.recall(sender, 0.0).notes["place"] for sender in SENDERS] == [*range(len(SENDERS))]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_only_a_state_made_from_the_last_one_is_kept(memory: Memory, version: int) -> None:
    assert memory.commit("628111", State(seen=True), 0.0)
    assert memory.commit("628111", replace(FULL, version=1), 0.0)
    assert not memory.commit("628111", State(seen=True, version=version), 0.0)
    assert memory.recall("628111", 0.0) == replace(FULL, version=2)


def test_a_state_made_from_a_row_that_is_gone_is_not_kept(memory: Memory) -> None:
    assert not memory.commit("628111", replace(FULL, version=5), 0.0)
    assert memory.recall("628111", 0.0) == State()


def test_expired_parts_are_neither_recalled_nor_kept(memory: Memory) -> None:
    memory.commit("628111", FULL, 0.0)
    assert memory.recall("628111", 900.0) == State(seen=True, notes=FULL.notes, notes_until=2000.0, version=1)
    assert memory.recall("628111", 599.0) == replace(FULL, version=1)
    memory.commit("628111", replace(FULL, version=1), 900.0)
    assert memory.recall("628111", 599.0) == State(seen=True, notes=FULL.notes, notes_until=2000.0, version=2)


def test_who_has_written_is_known_for_400_days_after_the_last_commit(memory: Memory) -> None:
    memory.commit("628111", State(seen=True), 1000.0)
    assert memory.recall("628111", 999.0 + SEEN_KEPT) == State(seen=True, version=1)
    assert memory.recall("628111", 1000.0 + SEEN_KEPT) == State(version=1)
    assert memory.commit("628111", State(seen=True, version=1), 1000.0 + SEEN_KEPT)


def test_a_recalled_state_is_a_copy(memory: Memory) -> None:
    memory.commit("628111", FULL, 0.0)
    notes = memory.recall("628111", 0.0).notes
    assert isinstance(notes, dict)
    notes["more"] = 1
    assert memory.recall("628111", 0.0).notes == FULL.notes


def test_a_clock_that_goes_back_loses_nothing(memory: Memory) -> None:
    memory.commit("628111", FULL, 5000.0)
    memory.commit("628111", replace(FULL, version=1), 0.0)
    assert memory.recall("628111", 0.0) == replace(FULL, version=2)


def test_threads_lose_no_update(memory: Memory) -> None:
    hammer(memory, threads=8, times=10)
    assert memory.recall("628111", 0.0).notes == {"number": 80}


@pytest.mark.process
def test_processes_and_their_threads_lose_no_update_even_where_the_file_is_not_there_yet(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.store.hammer", url, "8", "5"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [("", 0)] * 2
    database = Database(url, tmp_path)
    assert StoreMemory(database).recall("628111", 0.0) == State(notes={"number": 80}, notes_until=60.0, version=80)
    database.close()


def test_a_restart_forgets_nothing(url: str, tmp_path: Path) -> None:
    for version in range(2):
        database = Database(url, tmp_path)
        assert StoreMemory(database).commit("628111", replace(FULL, version=version), 0.0)
        database.close()
    database = Database(url, tmp_path)
    assert StoreMemory(database).recall("628111", 0.0) == replace(FULL, version=2)
    database.close()


def test_the_state_is_kept_under_the_id_of_the_person(database: Database) -> None:
    StoreMemory(database).commit("628111", State(seen=True), 0.0)
    with database.reading() as connection:
        (row,) = connection.execute(select(states)).all()
        assert row == (people.find(connection, "628111"), '{"seen":true}', 1, SEEN_KEPT)
    assert StoreMemory(database).recall(row.person, 0.0) == State(seen=True, version=1)


@pytest.mark.parametrize(("text", "fact"), [("{nothing", "it is no JSON"), ('{"answered":[]}', "a part of it is of the wrong type")])
def test_a_row_nobody_can_read_is_logged_and_written_over(
    database: Database, text: str, fact: str, caplog: pytest.LogCaptureFixture
) -> None:
    memory = StoreMemory(database)
    memory.commit("628111", FULL, 0.0)
    with database.writing() as connection:
        connection.execute(update(states).values(state=text))
    assert memory.recall("628111", 0.0) == State(version=1)
    with database.reading() as connection:
        person = people.find(connection, "628111")
    said = f"the row in table chatbot_states of person {person} cannot be read ({fact}): nothing is remembered"
    assert caplog.record_tuples == [("flask_chatbot.store.memory", logging.ERROR, said)]
    assert memory.commit("628111", State(seen=True, version=1), 0.0)
    assert memory.recall("628111", 0.0) == State(seen=True, version=2)


def test_rows_are_deleted_an_hour_after_they_expired(database: Database) -> None:
    add_expired(database, 10)
    StoreMemory(database).commit("628111", State(seen=True), SWEEP_AFTER + 5.0)
    assert count_states(database) == 5 + 1


def test_expired_rows_are_looked_for_every_five_minutes(database: Database) -> None:
    memory = StoreMemory(database)
    memory.commit("628111", State(seen=True), 1e6)
    add_expired(database, 10)
    memory.commit("628111", State(seen=True, version=1), 1e6 + SWEEP_EVERY - 1)
    assert count_states(database) == 11
    memory.commit("628111", State(seen=True, version=2), 1e6 + SWEEP_EVERY)
    assert count_states(database) == 1


def test_a_great_many_expired_rows_are_deleted_a_batch_with_each_commit(database: Database) -> None:
    memory = StoreMemory(database)
    add_expired(database, 2 * SWEEP_AT_MOST + 10)
    left = []
    for version in range(3):
        memory.commit("628111", State(seen=True, version=version), 1e6)
        left.append(count_states(database))
    assert left == [SWEEP_AT_MOST + 11, 11, 1]


def test_what_cannot_be_remembered_leaves_the_database_alone(database: Database) -> None:
    memory = StoreMemory(database)
    with pytest.raises(ValueError, match=r"^This cannot be remembered: Object of type object is not JSON serializable"):
        memory.commit("628111", State(notes={"value": object()}, notes_until=60.0), 0.0)
    assert count_states(database) == 0


def test_what_breaks_in_between_is_told_and_can_be_mended(database: Database) -> None:
    memory = StoreMemory(database)
    memory.commit("628111", FULL, 0.0)
    with database.writing() as connection:
        states.drop(connection)
    with pytest.raises(StoreError, match="refused a statement") as caught:
        memory.recall("628111", 0.0)
    assert "SELECT" not in str(caught.value)
    database.upgrade()
    assert memory.recall("628111", 0.0) == State()


def test_what_is_committed_within_a_transaction_is_kept_with_it(database: Database) -> None:
    memory = StoreMemory(database)
    with database.writing() as connection:
        assert memory.within(connection).commit("628111", FULL, 0.0)
        assert memory.within(connection).recall("628111", 0.0) == replace(FULL, version=1)
        assert memory.recall("628111", 0.0) == State()
    assert memory.recall("628111", 0.0) == replace(FULL, version=1)


def commit_and_fail(database: Database, state: State) -> None:
    with database.writing() as connection:
        assert StoreMemory(database).within(connection).commit("628111", state, 0.0)
        raise ZeroDivisionError


@pytest.mark.parametrize("version", [0, 1])
def test_what_is_committed_within_a_transaction_is_taken_back_with_it(database: Database, version: int) -> None:
    memory = StoreMemory(database)
    for each in range(version):
        memory.commit("628111", State(seen=True, version=each), 0.0)
    before = memory.recall("628111", 0.0)
    with pytest.raises(ZeroDivisionError):
        commit_and_fail(database, replace(FULL, version=version))
    assert memory.recall("628111", 0.0) == before


@pytest.mark.parametrize("version", [0, 2])
def test_a_state_that_comes_too_late_leaves_the_transaction_it_is_in_as_it_was(database: Database, version: int) -> None:
    memory = StoreMemory(database)
    memory.commit("628111", FULL, 0.0)
    with database.writing() as connection:
        within = memory.within(connection)
        assert within.commit("628222", State(seen=True), 0.0)
        assert not within.commit("628111", State(seen=True, version=version), 0.0)
    assert (memory.recall("628111", 0.0), memory.recall("628222", 0.0)) == (replace(FULL, version=1), State(seen=True, version=1))

"""People who turn out to be one are merged, and nobody else ever is: by whatever names, in whatever order, and however many at once."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.values.people import Alias, Scheme
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import aliases, metadata
from flask_chatbot.store import inbox, optouts, outbox, people, saved
from flask_chatbot.store.console import conversations, handovers, remarks
from flask_chatbot.store.inbox import Kept
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.merging import Identified, identify, rename
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.store.saved import SavedRow
from tests.examples import at_most
from tests.store.chain import link

NUMBER, OTHER_NUMBER = Alias("number", "6281234567890"), Alias("number", "6285550000001")
BSUID, OTHER_BSUID = Alias("bsuid", "ID.1349", "toko"), Alias("bsuid", "ID.2222", "toko")
LID = Alias("lid", "251500")
PARENT = Alias("parent_bsuid", "ID.ENT.77")

_times = count(100)
_ids = count(1)


def meet(database: Database, *names: Alias) -> Identified:
    with database.writing() as connection:
        return identify(connection, names, float(next(_times)))


def becomes(database: Database, old: tuple[Alias, ...], new: tuple[Alias, ...]) -> Identified | None:
    with database.writing() as connection:
        return rename(connection, old, new, float(next(_times)))


def who(database: Database, alias: Alias) -> str | None:
    with database.reading() as connection:
        return people.holder(connection, alias)


def queue(database: Database, person: str, *texts: str) -> None:
    """Messages to a person, as they are accepted."""
    new = [
        NewMessage(
            id=f"3EB0{next(_ids):016X}",
            session="main",
            chat="6281@c.us",
            type="text",
            reply=Text(text),
            created_at=100.0,
            expires_at=1e6,
            order_key=person,
        )
        for text in texts
    ]
    with database.writing() as connection:
        new_messages.add(connection, new)


def send_one(database: Database) -> list[tuple[str, Text]]:
    """Chat and reply of what goes out next."""
    with database.writing() as connection:
        claims = outbox.claim(connection, "main", 200.0, 60.0, 9)
        outbox.settle_sent(connection, claims, 200.0)
    return [(claim.chat, claim.outbound.reply) for claim in claims]  # type: ignore[misc]


def test_a_second_name_that_nobody_has_is_joined(database: Database) -> None:
    first = meet(database, NUMBER)
    assert meet(database, BSUID, NUMBER) == first
    assert meet(database, BSUID) == first
    assert who(database, BSUID) == first.person


def test_two_who_turn_out_to_be_one_become_the_one_who_came_first(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    old, late = meet(database, NUMBER).person, meet(database, BSUID).person
    assert meet(database, NUMBER, BSUID) == Identified(old, [(late, old)])
    with database.reading() as connection:
        assert [people.find(connection, name) for name in (old, late, NUMBER.value)] == [old] * 3
        assert people.ids_of(connection, old) == [old, late]
    assert NUMBER.value not in caplog.text
    assert f"person {late} turned out to be person {old}: they are merged" in caplog.messages


def test_an_id_that_was_merged_twice_still_resolves(database: Database) -> None:
    ids = [meet(database, name).person for name in (NUMBER, BSUID, LID)]
    assert meet(database, BSUID, LID).merged == [(ids[2], ids[1])]
    assert meet(database, NUMBER, LID).merged == [(ids[1], ids[0])]
    with database.reading() as connection:
        assert [people.find(connection, each) for each in ids] == [ids[0]] * 3


def test_a_number_given_to_somebody_else_moves_and_they_inherit_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    old = meet(database, NUMBER, BSUID).person
    StoreMemory(database).commit(old, State(notes={"nama": "Budi"}, notes_until=1e6), 100.0)
    with database.writing() as connection:
        optouts.opt_out(connection, old, 100.0)
    queue(database, old, "Untuk Budi")
    new = meet(database, NUMBER, OTHER_BSUID)
    assert new.merged == []
    assert new.person != old
    assert (who(database, NUMBER), who(database, BSUID), who(database, OTHER_BSUID)) == (new.person, old, new.person)
    assert StoreMemory(database).recall(NUMBER.value, 100.0) == State()
    with database.reading() as connection:
        assert [optouts.has_opted_out(connection, each) for each in (NUMBER.value, old)] == [False, True]
    assert send_one(database) == [(BSUID.value, Text("Untuk Budi"))]
    assert NUMBER.value not in caplog.text


def test_what_waits_for_somebody_whose_only_name_moved_has_no_address(database: Database) -> None:
    old = meet(database, NUMBER).person
    meet(database, BSUID, OTHER_NUMBER)
    queue(database, old, "Untuk Budi")
    assert meet(database, BSUID, NUMBER).merged == []  # two numbers: never one person
    assert send_one(database) == [("", Text("Untuk Budi"))]


def test_what_staff_keep_of_two_is_kept_of_the_one_they_are(database: Database) -> None:
    first, second = meet(database, NUMBER).person, meet(database, BSUID).person
    with database.writing() as connection:
        for person, seq in ((first, 3), (second, 7)):
            remarks.add_label(connection, person, "grosir")
            remarks.add_label(connection, person, f"label {seq}")
            remarks.add_note(connection, person, "ani", f"catatan {seq}", 1.0)
            wrote: dict[str, Any] = {"session": "main", "chat": "x@c.us", "sender": "x", "at": 1.0, "expires_at": 9.0}
            inbox.add(connection, Kept(message_id=f"W{seq}", person=person, **wrote))
            handed = handovers.Handover(person=person, line="main", name="Budi", rule="admin", at=float(seq))
            handovers.add(connection, [handed])
        remarks.read(connection, first)
    one = meet(database, NUMBER, BSUID).person
    with database.reading() as connection:
        assert remarks.labels_of(connection, [first, second]) == {one: ("grosir", "label 3", "label 7")}
        assert [each.text for each in remarks.notes_of(connection, [one])] == ["catatan 7", "catatan 3"]
        assert [(each.person, each.is_unread) for each in conversations.newest(connection, 9)] == [(one, True)]
        assert handovers.waiting(connection, 10.0) == {one: 7.0}


def test_parents_never_merge(database: Database) -> None:
    one, other = meet(database, BSUID, PARENT).person, meet(database, OTHER_BSUID, PARENT).person
    assert one != other
    assert who(database, PARENT) == one
    assert meet(database, LID, PARENT).person not in (one, other)


def test_a_name_that_is_not_a_number_stays_with_whoever_has_it(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    one, other = meet(database, BSUID, NUMBER).person, meet(database, LID, OTHER_NUMBER).person
    assert meet(database, BSUID, LID) == Identified(one)
    assert who(database, LID) == other
    assert f"person {one} came with a lid that is not theirs: it is left alone" in caplog.messages


def test_ids_of_one_scheme_in_two_scopes_are_of_one_person(database: Database) -> None:
    elsewhere = Alias("bsuid", "ID.2222", "bengkel")
    one, other = meet(database, NUMBER, BSUID).person, meet(database, elsewhere).person
    assert meet(database, NUMBER, elsewhere) == Identified(one, [(other, one)])


def test_all_that_was_kept_of_either_is_kept_of_the_one(database: Database) -> None:
    memory = StoreMemory(database)
    old, late = meet(database, NUMBER).person, meet(database, BSUID).person
    memory.commit(old, State(seen=True, notes={"nama": "Budi", "kota": "Solo"}, notes_until=1e6, answered={"a": 900.0}), 100.0)
    memory.commit(late, State(notes={"kota": "Medan"}, notes_until=2e6, paused_until=800.0, answered={"a": 700.0}), 100.0)
    with database.writing() as connection:
        optouts.opt_out(connection, late, 50.0, "toko")
        inbox.add(connection, Kept(session="main", message_id="1", chat="x", sender="x", person=late, at=60.0, expires_at=1e6, replies=1))
        saved.add(connection, SavedRow(name="a", number=1, fields={}, sender="x", sender_name="", at=1.0, person=late))
    meet(database, NUMBER, BSUID)
    united = State(
        seen=True, notes={"nama": "Budi", "kota": "Medan"}, notes_until=2e6, answered={"a": 900.0}, paused_until=800.0, version=2
    )
    assert [memory.recall(each, 100.0) for each in (old, late, NUMBER.value)] == [united] * 3
    with database.reading() as connection:
        assert optouts.has_opted_out(connection, NUMBER.value, "toko")
        assert inbox.answered_since(connection, old, 0.0) == 1
        assert [row.person for row in saved.rows(connection, "a")] == [old]


def test_what_was_decided_before_a_merge_is_decided_again(database: Database) -> None:
    memory = StoreMemory(database)
    old, late = meet(database, NUMBER).person, meet(database, BSUID).person
    for person in (old, late):
        memory.commit(person, State(seen=True), 100.0)
    before = [memory.recall(person, 100.0) for person in (old, late)]
    meet(database, NUMBER, BSUID)
    assert [memory.commit(person, state, 100.0) for person, state in zip((old, late), before, strict=True)] == [False, False]


def test_what_waits_for_either_goes_out_in_the_order_of_acceptance(database: Database) -> None:
    old, late = meet(database, NUMBER).person, meet(database, BSUID).person
    for person, text in ((late, "1"), (old, "2"), (late, "3"), (old, "4")):
        queue(database, person, text)
    meet(database, NUMBER, BSUID)
    texts = [send_one(database) for _ in range(5)]
    assert texts == [*([(f"{NUMBER.value}@c.us", Text(text))] for text in "1234"), []]


@pytest.mark.parametrize("busy", ["old", "late", "both"])
def test_what_is_in_flight_while_people_are_merged_is_not_overtaken_and_holds_nothing_up(database: Database, busy: str) -> None:
    ids = {"old": meet(database, NUMBER).person, "late": meet(database, BSUID).person}
    for person in ids if busy == "both" else [busy]:
        queue(database, ids[person], "1")
    with database.writing() as connection:
        in_flight = outbox.claim(connection, "main", 200.0, 60.0, 9)
    queue(database, ids["late"], "2")
    queue(database, ids["old"], "3")
    meet(database, NUMBER, BSUID)
    assert send_one(database) == []
    with database.writing() as connection:
        assert len(outbox.settle_sent(connection, in_flight, 200.0)) == len(in_flight)
    sent = [reply for _ in range(3) for _, reply in send_one(database)]
    assert sorted(sent, key=str) == [Text("2"), Text("3")]
    if busy != "both":
        assert sent == [Text("2"), Text("3")]


def test_twenty_messages_at_once_that_show_two_to_be_one_merge_them_once(url: str, tmp_path: Path) -> None:
    database, barrier = Database(url, tmp_path), Barrier(20)
    database.upgrade()
    old, late = meet(database, NUMBER).person, meet(database, BSUID).person

    def show(_: int) -> Identified:
        barrier.wait()
        return meet(database, NUMBER, BSUID)

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(show, range(20)))
    assert {each.person for each in found} == {old}
    assert [pair for each in found for pair in each.merged] == [(late, old)]
    database.close()


def test_twenty_merges_at_once_that_form_a_chain_end_in_one_person(url: str, tmp_path: Path) -> None:
    database, barrier = Database(url, tmp_path), Barrier(20)
    database.upgrade()
    names = [Alias("bsuid", f"ID.{place}", f"line {place}") for place in range(21)]
    ids = [meet(database, name).person for name in names]

    def show(place: int) -> None:
        barrier.wait()
        meet(database, names[place], names[place + 1])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(show, range(20)))
    with database.reading() as connection:
        assert {people.find(connection, each) for each in ids} == {ids[0]}
    database.close()


@pytest.mark.process
def test_twenty_merges_at_once_by_several_processes_end_in_one_person_who_has_all_that_was_kept(url: str, tmp_path: Path) -> None:
    """Four processes with five threads each; every person has a note, an opt-out by a line, and a message that waits."""
    database = Database(url, tmp_path)
    database.upgrade()
    ids = [meet(database, link(place)).person for place in range(21)]
    for place, person in enumerate(ids):
        StoreMemory(database).commit(person, State(notes={str(place): place}, notes_until=1e6), 100.0)
        queue(database, person, str(place))
        with database.writing() as connection:
            optouts.opt_out(connection, person, 100.0, f"line {place}")
    parts = [[sys.executable, "-m", "tests.store.chain", url, str(first), str(first + 5)] for first in range(0, 20, 5)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(each, text=True, **pipes) for each in parts]  # type: ignore[call-overload]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    ended = [(*process.communicate(), process.returncode) for process in processes]
    assert [(errors, code) for _, errors, code in ended] == [("", 0)] * 4
    merged = [old for printed, _, _ in ended for old, _ in json.loads(printed)]
    assert sorted(merged) == sorted(ids[1:])  # each of them once, whoever saw it
    assert StoreMemory(database).recall(ids[20], 100.0).notes == {str(place): place for place in range(21)}
    with database.reading() as connection:
        assert {people.find(connection, each) for each in ids} == {ids[0]}
        assert [optouts.has_opted_out(connection, ids[5], f"line {place}") for place in range(21)] == [True] * 21
    assert [reply for _ in range(21) for _, reply in send_one(database)] == [Text(str(place)) for place in range(21)]
    database.close()


def test_who_is_known_by_all_names_is_found_without_a_write_and_noted_once_a_day(database: Database) -> None:
    person = meet(database, NUMBER, BSUID).person
    given: list[tuple[list[Alias], float]] = [
        *(([NUMBER], 200.0), ([NUMBER, BSUID], 200.0), ([NUMBER, LID], 200.0), ([LID], 200.0), ([NUMBER, BSUID], 1e6), ([NUMBER], 1e6))
    ]
    with database.reading() as connection:
        seen = [inbox.arrival(connection, "main", "M1", names, now=now, since=0.0).person for names, now in given]
    assert seen == [person, person, None, None, None, person]


SCOPES: dict[Scheme, tuple[str, ...]] = {"number": ("",), "bsuid": ("a", "b"), "lid": ("",), "parent_bsuid": ("",)}
NAMES = [Alias(scheme, value, scope) for scheme, scopes in SCOPES.items() for scope in scopes for value in "123"]
MESSAGES = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique_by=lambda each: (each.scheme, each.scope)), max_size=12)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for many examples."""
    folder = tmp_path_factory.mktemp("merging")
    database = Database(f"sqlite:///{folder}/a.sqlite", folder)
    yield database
    database.close()


@settings(max_examples=at_most(60), deadline=None)
@given(MESSAGES)
def test_whatever_comes_nobody_has_two_ids_of_one_scheme_and_every_id_ever_given_resolves(
    lasting: Database, received: list[list[Alias]]
) -> None:
    with lasting.writing() as connection:
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
    given: set[str] = set()
    for names in received:
        found = meet(lasting, *names)
        given |= {found.person, *(each for pair in found.merged for each in pair)}
        assert meet(lasting, *names).merged == []  # the same again changes nothing
        strongest = next((each for scheme in ("bsuid", "lid", "number") for each in names if each.scheme == scheme), None)
        assert strongest is None or strongest.scheme != "number" or who(lasting, strongest) == found.person
    with lasting.reading() as connection:
        rows = connection.execute(select(aliases)).all()
        held = [(row.scheme, row.scope, row.person) for row in rows if row.scheme != "parent_bsuid"]
        assert len(held) == len(set(held))
        ends = {person: people.find(connection, person) for person in given}
        assert None not in ends.values()
        assert all(people.find(connection, str(end)) == end for end in ends.values())
        assert {row.person for row in rows} <= set(ends.values())


# -- people who go by other names ---------------------------------------------------------------------


def test_who_goes_by_a_new_name_keeps_all_and_is_no_longer_known_by_the_old_one(database: Database) -> None:
    person = meet(database, NUMBER, BSUID, LID).person
    assert becomes(database, (BSUID,), (OTHER_BSUID,)) == Identified(person)
    assert [who(database, alias) for alias in (NUMBER, LID, OTHER_BSUID, BSUID)] == [person, person, person, None]


def test_a_new_number_takes_the_place_of_the_one_before_though_nobody_named_it(database: Database) -> None:
    person = meet(database, NUMBER, BSUID).person
    becomes(database, (BSUID,), (OTHER_NUMBER, OTHER_BSUID))
    assert [who(database, alias) for alias in (OTHER_NUMBER, OTHER_BSUID, NUMBER, BSUID)] == [person, person, None, None]


def test_who_wrote_under_the_new_name_before_it_was_told_is_merged(database: Database) -> None:
    person, stranger = meet(database, NUMBER, BSUID).person, meet(database, OTHER_BSUID).person
    assert becomes(database, (BSUID,), (OTHER_BSUID,)) == Identified(person, [(stranger, person)])


def test_a_number_of_somebody_else_goes_over_without_anything_of_theirs(database: Database) -> None:
    other = meet(database, OTHER_NUMBER, Alias("lid", "777")).person
    person = meet(database, NUMBER, LID).person
    assert becomes(database, (NUMBER,), (OTHER_NUMBER,)) == Identified(person)
    assert [who(database, alias) for alias in (OTHER_NUMBER, LID, Alias("lid", "777"))] == [person, person, other]


def test_who_is_told_twice_to_go_by_another_name_is_the_same_and_a_stranger_stays_one(database: Database) -> None:
    person = meet(database, BSUID).person
    becomes(database, (BSUID,), (OTHER_BSUID,))
    assert (becomes(database, (BSUID,), (OTHER_BSUID,)), who(database, OTHER_BSUID), becomes(database, (LID,), (NUMBER,))) == (
        None,
        person,
        None,
    )
    assert who(database, NUMBER) is None

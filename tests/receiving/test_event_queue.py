"""The queue of messages that came in by HTTP: decided in order, tried again, and never in the way of others."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

import pytest

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import events as table
from flask_chatbot.delivery.crashes import CrashedClaims
from flask_chatbot.delivery.loop import Loop, WorkerHooks
from flask_chatbot.errors import StoreError, Uncommitted
from flask_chatbot.receiving.event_queue import AGAIN, LEASE, MOST_TRIES, EventQueue, Undecided
from flask_chatbot.store.incoming import events
from tests.delivery.rig import PATIENCE, Clock
from tests.store.incoming.test_events import keep, written

DEADLY = written("1", "maut")


class Desk:
    """A queue over a database; `script` holds what the next messages meet: an exception is raised, a function called."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.answered: list[str] = []
        self.script: deque[Exception | Callable[[], object]] = deque()
        self._woken = threading.Semaphore(0)
        hooks = WorkerHooks(
            is_open=lambda: True, wake=self._woken.release, clock=self.clock, timer=self.clock, is_quiet=lambda: self._crashed.is_quiet
        )
        self.queue = EventQueue("toko", received=self._received, hooks=hooks)
        self._crashed = CrashedClaims([self.queue], self.clock)
        self._loop = Loop(database, [self.queue, self._crashed], self.clock)

    def _received(self, incoming: Incoming) -> None:
        step = self.script.popleft() if self.script else None
        if isinstance(step, Exception):
            raise step
        if step is not None:
            step()
        self.answered.append(incoming.text if isinstance(incoming, Message) else type(incoming).__name__)

    def works(self, times: int = 1) -> None:
        """Let so many tries end, each after a step."""
        for _ in range(times):
            self._loop.step()
            assert self._woken.acquire(timeout=PATIENCE)
        self._loop.step()

    def step(self) -> bool:
        return self._loop.step()

    @property
    def open(self) -> int:
        with self.database.reading() as connection:
            return events.count_open(connection, "toko")


class Slow:
    """What takes its time until it may go on."""

    def __init__(self) -> None:
        self.go_on, self.has_begun = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.has_begun.set()
        assert self.go_on.wait(PATIENCE)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_the_messages_of_a_chat_are_decided_in_the_order_in_which_they_came(desk: Desk) -> None:
    keep(desk.database, *(written(str(number), f"pesan {number}") for number in range(20)))
    desk.works(20)
    assert (desk.answered, desk.open, desk.step()) == ([f"pesan {number}" for number in range(20)], 0, False)


def test_a_message_that_is_slow_holds_up_no_other_chat(desk: Desk) -> None:
    slow = Slow()
    desk.script.append(slow)
    keep(desk.database, written("1", "lambat"))
    desk.step()
    assert slow.has_begun.wait(PATIENCE)
    keep(desk.database, written("2", "cepat", number="628222"))
    desk.works()
    assert (desk.answered, desk.queue.under_way) == (["cepat"], 1)
    slow.go_on.set()


def test_what_fails_is_tried_again_after_a_while_and_the_log_shows_no_word_of_it(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.script.append(ValueError("cannot read 'kenari-kuning' of 6281234567890"))
    keep(desk.database, written("1", "kenari-kuning"))
    desk.works()
    assert (desk.answered, desk.open, desk.step()) == ([], 1, False)
    desk.clock.forward(2)
    desk.works()
    assert (desk.answered, desk.open) == (["kenari-kuning"], 0)
    assert "could not be answered, and is tried again in 2 seconds" in caplog.text


def test_what_always_fails_is_given_up_and_the_next_of_its_chat_is_answered(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.script.extend(ValueError("no") for _ in range(MOST_TRIES))
    keep(desk.database, written("1", "racun"), written("2", "halo"))
    for _ in range(MOST_TRIES):
        desk.works()
        desk.clock.forward(60)
    desk.works()
    assert (desk.answered, desk.open) == (["halo"], 0)
    assert [each.levelname for each in caplog.records if "is given up" in each.message] == ["ERROR"]


def test_a_handler_that_leaves_the_database_locked_blocks_no_chat_for_ever(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.script.extend(Uncommitted("The app's own session has changes.") for _ in range(MOST_TRIES))
    keep(desk.database, written("1", "racun"), written("2", "halo"))
    for _ in range(MOST_TRIES):
        desk.works()
        desk.clock.forward(60)
    desk.works()
    assert (desk.answered, desk.open) == (["halo"], 0)
    assert "is given up" in caplog.text
    assert "The app's own session has changes." in caplog.text


def test_what_is_undecided_is_tried_again_soon_and_costs_no_try_and_its_chat_waits(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.script.extend(Undecided() for _ in range(MOST_TRIES + 5))
    keep(desk.database, Echo(id="1", to=Sender(number="628111"), at=5.0), written("2"))
    for _ in range(MOST_TRIES + 5):
        desk.works()
        assert (desk.answered, desk.step()) == ([], False)
        desk.clock.forward(AGAIN)
    desk.works(2)
    assert (desk.answered, desk.open, caplog.records) == (["Echo", "halo"], 0, [])


def test_the_log_shows_no_number_of_an_event_that_fails(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.script.append(ValueError("cannot take ID.1349"))
    keep(desk.database, IdentityChange(id="1", old=(Alias("bsuid", "ID.1349"),), new=(Alias("number", "628111"),), at=5.0))
    desk.works()
    assert ("could not be answered" in caplog.text, "ID.1349" in caplog.text) == (True, False)


def test_a_database_that_is_away_costs_no_try(desk: Desk) -> None:
    desk.script.extend(StoreError("gone") for _ in range(MOST_TRIES + 5))
    keep(desk.database, written("1"))
    for _ in range(MOST_TRIES + 5):
        desk.works()
        desk.clock.forward(60)
    desk.works()
    assert desk.answered == ["halo"]


def test_what_another_version_wrote_is_given_up_in_the_end(desk: Desk) -> None:
    keep(desk.database, written("1"))
    with desk.database.writing() as connection:
        connection.execute(table.update().values(body="{}", tries=MOST_TRIES - 1))
    desk.works()
    assert (desk.answered, desk.open) == ([], 0)


def test_a_claim_is_renewed_while_its_message_takes_its_time(desk: Desk) -> None:
    go_on = threading.Event()
    desk.script.append(lambda: go_on.wait(PATIENCE))
    keep(desk.database, written("1"))
    desk.step()
    for _ in range(4):
        desk.clock.forward(LEASE / 2)
        assert desk.step()
    with desk.database.writing() as connection:
        assert events.claim(connection, "toko", desk.clock(), LEASE, 9) == []
    go_on.set()


def crash(desk: Desk) -> None:
    """Let a worker end while it tries what waits, or answer what others left until it comes to the message that it dies of."""
    with desk.database.writing() as connection:
        held = events.claim(connection, "toko", desk.clock(), LEASE, 9)
        while not held and (alone := events.claim_crashed(connection, "toko", desk.clock(), LEASE)):
            if alone.incoming == DEADLY:
                break
            events.settle(connection, [alone], desk.clock())
    desk.clock.forward(LEASE)


def test_what_two_workers_crashed_with_is_tried_alone_and_before_the_rest(desk: Desk) -> None:
    slow = Slow()
    keep(desk.database, written("1", "satu"))
    for _ in range(2):
        crash(desk)
    desk.script.append(slow)
    while not slow.has_begun.is_set():
        desk.step()
        slow.has_begun.wait(0.01)
    keep(desk.database, written("2", "dua", "628222"))
    for _ in range(3):
        desk.step()
    assert (desk.answered, desk.queue.in_flight) == ([], 1)
    slow.go_on.set()
    until(lambda: desk.step() is not None and desk.answered == ["satu", "dua"])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_message_that_each_worker_dies_of_is_given_up_and_nothing_else(desk: Desk, caplog: pytest.LogCaptureFixture, place: int) -> None:
    others = [written("2", "satu", "628222"), written("3", "dua", "628333")]
    keep(desk.database, *others[:place], DEADLY, *others[place:])
    for _ in range(4):
        crash(desk)
    assert desk.open == 1  # the others did not wait for its end
    for _ in range(MOST_TRIES - 4):
        crash(desk)
    until(lambda: desk.step() is not None and desk.open == 0)
    assert (desk.answered, [each.message for each in caplog.records if "is given up" in each.message]) == (
        [],
        [f"event {place + 1} is given up: {MOST_TRIES} workers ended while they tried it"],
    )


def test_the_next_message_of_a_chat_is_answered_once_one_that_kills_workers_is_given_up(desk: Desk) -> None:
    keep(desk.database, DEADLY, written("2", "halo"))
    for _ in range(MOST_TRIES):
        crash(desk)
    until(lambda: desk.step() is not None and desk.answered == ["halo"])


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so."""
    deadline, pause = monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert monotonic() < deadline
        pause.wait(0.01)


def test_a_claim_that_another_worker_has_is_left_to_it(desk: Desk) -> None:
    go_on = threading.Event()
    desk.script.append(lambda: go_on.wait(PATIENCE))
    keep(desk.database, written("1"))
    desk.step()
    desk.clock.forward(LEASE)
    with desk.database.writing() as connection:
        (theirs,) = events.claim(connection, "toko", desk.clock(), 99 * LEASE, 9)
    desk.step()
    assert desk.step() is False
    go_on.set()
    with desk.database.writing() as connection:
        assert events.renew(connection, [theirs], desk.clock() + 1) != []


def test_a_queue_that_is_closed_claims_no_more_and_records_what_was_begun(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    slow = Slow()
    desk.script.append(slow)
    keep(desk.database, written("1", "satu"), written("2", "dua"))
    desk.step()
    assert slow.has_begun.wait(PATIENCE)
    desk.queue.close()
    slow.go_on.set()
    desk.works()
    assert (desk.answered, desk.open, desk.queue.under_way) == (["satu"], 1, 0)

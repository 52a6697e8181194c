"""The claims of a crashed worker are tried one at a time, with nothing beside it."""

from collections import deque

import pytest
from sqlalchemy import Connection

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.crashes import SLICE, CrashedClaims
from flask_chatbot.delivery.loop import Begin, Loop
from tests.delivery.rig import Clock


class Work:
    """A queue with so many claims of crashed workers; `tried` holds those that were begun, each in flight until it is said to be done."""

    def __init__(self, crashed: int = 0, in_flight: int = 0) -> None:
        self.crashed = deque(range(crashed))
        self.in_flight = in_flight
        self.results = 0
        self.tried: list[int] = []

    def has_results(self) -> bool:
        return bool(self.results)

    def has_crashed(self, connection: Connection, now: float) -> bool:
        return bool(self.crashed)

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        if not self.crashed:
            return None
        crashed = self.crashed.popleft()

        def begin() -> None:
            self.tried.append(crashed)
            self.in_flight += 1

        return begin


@pytest.fixture
def timer() -> Clock:
    return Clock(0.0)


def steps(database: Database, queue: CrashedClaims, count: int = 3) -> bool:
    """Take so many steps; True if the last had anything to do."""
    loop = Loop(database, (queue,), Clock())
    return [loop.step() for _ in range(count)][-1]


def test_nothing_is_quiet_while_nobody_crashed(database: Database, timer: Clock) -> None:
    queue = CrashedClaims((Work(in_flight=3), Work()), timer)
    assert (steps(database, queue), queue.is_quiet) == (False, False)


def test_what_a_crashed_worker_left_is_tried_once_nothing_is_in_flight_in_any_queue(database: Database, timer: Clock) -> None:
    one, other = Work(crashed=2), Work(in_flight=1)
    queue = CrashedClaims((one, other), timer)
    steps(database, queue)
    assert (queue.is_quiet, one.tried) == (True, [])
    other.in_flight = 0
    steps(database, queue)
    assert one.tried == [0]
    one.in_flight = 0
    steps(database, queue)
    assert one.tried == [0, 1]
    one.in_flight = 0
    steps(database, queue)
    assert not queue.is_quiet


def test_what_was_done_is_recorded_before_a_claim_that_may_kill_the_process_is_tried(database: Database, timer: Clock) -> None:
    one, other = Work(crashed=1), Work()
    other.results = 1
    queue = CrashedClaims((one, other), timer)
    steps(database, queue)
    assert (queue.is_quiet, one.tried) == (True, [])
    other.results = 0
    steps(database, queue)
    assert one.tried == [0]
    queue.close()


def test_after_some_seconds_of_those_claims_the_others_have_as_long(database: Database, timer: Clock) -> None:
    work = Work(crashed=3)
    queue = CrashedClaims((work,), timer)
    steps(database, queue)
    timer.forward(SLICE + 1)
    work.in_flight = 0
    steps(database, queue)
    assert (queue.is_quiet, work.tried) == (False, [0])
    timer.forward(SLICE)
    steps(database, queue)
    assert not queue.is_quiet
    timer.forward(1.0)
    steps(database, queue)
    assert (queue.is_quiet, work.tried) == (True, [0, 1])
    queue.close()


def test_what_took_long_to_grow_quiet_is_tried_all_the_same(database: Database, timer: Clock) -> None:
    work, other = Work(crashed=1), Work(in_flight=1)
    queue = CrashedClaims((work, other), timer)
    steps(database, queue)
    timer.forward(10 * SLICE)
    other.in_flight = 0
    steps(database, queue)
    assert work.tried == [0]
    queue.close()


def test_of_two_in_one_process_only_one_is_quiet_at_a_time(database: Database, timer: Clock) -> None:
    works = Work(crashed=1), Work(crashed=1)
    first, second = (CrashedClaims((work,), timer) for work in works)
    steps(database, first)
    steps(database, second)
    assert [work.tried for work in works] == [[0], []]
    works[0].in_flight = 0
    steps(database, first)
    steps(database, second)
    assert [work.tried for work in works] == [[0], [0]]
    second.close()


def test_at_the_end_no_more_is_tried(database: Database, timer: Clock) -> None:
    work = Work(crashed=1)
    queue = CrashedClaims((work,), timer)
    queue.close()
    assert (steps(database, queue), work.tried) == (False, [])

"""The claims of a crashed worker are tried one at a time, with nothing beside it."""

from collections import deque

import pytest
from sqlalchemy import Connection

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import Begin, Loop
from flask_chatbot.delivery.suspects import SLICE, Suspects
from tests.delivery.rig import Clock


class Work:
    """A queue with so many suspects; `tried` holds those that were begun, each in flight until it is said to be done."""

    def __init__(self, suspects: int = 0, in_flight: int = 0) -> None:
        self.suspects = deque(range(suspects))
        self.in_flight = in_flight
        self.tried: list[int] = []

    def has_suspect(self, connection: Connection, now: float) -> bool:
        return bool(self.suspects)

    def try_suspect(self, connection: Connection, now: float) -> Begin | None:
        if not self.suspects:
            return None
        suspect = self.suspects.popleft()

        def begin() -> None:
            self.tried.append(suspect)
            self.in_flight += 1

        return begin


@pytest.fixture
def timer() -> Clock:
    return Clock(0.0)


def steps(database: Database, queue: Suspects, count: int = 3) -> bool:
    """Take so many steps; True if the last had anything to do."""
    loop = Loop(database, (queue,), Clock())
    return [loop.step() for _ in range(count)][-1]


def test_nothing_is_quiet_while_nobody_died(database: Database, timer: Clock) -> None:
    queue = Suspects((Work(in_flight=3), Work()), timer)
    assert (steps(database, queue), queue.is_quiet) == (False, False)


def test_a_suspect_is_tried_once_nothing_is_in_flight_in_any_queue(database: Database, timer: Clock) -> None:
    one, other = Work(suspects=2), Work(in_flight=1)
    queue = Suspects((one, other), timer)
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


def test_after_some_seconds_of_suspects_the_others_have_as_long(database: Database, timer: Clock) -> None:
    work = Work(suspects=3)
    queue = Suspects((work,), timer)
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
    work, other = Work(suspects=1), Work(in_flight=1)
    queue = Suspects((work, other), timer)
    steps(database, queue)
    timer.forward(10 * SLICE)
    other.in_flight = 0
    steps(database, queue)
    assert work.tried == [0]
    queue.close()


def test_of_two_in_one_process_only_one_is_quiet_at_a_time(database: Database, timer: Clock) -> None:
    works = Work(suspects=1), Work(suspects=1)
    first, second = (Suspects((work,), timer) for work in works)
    steps(database, first)
    steps(database, second)
    assert [work.tried for work in works] == [[0], []]
    works[0].in_flight = 0
    steps(database, first)
    steps(database, second)
    assert [work.tried for work in works] == [[0], [0]]
    second.close()


def test_at_the_end_no_more_is_tried(database: Database, timer: Clock) -> None:
    work = Work(suspects=1)
    queue = Suspects((work,), timer)
    queue.close()
    assert (steps(database, queue), work.tried) == (False, [])

"""A worker in a process that is lent to it, task by task."""

import threading
import time
from dataclasses import replace

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import WorkerHooks
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.receiving.event_queue import LEASE
from flask_chatbot.store import leases, paces
from flask_chatbot.store.incoming import events
from flask_chatbot.worker.carrier import Carrier
from flask_chatbot.worker.due import DueQueue, DueWork
from flask_chatbot.worker.health import LATE, LastWakeUp, heartbeats, last_wake_up
from flask_chatbot.worker.leadership import DURATION
from flask_chatbot.worker.worker import Worker
from tests.delivery.rig import PATIENCE, Rig
from tests.store.incoming.test_events import keep, written


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


class Process:
    """A process that has a carrier, and the wake-ups that it published."""

    def __init__(self, rig: Rig, threads: int = 8) -> None:
        options = rig.options_with(threads=threads)
        self.published = 0
        self.worker = Worker(replace(options, sweep=None, is_lasting=False), leads=False)
        self.carrier = Carrier(self.worker, database=rig.database, is_due=DueWork(options.lines), wake=self.publish, timer=rig.timer)

    def publish(self) -> None:
        self.published += 1


def test_a_task_does_all_that_is_due_and_ends(rig: Rig) -> None:
    sent = [rig.accept(f"62812{number}@c.us") for number in (1, 2, 1, 3, 1)]
    process = Process(rig)
    process.carrier.carry()
    assert sorted(name for _, name in rig.wire.sent) == sorted(sent)
    assert [name for chat, name in rig.wire.sent if chat == "628121@c.us"] == [sent[0], sent[2], sent[4]]
    assert {rig.message(name).state for name in sent} == {"sent"}


def test_a_process_that_is_lent_is_missed_by_nobody_when_it_is_idle(rig: Rig) -> None:
    rig.accept()
    Process(rig).carrier.carry()
    with rig.database.reading() as connection:
        assert heartbeats(connection, rig.clock()) == []


def test_a_wake_up_that_comes_once_more_finds_nothing(rig: Rig) -> None:
    rig.accept()
    process = Process(rig)
    process.carrier.carry()
    process.carrier.carry()
    assert (len(rig.wire.sent), process.published) == (1, 0)


def test_another_process_is_called_once_if_more_is_due_than_fits(rig: Rig) -> None:
    for number in range(5):
        rig.accept(f"62812{number}@c.us")
    process = Process(rig, threads=1)
    process.carrier.carry()
    assert (len(rig.wire.sent), process.published) == (5, 1)


def test_a_task_whose_time_is_over_finishes_what_it_has_begun_and_has_the_rest_done_by_another(rig: Rig) -> None:
    for number in range(3):
        rig.accept(f"62812{number}@c.us")
    rig.wire.script.append(lambda: rig.timer.forward(60.0))
    process = Process(rig, threads=1)
    process.carrier.carry()
    assert (len(rig.wire.sent), process.published, process.worker.under_way) == (1, 2, 0)
    process.carrier.carry()
    assert len(rig.wire.sent) == 3


def test_what_is_committed_while_the_process_is_at_work_is_done_in_the_same_task(rig: Rig) -> None:
    process = Process(rig)

    def reply() -> None:
        rig.accept("628129@c.us")
        process.carrier.wake()

    rig.accept()
    rig.wire.script.append(reply)
    process.carrier.carry()
    assert (len(rig.wire.sent), process.published) == (2, 0)


def test_a_wake_up_of_a_process_that_is_not_at_work_is_published(rig: Rig) -> None:
    process = Process(rig)
    process.carrier.wake()
    assert process.published == 1


def test_of_two_threads_one_works_for_both(rig: Rig) -> None:
    process = Process(rig)
    threads = []

    def wake() -> None:
        rig.accept("628129@c.us")
        threads.append(threading.Thread(target=process.carrier.carry))
        threads[0].start()
        threads[0].join(PATIENCE)
        assert not threads[0].is_alive()

    rig.accept()
    rig.wire.script.append(wake)
    process.carrier.carry()
    assert len(rig.wire.sent) == 2


class Pulse:
    """A queue that wakes for what is due, and the times at which it did."""

    def __init__(self, rig: Rig, tempo: Tempo | None = None) -> None:
        self.rig = rig
        self.woken = 0
        self.leads = True
        hooks = WorkerHooks(is_open=lambda: self.leads, wake=self.wake, clock=rig.clock, timer=rig.timer)
        self.queue = DueQueue(DueWork(rig.options_with(tempo=tempo).lines), hooks, self.wake)

    def wake(self) -> None:
        self.woken += 1

    def step(self) -> int:
        """Look once, as the loop of a worker does; how often it has woken since the last time."""
        before = self.woken
        with self.rig.database.reading() as connection:
            is_due = self.queue.is_due(connection, self.rig.clock())
        if is_due:
            with self.rig.database.writing() as connection:
                begin = self.queue.write(connection, self.rig.clock())
            begin()
        return self.woken - before


def test_what_is_due_is_woken_for_at_once_and_then_ever_more_rarely(rig: Rig) -> None:
    pulse = Pulse(rig)
    assert pulse.step() == 0
    rig.accept()
    assert pulse.step() == 1
    woken = []
    for second in range(60):
        rig.timer.forward(1.0)
        woken += [second] * pulse.step()
    assert woken[:4] == [0, 1, 2, 3]
    assert [later - earlier for earlier, later in zip(woken[-3:], woken[-2:], strict=False)] == [10, 10]


def test_while_nothing_is_due_one_is_woken_twice_a_minute_to_show_that_it_works(rig: Rig) -> None:
    pulse = Pulse(rig)
    woken = []
    for second in range(1, 91):
        rig.timer.forward(1.0)
        woken += [second] * pulse.step()
    assert woken == [30, 60, 90]


def test_a_wake_up_that_arrives_is_noted(rig: Rig) -> None:
    Process(rig).carrier.carry()
    with rig.database.reading() as connection:
        assert leases.noted(connection, leases.WOKEN) == rig.clock()


def test_wake_ups_are_late_if_none_arrives_though_a_worker_runs(database: Database) -> None:
    now, seen = time.time(), []
    with database.writing() as connection:
        leases.take(connection, leases.LEADER, "shop-1:0f3a9b12c4d5:::", now, DURATION)
        seen.append(last_wake_up(connection, now))
        for at in (now - 10, now - LATE - 10):
            leases.note(connection, leases.WOKEN, "shop-1:0f3a9b12c4d5:::", at)
            seen.append(last_wake_up(connection, now))
        leases.give_up(connection, leases.LEADER, "shop-1:0f3a9b12c4d5:::")
        seen.append(last_wake_up(connection, now))
    assert seen == [
        LastWakeUp(at=None, is_late=True),
        LastWakeUp(at=now - 10, is_late=False),
        LastWakeUp(at=now - LATE - 10, is_late=True),
        LastWakeUp(at=now - LATE - 10, is_late=False),
    ]


def test_a_try_that_is_repeated_later_is_woken_for_when_it_is_due(rig: Rig) -> None:
    pulse = Pulse(rig)
    rig.accept(start_at=rig.clock() + 100.0)
    assert pulse.step() == 0
    rig.clock.forward(101.0)
    assert pulse.step() == 1


def test_a_line_at_its_pace_is_woken_for_once_it_has_a_token(rig: Rig) -> None:
    pulse = Pulse(rig, Tempo(rate=1.0, burst=1))
    rig.accept()
    with rig.database.writing() as connection:
        assert paces.take_tokens(connection, rig.wire.name, rig.clock(), 1.0, 1, 1) == 1
    assert pulse.step() == 0
    rig.clock.forward(1.5)
    assert pulse.step() == 1


def test_one_that_does_not_lead_wakes_nobody(rig: Rig) -> None:
    pulse = Pulse(rig)
    pulse.leads = False
    rig.accept()
    assert pulse.step() == 0


def test_what_a_killed_process_held_is_woken_for_once_its_lease_is_over(rig: Rig) -> None:
    pulse = Pulse(rig)
    rig.accept()
    hung = threading.Event()
    rig.wire.script.append(lambda: hung.wait(PATIENCE))
    dead = Worker(rig.options, leads=False)
    dead.step()
    assert rig.wire.has_sent.acquire(timeout=PATIENCE)
    assert pulse.step() == 0  # a wake-up that is delivered again now finds nothing
    rig.clock.forward(60.0)
    assert pulse.step() == 1
    hung.set()


def test_what_came_in_and_a_killed_process_held_is_woken_for_once_its_lease_is_over(rig: Rig) -> None:
    pulse = Pulse(rig)
    keep(rig.database, written("1"), session=rig.wire.name)
    with rig.database.writing() as connection:
        assert len(events.claim(connection, rig.wire.name, rig.clock(), LEASE, 1)) == 1
    assert pulse.step() == 0
    rig.clock.forward(LEASE + 1.0)
    assert pulse.step() == 1

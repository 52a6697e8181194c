"""The clock that all workers of a database go by, whatever those of their machines say."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic, time

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import server_time
from flask_chatbot.errors import FetchLater, StoreError, TryLater
from flask_chatbot.worker.clocks import ASK_EVERY, SharedClock
from flask_chatbot.worker.worker import Worker, WorkerOptions
from tests.delivery.rig import PATIENCE, START, Clock, Rig

HOUR = 3600.0


class Server:
    """Tells its time, and how often it was asked."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.asked = 0
        self.fails = False

    def __call__(self, connection: object) -> float:
        self.asked += 1
        if self.fails:
            raise StoreError("It is down.")
        return self.now


@pytest.fixture
def local(tmp_path: Path) -> Database:
    return Database(None, tmp_path)


def test_a_machine_that_is_an_hour_ahead_goes_by_the_server(local: Database) -> None:
    machine, timer, server = Clock(START + HOUR), Clock(0.0), Server(START)
    clock = SharedClock(local, clock=machine, timer=timer, ask=server)
    clock.keep()
    assert clock() == START
    timer.forward(5.0)
    machine.forward(5.0)
    assert (clock(), server.asked) == (START + 5.0, 1)


def test_the_server_is_asked_again_after_some_seconds_and_when_the_machines_clock_leaps(local: Database) -> None:
    machine, timer, server = Clock(START), Clock(0.0), Server(START)
    clock = SharedClock(local, clock=machine, timer=timer, ask=server)
    asked = []
    for seconds, leap in ((0.0, 0.0), (ASK_EVERY / 2, 0.0), (ASK_EVERY / 2, 0.0), (0.1, HOUR), (0.1, 0.0), (0.1, -HOUR)):
        timer.forward(seconds)
        machine.forward(seconds + leap)
        server.now = START + timer()
        clock.keep()
        asked.append(server.asked)
        assert clock() == START + timer()
    assert asked == [1, 1, 2, 3, 3, 4]


def test_a_server_that_does_not_answer_stops_nothing_once_it_has(local: Database) -> None:
    timer, server = Clock(0.0), Server(START)
    clock = SharedClock(local, clock=Clock(START + HOUR), timer=timer, ask=server)
    server.fails = True
    for _ in range(2):
        with pytest.raises(StoreError):
            clock.keep()
    server.fails = False
    clock.keep()
    server.fails = True
    timer.forward(ASK_EVERY)
    with pytest.raises(StoreError):
        clock.keep()
    clock.keep()  # not each time: leases must be looked after meanwhile
    assert clock() == START + ASK_EVERY


def test_where_there_is_no_server_the_machines_clock_counts(local: Database) -> None:
    machine = Clock(START)
    clock = SharedClock(local, clock=machine, timer=Clock(0.0))
    for _ in range(2):
        clock.keep()
        assert clock() == machine()
        machine.forward(HOUR)


def test_a_server_tells_the_time(database: Database) -> None:
    with database.reading() as connection:
        answer = server_time(connection)
        assert answer is None if connection.dialect.name == "sqlite" else abs((answer or 0.0) - time()) < 60.0


@pytest.mark.parametrize("ahead", [40.0, -40.0, HOUR, -HOUR])
def test_what_a_machine_with_another_clock_accepted_goes_out_at_once(database: Database, ahead: float) -> None:
    rig = Rig(database)
    rig.clock.now = START + ahead
    name = rig.accept(notify_url="https://crm.example.com/acks")
    rig.clock.now = START
    worker = Worker(rig.options, leads=True)
    settle(worker, lambda: worker.progress.called_back == 1)
    assert rig.message(name).state == "sent"


def settle(worker: Worker, is_so: Callable[[], bool]) -> None:
    """Let a worker take steps until something is so and nothing is left to do."""
    deadline = monotonic() + PATIENCE
    while worker.step() or worker.progress.under_way or not is_so():
        assert monotonic() < deadline


def options(rig: Rig, ahead: float) -> WorkerOptions:
    """That of a machine whose clock is so far ahead, with a server that has the right time."""

    def clock() -> float:
        return time() + ahead

    sender = rig.options.callback_sender
    assert sender is not None
    sender.clock = clock
    return replace(rig.options, clock=clock, timer=monotonic, ask_time=server_time, callback_sender=sender)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_workers_an_hour_apart_leave_each_other_what_they_send(postgresql: str, tmp_path: Path, ahead: float) -> None:
    database = Database(postgresql, tmp_path)
    rig, gate = Rig(database), threading.Event()
    rig.clock.now = time()
    rig.wire.script.append(lambda: gate.wait(PATIENCE))
    name = rig.accept()
    worker, other = (Worker(options(rig, each), leads=False) for each in (ahead, 0.0))
    worker.step()
    assert rig.wire.has_sent.acquire(timeout=PATIENCE)
    for _ in range(3):
        other.step()
        worker.step()
    gate.set()
    settle(worker, lambda: rig.message(name).state == "sent")
    assert rig.wire.sent == [("628111@c.us", name)]
    database.close()


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_the_lease_of_who_leads_counts_by_the_server(postgresql: str, tmp_path: Path, ahead: float) -> None:
    database = Database(postgresql, tmp_path)
    rig = Rig(database)
    first, second = (Worker(options(rig, each), leads=True) for each in (0.0, ahead))
    first.step()
    name = rig.accept()
    second.step()
    assert rig.message(name).state == "queued"
    database.close()


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_what_is_tried_again_waits_as_long_wherever_it_failed(postgresql: str, tmp_path: Path, ahead: float) -> None:
    database = Database(postgresql, tmp_path)
    rig = Rig(database)
    rig.clock.now = time()
    rig.wire.script.append(TryLater("busy", after=300.0))
    rig.client.script.append(FetchLater("no answer", after=300.0))
    worker = Worker(options(rig, ahead), leads=False)
    put_off = rig.accept("628111@c.us")
    settle(worker, lambda: len(rig.wire.sent) == 1)
    sent = rig.accept("628222@c.us", notify_url="https://crm.example.com/acks")
    settle(worker, lambda: len(rig.client.posts) == 1)
    (callback,) = rig.callbacks(sent)
    assert [abs(due - time() - 300.0) < 30.0 for due in (rig.message(put_off).due_at, callback.due_at)] == [True, True]
    database.close()

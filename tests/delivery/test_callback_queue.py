"""The queue of all callbacks: what is claimed, begun and given back."""

import threading
from collections.abc import Callable
from random import Random

import pytest

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import callbacks as table
from flask_chatbot.delivery.callback_queue import CallbackQueue, settlement_of
from flask_chatbot.delivery.crashes import CRASHED, CrashedClaims
from flask_chatbot.delivery.loop import Loop, WorkerHooks
from flask_chatbot.delivery.notify import CallbackResult, CallbackSender
from flask_chatbot.delivery.retry import CALLBACK_WAITS
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import CallbackClaim, NewCallback, Settlement
from tests.delivery.rig import PATIENCE, START, Clock


class Gate(CallbackSender):
    """Lets nobody through before `opened`, but those to hosts that are quick."""

    def __init__(self) -> None:
        super().__init__(None, secrets=(), on_ack=print, clock=Clock(), random=Random())  # type: ignore[arg-type]
        self.opened = threading.Event()
        self.called: list[str] = []
        self.inside = 0
        self.entered = threading.Semaphore(0)

    def attempt(self, claim: CallbackClaim) -> CallbackResult:
        if "quick" not in claim.host:
            self.inside += 1
            self.entered.release()
            assert self.opened.wait(PATIENCE)
            self.inside -= 1
        self.called.append(claim.host)
        return CallbackResult()


def queue(database: Database, host: str, count: int) -> None:
    """Queue the callbacks of so many messages."""
    new = [
        NewCallback(
            id=f"{host}-{number}", message=f"{host}-{number}", ack=Ack.SENT, at=START, url=f"https://{host}", host=host, created_at=START
        )
        for number in range(count)
    ]
    with database.writing() as connection:
        callbacks.add(connection, new)


def states(database: Database, host: str, count: int) -> list[tuple[str, int]]:
    """The state of each of them, and how often it was tried."""
    with database.reading() as connection:
        return [(each.state, each.tries) for number in range(count) for each in callbacks.of_message(connection, f"{host}-{number}")]


def until(loop: Loop, is_so: Callable[[], bool]) -> None:
    """Step until something is so."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if is_so():
            return
        loop.step()
        pause.wait(0.01)
    raise AssertionError("waited in vain")


@pytest.fixture
def gate() -> Gate:
    return Gate()


def make_queue(gate: Gate, clock: Clock | None = None, *, wake: Callable[[], None] = lambda: None, threads: int = 8) -> CallbackQueue:
    hooks = WorkerHooks(is_open=lambda: True, wake=wake, clock=clock or Clock(), timer=Clock(0.0))
    return CallbackQueue(gate, hooks, threads=threads)


def test_of_a_host_that_does_not_answer_no_more_is_kept_than_it_has_room_for(database: Database, gate: Gate) -> None:
    queue(database, "dead.example", 40)
    callback_queue = make_queue(gate)
    loop = Loop(database, (callback_queue,), Clock())
    loop.step()
    loop.step()  # what was too much goes back
    assert (callback_queue.under_way, loop.step()) == (4, False)
    assert sorted(states(database, "dead.example", 40)) == [("claimed", 1)] * 4 + [("queued", 0)] * 36
    gate.opened.set()
    until(loop, lambda: states(database, "dead.example", 40) == [("sent", 1)] * 40)


def test_a_host_that_answers_gets_all_its_callbacks_while_another_does_not(database: Database, gate: Gate) -> None:
    queue(database, "dead.example", 40)
    queue(database, "quick.example", 40)
    loop = Loop(database, (make_queue(gate),), Clock())
    until(loop, lambda: states(database, "quick.example", 40) == [("sent", 1)] * 40)
    assert gate.inside == 2
    gate.opened.set()


def test_what_was_not_begun_is_given_back_untried_at_the_end(database: Database, gate: Gate) -> None:
    queue(database, "dead.example", 4)
    callback_queue = make_queue(gate)
    loop = Loop(database, (callback_queue,), Clock())
    loop.step()
    loop.close()
    loop.step()
    assert sorted(states(database, "dead.example", 4)) == [("claimed", 1), ("claimed", 1), ("queued", 0), ("queued", 0)]
    gate.opened.set()
    until(loop, lambda: callback_queue.under_way == 0)
    assert sorted(states(database, "dead.example", 4)) == [("queued", 0), ("queued", 0), ("sent", 1), ("sent", 1)]


def test_what_waited_too_long_is_not_begun_as_another_may_have_it_soon(database: Database, gate: Gate) -> None:
    queue(database, "dead.example", 3)
    clock, ended = Clock(), threading.Semaphore(0)
    callback_queue = make_queue(gate, clock, wake=ended.release)
    Loop(database, (callback_queue,), clock).step()
    assert all(gate.entered.acquire(timeout=PATIENCE) for _ in range(2))
    clock.forward(50.0)
    gate.opened.set()
    assert all(ended.acquire(timeout=PATIENCE) for _ in range(3))
    assert (len(gate.called), callback_queue.under_way) == (2, 3)


def alone(callback_queue: CallbackQueue) -> CrashedClaims:
    return CrashedClaims((callback_queue,), Clock(0.0))


def test_a_callback_that_five_workers_died_of_is_given_up(database: Database, gate: Gate) -> None:
    queue(database, "quick.example", 1)
    clock = Clock()
    for number in range(5):
        with database.writing() as connection:
            assert callbacks.claim_crashed(connection, clock(), 60.0) if number > 1 else callbacks.claim(connection, clock(), 60.0, 1)
        clock.forward(61.0)
    callback_queue = make_queue(gate, clock)
    loop = Loop(database, (callback_queue, alone(callback_queue)), clock)
    until(loop, lambda: states(database, "quick.example", 1) == [("failed", 6)])
    with database.reading() as connection:
        assert callbacks.of_message(connection, "quick.example-0")[0].error == CRASHED
    assert gate.called == []


def test_the_last_try_of_a_callback_whose_worker_died_beside_it_is_made(database: Database, gate: Gate) -> None:
    queue(database, "quick.example", 1)
    clock = Clock()
    with database.writing() as connection:
        connection.execute(table.update().values(tries=len(CALLBACK_WAITS) - 1))
        assert callbacks.claim(connection, clock(), 60.0, 1)
    clock.forward(61.0)
    callback_queue = make_queue(gate, clock)
    loop = Loop(database, (callback_queue, alone(callback_queue)), clock)
    until(loop, lambda: states(database, "quick.example", 1) == [("sent", len(CALLBACK_WAITS) + 1)])
    assert gate.called == ["quick.example"]


def test_each_end_of_a_try_has_its_outcome() -> None:
    outcomes = [
        settlement_of(result)
        for result in (
            None,
            CallbackResult(),
            CallbackResult("no"),
            CallbackResult("private", is_refused=True),
            CallbackResult("later", 5.0),
        )
    ]
    assert outcomes == [
        Settlement(state="untried"),
        Settlement(state="sent"),
        Settlement(state="failed", error="no"),
        Settlement(state="refused", error="private"),
        Settlement(state="later", due_at=5.0, error="later"),
    ]

"""Wake-ups for other processes: few for many, and never a reason to wait."""

import logging
import threading

import pytest

from flask_chatbot.worker.wakeups import Wakeups

PATIENCE = 30.0  # seconds


class Broker:
    """Counts the wake-ups it takes; fails so many times first, and holds each up until it is open."""

    def __init__(self, failures: int = 0) -> None:
        self.taken = 0
        self.failures = failures
        self.is_open = threading.Event()
        self.is_asked = threading.Event()
        self.is_open.set()

    def __call__(self) -> None:
        self.is_asked.set()
        assert self.is_open.wait(PATIENCE)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("amqp://guest:rahasia@broker is away")
        self.taken += 1


def test_a_wake_up_is_published() -> None:
    broker = Broker()
    wakeups = Wakeups(broker)
    wakeups.wake()
    assert (wakeups.flush(PATIENCE), broker.taken) == (True, 1)


def test_whoever_wakes_does_not_wait_for_the_broker_and_many_wake_ups_are_two() -> None:
    broker = Broker()
    broker.is_open.clear()
    wakeups = Wakeups(broker)
    wakeups.wake()
    assert broker.is_asked.wait(PATIENCE)
    for _ in range(100):
        wakeups.wake()
    assert not wakeups.flush(0.0)
    broker.is_open.set()
    assert (wakeups.flush(PATIENCE), broker.taken) == (True, 2)


def test_what_cannot_be_published_is_logged_without_the_url_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_chatbot")
    broker = Broker(failures=2)
    wakeups = Wakeups(broker)
    wakeups.wake()
    assert (wakeups.flush(PATIENCE), broker.taken) == (True, 1)
    assert caplog.messages == [
        "the broker cannot be reached to wake workers (ConnectionError, failed 1 times so far): what is accepted is kept, and waits",
        "workers can be woken again, after 2 failures",
    ]


def test_nothing_is_waited_for_if_nothing_was_woken() -> None:
    assert Wakeups(Broker()).flush(0.0)


def test_closing_publishes_what_is_left_and_rests_and_the_next_wake_up_begins_anew() -> None:
    broker, rests = Broker(), []
    wakeups = Wakeups(broker, rest=lambda: rests.append(broker.taken))
    wakeups.wake()
    assert (wakeups.close(PATIENCE), rests) == (True, [1])
    wakeups.wake()
    assert (wakeups.close(PATIENCE), rests) == (True, [1, 2])


def test_a_wake_up_that_comes_while_the_connection_is_given_up_waits_for_that() -> None:
    """One thread alone uses the connection: a second one would publish on what the first is about to close."""
    order: list[str] = []
    resting, go_on = threading.Event(), threading.Event()

    def rest() -> None:
        resting.set()
        assert go_on.wait(PATIENCE)
        order.append("given up")

    wakeups = Wakeups(lambda: order.append("published"), rest=rest)
    wakeups.wake()
    assert wakeups.flush(PATIENCE)
    closing = threading.Thread(target=wakeups.close, args=[PATIENCE])
    closing.start()
    assert resting.wait(PATIENCE)
    wakeups.wake()
    go_on.set()
    closing.join(PATIENCE)
    assert order == ["published", "given up", "published", "given up"]

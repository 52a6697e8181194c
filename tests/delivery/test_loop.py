"""The loop between a database and the threads that wait for others, its polling, and outages."""

import logging
from threading import Event

import pytest
from sqlalchemy import Connection

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import REMIND, Begin, Loop, Outage, Polling
from flask_chatbot.errors import StoreError
from tests.delivery.rig import Clock


class Work:
    """A queue whose contents are set by hand."""

    def __init__(self, *, due: int = 0, news: int = 0, fails: Exception | None = None) -> None:
        self.due = due
        self.news = news
        self.fails = fails
        self.log: list[str] = []

    @property
    def under_way(self) -> int:
        return self.news

    def has_results(self) -> bool:
        return self.news > 0

    def is_due(self, connection: Connection, now: float) -> bool:
        self.log.append("asked")
        return self.due > 0

    def write(self, connection: Connection, now: float) -> Begin:
        self.log.append("wrote")
        if self.fails:
            raise self.fails

        def begin() -> None:
            self.log.append("began")
            self.due = self.news = 0

        return begin

    def close(self) -> None:
        self.log.append("handed back")


def test_with_nothing_to_do_nothing_is_written(database: Database) -> None:
    works = Work(), Work()
    assert not Loop(database, works, Clock()).step()
    assert [work.log for work in works] == [["asked"], ["asked"]]


def test_what_is_due_in_one_queue_is_written_for_all_and_begun_after_that(database: Database) -> None:
    works = Work(), Work(due=1)
    assert Loop(database, works, Clock()).step()
    assert [work.log for work in works] == [["asked", "wrote", "began"], ["asked", "wrote", "began"]]


def test_what_was_done_is_written_without_asking(database: Database) -> None:
    work = Work(news=3)
    assert Loop(database, (work,), Clock()).step()
    assert work.log == ["wrote", "began"]


def test_what_was_not_committed_is_not_begun_and_comes_again(database: Database) -> None:
    fine, broken = Work(news=1), Work(fails=StoreError("The database is full."))
    loop = Loop(database, (fine, broken), Clock())
    with pytest.raises(StoreError):
        loop.step()
    assert (fine.log, loop.under_way) == (["wrote"], 1)
    broken.fails = None
    assert loop.step()
    assert (fine.log, loop.under_way) == (["wrote", "wrote", "began"], 0)


def test_an_outage_that_lasts_is_logged_now_and_then_and_asked_about_ever_more_rarely(caplog: pytest.LogCaptureFixture) -> None:
    timer = Clock(0.0)
    outage = Outage(timer)
    waits = []
    with caplog.at_level(logging.INFO):
        while timer.now < 3600:
            waits.append(outage.failed(StoreError("The database is locked.")))
            timer.forward(waits[-1])
        outage.recovered()
        outage.recovered()
    assert waits[:7] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    assert len(waits) < 130
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "sending waits for the database (failed 1 times so far): The database is locked."
    assert lines[-1] == f"sending resumed after {len(waits)} failures"
    assert len(lines) <= 3600 / REMIND + 2


def test_an_outage_after_another_begins_with_a_short_wait() -> None:
    outage = Outage(Clock(0.0))
    for _ in range(5):
        outage.failed(StoreError("down"))
    outage.recovered()
    assert outage.failed(StoreError("down")) == 0.5


def test_a_fault_of_our_own_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        Outage(Clock(0.0)).failed(error)
    assert "sending waits because of an internal error" in caplog.text
    assert "ZeroDivisionError" in caplog.text


class RecordingEvent(Event):
    """Records how long each wait for it would have lasted."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        return self.is_set()


def test_with_nothing_to_do_the_database_is_asked_once_a_second() -> None:
    wakeup = RecordingEvent()
    polling = Polling(wakeup, RecordingEvent())
    for _ in range(7):
        polling.wait(was_busy=False)
    assert wakeup.waits == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_after_something_was_done_a_little_is_gathered_and_then_looked_sooner() -> None:
    wakeup, stopping = RecordingEvent(), RecordingEvent()
    polling = Polling(wakeup, stopping)
    for _ in range(6):
        polling.wait(was_busy=False)
    polling.wait(was_busy=True)
    assert (wakeup.waits[-1], stopping.waits) == (0.1, [0.02])


def test_a_wakeup_counts_once() -> None:
    wakeup = RecordingEvent()
    wakeup.set()
    Polling(wakeup, RecordingEvent()).wait(was_busy=False)
    assert not wakeup.is_set()


def test_a_notification_leads_to_two_looks_a_little_apart_and_so_do_many_at_once() -> None:
    wakeup, stopping = RecordingEvent(), RecordingEvent()
    polling = Polling(wakeup, stopping)
    for _ in range(50):
        polling.notified()
    polling.wait(was_busy=False)
    assert (wakeup.waits, stopping.waits) == ([0.1], [])
    polling.wait(was_busy=False)
    assert (wakeup.waits, stopping.waits) == ([0.1], [0.02])
    polling.wait(was_busy=False)
    assert (wakeup.waits, stopping.waits) == ([0.1, 0.1], [0.02])


def test_while_notifications_never_end_there_is_a_look_every_20_milliseconds() -> None:
    wakeup, stopping = RecordingEvent(), RecordingEvent()
    polling = Polling(wakeup, stopping)
    for _ in range(5):
        polling.notified()
        polling.wait(was_busy=False)
    assert stopping.waits == [0.02] * 4

"""Threads for work that waits for others."""

import threading
from queue import SimpleQueue

from flask_chatbot.delivery.threads import Crew

PATIENCE = 30.0  # seconds


def test_no_more_jobs_run_at_once_than_there_are_threads() -> None:
    crew, barrier, left = Crew("test", 3), threading.Barrier(4), SimpleQueue[str]()
    inside: set[str] = set()

    def job() -> None:
        inside.add(threading.current_thread().name)
        barrier.wait(PATIENCE)
        left.put("done")

    for _ in range(6):
        crew.give(job)
    for _ in range(2):  # three, and then the other three
        barrier.wait(PATIENCE)
    assert [left.get(timeout=PATIENCE) for _ in range(6)] == ["done"] * 6
    assert inside == {"test-1", "test-2", "test-3"}
    crew.dismiss()


def test_threads_are_started_as_there_is_work_for_them() -> None:
    crew, names = Crew("test", 8), SimpleQueue[str]()
    for _ in range(3):
        crew.give(lambda: names.put(threading.current_thread().name))
        names.get(timeout=PATIENCE)
    assert crew.size == 8
    crew.dismiss()


def test_threads_that_are_dismissed_finish_what_was_given_and_end() -> None:
    crew, gate, done = Crew("leaving", 2), threading.Event(), SimpleQueue[int]()

    def job(number: int) -> None:
        gate.wait(PATIENCE)
        done.put(number)

    for number in range(4):
        crew.give(lambda number=number: job(number))  # type: ignore[misc]
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("leaving-")]
    crew.dismiss()
    gate.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(done.get(timeout=PATIENCE) for _ in range(4)) == [0, 1, 2, 3]
    assert not any(thread.is_alive() for thread in threads)


def test_a_crew_keeps_no_process_from_ending() -> None:
    crew, started = Crew("daemon", 1), SimpleQueue[bool]()
    crew.give(lambda: started.put(threading.current_thread().daemon))
    assert started.get(timeout=PATIENCE)
    crew.dismiss()

"""Threads for work that waits for others."""

import threading
from queue import SimpleQueue

from flask_chatbot.delivery.threads import Threads

PATIENCE = 30.0  # seconds


def test_no_more_jobs_run_at_once_than_there_are_threads() -> None:
    threads, barrier, left = Threads("test", 3), threading.Barrier(4), SimpleQueue[str]()
    inside: set[str] = set()

    def job() -> None:
        inside.add(threading.current_thread().name)
        barrier.wait(PATIENCE)
        left.put("done")

    for _ in range(6):
        threads.submit(job)
    for _ in range(2):  # three, and then the other three
        barrier.wait(PATIENCE)
    assert [left.get(timeout=PATIENCE) for _ in range(6)] == ["done"] * 6
    assert inside == {"test-1", "test-2", "test-3"}
    threads.close()


def test_threads_are_started_as_there_is_work_for_them() -> None:
    threads, names = Threads("test", 8), SimpleQueue[str]()
    for _ in range(3):
        threads.submit(lambda: names.put(threading.current_thread().name))
        names.get(timeout=PATIENCE)
    assert threads.size == 8
    threads.close()


def test_threads_that_are_closed_finish_what_was_submitted_and_end() -> None:
    threads, gate, done = Threads("leaving", 2), threading.Event(), SimpleQueue[int]()

    def job(number: int) -> None:
        gate.wait(PATIENCE)
        done.put(number)

    for number in range(4):
        threads.submit(lambda number=number: job(number))  # type: ignore[misc]
    running = [thread for thread in threading.enumerate() if thread.name.startswith("leaving-")]
    threads.close()
    gate.set()
    for thread in running:
        thread.join(PATIENCE)
    assert sorted(done.get(timeout=PATIENCE) for _ in range(4)) == [0, 1, 2, 3]
    assert not any(thread.is_alive() for thread in running)


def test_threads_keep_no_process_from_ending() -> None:
    threads, started = Threads("daemon", 1), SimpleQueue[bool]()
    threads.submit(lambda: started.put(threading.current_thread().daemon))
    assert started.get(timeout=PATIENCE)
    threads.close()

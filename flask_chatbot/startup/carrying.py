"""Messages carried by Celery: tasks lend its processes to a worker, and a thread of each Celery worker sees to all that is no task.

A wake-up is a task without arguments, so it may come twice, late or never. Whatever it finds in the database is claimed and
settled by the same code as that of `flask chatbot worker`.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Flask

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.startup.connections import look_at_connections
from flask_chatbot.startup.serving import contexts_of, log_what_is_missing
from flask_chatbot.startup.state import AppState
from flask_chatbot.startup.worker import look_at_start, worker_options
from flask_chatbot.worker.carrier import PATIENCE, SLICE, Carrier
from flask_chatbot.worker.due import DueQueue, DueWork
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.wakeups import Wakeups
from flask_chatbot.worker.worker import DRAIN, Worker, WorkerOptions

TASK = "flask_chatbot.work"
LONGEST = 2 * (SLICE + PATIENCE)  # seconds after which Celery kills a process in which a task of ours hangs
CONNECT_WITHIN = 5.0  # seconds
EXPIRES = 60.0  # seconds after which RabbitMQ drops a wake-up that nobody took: there will be others


def carry_by_celery(app: Flask, state: AppState, celery: Any) -> None:
    """Have the workers of a Celery app carry the messages of a Flask app."""
    make_lines, context, bots = state.make_lines, contexts_of(app), state.bots
    if make_lines is None:
        raise LookupError("an app without a transport has nothing to carry")

    def look() -> None:
        log_what_is_missing(bots)
        look_at_start(make_lines())
        look_at_connections(make_lines())

    state.waker.wake = Carrying(celery, lambda: worker_options(make_lines(), context), look=look).wake


class Carrying:
    """The work of one app by Celery, in whatever process this is: one that serves, or one of a Celery worker's.

    `make_options` makes the options of a worker that would do everything; `look` is called as a Celery worker starts.
    """

    _lock = Late(new_lock)

    def __init__(self, celery: Any, make_options: Callable[[], WorkerOptions], *, look: Callable[[], object] = int) -> None:
        self._make_options = make_options
        self._look = look
        publisher = Publisher(celery, make_task(celery, self.carry))
        self._wakeups = Wakeups(publisher, rest=publisher.close)
        self._carrier: Carrier | None = None
        self._pid = 0  # of the process that has it
        self._resident: Worker | None = None
        add_step(celery, self)

    def wake(self) -> None:
        """Have what was just committed carried: by this process if it is at work, else by any that gets a wake-up."""
        carrier = self._carrier if self._pid == os.getpid() else None
        if carrier is None:
            self._wakeups.wake()
        else:
            carrier.wake()

    def carry(self) -> None:
        """Do what is due; the body of the task."""
        self._own_carrier().carry()

    def begin(self) -> None:
        """Start the thread of a Celery worker that wakes tasks for what becomes due, and does what only one process may do."""
        self._look()
        self._resident = make_resident(self._make_options(), self._wakeups.wake)
        self._resident.start()
        self._wakeups.wake()  # whatever is due: to show that wake-ups arrive

    def close(self, seconds: float = DRAIN) -> None:
        """Publish what is still to be published, and close the connection to the broker; what is woken later opens another."""
        self._wakeups.close(seconds)

    def end(self, seconds: float = DRAIN) -> None:
        """End that thread, and give up what it holds."""
        resident, self._resident = self._resident, None
        if resident is not None:
            resident.drain(seconds)

    def _own_carrier(self) -> Carrier:
        """The carrier of this process: threads and connections of a parent's are none of ours."""
        with self._lock:
            if self._carrier is None or self._pid != os.getpid():
                self._carrier = make_carrier(self._make_options(), self._wakeups.wake)
                self._pid = os.getpid()
            return self._carrier


class Publisher:
    """Publishes a wake-up, over a connection of its own: it is called by one thread, and anew in each process."""

    def __init__(self, celery: Any, task: Any) -> None:
        self._celery = celery
        self._task = task
        self._connection: Any = None
        self._pid = 0

    def __call__(self) -> None:
        is_new = self._connection is None or self._pid != os.getpid()
        try:
            self._publish()
        except Exception:
            self.close()
            if is_new:
                raise
            self._publish()  # the broker was started again since the last time

    def close(self) -> None:
        """Close the connection; the next wake-up opens another."""
        closed, self._connection = self._connection, None
        if closed is not None and self._pid == os.getpid():
            with suppress(Exception):  # it is broken, and whoever held its other end is gone
                closed.release()

    def _publish(self) -> None:
        if self._connection is None or self._pid != os.getpid():
            opened = self._celery.connection_for_write(connect_timeout=CONNECT_WITHIN)
            opened.ensure_connection(max_retries=1, interval_start=0.0, interval_step=0.0)
            self._connection, self._pid = opened, os.getpid()
        self._task.apply_async(connection=self._connection, retry=False, expiration=EXPIRES)


def make_task(celery: Any, carry: Callable[[], None]) -> Any:
    """The task that wakes: acknowledged at its end, so that one whose process is killed is given to another."""
    options = {"acks_late": True, "reject_on_worker_lost": True, "ignore_result": True, "max_retries": 0, "shared": False}

    @celery.task(name=TASK, time_limit=LONGEST, soft_time_limit=LONGEST, **options)  # type: ignore[untyped-decorator]
    def work() -> None:
        carry()

    return work


def add_step(celery: Any, carrying: Carrying) -> None:
    """Have each worker of a Celery app begin and end what is no task, in its first process."""
    from celery import bootsteps

    class ChatbotStep(bootsteps.StartStopStep):  # type: ignore[misc]
        """Begins once there are processes for tasks, so that they do not inherit its thread."""

        name = "chatbot"
        requires = ("celery.worker.components:Pool",)

        def start(self, _worker: object) -> None:
            carrying.begin()

        def stop(self, _worker: object) -> None:
            carrying.end()

        def terminate(self, _worker: object) -> None:
            carrying.end(0.0)

    celery.steps["worker"].add(ChatbotStep)


def make_carrier(options: WorkerOptions, wake: Callable[[], None]) -> Carrier:
    """Make what does, in a process of tasks, all that any process may do."""
    anywhere = of_anywhere(options)
    worker = Worker(replace(options, lines=anywhere, sweep=None, is_lasting=False), leads=False)
    return Carrier(worker, database=options.database, is_due=DueWork(anywhere), wake=wake)


def make_resident(options: WorkerOptions, wake: Callable[[], None]) -> Worker:
    """Make the worker that calls `wake` for what is due, and does what only one process may: lines that own a connection, and sweeping."""
    anywhere = of_anywhere(options)
    due = DueWork(anywhere)
    bound = [each for each in options.lines if each not in anywhere]
    only = replace(options, lines=bound, callback_sender=None, make_queues=lambda hooks: [DueQueue(due, hooks, wake)])
    return Worker(only, leads=True)


def of_anywhere(options: WorkerOptions) -> list[LineOptions]:
    """The lines by which any number of processes may send."""
    return [each for each in options.lines if each.transport.runs_anywhere]

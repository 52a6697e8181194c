"""Callbacks to a server that answers in 20 ms: how many a worker makes in a second, from the database and back to it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.profile import Samples
from benchmarks.servers import ROOT
from benchmarks.tables import Row, Say, table
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import NewCallback
from flask_chatbot.transports.simulator import Simulator
from flask_chatbot.webclient.client import HttpClient
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.worker import Worker, WorkerOptions

PROMISE = 1_500  # callbacks a second
DELAY = 0.02  # seconds the server takes
COUNT = 4_000
SECRET = b"a secret as long as most are"
PATIENCE = 120.0  # seconds
BARE = nullcontext()


def run(say: Say, quick: bool = False) -> list[Row]:
    """Callbacks a second of one worker process, each claimed, signed, POSTed and written down."""
    with receiver() as port:
        measured = [measure(port) for _ in range(2 if quick else 5)]
    rows = [[str(number), f"{speed:,.0f}", f"{1e6 * cpu:,.0f} us"] for number, (speed, cpu) in enumerate(measured, 1)]
    say(table("Callbacks: a server that answers in 20 ms, one worker process", rows, ("round", "a second", "processor time each")))
    # The best round: whatever else goes on here only ever takes time away.
    best = max(speed for speed, _ in measured)
    typical = median(speed for speed, _ in measured)
    what = f"callbacks to a server that answers in 20 ms (the middle of {len(measured)} rounds: {typical:,.0f}/s)"
    return [Row(what, f"{best:,.0f}/s", f"{PROMISE:,}/s", best / PROMISE, 1.0, at_least=True, profile=profile)]


def profile() -> str:
    """Where the processor time of a worker that makes callbacks goes."""
    samples = Samples()
    with receiver() as port:
        measure(port, samples)
    return samples.drawn(COUNT, "a callback")


@contextmanager
def receiver(delay: float = DELAY, body: str = "") -> Iterator[int]:
    """The port of a server that answers so, a process of its own."""
    command = [sys.executable, "-m", "benchmarks.receiver", str(delay), body]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603  our own command
        try:
            if process.stdout is None:
                raise RuntimeError("the receiver has no output")
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def measure(port: int, around: AbstractContextManager[object] = BARE) -> tuple[float, float]:
    """Callbacks a second, and the seconds of processor time for one; `around` is open while they are made."""
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".callbacks-") as folder:
        database = Database(None, Path(folder))
        queue(database, f"http://127.0.0.1:{port}/status")
        worker = Worker(worker_options(database), leads=False)
        start, work = perf_counter(), process_time()
        with around:
            worker.start()
            while worker.progress.called_back < COUNT:
                if perf_counter() - start > PATIENCE:
                    raise RuntimeError(f"the callbacks do not get on: {worker.progress}")
                time.sleep(0.005)
        taken, worked = perf_counter() - start, process_time() - work
        worker.drain()
        database.close()
    return COUNT / taken, worked / COUNT


def queue(database: Database, url: str) -> None:
    """Let that many messages have a change to tell."""
    now = time.time()
    new = [
        NewCallback(id=f"msg_{number}", message=f"3EB0{number:016X}", ack=Ack.SENT, at=now, url=url, host="127.0.0.1", created_at=now)
        for number in range(COUNT)
    ]
    with database.writing() as connection:
        callbacks.add(connection, new)


def worker_options(database: Database) -> WorkerOptions:
    """What the worker works with: all as in an app, but that the receiver may be on loopback."""

    def nothing(*_: object) -> None:
        """No message is sent here, and none comes in."""

    def no_file(url: str, filename: str) -> File:
        raise LookupError(url)

    client = HttpClient(private_hosts=("127.0.0.1",))
    acks = Acks("simulator", clock=time.time, has_handlers=lambda: False)
    return WorkerOptions(
        database=database,
        lines=[LineOptions(transport=Simulator(runs_anywhere=True), acks=acks, fetch=no_file, received=nothing)],
        callback_sender=CallbackSender(client, secrets=(SECRET,), on_ack=nothing, clock=time.time, random=Random()),
        sweep=lambda connection: 0,
    )

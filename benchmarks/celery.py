"""Celery's carrying beside that of plain workers: how fast 1,000 messages go out by four processes of each, order within a chat kept.

It needs PostgreSQL and RabbitMQ: CHATBOT_TEST_POSTGRES and CHATBOT_TEST_RABBITMQ say where, or else it looks on this machine.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.tables import Row, Say, table
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.startup.carrying import TASK
from flask_chatbot.startup.celery_app import make_celery
from flask_chatbot.store import stored
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage

PROMISE = 0.5  # of what plain workers carry
SECONDS = 0.002  # a send: little, so that what shows is the carrying
COUNT, CHATS = 1_000, 250
WORKERS = 4
PATIENCE = 120.0  # seconds
ELSEWHERE = "the work is done by processes of Celery's and of plain workers; that of a line shows a worker's own."
LINE = "bench"
ROOT = Path(__file__).parent.parent
POSTGRES = os.environ.get("CHATBOT_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/test")
RABBITMQ = os.environ.get("CHATBOT_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")


@dataclass
class Crew:
    """Four processes that carry the messages of one database, and what they noted."""

    database: Database
    folder: Path
    wake: object = None  # a task of Celery's
    taken: int = 0

    def carry(self, count: int) -> float:
        """Let so many messages wait, and see them gone; messages a second."""
        now, text, first = time.time(), Text("Pesanan Anda sudah kami terima."), self.taken
        self.taken += count
        facts = {"session": LINE, "type": "text", "reply": text, "created_at": now, "expires_at": now + 86_400.0}
        new = [
            NewMessage(id=f"3EB0{number:016X}", chat=f"62812{number % CHATS:08}@c.us", **facts)  # type: ignore[arg-type]
            for number in range(first, first + count)
        ]
        start = perf_counter()
        with self.database.writing() as connection:
            new_messages.add(connection, new)
        if self.wake is not None:
            self.wake.apply_async()  # type: ignore[attr-defined]
        while self._left():
            if perf_counter() - start > PATIENCE:
                raise RuntimeError("the messages do not get on")
            time.sleep(0.01)
        return count / (perf_counter() - start)

    def check(self) -> None:
        """Raise unless every message was sent once, and each chat in order, one after the other."""
        lines = [line.split() for line in self.folder.joinpath("notes").read_text("ascii").splitlines()]
        sends = sorted((chat, float(start), float(end), name) for chat, name, start, end in lines)
        pairs = [(one, two) for one, two in pairwise(sends) if one[0] == two[0]]
        if len(sends) != self.taken or any(two[1] < one[2] or two[3] < one[3] for one, two in pairs):
            raise RuntimeError("messages were lost, repeated, or sent in another order")

    def _left(self) -> int:
        with self.database.reading() as connection:
            left = stored.count(connection, LINE)
        return left["queued"] + left["claimed"]


def run(say: Say, quick: bool = False) -> list[Row]:
    """Messages a second by four plain workers, and by a Celery worker with four processes, in turn."""
    if fault := missing():
        say(f"\nCelery's carrying is not measured: {fault}")
        return []
    rounds, count = (3, COUNT // 2) if quick else (5, COUNT)
    with ExitStack() as stack:
        crews = [stack.enter_context(crew(name)) for name in ("plain", "celery")]
        for each in crews:
            each.carry(CHATS)  # what is made on first use is made
        measured = [(crews[0].carry(count), crews[1].carry(count)) for _ in range(rounds)]
        for each in crews:
            each.check()
    rows = [[str(number), *(f"{speed:,.0f}" for speed in speeds)] for number, speeds in enumerate(measured, 1)]
    say(table(f"Celery: messages of {CHATS} chats, 2 ms a send, {WORKERS} processes", rows, ("round", "plain", "by Celery, a second")))
    plain, carried = (median(speeds) for speeds in zip(*measured, strict=True))
    ratio = median(celery / plain for plain, celery in measured)
    what = f"messages carried by Celery and RabbitMQ, beside plain workers (the middle of {rounds} rounds)"
    return [Row(what, f"{carried:,.0f}/s", f"{plain:,.0f}/s", ratio, PROMISE, at_least=True, profile=ELSEWHERE)]


def missing() -> str:
    """The server that is not there; empty if both are."""
    try:
        create_engine(POSTGRES).connect().close()
    except SQLAlchemyError:
        return "there is no PostgreSQL where CHATBOT_TEST_POSTGRES says."
    try:
        with make_celery("bench", {"broker_url": RABBITMQ}).connection_for_write(connect_timeout=5.0) as connection:
            connection.connect()
    except OSError:
        return "there is no RabbitMQ where CHATBOT_TEST_RABBITMQ says."
    return ""


@contextmanager
def crew(kind: str) -> Iterator[Crew]:
    """Processes that carry in that way, with a database of their own, all gone afterwards."""
    with TemporaryDirectory() as made, database_called(f"chatbot_bench_{kind}") as url, ExitStack() as stack:
        folder = Path(made)
        environ = {**os.environ, "CARRIED": made, "CARRIED_SECONDS": str(SECONDS), "CHATBOT_DATABASE_URL": url, "CHATBOT_WORKER": "off"}
        database = Database(url, folder)
        database.upgrade()
        stack.callback(database.close)
        if kind == "plain":
            for number in range(WORKERS):
                stack.enter_context(process(["worker"], environ, folder / f"{number}.log", "working"))
            yield Crew(database, folder)
            return
        celery = make_celery("bench", {"broker_url": RABBITMQ, "task_default_queue": f"chatbot-bench-{os.getpid()}"})
        queue = celery.conf.task_default_queue
        environ["CHATBOT_CELERY"] = f'{{"broker_url": "{RABBITMQ}", "task_default_queue": "{queue}"}}'
        command = ["celery", "worker", "--concurrency", str(WORKERS), "--loglevel", "INFO", "--without-mingle"]
        stack.enter_context(process(command, {**environ, "CHATBOT_WORKER": "celery"}, folder / "celery.log", " ready."))
        yield Crew(database, folder, wake=celery.signature(TASK))
        stack.close()
        with celery.connection_for_write() as connection:
            connection.default_channel.queue_delete(queue)
            connection.default_channel.exchange_delete(queue)


@contextmanager
def process(command: list[str], environ: dict[str, str], log: Path, ready: str) -> Iterator[None]:
    """A command of the bot's, once its log says that it is ready; ended at the end."""
    whole = [sys.executable, "-W", "ignore", "-m", "flask", "--app", "benchmarks.carried_app", "chatbot", *command]
    with log.open("wb") as output:
        started = subprocess.Popen(whole, cwd=ROOT, env=environ, stdout=output, stderr=output)  # noqa: S603  our own command
    deadline = perf_counter() + PATIENCE
    try:
        while ready not in log.read_text("utf-8", "replace"):
            if started.poll() is not None or perf_counter() > deadline:
                raise RuntimeError(log.read_text("utf-8", "replace"))
            time.sleep(0.05)
        yield
    finally:
        started.terminate()
        try:
            started.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@contextmanager
def database_called(name: str) -> Iterator[str]:
    """The URL of an empty database on the server, which is dropped afterwards."""
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    try:
        with engine.connect() as connection:
            for statement in (drop, f'CREATE DATABASE "{name}"'):
                connection.exec_driver_sql(statement)
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.exec_driver_sql(drop)
    finally:
        engine.dispose()

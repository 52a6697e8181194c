"""A database that fails while messages are sent: the worker waits and goes on, and nothing is lost or sent twice for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Connection, Engine, event, make_url

from benchmarks.faults.proxy import Proxy
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError
from flask_chatbot.worker.worker import Worker
from tests.delivery.rig import PATIENCE, Rig

URL = "https://crm.example.com/acks"


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so."""
    deadline, pause = monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert monotonic() < deadline
        pause.wait(0.01)


@contextmanager
def working(rig: Rig) -> Iterator[Worker]:
    """A worker in the middle of sending three messages; it gets on once the database is away."""
    worker = Worker(replace(rig.options, timer=monotonic), leads=True)
    worker.start()
    try:
        yield worker
    finally:
        worker.drain(PATIENCE)


def fill(rig: Rig) -> None:
    """Accept messages until there is no more room."""
    for _ in range(1000):
        rig.accept("628999@c.us", start_at=rig.clock() + 3600)


def check(rig: Rig, names: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """All went out once, all acks are reported in order, and the log says so in a line."""
    assert [rig.state(name) for name in names] == [("sent", Ack.SENT, None)] * len(names)
    assert sorted(name for _, name in rig.wire.sent) == sorted(names)
    assert caplog.text.count("sending waits for the database") == 1


@contextmanager
def limited() -> Iterator[list[int]]:
    """How many pages SQLite may have in a file from the next transaction on: the one number in the list."""
    most = [1_000_000]

    def limit(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA max_page_count={most[0]}")

    event.listen(Engine, "begin", limit)
    try:
        yield most
    finally:
        event.remove(Engine, "begin", limit)


def test_a_server_that_goes_down_and_comes_back(postgresql: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = make_url(postgresql)
    proxy = Proxy(server.host or "127.0.0.1", server.port or 5432)
    url = server.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    database, gate = Database(url, tmp_path, wait=1.0), threading.Event()
    rig = Rig(database)
    names = [rig.accept(f"62811{number}@c.us", notify_url=URL) for number in range(3)]
    rig.wire.script.extend([lambda: gate.wait(PATIENCE)] * 3)
    with working(rig) as worker:
        assert all(rig.wire.has_sent.acquire(timeout=PATIENCE) for _ in names)
        proxy.cut()
        gate.set()
        until(lambda: "sending waits for the database" in caplog.text)
        proxy.restore()
        until(lambda: worker.progress.called_back == 3)
    check(rig, names, caplog)
    database.close()
    proxy.cut()


def test_a_disk_that_is_full_and_gets_room_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database, gate = Database(None, tmp_path, wait=0.2), threading.Event()
    rig = Rig(database)
    long = f"{URL}?{'x' * 1500}"  # more than there is room for in the pages begun
    names = [rig.accept(f"62811{number}@c.us", notify_url=long) for number in range(3)]
    rig.wire.script.extend([lambda: gate.wait(PATIENCE)] * 3)
    with limited() as most, working(rig) as worker:
        assert all(rig.wire.has_sent.acquire(timeout=PATIENCE) for _ in names)
        most[0] = 1  # SQLite takes as few as there are
        with pytest.raises(StoreError, match="no space left"):
            fill(rig)
        gate.set()
        until(lambda: "sending waits for the database" in caplog.text)
        most[0] = 1_000_000
        until(lambda: worker.progress.called_back == 3)
    check(rig, names, caplog)
    database.close()


def test_a_file_that_is_taken_away_and_put_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "instance"
    database, gate = Database(None, folder, wait=0.2), threading.Event()
    rig = Rig(database)
    names = [rig.accept(f"62811{number}@c.us", notify_url=URL) for number in range(3)]
    rig.wire.script.extend([lambda: gate.wait(PATIENCE)] * 3)
    with working(rig) as worker:
        assert all(rig.wire.has_sent.acquire(timeout=PATIENCE) for _ in names)
        until(lambda: not worker.step())
        database.close()
        folder.rename(tmp_path / "away")
        folder.write_text("no folder")
        gate.set()
        until(lambda: "sending waits for the database" in caplog.text)
        folder.unlink()
        (tmp_path / "away").rename(folder)
        until(lambda: worker.progress.called_back == 3)
    check(rig, names, caplog)
    database.close()

"""The SQLite file of a server that runs: deleted, moved away and back, replaced by a backup."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic

import pytest

from flask_chatbot.database.backups import back_up
from tests.servers.calls import exchange, whole
from tests.servers.running import PATIENCE, Running, gunicorn

KEY = "kunci-api-toko"
APP = "tests.delivery.served:create_app()"
HEADERS = f"Host: localhost\r\nSecretKey: {KEY}\r\nConnection: close\r\n"
UNREACHABLE = {"success": False, "errorMessage": "The gateway cannot reach its database. Try again later."}
CALLS = 6  # more than there are workers


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the app."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """Two processes that serve the app, and have its database open."""
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "2"]
    with gunicorn(APP, home, *options, SERVED_IN=str(home), CHATBOT_API_KEY=KEY) as server:
        deadline, processes = monotonic() + PATIENCE, set[str | None]()
        while len(processes) < 2:
            assert monotonic() < deadline
            processes.add(process_that_sends(server))
        yield server


def process_that_sends(running: Running) -> str | None:
    """The process that accepted a message, and so has the database open."""
    body = json.dumps({"nohp": "6281234567890", "pesan": "Halo"})
    with closing(HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)) as connection:
        connection.request("POST", "/chatbot/api/sendwa", body, {"SecretKey": KEY, "Connection": "close"})
        answer = connection.getresponse()
        assert answer.read()
        assert answer.status == 200
        return answer.getheader("Process")


@pytest.fixture
def path(home: Path) -> Path:
    """Where the database is."""
    return home / "instance" / "chatbot.sqlite"


def call(running: Running, head: str, body: bytes | None = None, headers: str = HEADERS) -> tuple[int, dict[str, object]]:
    """The status and the JSON of an answer."""
    start = f"{head} HTTP/1.1\r\n{headers}".encode()
    status, answer = exchange(running.port, start + b"\r\n" if body is None else whole(body, start))
    answered: dict[str, object] = json.loads(answer)
    return status, answered


def send(running: Running, text: str = "Halo") -> int:
    """The status of a send."""
    body = json.dumps({"nohp": "6281234567890", "pesan": text}).encode()
    status, answered = call(running, "POST /chatbot/api/sendwa", body)
    assert status == 200 or answered == UNREACHABLE
    return status


def health(running: Running) -> object:
    return call(running, "GET /chatbot/healthz")[1]


def status(running: Running) -> object:
    answer = health(running)
    assert isinstance(answer, dict)
    return answer["status"]


def accepted(path: Path) -> int:
    """How many messages are in a file that is whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT count(*) FROM chatbot_messages").fetchone()[0])


def is_refused(running: Running, message: str) -> bool:
    """Whether no send is accepted and health checks tell why, to who has a key; whichever process is asked."""
    assert [send(running) for _ in range(CALLS)] == [503] * CALLS
    problem = {"file": None, "line": None, "column": None, "message": message}
    for _ in range(CALLS):
        assert health(running) == {"status": "degraded", "problems": [problem]}
        assert call(running, "GET /chatbot/healthz", headers="Host: localhost\r\nConnection: close\r\n")[1] == {"status": "degraded"}
    return any(message in line for line in running.log)


def gone(path: Path) -> str:
    return (
        f"The database {path} is gone: it was deleted or moved. Put it back, or stop the server and run: flask chatbot db restore FILE. "
        "To start over, which forgets everyone who opted out, stop the server and delete chatbot.sqlite-wal and chatbot.sqlite-shm."
    )


@pytest.mark.process
def test_without_its_file_a_server_accepts_nothing_and_goes_on_when_it_is_back(running: Running, path: Path) -> None:
    away = path.with_name("away.sqlite")
    path.rename(away)
    assert is_refused(running, gone(path))
    assert not path.exists()
    away.rename(path)
    before = accepted(path)
    assert [send(running) for _ in range(CALLS)] == [200] * CALLS
    assert status(running) == "ok"
    assert accepted(path) == before + CALLS


@pytest.mark.process
def test_a_backup_put_in_the_place_of_the_file_is_used_by_all_processes(running: Running, path: Path) -> None:
    backup = path.with_name("backup.sqlite")
    back_up(path, backup, replace=True)
    before = accepted(backup)
    assert send(running) == 200
    backup.replace(path)
    assert [send(running) for _ in range(CALLS)] == [200] * CALLS
    assert status(running) == "ok"
    assert accepted(path) == before + CALLS
    assert any(f"the database {path} was replaced by another file, which is used from now on" in line for line in running.log)


@pytest.mark.process
def test_a_file_that_was_deleted_and_restored_from_a_backup_is_used(running: Running, path: Path) -> None:
    backup = path.with_name("backup.sqlite")
    back_up(path, backup, replace=True)
    before = accepted(backup)
    path.unlink()
    assert is_refused(running, gone(path))
    path.write_bytes(backup.read_bytes())
    assert [send(running) for _ in range(CALLS)] == [200] * CALLS
    assert accepted(path) == before + CALLS


@pytest.mark.process
def test_a_file_of_another_kind_is_left_alone(running: Running, path: Path) -> None:
    path.rename(path.with_name("away.sqlite"))
    path.write_text("Daftar harga\n" * 100)
    what = "a file that is damaged, or not a database"
    assert is_refused(running, f"The database {path} was replaced by {what}. Stop the server and run: flask chatbot db restore FILE")
    assert path.read_text() == "Daftar harga\n" * 100
    path.with_name("away.sqlite").replace(path)
    assert send(running) == 200

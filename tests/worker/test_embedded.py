"""The worker begins where an app is served, and nowhere else: seen with the servers people use."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.store import leases, stored
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.worker.embedded import drain_all
from tests.faults.journal import read_journal
from tests.servers import running
from tests.servers.running import ROOT, Running, gunicorn, waitress

PATIENCE = 60.0  # seconds
APP = "tests.delivery.served:create_app()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an app is, with a message that was accepted before it is served."""
    accept(tmp_path, "3EB0A")
    return tmp_path


def accept(folder: Path, name: str) -> None:
    """Queue a message from another process than that which serves."""
    database, now = Database(None, folder / "instance"), time.time()
    new = NewMessage(id=name, session="journal", chat="628111@c.us", type="text", reply=Text("Halo"), created_at=now, expires_at=now + 3600)
    with database.writing() as connection:
        new_messages.add(connection, [new])
    database.close()


def until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Look until something is so; whether it is at last."""
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def sent(folder: Path) -> list[str]:
    """What went out."""
    return [name for _, name in read_journal(folder / "journal")]


def is_settled(folder: Path, name: str) -> bool:
    """Whether it is written down that a message went out."""
    database = Database(None, folder / "instance")
    with database.reading() as connection:
        found = stored.find(connection, name)
    database.close()
    return found is not None and found.state == "sent"


def opened(folder: Path) -> list[int]:
    """The processes that opened the transport."""
    path = folder / "opened"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@contextmanager
def flask_run(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """`flask run` on a free port; the whole group of processes is ended."""
    command = [sys.executable, "-m", "flask", "--app", APP, "run", "--port", "0", *options]
    environment = {**os.environ, "SERVED_IN": str(folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def ask(running: Running) -> None:
    """Call the app once."""
    with urlopen(f"http://127.0.0.1:{running.port}/chatbot/healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200


@pytest.mark.process
def test_under_flask_run_it_begins_without_a_request(folder: Path) -> None:
    with flask_run(folder) as process:
        assert until(lambda: sent(folder) == ["3EB0A"])
        assert opened(folder) == [process.pid]
        accept(folder, "3EB0B")
        assert until(lambda: sent(folder) == ["3EB0A", "3EB0B"])


@pytest.mark.process
def test_with_the_reloader_it_begins_in_the_process_that_serves(folder: Path) -> None:
    with flask_run(folder, "--debug") as process:
        assert until(lambda: sent(folder) == ["3EB0A"])
        (pid,) = opened(folder)
        assert pid != process.pid


@pytest.mark.process
@pytest.mark.parametrize(
    "options", [[], ["--preload"], ["--worker-class", "gthread", "--threads", "2"]], ids=["sync", "preload", "gthread"]
)
def test_under_gunicorn_it_begins_without_a_request(folder: Path, options: list[str]) -> None:
    with gunicorn(APP, folder, *options, SERVED_IN=str(folder)):
        assert until(lambda: sent(folder) == ["3EB0A"])


@pytest.mark.long
@pytest.mark.parametrize("options", [[], ["--preload"]], ids=["loaded", "preloaded"])
def test_of_several_gunicorn_workers_one_works_and_another_follows_it(folder: Path, options: list[str]) -> None:
    with gunicorn(APP, folder, "--workers", "3", *options, SERVED_IN=str(folder)):
        assert until(lambda: is_settled(folder, "3EB0A"))  # what a killed one had begun would be waited for
        (pid,) = opened(folder)
        os.kill(pid, signal.SIGKILL)  # the leader: a worker that this test started
        accept(folder, "3EB0B")
        assert until(lambda: sent(folder) == ["3EB0A", "3EB0B"])
        assert len(set(opened(folder))) == 2


@pytest.mark.process
def test_a_leader_that_ends_in_peace_is_followed_at_once(folder: Path) -> None:
    with gunicorn(APP, folder, SERVED_IN=str(folder)):
        assert until(lambda: sent(folder) == ["3EB0A"])
        assert holder(folder) is not None
    assert holder(folder) is None  # nobody waits for the lease to end
    accept(folder, "3EB0B")
    with gunicorn(APP, folder, SERVED_IN=str(folder)):
        assert until(lambda: sent(folder) == ["3EB0A", "3EB0B"])


@pytest.mark.process
def test_under_any_other_server_it_begins_with_the_first_request(folder: Path) -> None:
    with waitress(APP, SERVED_IN=str(folder)) as running:
        ask(running)
        assert until(lambda: sent(folder) == ["3EB0A"])


Start = Callable[[Path], AbstractContextManager[Running]]
SERVERS: dict[str, Start] = {
    "flask run": lambda folder: running.flask_run(APP, SERVED_IN=str(folder)),
    "gunicorn": lambda folder: gunicorn(APP, folder, SERVED_IN=str(folder)),
    "waitress": lambda folder: waitress(APP, SERVED_IN=str(folder)),
    "waitress-serve": lambda folder: running.waitress_serve(APP.removesuffix("()"), SERVED_IN=str(folder)),
    "uvicorn": lambda folder: running.uvicorn(APP.replace("create_app()", "create_asgi_app"), SERVED_IN=str(folder)),
    "hypercorn": lambda folder: running.hypercorn(APP, SERVED_IN=str(folder)),
}
UNHEARD = "waitress"  # our app is made before that server is there: only a request says that it serves


def holder(folder: Path) -> str | None:
    """Who holds the lease of the worker."""
    database = Database(None, folder / "instance")
    with database.reading() as connection:
        found = leases.holder_of(connection, "worker", time.time())
    database.close()
    return found


def lengthen_lease(folder: Path) -> None:
    """Let whoever has the lease of the worker have it for longer than a test takes."""
    database, now = Database(None, folder / "instance"), time.time()
    with database.writing() as connection:
        name = leases.holder_of(connection, "worker", now)
        assert name is None or leases.take(connection, "worker", name, now, 4 * PATIENCE)
    database.close()


@contextmanager
def at_work(name: str, folder: Path) -> Iterator[Running]:
    """A server whose worker has sent what there was."""
    with SERVERS[name](folder) as running:
        if name == UNHEARD:
            ask(running)
        assert until(lambda: is_settled(folder, "3EB0A")), running.log
        yield running


@pytest.mark.process
@pytest.mark.parametrize("name", SERVERS)
def test_sigterm_gives_up_the_leases_under_every_server(folder: Path, name: str) -> None:
    with at_work(name, folder):
        assert holder(folder) is not None
    assert holder(folder) is None


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="processes are distinguished on Linux only")
@pytest.mark.parametrize("name", ["flask run", "gunicorn", "waitress", "uvicorn", "hypercorn"])
def test_a_server_that_was_killed_and_is_started_again_works_at_once(folder: Path, name: str) -> None:
    with at_work(name, folder):
        (pid,) = opened(folder)
        os.kill(pid, signal.SIGKILL)  # a process that this test started
        lengthen_lease(folder)
    accept(folder, "3EB0B")
    with SERVERS[name](folder) as running:
        if name == UNHEARD:
            ask(running)
        assert until(lambda: sent(folder)[-1] == "3EB0B")


@pytest.mark.process
def test_a_second_sigterm_ends_a_process_that_is_still_at_it(tmp_path: Path) -> None:
    code = (
        "import os, signal, threading\n"
        "from flask_chatbot.worker.sigterm import end_at_sigterm\n"
        "end_at_sigterm(lambda: (print('ending', flush=True), threading.Event().wait()))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in ("ready", "ending"):
            assert process.stdout.readline().strip() == line
            process.terminate()
        assert process.wait(PATIENCE) == -signal.SIGTERM


@pytest.mark.process
@pytest.mark.parametrize("starts", ["main", "other"])
@pytest.mark.parametrize("fails", ["", "; raise LookupError"])
def test_sigterm_ends_a_process_as_ever_once_its_work_has_ended(starts: str, fails: str) -> None:
    code = (
        "import signal, threading, time\n"
        "from flask_chatbot.worker.sigterm import end_at_sigterm\n"
        f"def end(): print('ended', flush=True){fails}\n"
        f"begin = threading.Thread(target=end_at_sigterm, args=[end])\n"
        f"end_at_sigterm(end) if {starts == 'main'} else begin.start()\n"
        "while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL: time.sleep(0.01)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        process.terminate()
        assert (process.stdout.read().strip(), process.wait(PATIENCE)) == ("ended", -signal.SIGTERM)


@pytest.mark.process
def test_a_handler_of_a_server_that_ends_in_order_is_left_alone() -> None:
    code = (
        "import os, signal, sys\n"
        "from flask_chatbot.worker.sigterm import end_at_sigterm\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "end_at_sigterm(lambda: print('ended'))\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "signal.pause()"
    )
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (outcome.stdout, outcome.returncode) == ("", 7)


@pytest.mark.process
@pytest.mark.parametrize(
    "code",
    [
        pytest.param("from tests.delivery.served import create_app; create_app()", id="imported"),
        pytest.param(
            "from tests.delivery.served import create_app; create_app().test_client().get('/chatbot/healthz')",
            id="test client",
        ),
        pytest.param(
            "import os\nfrom tests.delivery.served import create_app\ncreate_app()\n"
            "if os.fork() == 0:\n    import time\n    time.sleep(1.5)\n    os._exit(0)\nos.wait()",
            id="forked",
        ),
        pytest.param(
            "import sys\nfrom flask.cli import main\nsys.argv = ['flask', '--app', '" + APP + "', 'routes']\nmain()", id="command"
        ),
    ],
)
def test_where_nothing_is_served_it_does_not_begin(folder: Path, code: str) -> None:
    environment = {**os.environ, "SERVED_IN": str(folder), "PYTHONPATH": str(ROOT)}
    tell = "import atexit, threading\natexit.register(lambda: print(sorted(each.name for each in threading.enumerate())))\n"
    command = [sys.executable, "-c", tell + code]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    threads = outcome.stdout.splitlines()[-1]
    assert "MainThread" in threads, outcome.stderr
    assert "chatbot-worker" not in threads
    assert (sent(folder), opened(folder)) == ([], [])


@dataclass
class Ending:
    """A worker that notes what it is asked for."""

    name: str
    told: list[str]
    finishes: bool = True

    def stop(self, seconds: float) -> None:
        self.told.append(f"stop {self.name} within {seconds:g}")

    def join(self) -> bool:
        self.told.append(f"join {self.name}")
        return self.finishes


def test_all_are_asked_to_end_before_one_is_waited_for_and_each_is_waited_for() -> None:
    told = list[str]()
    workers: Any = [Ending("kopi", told, finishes=False), Ending("roti", told)]
    assert not drain_all(workers, 20.0)
    assert told == ["stop kopi within 20", "stop roti within 20", "join kopi", "join roti"]

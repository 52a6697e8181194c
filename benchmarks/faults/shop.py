"""A shop as it runs on several machines: PostgreSQL, web processes and workers, each a process of its own, the workers behind a proxy."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.faults.brokers import BrokerServer
from benchmarks.faults.cluster import Cluster, cluster
from benchmarks.faults.line import BROKER, DATABASE, HOME, MUTE, RULES
from benchmarks.faults.proxy import Proxy
from benchmarks.servers import LISTENING
from flask_chatbot.database.database import Database

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0  # seconds
LOOK = 0.1  # seconds between two looks for workers that ended
BEHIND = 7  # the nice value of a fifth of the usual weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a shop is, and how long its leases last, in seconds: 0 for as long as they are made for."""

    web: int = 4
    workers: int = 4
    lease: float = 0.0
    is_measured: bool = False  # its workers reach the database directly, as no fault strikes on the way
    goes_behind: bool = False  # its workers leave the processors to the web processes, as `CPUWeight=` of their unit says


@dataclass(eq=False, slots=True)
class Shop:
    """What a fault strikes. A worker that ends is started again, as a service manager does, unless a fault `holds` it down."""

    home: Path
    size: Size
    cluster: Cluster
    proxy: Proxy
    broker: BrokerServer | None  # if Celery carries
    web: subprocess.Popen[str]
    port: int
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ahead: float = 0.0  # seconds, of the clock of whoever is started next
    started: int = 0  # workers of Celery, each of which needs a name
    ended: int = 0  # workers that were started again
    is_closing: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def journal(self) -> Path:
        return self.home / "journal"

    @property
    def log(self) -> Path:
        """What the workers log."""
        return self.home / "workers.log"

    @property
    def mute(self) -> Path:
        """A file: while it is there, web processes publish no wake-ups for Celery."""
        return self.home / MUTE

    @property
    def deaths(self) -> int:
        """How many processes of workers have ended by themselves."""
        return self.ended + self.log.read_text("utf-8", "replace").count("exited with 'exitcode 9'")

    def start_worker(self) -> None:
        """Start one more."""
        port = self.cluster.port if self.size.is_measured else self.proxy.port
        environment = environment_of(self.home, self.cluster.url(port), self.broker)
        with self.lock, self.log.open("ab") as log:
            options: dict[str, Any] = {"cwd": ROOT, "env": environment, "stdout": log, "stderr": log, "start_new_session": True}
            self.workers.append(subprocess.Popen([sys.executable, *self._command()], **options))  # noqa: S603  our own
        if self.size.goes_behind:
            go_behind(self.workers[-1].pid)

    def _command(self) -> list[str]:
        if self.broker is None:
            return ["-m", "benchmarks.faults.member", str(self.size.lease), str(self.ahead)]
        self.started += 1
        options = ["--concurrency", "2", "--hostname", f"w{self.started}@%h", "--loglevel", "INFO"]
        return ["-W", "ignore", "-m", "flask", "--app", "benchmarks.faults.line:make_app", "chatbot", "celery", "worker", *options]

    def restart_workers(self) -> None:
        """Start as many as have ended by now."""
        with self.lock:
            for each in [each for each in self.workers if each.poll() is not None]:
                self.workers.remove(each)
                self.ended += 1
                self.start_worker()

    def wait_until(self, what: str, is_so: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until something is so. `TimeoutError` if that takes too long."""
        until = time.monotonic() + patience
        while not is_so():
            if time.monotonic() > until:
                raise TimeoutError(f"waited in vain: {what}")
            time.sleep(LOOK / 2)

    def supervise(self) -> None:
        """Start again what ends, until the shop closes."""
        while not self.is_closing:
            self.restart_workers()
            time.sleep(LOOK)


@contextmanager
def shop(size: Size, rules: str = RULES, broker: BrokerServer | None = None) -> Iterator[Shop]:
    """A shop that is open, with all of its processes ended afterwards; with a broker that runs, Celery carries its messages."""
    with ExitStack() as stack:
        server = stack.enter_context(cluster())
        home = Path(stack.enter_context(TemporaryDirectory(prefix="chatbot-shop-")))
        (home / "rules.yaml").write_text(rules, encoding="utf-8")
        made_database(server.url(), home)
        proxy = Proxy("127.0.0.1", server.port)
        stack.callback(proxy.close)
        web = stack.enter_context(web_processes(size.web, environment_of(home, server.url(), broker)))
        made = Shop(home, size, server, proxy, broker, *web)
        stack.callback(close, made)
        for _ in range(size.workers):
            made.start_worker()
        threading.Thread(target=made.supervise, daemon=True).start()
        yield made


def environment_of(home: Path, url: str, broker: BrokerServer | None) -> dict[str, str]:
    """The environment of a process that has the shop's app."""
    told = {HOME: str(home), DATABASE: url, "PYTHONPATH": str(ROOT)}
    return {**os.environ, **told, **({} if broker is None else {BROKER: broker.url})}


def go_behind(pid: int) -> None:
    """Give a process that leads a session a fifth of the share of others: of its group, where Linux shares by sessions, and of itself."""
    os.setpriority(os.PRIO_PROCESS, pid, BEHIND)
    with suppress(FileNotFoundError):
        Path(f"/proc/{pid}/autogroup").write_text(f"{BEHIND}", encoding="ascii")


def made_database(url: str, home: Path) -> None:
    """Make the tables."""
    database = Database(url, home)
    database.upgrade()
    database.close()


def close(shop: Shop) -> None:
    """End the workers."""
    with shop.lock:
        shop.is_closing = True
        for each in shop.workers:
            with suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)  # Celery's workers have processes of their own
            each.wait(PATIENCE)


@contextmanager
def web_processes(count: int, environment: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Gunicorn with so many processes, and its port."""
    options = ["--bind", "127.0.0.1:0", "--worker-class", "gthread", "--threads", "4", "--workers", str(count), "--keep-alive", "60"]
    command = [sys.executable, "-m", "gunicorn", *options, "--graceful-timeout", "5", "benchmarks.faults.line:make_app()"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603
        if process.stderr is None:
            raise RuntimeError("gunicorn has no log")
        try:
            log: list[str] = []
            while not (found := LISTENING.search("".join(log[-1:]))):
                log.append(process.stderr.readline())
                if not log[-1]:
                    raise RuntimeError("gunicorn did not start:\n" + "".join(log))
            threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for a reader
            yield process, int(found[1])
        finally:
            process.terminate()

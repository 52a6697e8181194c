"""Brokers of our own, which may be killed: Redis and RabbitMQ on free ports of loopback, in a folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.cluster import free_port

REDIS_SERVER = shutil.which("redis-server")
RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # what Debian's own script calls, as another user
RABBITMQ_CONF = """\
listeners.tcp.default = 127.0.0.1:{port}
loopback_users = none
"""
PATIENCE = 120.0  # seconds
LOOK = 0.05  # seconds between two looks if it listens


def listens(port: int) -> bool:
    """True if a server listens at a port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


@dataclass
class BrokerServer:
    """A broker in processes of its own, at `url`."""

    url: str
    port: int
    command: list[str]
    environ: dict[str, str]
    log: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start it, and wait until it listens. `RuntimeError` if it does not."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(self.command, env=self.environ, stdout=output, stderr=output, start_new_session=True)  # noqa: S603  our own
        self.started.append(process)
        until = time.monotonic() + PATIENCE
        while not listens(self.port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the broker did not start:\n{self.log.read_text('utf-8', 'replace')}")
            time.sleep(LOOK)

    def kill(self) -> None:
        """Kill all its processes, in the middle of whatever they do."""
        while self.started:
            process = self.started.pop()
            os.killpg(process.pid, signal.SIGKILL)
            with process:
                process.wait(PATIENCE)


def redis_server(folder: Path) -> BrokerServer:
    """A Redis that keeps nothing: once it is killed, all wake-ups are lost. It is not started yet. `LookupError` if there is none."""
    if REDIS_SERVER is None:
        raise LookupError("there is no program redis-server")
    port = free_port()
    command = [REDIS_SERVER, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return BrokerServer(f"redis://127.0.0.1:{port}/0", port, command, {**os.environ}, folder / "redis.log")


def rabbitmq_server(folder: Path) -> BrokerServer:
    """A RabbitMQ beside the machine's own. It is not started yet. `LookupError` if there is none."""
    if not RABBITMQ_SERVER.is_file():
        raise LookupError(f"there is no {RABBITMQ_SERVER}")
    port, home = free_port(), folder / "rabbitmq"
    home.mkdir()
    (home / "rabbitmq.conf").write_text(RABBITMQ_CONF.format(port=port))
    (home / "plugins").write_text("[].")
    environ = {
        **os.environ,
        "HOME": str(home),
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home),
    }
    return BrokerServer(f"amqp://guest:guest@127.0.0.1:{port}//", port, [str(RABBITMQ_SERVER)], environ, folder / "rabbitmq.log")


@contextmanager
def running(server: BrokerServer) -> Iterator[BrokerServer]:
    """The broker, which is killed in any case."""
    try:
        server.start()
        yield server
    finally:
        server.kill()
        if "ERL_EPMD_PORT" in server.environ:
            subprocess.run(["epmd", "-kill"], env=server.environ, capture_output=True, check=False, timeout=10.0)  # noqa: S607

"""Brokers of a test's own, which may be killed: Redis and RabbitMQ on free ports of loopback, in folders that go with the test."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.crowd import bury, wait_for

REDIS_SERVER = shutil.which("redis-server")
RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # what Debian's own script calls, as another user
RABBITMQ_CONF = """\
listeners.tcp.default = 127.0.0.1:{port}
loopback_users = none
"""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


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
        """Start it, and wait until it listens."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(self.command, env=self.environ, stdout=output, stderr=output, start_new_session=True)
        self.started.append(process)
        wait_for("a broker that listens", lambda: listens(self.port) or process.poll() is not None)
        assert process.poll() is None, self.log.read_text()

    def kill(self) -> None:
        """Kill all its processes, in the middle of whatever they do."""
        while self.started:
            process = self.started.pop()
            os.killpg(process.pid, signal.SIGKILL)
            bury(process)


def redis_server(folder: Path) -> BrokerServer:
    """A Redis that keeps nothing: once it is killed, all wake-ups are lost. It is not started yet."""
    if REDIS_SERVER is None:
        pytest.skip("there is no program redis-server")
    port = free_port()
    command = [REDIS_SERVER, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return BrokerServer(f"redis://127.0.0.1:{port}/0", port, command, {**os.environ}, folder / "redis.log")


def rabbitmq_server(folder: Path) -> BrokerServer:
    """A RabbitMQ beside the machine's own. It is not started yet."""
    if not Path(RABBITMQ_SERVER).is_file():
        pytest.skip(f"there is no {RABBITMQ_SERVER}")
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
    return BrokerServer(f"amqp://guest:guest@127.0.0.1:{port}//", port, [RABBITMQ_SERVER], environ, folder / "rabbitmq.log")


@contextmanager
def running(server: BrokerServer) -> Iterator[BrokerServer]:
    """The broker, which is killed in any case."""
    try:
        server.start()
        yield server
    finally:
        server.kill()
        if "ERL_EPMD_PORT" in server.environ:
            subprocess.run([shutil.which("epmd") or "epmd", "-kill"], env=server.environ, capture_output=True, check=False, timeout=10.0)

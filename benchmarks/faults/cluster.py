"""A PostgreSQL server of our own in a folder, to be stopped and started as a fault wants it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

PATIENCE = 60.0  # seconds
USER = "postgres"


def programs() -> Path | None:
    """The folder of the server's programs; None where there is none on this machine."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name))
    return folders[-1] if folders else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server that listens on a port of loopback."""

    folder: Path
    port: int
    programs: Path

    def url(self, port: int = 0) -> str:
        """The address of its database, by another port if one is given."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{port or self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-w", "-s", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is what a power cut does."""
        self._run("pg_ctl", "-w", "-s", "-D", str(self.folder / "data"), "-m", mode, "stop")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, in a connection of its own, past every limit that a fault may have set."""
        with psycopg.connect(self._operators(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of an operator's, without our limits."""
        return psycopg.connect(self._operators())

    def _operators(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={USER} dbname=postgres options='-c default_transaction_read_only=off'"

    def _run(self, name: str, *arguments: str) -> None:
        # As root, the server refuses to start.
        as_whom: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self.programs / name), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=PATIENCE, **as_whom)  # noqa: S603

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "-A", "trust", "-U", USER, "--no-sync", "-D", str(self.folder / "data"))


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that runs, for the time of the block. `RuntimeError` where PostgreSQL is not installed."""
    folder_of_programs = programs()
    if folder_of_programs is None:
        raise RuntimeError("PostgreSQL's server is not installed.")
    with TemporaryDirectory(prefix="chatbot-faults-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        made = Cluster(Path(folder), free_port(), folder_of_programs)
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])

"""Celery workers with processes of their own, and their deaths."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.crowd import ROOT, bury, wait_for

SIZE = 2  # processes for tasks


@dataclass
class CeleryWorker:
    """A worker of Celery, in processes of its own; what it logs is in a file."""

    process: subprocess.Popen[bytes]
    log: Path

    def logged(self) -> str:
        """Its log so far."""
        return self.log.read_text("utf-8", "replace")

    def children(self) -> list[int]:
        """The processes in which tasks run."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill_one(self, random: Random) -> None:
        """Kill one of these, in the middle of whatever it does."""
        os.kill(random.choice(self.children()), signal.SIGKILL)

    def end(self) -> int:
        """Ask it to end, and wait for it; its status."""
        self.process.send_signal(signal.SIGTERM)
        return bury(self.process)


def environment(shop: Mapping[str, object]) -> dict[str, str]:
    """The environment of a process that has the app of a shop."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "SHOP": json.dumps(shop)}


@contextmanager
def celery_worker(shop: Mapping[str, object], folder: Path, *, size: int = SIZE, name: str = "w1") -> Iterator[CeleryWorker]:
    """A Celery worker that is ready, ended in any case."""
    log = folder / f"{name}.log"
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--app", "tests.faults.celery_shop:celery_app", "worker"]
    hostname = f"{name}-{os.getpid()}@%h"  # tests of several processes share a broker, which lets nobody have a name twice
    options = ["--concurrency", str(size), "--loglevel", "INFO", "--hostname", hostname, "--without-mingle", "--without-gossip"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment(shop), stdout=output, stderr=output, start_new_session=True
        )
    worker = CeleryWorker(process, log)
    try:
        wait_for("a Celery worker that is ready", lambda: " ready." in worker.logged() or process.poll() is not None)
        assert process.poll() is None, worker.logged()
        yield worker
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        bury(process)

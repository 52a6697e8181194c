"""The processes that a deployment consists of, started as its own files say."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.docs.pages import EXAMPLES

DEPLOY = EXAMPLES / "deploy"
PATIENCE = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the JSON of an answer; None for what is no JSON."""

    status: int
    json: object


@dataclass(frozen=True, slots=True)
class Deployment:
    """A folder with the files of the example, and the environment of its processes."""

    folder: Path
    environment: Mapping[str, str]

    @contextmanager
    def running(self, name: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The process of that name in the Procfile; its output goes to ``NAME.log``."""
        command, own = procfile()[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, env={**self.environment, **own, **environment}, stdout=log, stderr=log)
        with process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, name: str) -> int:
        """Run the process of that name to its end; its exit code."""
        with self.running(name) as process:
            return process.wait(PATIENCE)

    def log(self, name: str) -> str:
        """The output of a process so far."""
        return (self.folder / f"{name}.log").read_text("utf-8")


def procfile() -> dict[str, tuple[list[str], dict[str, str]]]:
    """The command and the environment of each process in the Procfile."""
    found = {}
    for line in (DEPLOY / "Procfile").read_text("utf-8").splitlines():
        name, _, written = line.partition(": ")
        words = shlex.split(written)
        own = [word for word in words if "=" in word.split("/")[0] and word.split("=")[0].isupper()]
        found[name] = (words[len(own) :], dict(word.split("=", 1) for word in own))
    return found


def deploy(folder: Path, **settings: str) -> Deployment:
    """Copy the files into a folder; what ends in ``_FILE`` among the settings is written into a file of that name."""
    there = shutil.copytree(DEPLOY, folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    for name, value in settings.items():
        if name.endswith("_FILE"):
            (folder / name).write_text(f"{value}\n", "utf-8")
            settings[name] = str(folder / name)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return Deployment(there, {**os.environ, **settings, "PATH": path, "PYTHONUNBUFFERED": "1"})


def tool(name: str) -> str:
    """The path of a program, of this environment or of the machine."""
    own = Path(sys.executable).parent / name
    found = str(own) if own.is_file() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ask(port: int, path: str, body: object = None, **headers: str) -> Answer:
    """Call a server on loopback: GET, or POST with a body of JSON."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    try:
        return Answer(answer.status, json.loads(content))
    except ValueError:
        return Answer(answer.status, None)


def status_of(port: int, path: str) -> int:
    """The status of a page; 0 while nobody listens."""
    try:
        return ask(port, path).status
    except OSError:
        return 0


def wait_until(what: str, is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds, looking now and then."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


def end(process: "subprocess.Popen[bytes]") -> int:
    """Ask a process to end as systemd and Docker do; its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)

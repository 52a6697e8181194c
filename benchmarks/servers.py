"""Gunicorn with the apps of the benchmark, and calls to it: on loopback only, so many and no more."""

import re
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from benchmarks.apps import URL

ROOT = Path(__file__).parent.parent
LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
CONNECTIONS = 4
CALLS = 1_000  # of one measurement
PATIENCE = 60.0  # seconds for an answer


@contextmanager
def serving(names: Sequence[str], folder: str, count: int) -> Iterator[dict[str, int]]:
    """The ports of the apps, each behind a gunicorn of its own."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(gunicorn(f"benchmarks.apps:make_app({name!r}, {folder!r}, {count})", folder)) for name in names}


@contextmanager
def gunicorn(app: str, home: str, threads: int = CONNECTIONS, processes: int = 1) -> Iterator[int]:
    """The port of a gunicorn that serves the app with so many processes; stopped at the end."""
    of_each = ["--workers", str(processes), "--worker-class", "gthread", "--threads", str(threads)]
    options = ["--bind", "127.0.0.1:0", *of_each, "--preload", "--env", f"HOME={home}"]
    command = [sys.executable, "-m", "gunicorn", *options, app]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603  our own command
        if process.stderr is None:
            raise RuntimeError("gunicorn has no log")
        try:
            log: list[str] = []
            while not (found := LISTENING.search("".join(log[-1:]))):
                log.append(process.stderr.readline())
                if not log[-1]:
                    raise RuntimeError("gunicorn did not start:\n" + "".join(log))
            threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for a reader
            yield int(found[1])
        finally:
            process.terminate()


def requests_a_second(port: int, bodies: Sequence[bytes]) -> float:
    """How many calls a second a server answers that is kept busy over a few connections."""
    waiting = iter([call(body) for body in islice(cycle(bodies), CALLS)])
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        start = perf_counter()
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(next(waiting))
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise RuntimeError("a server does not answer")
            for key, _ in ready:
                take(selector, key.fileobj, waiting)  # type: ignore[arg-type]  # they are the sockets of above
        return CALLS / (perf_counter() - start)


def take(selector: selectors.BaseSelector, connection: socket.socket, waiting: Iterator[bytes]) -> None:
    """Read one answer, and send the next call over its connection; forget it where there is none."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0 or len(answer) < end + 4 + length(answer):
        more = connection.recv(65_536)
        if not more:
            raise RuntimeError("a server ended the connection")
        answer += more
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(answer[:40].decode("latin-1"))
    following = next(waiting, None)
    if following is None:
        selector.unregister(connection)
    else:
        connection.sendall(following)


def length(answer: bytes) -> int:
    """What its head says of the size of its body."""
    found = re.search(rb"\r\nContent-Length: (\d+)", answer)
    return int(found[1]) if found else 0


def call(body: bytes) -> bytes:
    """One POST as bytes."""
    head = f"POST {URL} HTTP/1.1\r\nHost: bot.example.com\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body

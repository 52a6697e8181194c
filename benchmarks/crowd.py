"""Accepting messages over HTTP from 20 callers at once: how much longer the unlucky wait than most. By the clock, as in `accept`."""

import json
import selectors
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask

from benchmarks.servers import PATIENCE, gunicorn, length
from benchmarks.tables import Row, Say, seconds, table
from flask_chatbot import Chatbot
from flask_chatbot.transports.simulator import Simulator

PROMISE = 12.0  # times as long as half of all waits, at most, for 99 of 100
CALLERS = 20
CALLS = 2_000  # of one round
WAITING = "the calls wait for the disk and for each other, in a server of its own; the profile of accepting shows their work."
TOGETHER, APART = "together", "each by itself"
KEY = "kunci-api-toko-maju-2026"
BODY = json.dumps({"nohp": "6281234567890", "pesan": "Pesanan Anda sudah kami terima dan segera dikirim."}).encode()
CALL = (
    f"POST /chatbot/api/sendwa HTTP/1.1\r\nHost: bot.example.com\r\nSecretKey: {KEY}\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


def run(say: Say, quick: bool = False) -> list[Row]:
    """What 99 of 100 calls take at most, beside what half of them do; and calls a second, beside those of who commits each by itself."""
    with ExitStack() as stack:
        ports = {together: stack.enter_context(serving(together)) for together in (True, False)}
        for port in ports.values():
            crowd(port, CALLS // 4)  # in which the file grows, and all connections are opened
        rounds = [{together: measured(port) for together, port in ports.items()} for _ in range(2 if quick else 5)]
    rows = [
        [str(number), TOGETHER if together else APART, f"{speed:,.0f}", *(seconds(part(waits, share)) for share in (0.5, 0.9, 0.99, 1.0))]
        for number, one in enumerate(rounds, 1)
        for together, (speed, waits) in one.items()
    ]
    heads = ("round", "committed", "a second", "p50", "p90", "p99", "slowest")
    say(table(f"Accepting: {CALLERS} callers over HTTP, gthread, one process", rows, heads))
    halves, most = ([part(one[True][1], share) for one in rounds] for share in (0.5, 0.99))
    ours, apart = ([one[together][0] for one in rounds] for together in (True, False))
    what = f"accepting from {CALLERS} callers over HTTP"
    return [
        Row(f"{what}: p99, beside p50", seconds(median(most)), seconds(median(halves)), quotient(most, halves), PROMISE, profile=WAITING),
        Row(
            f"{what}: committed {TOGETHER}, beside {APART}",
            f"{median(ours):,.0f}/s",
            f"{median(apart):,.0f}/s",
            quotient(ours, apart),
            profile=WAITING,
        ),
    ]


def quotient(some: Sequence[float], others: Sequence[float]) -> float:
    """The median of the quotients of figures from the same rounds.

    >>> quotient([2.0, 6.0, 4.0], [1.0, 2.0, 1.0])
    3.0
    """
    return median(one / other for one, other in zip(some, others, strict=True))


@contextmanager
def serving(together: bool) -> Iterator[int]:
    """The port of a server that commits messages together, or each by itself, into a file of its own on the disk."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(dir=Path(__file__).parent, prefix=".crowd-"))
        yield stack.enter_context(gunicorn(f"benchmarks.crowd:make_app({folder!r}, {together})", folder, CALLERS))


def part(waits: Sequence[float], share: float) -> float:
    """What that share of the waits, which are in order, do not exceed.

    >>> part([1.0, 2.0, 3.0, 4.0], 0.5), part([1.0, 2.0, 3.0, 4.0], 1.0)
    (2.0, 4.0)
    """
    return waits[max(0, round(share * len(waits)) - 1)]


def measured(port: int) -> tuple[float, list[float]]:
    """Calls a second, and the waits in order."""
    start = perf_counter()
    waits = crowd(port, CALLS)
    return len(waits) / (perf_counter() - start), sorted(waits)


def crowd(port: int, calls: int) -> list[float]:
    """The seconds that each of so many calls took, of which there are always 20 at once."""
    waits: list[float] = []
    left = repeat(None, calls - CALLERS)
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(CALLERS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            selector.register(connection, selectors.EVENT_READ, perf_counter())
            connection.sendall(CALL)
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise RuntimeError("the server does not answer")
            for key, _ in ready:
                read_answer(key.fileobj)  # type: ignore[arg-type]  # they are the sockets of above
                waits.append(perf_counter() - key.data)
                call_again(selector, key.fileobj, left)  # type: ignore[arg-type]
    return waits


def read_answer(connection: socket.socket) -> None:
    """Read one answer."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0 or len(answer) < end + 4 + length(answer):
        more = connection.recv(65_536)
        if not more:
            raise RuntimeError("the server ended a connection")
        answer += more
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(answer[:200].decode("latin-1"))


def call_again(selector: selectors.BaseSelector, connection: socket.socket, left: Iterator[None]) -> None:
    """Make the next call of those that are left over a connection; forget it where there is none."""
    try:
        next(left)
    except StopIteration:
        selector.unregister(connection)
        return
    selector.modify(connection, selectors.EVENT_READ, perf_counter())
    connection.sendall(CALL)


def make_app(folder: str, together: bool) -> Flask:
    """An app that accepts messages, and sends none. Unless they are committed `together`, nobody waits for another's transaction."""
    Path(folder, "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", encoding="utf-8")
    app = Flask("crowd", root_path=folder, instance_path=str(Path(folder, "instance")))
    app.config.update(CHATBOT_API_KEY=KEY, CHATBOT_TRANSPORT=Simulator(runs_anywhere=True), CHATBOT_WORKER="off")
    Chatbot(app)
    if not together:
        app.extensions["chatbot"].lines.first.database.group.most = CALLERS
    return app

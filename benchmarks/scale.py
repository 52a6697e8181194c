"""Past one machine: web processes and workers on one PostgreSQL, by the clock, since sends and commits are waited for.

The server is the one that CHATBOT_TEST_POSTGRES names; a database of its own is made beside the one named, and dropped at the end.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import create_engine, make_url

from benchmarks import commits
from benchmarks.crowd import CALLERS, crowd, part
from benchmarks.processors import Meter
from benchmarks.scaled import NAME
from benchmarks.servers import ROOT, gunicorn
from benchmarks.tables import NO_TIME, Row, Say, seconds, table
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage

PROMISE = 2.5  # times as many messages a second by 4 workers as by one
NUMBERS = (1, 2, 4)  # of processes
DELAY = 0.05  # seconds a send takes
THREADS = 8  # of each worker, and of each web process
CHATS = 250
COUNT = 800  # messages that wait at the start of a round
CALLS = 1_000  # of a round, to web processes
SINGLE = 20  # messages that come one by one, to workers that have nothing to do
SPACE = 0.25  # seconds between them
PATIENCE = 120.0  # seconds
ELSEWHERE = "the work is done by processes of workers and of PostgreSQL; that of a line shows a worker's own."
MISSING = "`scale` is left out: CHATBOT_TEST_POSTGRES names no server, such as postgresql+psycopg://user@127.0.0.1:5432/test."
SPENT = ("processor time each", "of PostgreSQL")
TEXT = Text("Pesanan Anda sudah kami terima dan segera dikirim ke alamat Anda.")

Curve = Mapping[int, tuple[float, float]]  # what was done a second, and the 99th percentile in seconds, by the number of processes
_number = count()


@dataclass(frozen=True, slots=True)
class Send:
    """One send, as the transport wrote it down: in epoch seconds."""

    chat: str
    id: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Round:
    """A round of some workers: messages a second, sends that overtook another of their chat, and waits for idle workers.

    `spent` is the processor time for one, in seconds: ours, and PostgreSQL's.
    """

    speed: float
    overtaken: int
    waits: list[float]
    spent: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Served:
    """A round of some web processes: calls a second, and the seconds that 99 of 100 took at most."""

    speed: float
    slow: float
    spent: tuple[float, float]


Rounds = Sequence[Mapping[int, Round]]  # by the number of workers
Calls = Sequence[Mapping[int, Served]]  # by the number of web processes


def run(say: Say, quick: bool = False) -> tuple[list[Row], dict[str, Curve]]:
    """What web processes accept and workers send a second, by how many there are; none without PostgreSQL."""
    server = os.environ.get("CHATBOT_TEST_POSTGRES")
    if server is None:
        say(MISSING)
        return [], {}
    times = 2 if quick else 3
    with database_beside(server) as url, TemporaryDirectory(dir=Path(__file__).parent, prefix=".scale-") as folder:
        rounds = [{number: work(url, folder, number) for number in NUMBERS} for _ in range(times)]
        calls = [{number: serve(url, folder, number) for number in NUMBERS} for _ in range(times)]
        commits.run(say, url, quick)
    show_workers(say, rounds)
    show_servers(say, calls)
    return rows_of(rounds), curves_of(rounds, calls)


def show_workers(say: Say, rounds: Rounds) -> None:
    """Print what workers sent."""
    heads = ("workers", *(f"round {number}, a second" for number in range(1, len(rounds) + 1)), "from commit to send, p50", "p99", *SPENT)
    rows = []
    for number in NUMBERS:
        waits = [seconds(part(waits_of(rounds, number), share)) for share in (0.5, 0.99)]
        rows.append([str(number), *(f"{each[number].speed:,.0f}" for each in rounds), *waits, *spent_on(rounds, number)])
    say(table(f"Scale: workers of {THREADS} threads, a send of {1000 * DELAY:.0f} ms, PostgreSQL", rows, heads))


def show_servers(say: Say, calls: Calls) -> None:
    """Print what web processes accepted."""
    heads = ("web processes", *(f"round {number}, a second" for number in range(1, len(calls) + 1)), "p99", *SPENT)
    rows = []
    for number in NUMBERS:
        slow = seconds(median(each[number].slow for each in calls))
        rows.append([str(number), *(f"{each[number].speed:,.0f}" for each in calls), slow, *spent_on(calls, number)])
    say(table(f"Scale: accepting over HTTP from {CALLERS} callers, gunicorn, PostgreSQL", rows, heads))


def spent_on(rounds: Rounds | Calls, number: int) -> list[str]:
    """The processor time for one message, ours and PostgreSQL's, as it is printed."""
    return [seconds(median(each[number].spent[place] for each in rounds)) for place in (0, 1)]


def rows_of(rounds: Rounds) -> list[Row]:
    """The promises."""
    most, one = ([each[number].speed for each in rounds] for number in (NUMBERS[-1], 1))
    gain = median(many / single for many, single in zip(most, one, strict=True))
    what = f"PostgreSQL, sends of {1000 * DELAY:.0f} ms: {NUMBERS[-1]} workers of {THREADS} threads, beside one"
    overtaken = sum(each.overtaken for one_round in rounds for each in one_round.values())
    return [
        Row(what, f"{median(most):,.0f}/s", f"{median(one):,.0f}/s", gain, PROMISE, at_least=True, profile=ELSEWHERE),
        Row(
            "messages of these that overtook another of their chat",
            str(overtaken),
            "0",
            overtaken,
            0.0,
            profile=NO_TIME,
        ),
    ]


def curves_of(rounds: Rounds, calls: Calls) -> dict[str, Curve]:
    """The middle of the rounds, for the picture."""
    web = {number: (median(each[number].speed for each in calls), median(each[number].slow for each in calls)) for number in NUMBERS}
    sent = {number: (median(each[number].speed for each in rounds), part(waits_of(rounds, number), 0.99)) for number in NUMBERS}
    return {"web processes": web, "workers": sent}


def waits_of(rounds: Rounds, number: int) -> list[float]:
    """The waits of all rounds with so many workers, in order."""
    return sorted(wait for each in rounds for wait in each[number].waits)


def work(url: str, folder: str, workers: int) -> Round:
    """A round of so many workers: messages that come one by one, and then many that wait."""
    with ExitStack() as stack:
        database = stack.enter_context(opened(url, folder))
        for _ in range(workers):
            stack.enter_context(worker(url, folder))
        sends_of(Path(folder), add(database, THREADS * workers))  # so that each has loaded all it needs
        waits = waits_for_each(database, Path(folder))
        meter = Meter(plain(url))
        names = add(database, COUNT)
        sends = sends_of(Path(folder), names)
        ours, server = meter.spent()
    speed = len(sends) / (max(each.ended for each in sends) - min(each.began for each in sends))
    return Round(speed, overtaken_in(sends), waits, (ours / COUNT, server / COUNT))


@contextmanager
def opened(url: str, folder: str) -> Iterator[Database]:
    database = Database(url, Path(folder))
    database.upgrade()
    try:
        yield database
    finally:
        database.close()


@contextmanager
def worker(url: str, folder: str) -> Iterator[None]:
    """A worker process, from when it works."""
    app = f"benchmarks.scaled:make_app({folder!r}, {url!r}, {DELAY})"
    command = [sys.executable, "-m", "flask", "--app", app, "chatbot", "worker", "--threads", str(THREADS), "--every", "600"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603  our own command
        try:
            if process.stdout is None or "working" not in process.stdout.readline():
                raise RuntimeError("a worker did not start:\n" + (process.stderr.read() if process.stderr else ""))
            yield
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def add(database: Database, number: int, chats: int = CHATS) -> list[str]:
    """Let so many messages wait; their ids, in order."""
    now = time.time()
    facts = {"session": NAME, "type": "text", "reply": TEXT, "created_at": now, "expires_at": now + 86_400.0}
    new = [NewMessage(id=f"3EB0{next(_number):016X}", chat=f"62812{each % chats:08}@c.us", **facts) for each in range(number)]  # type: ignore[arg-type]
    with database.writing() as connection:
        new_messages.add(connection, new)
    return [each.id for each in new]


def waits_for_each(database: Database, folder: Path) -> list[float]:
    """The seconds from the commit of a message until its send begins, while the workers have nothing else to do."""
    added = {}
    for _ in range(SINGLE):
        (name,) = add(database, 1)
        added[name] = time.time()
        time.sleep(SPACE)
    return sorted(max(0.0, each.began - added[each.id]) for each in sends_of(folder, list(added)))


def sends_of(folder: Path, names: Sequence[str]) -> list[Send]:
    """The sends of these messages in the order in which they began, once there are as many."""
    wanted, until = set(names), perf_counter() + PATIENCE
    while perf_counter() < until:
        lines = [line.split() for path in folder.glob("sent-*") for line in path.read_text("ascii").splitlines()]
        sends = [Send(chat, name, float(began), float(ended)) for chat, name, began, ended in lines if name in wanted]
        if len(sends) >= len(wanted):
            return sorted(sends, key=lambda each: each.began)
        time.sleep(0.1)
    raise RuntimeError(f"of {len(wanted)} messages, {len(sends)} were sent in {PATIENCE:.0f} seconds")


def overtaken_in(sends: Sequence[Send]) -> int:
    """The number of sends that began before an earlier message of their chat had ended.

    >>> first, second = Send("a", "1", 1.0, 2.0), Send("a", "2", 1.5, 2.5)
    >>> overtaken_in([first, second]), overtaken_in([first, Send("b", "2", 1.5, 2.5)])
    (1, 0)
    """
    chats: dict[str, list[Send]] = {}
    for each in sorted(sends, key=lambda each: each.id):
        chats.setdefault(each.chat, []).append(each)
    return sum(later.began < earlier.ended for each in chats.values() for earlier, later in pairwise(each))


def serve(url: str, folder: str, processes: int) -> Served:
    """A round of so many web processes."""
    app = f"benchmarks.scaled:make_app({folder!r}, {url!r})"
    with gunicorn(app, folder, THREADS, processes) as port:
        crowd(port, CALLS // 4)  # in which connections are opened
        meter, start = Meter(plain(url)), perf_counter()
        waits = sorted(crowd(port, CALLS))
        speed = CALLS / (perf_counter() - start)
        ours, server = meter.spent()
    return Served(speed, part(waits, 0.99), (ours / CALLS, server / CALLS))


@contextmanager
def database_beside(server: str) -> Iterator[str]:
    """The address of a database of our own on that server, dropped at the end."""
    url = make_url(server)
    name = f"{url.database}_scale_{os.getpid()}"
    gone = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    execute(server, gone, f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, gone)


def plain(url: str) -> str:
    """The address as the driver itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def execute(address: str, *statements: str) -> None:
    """Execute statements on a server, each by itself."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()

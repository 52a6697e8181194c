"""One line at Meta's Cloud API: how many messages a worker sends in a second, to a server that answers in 20 ms, from the database."""

import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.callbacks import DELAY, PATIENCE, SECRET, receiver
from benchmarks.profile import Samples
from benchmarks.tables import Row, Say, table
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage
from flask_chatbot.transports.cloud.transport import Cloud
from flask_chatbot.transports.webhooks import Tools
from flask_chatbot.webclient.client import HttpClient
from flask_chatbot.webclient.lent import LentClient
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.worker import Worker, WorkerOptions

PROMISE = 80  # messages a second: as many as Meta takes from a number
COUNT = 1_000
BARE = nullcontext()
TAKEN = '{"messages": [{"id": "wamid.N"}]}'


def run(say: Say, quick: bool = False) -> list[Row]:
    """Messages a second of one line, each claimed, sent, and written down with Meta's id of it; its pace holds nothing up."""
    with receiver(DELAY, TAKEN) as port:
        measured = [measure(port, COUNT // 2 if quick else COUNT) for _ in range(2 if quick else 5)]
    rows = [[str(number), f"{speed:,.0f}", f"{1e6 * cpu:,.0f} us"] for number, (speed, cpu) in enumerate(measured, 1)]
    say(table("One line: a server that answers in 20 ms, one worker process", rows, ("round", "a second", "processor time each")))
    # The best round: whatever else goes on here only ever takes time away.
    best, typical = max(speed for speed, _ in measured), median(speed for speed, _ in measured)
    what = f"messages by one line to a server that answers in 20 ms (the middle of {len(measured)} rounds: {typical:,.0f}/s)"
    return [Row(what, f"{best:,.0f}/s", f"{PROMISE:,}/s", best / PROMISE, 1.0, at_least=True, profile=profile)]


def profile() -> str:
    """Where the processor time of a worker that sends goes."""
    samples = Samples()
    with receiver(DELAY, TAKEN) as port:
        measure(port, COUNT, samples)
    return samples.drawn(COUNT)


def measure(port: int, count: int, around: AbstractContextManager[object] = BARE) -> tuple[float, float]:
    """Messages a second, and the seconds of processor time for one; `around` is open while they are sent."""
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".line-") as folder:
        database = Database(None, Path(folder))
        client = HttpClient(private_hosts=(f"127.0.0.1:{port}",))
        cloud = Cloud("1", "token", "secret", "verify", url=f"http://127.0.0.1:{port}")
        cloud.equip(Tools(client=LentClient(client)))
        queue(database, cloud.name, count)
        worker = Worker(worker_options(database, cloud, client), leads=False)
        start, work = perf_counter(), process_time()
        with around:
            worker.start()
            while worker.progress.sent < count:
                if perf_counter() - start > PATIENCE:
                    raise RuntimeError(f"the messages do not get on: {worker.progress}")
                time.sleep(0.005)
        taken, worked = perf_counter() - start, process_time() - work
        worker.drain()
        client.close()
        database.close()
    return count / taken, worked / count


def queue(database: Database, line: str, count: int) -> None:
    """Let that many messages wait, each for another person."""
    now, text = time.time(), Text("Pesanan Anda sudah kami terima dan segera dikirim ke alamat Anda.")
    facts = {"session": line, "type": "text", "reply": text, "created_at": now, "expires_at": now + 86_400.0}
    new = [NewMessage(id=f"3EB0{number:016X}", chat=f"62812{number:08}@c.us", **facts) for number in range(count)]  # type: ignore[arg-type]
    with database.writing() as connection:
        new_messages.add(connection, new)


def worker_options(database: Database, cloud: Cloud, client: HttpClient) -> WorkerOptions:
    """What the worker works with: all as in an app, without a pace."""

    def nothing(*_: object) -> None:
        """Nobody hears of acks here, and nothing comes in."""

    def no_file(url: str, filename: str) -> File:
        raise LookupError(url)

    acks = Acks(cloud.name, clock=time.time, has_handlers=lambda: False)
    return WorkerOptions(
        database=database,
        lines=[LineOptions(transport=cloud, acks=acks, fetch=no_file, received=nothing)],
        callback_sender=CallbackSender(client, secrets=(SECRET,), on_ack=nothing, clock=time.time, random=Random()),
        sweep=lambda connection: 0,
    )

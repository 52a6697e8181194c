"""A worker process: ``python -m tests.faults.member DATABASE_URL JOURNAL LEASE AHEAD SLOW [KILLER ...]``. It works until it is ended.

Its machine's clock is so many seconds ahead, and each half of a send takes as many as SLOW says. A killer is a chat that is sent to, a
message that a function of the app hears of, or a URL that is called: with it the process ends.
"""

import logging
import sys
import time
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.webclient.client import Fetched, HttpClient
from flask_chatbot.worker import foreground
from flask_chatbot.worker.line import LineOptions
from flask_chatbot.worker.worker import Worker, WorkerOptions
from tests.faults.journal import Journal


class Receivers(HttpClient):
    """Take every callback at once, but for those that kill."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(trusts_everything=True)
        self._journal = journal

    def post(self, url: str, *_: object, **__: object) -> Fetched:
        self._journal.note("called", url)
        return Fetched(status=200, headers={}, body=b"")


def worker_options(url: str, transport: Journal, lease: float, ahead: float) -> WorkerOptions:
    """The options of the process's worker; its leases are as short as the test is impatient."""

    def clock() -> float:
        return time.time() + ahead

    def fetch(url: str, filename: str) -> File:
        raise AssertionError("there are no files here")

    def received(message: object) -> None:
        raise AssertionError("nothing comes in here")

    def on_ack(message: str, ack: Ack) -> None:
        transport.note("reported", message)

    def sweep(connection: Connection) -> int:
        return 0  # nothing is old here

    acks = Acks(transport.name, clock=clock, has_handlers=lambda: False)
    return WorkerOptions(
        database=Database(url, Path("/nowhere")),
        lines=[LineOptions(transport=transport, acks=acks, fetch=fetch, received=received)],
        callback_sender=CallbackSender(Receivers(transport), secrets=(), on_ack=on_ack, clock=clock, random=Random()),
        sweep=sweep,
        clock=clock,
        lease=lease,
        callback_lease=lease,
    )


def say(text: str) -> None:
    """Show how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    url, journal, lease, ahead, slow, *killers = sys.argv[1:]
    transport = Journal(Path(journal), killers, float(slow))
    worker = Worker(worker_options(url, transport, float(lease), float(ahead)), leads=False)
    sys.exit(0 if foreground.run(worker, say) else 1)

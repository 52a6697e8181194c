"""A worker process: ``python -m tests.faults.member DATABASE_URL JOURNAL LEASE [KILLER ...]``. It works until it is ended."""

import logging
import sys
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from flask_chatbot.core.messages import Message
from flask_chatbot.core.outbound import Ack
from flask_chatbot.gateway import foreground
from flask_chatbot.gateway.acks import Acks
from flask_chatbot.gateway.callbacks import Caller
from flask_chatbot.gateway.http import HttpClient
from flask_chatbot.gateway.worker import Gear, Worker
from flask_chatbot.store.database import Database
from flask_chatbot.transports.base import File
from tests.faults.journal import Journal


def gear(url: str, journal: Path, lease: float, killers: list[str]) -> Gear:
    """What the process works with; its leases are as short as the test is impatient."""
    import time

    transport = Journal(journal, killers)

    def fetch(url: str, filename: str) -> File:
        raise AssertionError("there are no files here")

    def received(message: Message) -> None:
        raise AssertionError("nothing comes in here")

    def tell(message: str, ack: Ack) -> None:
        raise AssertionError("no app is here")

    def sweep(connection: Connection) -> int:
        return 0  # nothing is old here

    return Gear(
        database=Database(url, Path("/nowhere")),
        transport=transport,
        caller=Caller(HttpClient(trusts_everything=True), (), tell, time.time, Random()),
        acks=Acks(transport.name, time.time, lambda: False),
        fetch=fetch,
        received=received,
        sweep=sweep,
        lease=lease,
    )


def say(text: str) -> None:
    """Show how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    url, journal, lease, *killers = sys.argv[1:]
    worker = Worker(gear(url, Path(journal), float(lease), killers), leads=False)
    sys.exit(0 if foreground.run(worker, say) else 1)

"""A worker in the foreground: the lines that it prints, and the signal that ends it."""

import signal

from flask_chatbot.database.database import Database
from flask_chatbot.worker.foreground import run
from flask_chatbot.worker.worker import Worker
from tests.delivery.rig import PATIENCE, Rig


def test_it_prints_its_counts_when_they_change_and_ends_in_order_at_sigterm(database: Database) -> None:
    rig, lines = Rig(database), list[str]()
    handlers = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("working"):
            rig.accept()
        elif line.startswith("sent 1") and "under way 0" in line:
            signal.raise_signal(signal.SIGTERM)

    assert run(Worker(rig.options, leads=False), say, seconds=PATIENCE, every=0.02)
    counts = "sent 1 (given up 0), called back 0 (given up 0), under way 0"
    assert [line for line in lines if "under way 1" not in line and not line.startswith("sent 0")] == [
        "working; end it with Ctrl-C or SIGTERM",
        counts,
        f"finishing 0 under way, within {PATIENCE:g} seconds",
        f"{counts}; finished",
    ]
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == handlers

"""A worker process: ``python -m benchmarks.faults.member LEASE AHEAD``. It works until it is ended.

Its leases last so many seconds, 0 for as long as they are made for; its machine's clock is so many seconds ahead.
"""

import logging
import sys
import time
from dataclasses import replace

from flask import Flask

from benchmarks.faults.line import make_app
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.startup.serving import contexts_of
from flask_chatbot.startup.worker import worker_options
from flask_chatbot.worker import foreground
from flask_chatbot.worker.worker import Worker


def make_worker(app: Flask, lease: float, ahead: float) -> Worker:
    """The worker of an app, which does not keep the app."""
    lines: Lines = app.extensions["chatbot"].lines

    def clock() -> float:
        return time.time() + ahead

    for gateway in lines:
        gateway.clock = gateway.proxy.clock = clock
    options = replace(worker_options(lines, contexts_of(app)), clock=clock)
    if lease:
        options = replace(options, lease=lease, callback_lease=lease, event_lease=lease)
    return Worker(options, leads=False)


def say(text: str) -> None:
    """Show how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    served = make_app()
    sys.exit(0 if foreground.run(make_worker(served, *map(float, sys.argv[1:])), say) else 1)

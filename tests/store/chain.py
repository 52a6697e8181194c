"""A process that shows people to be one, link by link of a chain, all links at once: ``python -m tests.store.chain URL FIRST LAST``.

It says "ready" and begins when a line comes in, so that several begin together; then it prints the pairs (old, new) that it merged.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from flask_chatbot.core.values.people import Alias
from flask_chatbot.database.database import Database
from flask_chatbot.store.merging import identify


def link(place: int) -> Alias:
    """The name of the person at a place of the chain: of a line of its own, so that nothing keeps two of them apart."""
    return Alias("bsuid", f"ID.{place}", f"line {place}")


def show(database: Database, first: int, last: int) -> list[tuple[str, str]]:
    """Show with messages, all at once, that the people at places from `first` on are one, each with the next; return who was merged."""
    barrier = Barrier(last - first)

    def meet(place: int) -> list[tuple[str, str]]:
        barrier.wait()
        with database.writing() as connection:
            return identify(connection, (link(place), link(place + 1)), 100.0 + place).merged

    with ThreadPoolExecutor(last - first) as pool:
        return [pair for merged in pool.map(meet, range(first, last)) for pair in merged]


if __name__ == "__main__":
    chained = Database(sys.argv[1], Path("/nowhere"), wait=60.0)
    with chained.reading():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(show(chained, int(sys.argv[2]), int(sys.argv[3]))))
    chained.close()

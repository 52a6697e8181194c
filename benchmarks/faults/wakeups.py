"""Faults of the notifications by which PostgreSQL wakes workers."""

import time

from benchmarks.faults.fault import fault
from benchmarks.faults.shop import Shop
from flask_chatbot.database.notifications import CHANNEL

LOOK = 0.2  # seconds between two looks for workers that listen


@fault("each wake-up delivered twice", seconds=10, short=2)
def twice(shop: Shop, seconds: float) -> str:
    """Every notification is sent once more by somebody who hears it."""
    until, count = time.monotonic() + seconds, 0
    with shop.cluster.connect() as connection:
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        while time.monotonic() < until:
            for each in list(connection.notifies(timeout=LOOK)):  # all of them first: while it listens, it cannot speak
                if each.pid != connection.info.backend_pid:
                    connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, each.payload])
                    count += 1
    return f"{count} wake-ups repeated in {seconds:g} s"


@fault("no wake-up delivered", seconds=10, short=2)
def never(shop: Shop, seconds: float) -> str:
    """Whoever listens loses their connection again and again; what comes in is found by looking."""
    until, count = time.monotonic() + seconds, 0
    listens = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND query = 'SELECT current_schema()'"
    while time.monotonic() < until:
        count += len(shop.cluster.execute(listens))
        time.sleep(LOOK)
    return f"connections that listen closed {count} times in {seconds:g} s"


FAULTS = (twice, never)

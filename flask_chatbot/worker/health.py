"""The health of the worker, as its lease shows it: which one that ended properly has given up."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from flask_chatbot.database.statements import server_time
from flask_chatbot.store.leases import last_holder
from flask_chatbot.worker.leadership import DURATION, is_dead


class WorkerLease(NamedTuple):
    """The newest lease of a worker; `seen` is when it was last renewed, in epoch seconds."""

    seen: float
    is_dead: bool


def newest_lease(connection: Connection, lines: Sequence[str], now: float) -> WorkerLease | None:
    """The lease of the worker that sends by these lines; None if there is none, as before the first start and after each proper end."""
    now = server_time(connection) or now
    found = [lease for name in ("worker", *(f"session:{each}" for each in lines)) if (lease := last_holder(connection, name))]
    if not found:
        return None
    holder, until = max(found, key=lambda lease: lease[1])
    return WorkerLease(seen=until - DURATION, is_dead=until <= now or is_dead(holder))

"""The health of workers, as their leases show it: which one that ended properly has given up."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from flask_chatbot.database.statements import server_time
from flask_chatbot.store import leases
from flask_chatbot.worker.due import BEAT
from flask_chatbot.worker.leadership import DURATION, is_dead

LATE = 4 * BEAT  # seconds without a wake-up after which it counts as late


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last sign of life of a worker, in epoch seconds; `worker` is its host and a random part, for people to tell two apart."""

    worker: str
    seen: float
    is_dead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWakeUp:
    """The last wake-up that reached one of Celery's processes: `at`, in epoch seconds, is None if none ever did.

    It `is_late` only if workers run.
    """

    at: float | None
    is_late: bool


def heartbeats(connection: Connection, now: float) -> list[Heartbeat]:
    """The workers that are at work, or were killed; those that ended properly are missing. The newest sign of life is first."""
    now = server_time(connection) or now
    return sorted((_heartbeat(each, now) for each in leases.of_workers(connection)), key=lambda each: -each.seen)


def last_wake_up(connection: Connection, now: float) -> LastWakeUp:
    """Find the last wake-up that arrived; one is published at least every 30 seconds."""
    now = server_time(connection) or now
    at = leases.noted(connection, leases.WOKEN)
    is_served = any(not _heartbeat(each, now).is_dead for each in leases.of_workers(connection))
    return LastWakeUp(at=at, is_late=is_served and (at is None or now - at > LATE))


def newest_heartbeat(connection: Connection, lines: Sequence[str], now: float) -> Heartbeat | None:
    """The last sign of life of a worker that sends by these lines; None before the first start and after each proper end."""
    now = server_time(connection) or now
    found = leases.of_workers(connection, [f"session:{each}" for each in lines])
    newest = max(found, key=lambda each: each.until, default=None)
    return None if newest is None else _heartbeat(newest, now)


def named(holder: str) -> str:
    """A worker as people read it.

    >>> named("shop-1:0f3a9b12c4d5:812:66017:9f86d081884c7d65")
    'shop-1:0f3a9b'
    """
    host, _, rest = holder.partition(":")
    return f"{host}:{rest[:6]}"


def _heartbeat(lease: leases.Held, now: float) -> Heartbeat:
    return Heartbeat(worker=named(lease.holder), seen=lease.until - DURATION, is_dead=lease.until <= now or is_dead(lease.holder))

"""Faults of PostgreSQL, and of the way to it."""

import time

from benchmarks.faults.fault import fault
from benchmarks.faults.shop import Shop


@fault("PostgreSQL restarted with `immediate`", seconds=5, short=0.5)
def restarted(shop: Shop, seconds: float) -> str:
    """As after a power cut: nothing is flushed, and the log is replayed."""
    shop.cluster.stop("immediate")
    time.sleep(seconds)
    shop.cluster.start()
    return f"down for {seconds:g} s and the time it takes to start"


@fault("workers cut off from PostgreSQL, connections closed", seconds=20, short=1)
def cut_off(shop: Shop, seconds: float) -> str:
    """A host that loses its network, and is told so."""
    shop.proxy.cut()
    time.sleep(seconds)
    shop.proxy.restore()
    return f"all workers, for {seconds:g} s"


@fault("workers cut off from PostgreSQL, and nobody told", seconds=20, short=1)
def silent(shop: Shop, seconds: float) -> str:
    """A half-open connection: no packet comes back, and no connection is reset. Those there were stay dead when it is over."""
    shop.proxy.fall_silent()
    time.sleep(seconds)
    shop.proxy.restore()
    return f"all workers, for {seconds:g} s; the connections that they had stay silent for good"


@fault("tables locked", seconds=10, short=2)
def locked(shop: Shop, seconds: float) -> str:
    """Somebody's transaction, forgotten in a terminal."""
    with shop.cluster.connect() as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.execute("LOCK TABLE chatbot_messages, chatbot_events IN ACCESS EXCLUSIVE MODE")
        time.sleep(seconds)
        connection.rollback()
    return f"messages and events, in another's transaction, for {seconds:g} s"


@fault("database takes no writes", seconds=10, short=1)
def read_only(shop: Shop, seconds: float) -> str:
    """What hosted servers do when their disk is full."""
    shop.cluster.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
    end_sessions(shop)
    time.sleep(seconds)
    shop.cluster.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
    end_sessions(shop)
    return f"read-only, as hosted servers become when their disk is full, for {seconds:g} s"


def end_sessions(shop: Shop) -> None:
    """Have everybody connect anew."""
    shop.cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL")


FAULTS = (restarted, cut_off, silent, locked, read_only)

"""Faults of web processes and workers: killed, stopped, replaced, and with clocks of their own."""

import os
import signal
import time
from pathlib import Path
from random import Random

from benchmarks.faults.fault import fault
from benchmarks.faults.outcome import read_journal
from benchmarks.faults.shop import Shop

HOUR = 3600.0
STALE = 2.0  # seconds that a worker is stopped for, longer than a lease


@fault("two of the workers killed each second", seconds=60, short=3)
def killed_each_second(shop: Shop, seconds: float) -> str:
    """With SIGKILL, in the middle of whatever they do; each is started again."""
    random, until, killed = Random(18), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with shop.lock:
            for victim in random.sample(shop.workers, min(2, len(shop.workers))):
                victim.kill()
                killed += 1
        time.sleep(1.0)
    return f"{killed} times SIGKILL in {seconds:g} s"


@fault("all workers killed at once while sending", seconds=1, short=1)
def killed_while_sending(shop: Shop, seconds: float) -> str:
    """Right after one of them began to send."""
    seen = shop.journal.stat().st_size
    shop.wait_until("a send", lambda: shop.journal.stat().st_size > seen)
    with shop.lock:
        for each in shop.workers:
            each.kill()
    return f"{len(shop.workers)} times SIGKILL"


@fault("a worker stopped until another has its messages", seconds=35, short=3)
def stopped(shop: Shop, seconds: float) -> str:
    """Two workers that hold the same row: one is stopped in the middle, and goes on once its lease is over."""
    with shop.lock:
        victim = next(each for each in shop.workers if each.pid in {send.process for send in read_journal(shop.journal, "")[-20:]})
    os.kill(victim.pid, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        os.kill(victim.pid, signal.SIGCONT)
    return f"SIGSTOP for {seconds:g} s, longer than a lease"


@fault("workers replaced, one after the other", seconds=10, short=1)
def replaced(shop: Shop, seconds: float) -> str:
    """SIGTERM in the middle, as with each new version."""
    for each in list(shop.workers):
        each.terminate()
        each.wait(60.0)
        time.sleep(seconds / len(shop.workers))
    return f"SIGTERM to {len(shop.workers)}"


@fault("web processes killed while they accept", seconds=10, short=2)
def web_killed(shop: Shop, seconds: float) -> str:
    """With SIGKILL; gunicorn starts others."""
    until, killed = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        children = Path(f"/proc/{shop.web.pid}/task/{shop.web.pid}/children").read_text("ascii").split()
        if children:
            os.kill(int(children[killed % len(children)]), signal.SIGKILL)
            killed += 1
        time.sleep(1.0)
    return f"{killed} times SIGKILL in {seconds:g} s"


@fault("workers' clocks an hour apart", seconds=10, short=0)
def clocks(shop: Shop, seconds: float) -> str:
    """One an hour ahead, one an hour behind, beside those that are right."""
    for ahead in (HOUR, -HOUR):
        with shop.lock:
            shop.ahead = ahead
            victim = shop.workers.pop(0)
            victim.terminate()
            shop.start_worker()
            shop.ahead = 0.0
        victim.wait(60.0)
    time.sleep(seconds)
    with shop.lock:
        for each in shop.workers[-2:]:
            each.terminate()
    return "one an hour ahead, one an hour behind, the others right"


FAULTS = (killed_each_second, killed_while_sending, stopped, replaced, web_killed, clocks)

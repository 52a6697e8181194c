"""Faults of a shop whose messages Celery carries: of its broker, its wake-ups and its processes."""

import os
import signal
import time
from pathlib import Path
from random import Random

from benchmarks.faults.brokers import BrokerServer
from benchmarks.faults.fault import fault
from benchmarks.faults.poison import answered
from benchmarks.faults.shop import Shop
from flask_chatbot.startup.carrying import TASK
from flask_chatbot.startup.celery_app import make_celery

OFTEN = 0.1  # seconds between two wake-ups more


@fault("RabbitMQ killed while messages come in", seconds=60, short=0)
def broker_killed(shop: Shop, seconds: float) -> str:
    """Nobody can be woken, nor wake."""
    broker = broker_of(shop)
    broker.kill()
    time.sleep(seconds)
    broker.start()
    return f"SIGKILL, down for {seconds:g} s and the time it takes to start"


@fault("wake-ups delivered more than once", seconds=10, short=0)
def often(shop: Shop, seconds: float) -> str:
    """Ten a second more than there is work for."""
    until, count = time.monotonic() + seconds, 0
    with make_celery("elsewhere", {"broker_url": broker_of(shop).url}) as celery:
        while time.monotonic() < until:
            celery.send_task(TASK, ignore_result=True)
            count += 1
            time.sleep(OFTEN)
    return f"{count} more than needed in {seconds:g} s"


@fault("wake-ups never published", seconds=10, short=0)
def never(shop: Shop, seconds: float) -> str:
    """As of a web process that ends between its commit and the wake-up; the workers' sweep finds what it left."""
    shop.mute.touch()
    time.sleep(seconds)
    shop.mute.unlink()
    return f"none by a web process, for {seconds:g} s"


@fault("a process of each Celery worker killed each second", seconds=20, short=0)
def killed_each_second(shop: Shop, seconds: float) -> str:
    """With SIGKILL, in the middle of whatever it does; Celery starts another."""
    random, until, killed = Random(18), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for each in shop.workers:
            children = Path(f"/proc/{each.pid}/task/{each.pid}/children").read_text("ascii").split()
            if children:
                os.kill(int(random.choice(children)), signal.SIGKILL)
                killed += 1
        time.sleep(1.0)
    return f"{killed} times SIGKILL in {seconds:g} s"


def broker_of(shop: Shop) -> BrokerServer:
    """The broker of a shop that has one."""
    if shop.broker is None:
        raise LookupError("this shop has no broker")
    return shop.broker


poison = fault("a message that kills each of Celery's processes that answers it", seconds=1, short=0)(answered.strike)

FAULTS = (broker_killed, often, never, killed_each_second, poison)

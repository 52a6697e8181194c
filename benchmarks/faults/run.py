"""The run of all faults, and the page that it writes."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.brokers import BrokerServer, rabbitmq_server
from benchmarks.faults.brokers import running as running_broker
from benchmarks.faults.catalogue import CATALOGUE, CELERY, PLAIN
from benchmarks.faults.fault import Fault
from benchmarks.faults.outcome import Outcome
from benchmarks.faults.page import Struck, page
from benchmarks.faults.shop import Shop, Size, shop
from benchmarks.faults.trial import LONG, SHORT, trial
from benchmarks.tables import NO_TIME, Row, Say
from benchmarks.timing import machine

PAGE = Path(__file__).parent.parent.parent / "docs" / "reliability.md"
QUICK = Size(web=2, workers=2, lease=1.5)
CARRIED = Size(web=2, workers=2)


def run(say: Say, quick: bool = False) -> list[Row]:
    """Let every fault strike a shop in turn; without `quick`, write the page."""
    struck: list[Struck] = []
    busy = os.getloadavg()[0]
    with shop(QUICK if quick else Size()) as running:
        struck += said(say, strike_all(running, PLAIN, quick))
    if not quick:
        with broker_server() as broker, shop(CARRIED, broker=broker) as running:
            struck += said(say, strike_all(running, CATALOGUE[CELERY], quick))
        PAGE.write_text(page(struck, machine(), datetime.now(UTC).date(), busy, LONG.rate), encoding="utf-8")
        say(f"Wrote {PAGE.name}.")
    return [
        Row(f"{each.name}: lost, out of order, answered twice", str(broken(each.outcome)), "0", broken(each.outcome), 0.0, profile=NO_TIME)
        for each in struck
    ]


@contextmanager
def broker_server() -> Iterator[BrokerServer]:
    """A RabbitMQ that runs."""
    with TemporaryDirectory(prefix="chatbot-broker-") as folder, running_broker(rabbitmq_server(Path(folder))) as broker:
        yield broker


def said(say: Say, struck: Iterator[Struck]) -> Iterator[Struck]:
    """Yield the outcome of each fault, printed as soon as it is known."""
    for each in struck:
        say(f"{each.name} ({each.did}): {each.outcome}")
        yield each


def strike_all(shop: Shop, faults: Sequence[Fault], quick: bool) -> Iterator[Struck]:
    """Let each fault strike in turn, and tell what became of it; `quick`, for a few seconds at most."""
    chosen = [each for each in faults if each.short or not quick]
    for number, fault in enumerate(chosen):
        did, outcome = trial(shop, fault, number, SHORT if quick else LONG, fault.short if quick else fault.seconds)
        yield Struck(kind_of(fault), fault.name, did, outcome)


def kind_of(fault: Fault) -> str:
    """What a fault is of."""
    return next(kind for kind, faults in CATALOGUE.items() if fault in faults)


def broken(outcome: Outcome) -> int:
    """How many messages something happened to that must not."""
    return outcome.lost + outcome.out_of_order + outcome.answered_twice

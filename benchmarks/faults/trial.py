"""One fault in the middle of traffic: what became of the messages."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.faults.fault import Fault
from benchmarks.faults.outcome import Outcome, judge, read_journal
from benchmarks.faults.shop import Shop
from benchmarks.faults.traffic import Traffic, traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much customers write: messages a second, from how many chats, and for how many seconds before and after a fault."""

    rate: float
    chats: int
    around: float


LONG = Load(rate=10.0, chats=200, around=3.0)
SHORT = Load(rate=10.0, chats=20, around=0.5)


def trial(shop: Shop, fault: Fault, number: int, load: Load, seconds: float) -> tuple[str, Outcome]:
    """Let a fault strike; return what it did, and what became of all messages once every one accepted was answered, or never will be."""
    prefix = f"6281{number:02}"
    with traffic(shop.port, prefix, load.chats, load.rate) as customers:
        shop.wait_until("answers", answered(shop, customers, prefix, load.rate * load.around / 2))
        did = fault.strike(shop, seconds)
        ended_at = time.time()
        shop.wait_until("calls to be taken again", taken_after(customers, ended_at + load.around))
    with suppress(TimeoutError):  # it shows in the outcome
        shop.wait_until("all answers", answered(shop, customers, prefix, 0), 180.0)
    return did, judge(customers.accepted, read_journal(shop.journal, prefix), ended_at)


def answered(shop: Shop, customers: Traffic, prefix: str, least: float) -> Callable[[], bool]:
    """True once as many as `least`, and all that were accepted if it is 0, were answered."""

    def is_so() -> bool:
        done = {(each.chat, each.text) for each in read_journal(shop.journal, prefix)}
        wanted = {(each.chat, str(each.number)) for each in list(customers.accepted)}
        return wanted <= done if not least else len(done) >= least

    return is_so


def taken_after(customers: Traffic, moment: float) -> Callable[[], bool]:
    """True once a message was accepted after that moment."""
    return lambda: bool(customers.accepted) and customers.accepted[-1].at > moment

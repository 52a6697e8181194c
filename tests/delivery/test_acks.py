"""Acks move forward, and each change is reported to whoever asked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import SentOut
from flask_chatbot.store import outbox
from flask_chatbot.store.outgoing import charges
from tests.delivery.rig import PATIENCE, START, Rig

URL = "https://crm.example.com/acks"


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def send(rig: Rig, name: str) -> None:
    """Let a message have gone out."""
    with rig.database.writing() as connection:
        rig.acks.sent(connection, [SentOut(name, f"wire:{name}", rig.clock())])


def callbacks_of(rig: Rig, name: str) -> list[tuple[str, int, str]]:
    """The callbacks of a message: URL, ack, state."""
    return [(each.url, int(each.ack), each.state) for each in rig.callbacks(name)]


def test_each_change_is_reported_in_its_order(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    send(rig, name)
    for ack in (Ack.DELIVERED, Ack.READ, Ack.PLAYED):
        rig.receipt(name, ack)
    assert callbacks_of(rig, name) == [(URL, ack, "queued") for ack in (1, 2, 3, 4)]
    assert len({each.id for each in rig.callbacks(name)}) == 4


def test_receivers_on_two_ports_of_one_host_do_not_wait_for_each_other(rig: Rig) -> None:
    names = [rig.accept(notify_url=f"http://127.0.0.1:{port}/") for port in (3000, 4000)]
    for name in names:
        send(rig, name)
    assert [each.host for name in names for each in rig.callbacks(name)] == ["127.0.0.1:3000", "127.0.0.1:4000"]


@pytest.mark.parametrize("acks", list(permutations([Ack.SENT, Ack.DELIVERED, Ack.READ])))
def test_receipts_in_any_order_only_move_forward(rig: Rig, acks: tuple[Ack, ...]) -> None:
    name = rig.accept(notify_url=URL)
    send(rig, name)
    for ack in (*acks, *acks):
        rig.receipt(name, ack)
    seen = [ack for _, ack, _ in callbacks_of(rig, name)]
    assert rig.message(name).ack is Ack.READ
    assert seen == sorted(set(seen))


def test_receipts_that_come_before_their_message_is_known_count_once_it_is(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    rig.receipt(name, Ack.SENT)
    rig.receipt(name, Ack.READ)
    rig.receipt(name, Ack.DELIVERED)
    assert rig.message(name).ack is Ack.PENDING
    rig.clock.forward(1.0)
    send(rig, name)
    message = rig.message(name)
    assert (message.ack, message.sent_at, message.read_at) == (Ack.READ, START + 1.0, START)
    assert callbacks_of(rig, name) == [(URL, 1, "queued"), (URL, 3, "queued")]


def test_receipts_that_come_before_their_message_is_known_are_all_reported_with_their_times(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    for ack in (Ack.DELIVERED, Ack.READ, Ack.READ, Ack.PLAYED):
        rig.clock.forward(1.0)
        rig.receipt(name, ack)
    rig.clock.forward(1.0)
    send(rig, name)
    message = rig.message(name)
    assert (message.sent_at, message.delivered_at, message.read_at, message.played_at) == (START + 5, START + 1, START + 2, START + 4)
    assert [(each.ack, each.at) for each in rig.callbacks(name)] == [(1, START + 5), (2, START + 1), (3, START + 2), (4, START + 4)]


def test_a_receipt_that_comes_late_keeps_its_time_and_is_reported_to_nobody(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    send(rig, name)
    for ack in (Ack.READ, Ack.DELIVERED, Ack.DELIVERED):
        rig.clock.forward(1.0)
        rig.receipt(name, ack)
    message = rig.message(name)
    assert (message.ack, message.delivered_at, message.read_at) == (Ack.READ, START + 2, START + 1)
    assert callbacks_of(rig, name) == [(URL, 1, "queued"), (URL, 3, "queued")]


@pytest.mark.parametrize(
    ("early", "acks", "times"),
    [
        ((Ack.ERROR,), [1, -1], (None, START + 1)),
        ((Ack.SENT, Ack.ERROR, Ack.DELIVERED), [1, -1], (None, START + 2)),
        ((Ack.DELIVERED, Ack.ERROR), [1, 2], (START + 1, None)),
    ],
)
def test_an_error_that_comes_early_follows_the_sending_and_nothing_that_was_delivered(
    rig: Rig, early: tuple[Ack, ...], acks: list[int], times: tuple[float | None, float | None]
) -> None:
    name = rig.accept(notify_url=URL)
    for ack in early:
        rig.clock.forward(1.0)
        rig.receipt(name, ack, "It bounced." if ack is Ack.ERROR else "")
    send(rig, name)
    message = rig.message(name)
    assert [each.ack for each in rig.callbacks(name)] == acks
    assert (message.delivered_at, message.failed_at) == times
    assert message.error == ("It bounced." if acks[-1] == -1 else None)


def test_an_error_after_the_server_had_it_is_final(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    send(rig, name)
    rig.receipt(name, Ack.ERROR, "It could not be delivered.")
    rig.receipt(name, Ack.DELIVERED)
    assert rig.state(name) == ("failed", Ack.ERROR, "It could not be delivered.")
    assert callbacks_of(rig, name) == [(URL, 1, "queued"), (URL, -1, "queued")]


def test_what_was_delivered_never_becomes_an_error(rig: Rig) -> None:
    name = rig.accept()
    send(rig, name)
    rig.receipt(name, Ack.DELIVERED)
    rig.receipt(name, Ack.ERROR, "late")
    assert rig.message(name).ack is Ack.DELIVERED


def test_a_message_without_notifyurl_has_no_callbacks(rig: Rig) -> None:
    name = rig.accept()
    send(rig, name)
    assert callbacks_of(rig, name) == []


def test_functions_of_the_app_hear_of_acks_beside_the_url(rig: Rig) -> None:
    rig.hears_acks = True
    name = rig.accept(notify_url=URL)
    send(rig, name)
    assert callbacks_of(rig, name) == [(URL, 1, "queued"), ("", 1, "queued")]


def test_a_url_that_is_never_called_is_kept_with_its_reason(rig: Rig) -> None:
    name = rig.accept(notify_url="file:///etc/passwd")
    send(rig, name)
    (callback,) = rig.callbacks(name)
    assert callback.state == "refused"
    assert callback.error


def test_a_receipt_for_a_message_nobody_sent_is_kept_and_harms_nobody(rig: Rig) -> None:
    rig.acks.receipt(rig.database, Receipt(id="stranger", ack=Ack.READ, at=START))
    rig.acks.receipt(rig.database, Receipt(id="stranger", ack=Ack.READ, at=START))


@given(acks=st.lists(st.sampled_from([Ack.ERROR, Ack.SENT, Ack.DELIVERED, Ack.READ, Ack.PLAYED]), max_size=12))
def test_any_receipts_at_all_leave_a_way_that_may_be_gone(tmp_path_factory: pytest.TempPathFactory, acks: list[Ack]) -> None:
    database = Database(None, tmp_path_factory.mktemp("acks"))
    rig = Rig(database)
    name = rig.accept(notify_url=URL)
    for place, ack in enumerate(acks):
        if place == len(acks) // 2:
            send(rig, name)
        rig.receipt(name, ack)
    way = [Ack.PENDING, *(Ack(ack) for _, ack, _ in callbacks_of(rig, name))]
    assert all(before.may_become(after) for before, after in pairwise(way))
    assert way[-1] is rig.message(name).ack
    database.close()


SERVICE = Pricing(category="service", is_billable=False, model="PMP")
UTILITY = Pricing(category="utility", is_billable=True, model="PMP")


def pricing_of(rig: Rig, name: str) -> Pricing | None:
    with rig.database.reading() as connection:
        return charges.pricing_of(connection, name)


def test_what_a_receipt_says_of_the_price_is_kept_even_if_its_ack_is_late(rig: Rig) -> None:
    name = rig.accept()
    send(rig, name)
    rig.receipt(name, Ack.READ)
    assert pricing_of(rig, name) is None
    rig.receipt(name, Ack.SENT, pricing=UTILITY)
    assert (pricing_of(rig, name), rig.message(name).ack) == (UTILITY, Ack.READ)


def test_the_price_that_came_with_the_delivery_counts_in_whatever_order_receipts_come(rig: Rig) -> None:
    name = rig.accept()
    send(rig, name)
    for ack, pricing in ((Ack.SENT, SERVICE), (Ack.DELIVERED, UTILITY), (Ack.SENT, SERVICE)):
        rig.receipt(name, ack, pricing=pricing)
    assert pricing_of(rig, name) == UTILITY


def test_the_price_in_a_receipt_that_comes_before_its_message_is_known_is_kept(rig: Rig) -> None:
    name = rig.accept()
    rig.receipt(name, Ack.DELIVERED, pricing=UTILITY)
    assert pricing_of(rig, name) is None
    send(rig, name)
    assert pricing_of(rig, name) == UTILITY


def test_receipts_and_a_worker_that_wait_for_each_other_on_a_server_are_both_kept(postgresql: str, tmp_path: Path) -> None:
    with closing(Database(postgresql, tmp_path)) as database, ThreadPoolExecutor(2) as pool:
        rig, meet = Rig(database), threading.Barrier(2)
        one, two = rig.accept("628111@c.us"), rig.accept("628222@c.us")
        send(rig, two)  # and it is sent once more
        claims = database.write(lambda connection: outbox.claim(connection, rig.wire.name, START, 60.0, 2))

        def hear(connection: Connection) -> None:
            rig.acks.received(connection, Receipt(id=f"wire:{one}", ack=Ack.DELIVERED, at=START))  # nobody knows this id yet
            each_at_first(hear)
            rig.acks.received(connection, Receipt(id=f"wire:{two}", ack=Ack.READ, at=START))

        def settle(connection: Connection) -> None:
            outbox.settle_sent(connection, claims, START)
            each_at_first(settle)
            rig.acks.sent(connection, [SentOut(name, f"wire:{name}", START) for name in (one, two)])

        tries: list[Callable[[Connection], None]] = []

        def each_at_first(work: Callable[[Connection], None]) -> None:
            tries.append(work)
            if tries.count(work) == 1:
                meet.wait(PATIENCE)

        for done in [pool.submit(database.write, work) for work in (hear, settle)]:
            done.result(PATIENCE)
        assert (len(tries), rig.message(one).ack, rig.message(two).ack) == (3, Ack.DELIVERED, Ack.READ)

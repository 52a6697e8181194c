"""A worker at work: threads, a transport, and a database."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.errors import FetchLater, Refused, TryLater
from flask_chatbot.store import leases, optouts, outbox, people, requests
from flask_chatbot.webclient.client import Fetched
from flask_chatbot.worker.worker import Progress, Worker, WorkerOptions
from tests.delivery.rig import PATIENCE, START, Rig

URL = "https://crm.example.com/acks"


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def settle(worker: Worker, rig: Rig) -> None:
    """Let a worker that has no thread of its own take steps until nothing is left to do now."""
    deadline = monotonic() + PATIENCE
    while worker.step() or worker.progress.under_way:
        assert monotonic() < deadline


@contextmanager
def working(options: WorkerOptions, *, leads: bool = False) -> Iterator[Worker]:
    """A worker with its thread."""
    worker = Worker(options, leads=leads)
    worker.start()
    try:
        yield worker
    finally:
        worker.drain(PATIENCE)


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so."""
    deadline, pause = monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert monotonic() < deadline
        pause.wait(0.01)


def test_messages_go_out_and_their_acks_are_reported(rig: Rig) -> None:
    worker = Worker(rig.options, leads=False)
    name = rig.accept(notify_url=URL)
    settle(worker, rig)
    rig.receipt(name, Ack.DELIVERED)
    rig.receipt(name, Ack.READ)
    settle(worker, rig)
    assert rig.state(name) == ("sent", Ack.READ, None)
    assert [body for _, body, _ in rig.client.posts] == [b'{"msgid": "%s", "ack": %d}' % (name.encode(), ack) for ack in (1, 2, 3)]
    assert worker.progress == Progress(sent=1, called_back=3)


def test_messages_of_a_chat_go_out_one_after_the_other_and_those_of_others_beside_them(rig: Rig) -> None:
    names = [rig.accept() for _ in range(5)]
    others = [rig.accept(f"62822{number}@c.us") for number in range(5)]
    settle(Worker(rig.options, leads=False), rig)
    assert [name for chat, name in rig.wire.sent if chat == "628111@c.us"] == names
    assert {name for _, name in rig.wire.sent} == {*names, *others}


def test_a_message_that_waits_for_its_next_try_is_not_overtaken_in_its_chat(rig: Rig) -> None:
    rig.wire.script.append(TryLater("busy"))
    first, second = rig.accept(), rig.accept()
    other = rig.accept("628222@c.us")
    worker = Worker(rig.options, leads=False)
    settle(worker, rig)
    assert rig.wire.sent[0] == ("628111@c.us", first)
    assert second not in [name for _, name in rig.wire.sent]
    rig.clock.forward(2.0)
    settle(worker, rig)
    assert [name for chat, name in rig.wire.sent if chat == "628111@c.us"] == [first, first, second]
    assert ("628222@c.us", other) in rig.wire.sent


def test_replies_go_before_other_sends(rig: Rig) -> None:
    campaign = [rig.accept(f"62822{number}@c.us") for number in range(3)]
    reply = rig.accept("628333@c.us", is_reply=True)
    worker = Worker(rig.options_with(tempo=Tempo(1.0, 1)), leads=False)
    settle(worker, rig)
    rig.clock.forward(2.0)
    settle(worker, rig)
    assert rig.wire.sent[0] == ("628333@c.us", reply)
    assert len(rig.wire.sent) == 2
    assert rig.wire.sent[1][1] in campaign


def test_a_pace_is_kept_and_what_waits_keeps_ack_0(rig: Rig) -> None:
    names = [rig.accept(f"62822{number}@c.us") for number in range(12)]
    worker = Worker(rig.options_with(tempo=Tempo.of(5, 60.0)), leads=False)
    sent = []
    for _ in range(120):
        settle(worker, rig)
        sent.append(len(rig.wire.sent))
        rig.clock.forward(1.0)
    assert sent[0] == 1
    assert (sent[59], sent[119]) == (5, 10)
    assert [rig.message(name).ack for name in names[10:]] == [Ack.PENDING, Ack.PENDING]


def test_at_a_fast_pace_several_are_claimed_at_once_and_no_more_than_the_pace_allows(rig: Rig) -> None:
    for number in range(60):
        rig.accept(f"62822{number}@c.us")
    worker = Worker(rig.options_with(tempo=Tempo.of(80, 1.0)), leads=False)
    worker.step()
    assert worker.progress.under_way == 8
    sent = []
    for _ in range(11):
        settle(worker, rig)
        sent.append(len(rig.wire.sent))
        rig.clock.forward(0.05)
    assert sent[0] == 8
    assert max(later - earlier for earlier, later in pairwise(sent)) <= 8
    assert 16 + 80 * 0.3 <= sent[-1] <= 16 + 80 * 0.5


def test_as_many_are_sent_at_once_as_there_are_threads(rig: Rig) -> None:
    together = threading.Barrier(40)
    rig.wire.script.extend([lambda: together.wait(PATIENCE)] * 40)
    for number in range(40):
        rig.accept(f"62822{number}@c.us")
    with working(rig.options_with(threads=40)) as worker:
        until(lambda: worker.progress.sent == 40)


def test_a_thread_that_is_done_gets_its_next_message_in_the_step_that_records_the_last(rig: Rig) -> None:
    for number in range(2):
        rig.accept(f"62822{number}@c.us")
    worker = Worker(rig.options_with(threads=1), leads=False)
    until(lambda: worker.step() and worker.progress.sent == 1)
    assert worker.progress == Progress(sent=1, under_way=1)


def test_a_refused_message_ends_at_once_and_its_url_hears_of_it(rig: Rig) -> None:
    rig.wire.script.append(Refused("This number has no WhatsApp."))
    name = rig.accept(notify_url=URL)
    settle(Worker(rig.options, leads=False), rig)
    assert rig.state(name) == ("failed", Ack.ERROR, "This number has no WhatsApp.")
    assert [body for _, body, _ in rig.client.posts] == [b'{"msgid": "%s", "ack": -1}' % name.encode()]


def test_a_promotion_is_given_up_if_its_person_opted_out_while_it_waited(rig: Rig) -> None:
    worker, later = Worker(rig.options, leads=False), START + 3600
    with rig.database.writing() as connection:
        person, other = (people.get(connection, number, START) for number in ("628111", "628222"))
    promo = rig.accept(order_key=person, promo=True, start_at=later, notify_url=URL)
    news = rig.accept(order_key=person, start_at=later)
    theirs = rig.accept("628222@c.us", order_key=other, promo=True, start_at=later)
    with rig.database.writing() as connection:
        optouts.opt_out(connection, "628111", START, rig.wire.name)
    rig.clock.forward(3600.0)
    settle(worker, rig)
    assert rig.state(promo) == ("failed", Ack.ERROR, "This person opted out of promotion after it was accepted.")
    assert {name for _, name in rig.wire.sent} == {news, theirs}
    assert worker.progress == Progress(sent=2, failed=1, called_back=1)


def test_functions_of_the_app_hear_of_acks(rig: Rig) -> None:
    rig.hears_acks = True
    name = rig.accept()
    settle(Worker(rig.options, leads=False), rig)
    assert rig.reported == [(name, Ack.SENT)]


def test_acks_of_one_message_are_reported_in_order_though_the_first_fails(rig: Rig) -> None:
    rig.client.script.append(FetchLater("no answer"))
    worker = Worker(rig.options, leads=False)
    name = rig.accept(notify_url=URL)
    settle(worker, rig)
    rig.receipt(name, Ack.READ)
    settle(worker, rig)
    assert len(rig.client.posts) == 1
    rig.clock.forward(10.0)
    settle(worker, rig)
    ids = [headers["webhook-id"] for _, _, headers in rig.client.posts]
    assert [body[-2:-1] for _, body, _ in rig.client.posts] == [b"1", b"1", b"3"]
    assert ids[0] == ids[1] != ids[2]


def test_a_dead_receiver_holds_up_no_other(rig: Rig) -> None:
    gate = threading.Event()
    post = rig.client.post

    def slowly(url: str, *arguments: object, **named: object) -> Fetched:
        if "dead" in url:
            gate.wait(PATIENCE)
        return post(url, *arguments, **named)  # type: ignore[arg-type]

    rig.client.post = slowly  # type: ignore[method-assign]
    for number in range(70):  # more than there are threads
        rig.accept(f"62811{number}@c.us", notify_url="https://dead.example/acks")
    with working(rig.options) as worker:
        until(lambda: worker.progress.sent == 70)
        for number in range(20):
            rig.accept(f"62822{number}@c.us", notify_url="https://quick.example/acks")
        worker.wake()
        until(lambda: worker.progress.called_back == 20)
        assert {url for url, _, _ in rig.client.posts} == {"https://quick.example/acks"}
        gate.set()
        until(lambda: worker.progress.called_back == 90)


def test_what_other_processes_ask_of_the_transport_is_answered(rig: Rig) -> None:
    rig.wire.runs_anywhere = False
    with rig.database.writing() as connection:
        for kind, argument in (("groups", ""), ("session", ""), ("number", "628111"), ("number", "1999")):
            requests.ask(connection, f"{kind}{argument}", rig.wire.name, kind, argument, rig.clock())
    settle(Worker(rig.options, leads=False), rig)
    with rig.database.reading() as connection:
        found = [requests.result(connection, each) for each in ("groups", "session", "number628111", "number1999")]
    assert [each and (each.answer, each.error) for each in found] == [
        ('[{"id": "120363041234567890", "name": "Toko", "last_chat": 5}]', None),
        ('{"is_authenticated": true, "number": "628000", "name": "", "qrcode": "", "qr_link": "", "qr_picture": ""}', None),
        ("true", None),
        ("false", None),
    ]


def test_messages_that_come_in_are_answered_and_the_answers_go_out(rig: Rig) -> None:
    with working(rig.options):
        until(lambda: rig.wire.listener is not None)
        listener = rig.wire.listener
        assert listener is not None
        message = Message(text="halo", sender=Sender(number="628111"), id="x")
        listener.received(message)
        assert rig.came == [message]


def test_receipts_are_kept_when_the_listener_returns(rig: Rig) -> None:
    name = rig.accept(notify_url=URL)
    with working(rig.options) as worker:
        until(lambda: worker.progress.sent == 1)
        listener = rig.wire.listener
        assert listener is not None
        listener.receipt(Receipt(id=f"wire:{name}", ack=Ack.READ, at=START))
        assert rig.message(name).ack is Ack.READ
        until(lambda: worker.progress.called_back == 2)


def test_a_worker_that_is_woken_sends_at_once(rig: Rig) -> None:
    with working(rig.options) as worker:
        until(lambda: rig.wire.listener is not None)
        for _ in range(3):
            rig.accept()
            worker.wake()
            assert rig.wire.has_sent.acquire(timeout=PATIENCE)


def test_of_embedded_workers_one_works(rig: Rig) -> None:
    first, second = Worker(rig.options, leads=True), Worker(rig.options, leads=True)
    first.step()
    name = rig.accept()
    settle(second, rig)
    assert rig.message(name).state == "queued"
    settle(first, rig)
    assert rig.message(name).state == "sent"
    first.drain(0.0)
    first.run()  # ends at once, and gives up what it leads
    late = rig.accept()
    rig.timer.forward(5.0)
    settle(second, rig)
    assert rig.message(late).state == "sent"


def test_draining_finishes_what_is_under_way_and_takes_on_nothing_more(rig: Rig) -> None:
    gate = threading.Event()
    rig.wire.script.append(lambda: gate.wait(PATIENCE))
    first, second = rig.accept(), rig.accept()
    worker = Worker(replace(rig.options, timer=monotonic), leads=True)
    worker.start()
    assert rig.wire.has_sent.acquire(timeout=PATIENCE)
    threading.Timer(0.2, gate.set).start()
    assert worker.drain(PATIENCE)
    assert (rig.message(first).state, rig.message(second).state) == (
        "sent",
        "waiting" if rig.message(second).state == "waiting" else "queued",
    )
    assert rig.wire.listener is None
    with rig.database.reading() as connection:
        assert leases.holder_of(connection, "worker", rig.clock()) is None


def test_draining_does_not_wait_for_ever(rig: Rig) -> None:
    gate = threading.Event()
    rig.wire.script.append(lambda: gate.wait(PATIENCE))
    name = rig.accept()
    worker = Worker(replace(rig.options, timer=monotonic), leads=False)
    worker.start()
    assert rig.wire.has_sent.acquire(timeout=PATIENCE)
    start = monotonic()
    assert not worker.drain(0.3)
    assert monotonic() - start < 5.0
    assert rig.message(name).state == "claimed"
    gate.set()


def test_what_one_worker_crashed_with_is_sent_at_once_and_together(rig: Rig) -> None:
    names = [rig.accept(f"62811{number}@c.us") for number in range(4)]
    crash(rig)
    together = threading.Barrier(4)
    rig.wire.script.extend([lambda: together.wait(PATIENCE)] * 4)
    settle(Worker(rig.options, leads=False), rig)
    assert [rig.message(name).state for name in names] == ["sent"] * 4


def crash(rig: Rig) -> None:
    """Let a worker end that has four messages in hand."""
    with rig.database.writing() as connection:
        assert len(outbox.claim(connection, rig.wire.name, rig.clock(), 60.0, 10)) == 4
    rig.clock.forward(61.0)


def test_what_two_workers_crashed_with_is_tried_alone(rig: Rig) -> None:
    names = [rig.accept(f"62811{number}@c.us") for number in range(4)]
    for _ in range(2):
        crash(rig)
    inside, most = [0], [0]

    def alone() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)
        inside[0] -= 1

    rig.wire.script.extend([alone] * 4)
    settle(Worker(rig.options, leads=False), rig)
    assert (most[0], [rig.message(name).state for name in names]) == (1, ["sent"] * 4)


def test_a_message_that_five_workers_died_of_is_given_up(rig: Rig) -> None:
    killer, behind = rig.accept(notify_url=URL), rig.accept()
    for number in range(5):
        with rig.database.writing() as connection:
            if number < 2:
                outbox.claim(connection, rig.wire.name, rig.clock(), 60.0, 10)
            else:
                outbox.claim_crashed(connection, rig.wire.name, rig.clock(), 60.0)
        rig.clock.forward(61.0)
    settle(Worker(rig.options, leads=False), rig)
    assert rig.state(killer) == ("failed", Ack.ERROR, "Each worker that tried it died.")
    assert [name for _, name in rig.wire.sent] == [behind]
    assert [body[-3:-1] for _, body, _ in rig.client.posts] == [b"-1"]


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_an_hour_loses_nothing(rig: Rig, jump: float) -> None:
    worker = Worker(rig.options, leads=True)
    before = [rig.accept() for _ in range(2)]
    worker.step()
    rig.clock.forward(jump)
    after = [rig.accept() for _ in range(2)]
    for _ in range(8):
        settle(worker, rig)
        rig.timer.forward(5.0)
        rig.clock.forward(5.0)
    order = list(dict.fromkeys(name for _, name in rig.wire.sent))
    assert order == [*before, *after]
    assert {rig.message(name).state for name in order} == {"sent"}


def test_what_was_accepted_before_the_clock_was_set_back_goes_out_at_once(rig: Rig) -> None:
    worker = Worker(rig.options, leads=False)
    worker.step()
    names = [rig.accept(chat, notify_url=URL) for chat in ("628111@c.us", "628111@c.us", "628222@c.us")]
    rig.clock.forward(-600.0)
    settle(worker, rig)
    assert [rig.state(name) for name in names] == [("sent", Ack.SENT, None)] * 3
    assert worker.progress.called_back == 3


@contextmanager
def sending(rig: Rig) -> Iterator[tuple[Worker, str]]:
    """A worker that is in the middle of sending a message."""
    gate, worker, name = threading.Event(), Worker(rig.options, leads=False), rig.accept()
    rig.wire.script.append(lambda: gate.wait(PATIENCE))
    worker.step()
    assert rig.wire.has_sent.acquire(timeout=PATIENCE)
    yield worker, name
    gate.set()
    settle(worker, rig)


def pass_time(rig: Rig, seconds: float) -> None:
    rig.clock.forward(seconds)
    rig.timer.forward(seconds)


def test_a_send_that_takes_longer_than_its_lease_is_begun_by_nobody_else(rig: Rig) -> None:
    other = Worker(rig.options, leads=False)
    with sending(rig) as (worker, name):
        for _ in range(7):
            pass_time(rig, 20.0)
            worker.step()
            other.step()
    assert rig.wire.sent == [("628111@c.us", name)]
    assert rig.state(name) == ("sent", Ack.SENT, None)


def test_a_chat_whose_worker_was_killed_waits_for_half_a_minute(rig: Rig) -> None:
    other = Worker(rig.options, leads=False)
    with sending(rig) as (_, name):
        pass_time(rig, 29.0)
        settle(other, rig)
        assert rig.wire.sent == [("628111@c.us", name)]
        pass_time(rig, 1.0)
        settle(other, rig)
        assert rig.state(name) == ("sent", Ack.SENT, None)


def test_a_send_that_hangs_is_tried_again_after_some_time(rig: Rig) -> None:
    with sending(rig) as (worker, name):
        for _ in range(8):
            pass_time(rig, 20.0)
            worker.step()
        assert rig.wire.sent == [("628111@c.us", name)]
        pass_time(rig, 20.0)
        until(lambda: not worker.step() and rig.message(name).state == "sent")
    assert rig.wire.sent == [("628111@c.us", name)] * 2


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_while_a_message_is_sent_does_not_send_it_again(rig: Rig, jump: float) -> None:
    with sending(rig) as (worker, name):
        rig.clock.forward(jump)
        worker.step()
        pass_time(rig, 20.0)
        worker.step()
    assert rig.wire.sent == [("628111@c.us", name)]
    assert rig.state(name) == ("sent", Ack.SENT, None)


def test_while_there_is_more_to_sweep_it_is_swept_soon(rig: Rig) -> None:
    left = [5]

    def sweep(connection: object) -> int:
        left[0] -= 1
        return max(0, left[0])

    worker = Worker(replace(rig.options, sweep=sweep), leads=False)
    for _ in range(20):
        worker.step()
        pass_time(rig, 1.0)
    assert left == [0]


def test_a_locked_database_delays_and_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(None, tmp_path, wait=0.05)
    rig = Rig(database)
    gate = threading.Event()
    rig.wire.script.append(lambda: gate.wait(PATIENCE))
    names = [rig.accept(f"62811{number}@c.us") for number in range(3)]
    with working(replace(rig.options, timer=monotonic)) as worker:
        assert rig.wire.has_sent.acquire(timeout=PATIENCE)
        locker = sqlite3.connect(tmp_path / "chatbot.sqlite", isolation_level=None)
        while True:
            try:
                locker.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError:
                continue
        gate.set()
        until(lambda: "sending waits for the database" in caplog.text)
        locker.execute("ROLLBACK")
        locker.close()
        until(lambda: worker.progress.sent == 3)
    assert [rig.state(name) for name in names] == [("sent", Ack.SENT, None)] * 3
    assert len(rig.wire.sent) == 3
    assert caplog.text.count("sending waits for the database") == 1
    database.close()

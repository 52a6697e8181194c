"""Leases, and transports that are open in one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError, TryLater
from flask_chatbot.store import outbox
from flask_chatbot.worker.leadership import DURATION, Lease, OpenTransport, holder_name, is_dead
from tests.delivery.rig import Clock, Rig, Wire
from tests.servers.running import ROOT


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


class Ears:
    """Hears nothing."""

    def received(self, message: object) -> None:
        raise AssertionError

    def receipt(self, receipt: object) -> None:
        raise AssertionError

    def echoed(self, echo: object) -> None:
        raise AssertionError

    def renamed(self, change: object) -> None:
        raise AssertionError


def lease(rig: Rig, holder: str, timer: Clock | None = None) -> Lease:
    return Lease(rig.database, name="worker", holder=holder, clock=rig.clock, timer=timer or rig.timer)


def pass_time(rig: Rig, seconds: float) -> None:
    rig.clock.forward(seconds)
    rig.timer.forward(seconds)


def test_two_workers_have_two_names() -> None:
    assert holder_name() != holder_name()


def test_the_name_of_a_worker_fits_its_column_and_tells_that_it_lives() -> None:
    name = holder_name()
    assert (len(name) <= 80, is_dead(name)) == (True, False)


@pytest.mark.parametrize("name", ["dead", "", "host:1234:abcdef", "host:abcdef:1::", "host:abcdef:x:1:y"])
def test_of_a_holder_that_tells_nothing_of_its_process_nothing_is_believed(name: str) -> None:
    assert not is_dead(name)


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="processes are distinguished on Linux only")
def test_a_lease_whose_holder_was_a_process_of_this_host_that_is_gone_is_taken_over_at_once(rig: Rig) -> None:
    code = "from flask_chatbot.worker.leadership import holder_name; print(holder_name())"
    gone = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert lease(rig, gone).hold()
    assert lease(rig, "b").hold()


def test_who_waits_for_a_lease_looks_each_second(rig: Rig) -> None:
    assert lease(rig, "dead").hold()
    second = lease(rig, "b")
    waited = 0.0
    while not second.hold():
        pass_time(rig, 0.5)
        waited += 0.5
    assert waited <= DURATION + 1.0


def test_one_of_two_holds_a_lease(rig: Rig) -> None:
    first, second = lease(rig, "a"), lease(rig, "b")
    assert (first.hold(), second.hold(), first.is_held, second.is_held) == (True, False, True, False)


def test_who_renews_keeps_it(rig: Rig) -> None:
    first, second = lease(rig, "a"), lease(rig, "b")
    for _ in range(20):
        assert (first.hold(), second.hold()) == (True, False)
        pass_time(rig, 5.0)


def test_a_lease_whose_holder_is_dead_is_taken_once_it_is_over(rig: Rig) -> None:
    assert lease(rig, "dead").hold()
    second = lease(rig, "b")
    held = []
    for _ in range(4):
        held.append(second.hold())
        pass_time(rig, 5.0)
    assert held == [False, False, False, True]


def test_a_lease_that_was_given_up_is_free_at_once(rig: Rig) -> None:
    first = lease(rig, "a")
    first.hold()
    first.give_up()
    assert (first.is_held, lease(rig, "b").hold()) == (False, True)


def test_who_could_not_renew_in_time_does_not_hold_it(rig: Rig) -> None:
    first = lease(rig, "a")
    first.hold()
    pass_time(rig, DURATION)
    assert not first.is_held


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_an_hour_leaves_one_holder_and_keeps_nobody_waiting(rig: Rig, jump: float) -> None:
    first, second = lease(rig, "a"), lease(rig, "b")
    first.hold()
    rig.clock.forward(jump)
    for _ in range(6):
        pass_time(rig, 5.0)
        held = [first.hold(), second.hold()]
        assert sum(held) <= 1
    assert sum(held) == 1


def test_after_the_clock_was_set_back_a_dead_holder_blocks_nobody(rig: Rig) -> None:
    lease(rig, "dead").hold()
    rig.clock.forward(-3600.0)
    assert lease(rig, "b").hold()


def test_a_transport_that_runs_anywhere_is_open_in_every_process(rig: Rig) -> None:
    wires = [Wire(), Wire()]
    for wire in wires:
        OpenTransport(wire, listener=Ears(), lease=lease(rig, "any"), database=rig.database, timer=rig.timer).keep()
    assert all(wire.listener is not None for wire in wires)


def test_any_other_is_open_in_one_process_at_a_time(rig: Rig) -> None:
    wires = [Wire(runs_anywhere=False), Wire(runs_anywhere=False)]
    leases = [lease(rig, holder) for holder in "ab"]
    transports = [
        OpenTransport(wire, listener=Ears(), lease=held, database=rig.database, timer=rig.timer)
        for wire, held in zip(wires, leases, strict=True)
    ]
    for transport in transports:
        transport.keep()
    assert [transport.is_open for transport in transports] == [True, False]
    transports[0].end()
    pass_time(rig, 5.0)
    transports[1].keep()
    assert [wire.listener is not None for wire in wires] == [False, True]


def test_who_lost_its_lease_closes_the_transport(rig: Rig) -> None:
    wire, opened = Wire(runs_anywhere=False), list[bool]()
    transport = OpenTransport(wire, listener=Ears(), lease=lease(rig, "a"), database=rig.database, timer=rig.timer, opened=opened.append)
    transport.keep()
    pass_time(rig, DURATION + 1)
    assert lease(rig, "b").hold()
    transport.keep()
    assert (transport.is_open, wire.listener, opened) == (False, None, [True, False])


def test_a_transport_is_closed_too_when_the_lease_runs_out_with_the_database_away(rig: Rig, tmp_path: Path) -> None:
    wire = Wire(runs_anywhere=False)
    held = lease(rig, "a")
    transport = OpenTransport(wire, listener=Ears(), lease=held, database=rig.database, timer=rig.timer)
    transport.keep()
    held._database = Database(f"sqlite:///{tmp_path}", tmp_path, wait=0.1)  # a folder is no database
    pass_time(rig, DURATION + 1)
    with pytest.raises(StoreError):
        transport.keep()
    assert (transport.is_open, wire.listener) == (False, None)


def test_what_a_dead_holder_had_claimed_is_taken_over_at_once(rig: Rig) -> None:
    name = rig.accept()
    with rig.database.writing() as connection:
        outbox.claim(connection, rig.wire.name, rig.clock(), 600.0, 10)
    rig.wire.runs_anywhere = False
    OpenTransport(rig.wire, listener=Ears(), lease=lease(rig, "b"), database=rig.database, timer=rig.timer).keep()
    with rig.database.writing() as connection:
        (claim,) = outbox.claim(connection, rig.wire.name, rig.clock(), 600.0, 10)
    assert (claim.outbound.id, claim.tries) == (name, 2)


def test_a_transport_that_cannot_be_opened_is_tried_again_and_logged_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire()
    wire.opening.extend([TryLater("The server is down.")] * 3)
    transport = OpenTransport(wire, listener=Ears(), lease=lease(rig, "a"), database=rig.database, timer=rig.timer)
    for _ in range(20):
        transport.keep()
        pass_time(rig, 1.0)
    assert transport.is_open
    assert caplog.text.count("The server is down.") == 1


def test_why_a_transport_cannot_be_opened_is_reported_until_it_is(rig: Rig) -> None:
    wire, reasons = Wire(), list[str]()
    wire.opening.extend([TryLater("The server is down."), ZeroDivisionError("rahasia")])
    transport = OpenTransport(wire, listener=Ears(), lease=lease(rig, "a"), database=rig.database, timer=rig.timer, shut=reasons.append)
    for _ in range(3):
        transport.keep()
        pass_time(rig, 5.0)
    assert reasons == ["The server is down.", "It failed with an internal error: ZeroDivisionError.", ""]


def test_a_transport_that_breaks_by_its_own_mistake_does_not_stop_the_worker(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire()
    wire.opening.append(ZeroDivisionError())
    transport = OpenTransport(wire, listener=Ears(), lease=lease(rig, "a"), database=rig.database, timer=rig.timer)
    transport.keep()
    assert (transport.is_open, "ZeroDivisionError" in caplog.text) == (False, True)
    pass_time(rig, 5.0)
    transport.keep()
    assert transport.is_open

"""The leases of claimed messages: renewed in time, but not those of a send that hangs or that another worker has."""

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.leases import LONGEST, Leases
from flask_chatbot.store import outbox
from flask_chatbot.store.outbox import Claim
from tests.delivery.rig import Rig

LEASE = 30.0  # seconds


@pytest.fixture
def rig(database: Database) -> Rig:
    rig = Rig(database)
    rig.accept()
    return rig


@pytest.fixture
def leases(rig: Rig) -> Leases:
    return Leases(LEASE, rig.timer)


def claim(rig: Rig) -> Claim:
    """The one message, claimed now."""
    with rig.database.writing() as connection:
        (claim,) = outbox.claim(connection, rig.wire.name, rig.clock(), LEASE, 10)
    return claim


def renew(rig: Rig, leases: Leases) -> None:
    with rig.database.writing() as connection:
        take_over = leases.renew(connection, rig.clock())
    take_over()


def later(rig: Rig, seconds: float) -> None:
    rig.clock.forward(seconds)
    rig.timer.forward(seconds)


def test_a_lease_is_due_after_a_third_of_it_and_then_lasts_as_long_again(rig: Rig, leases: Leases) -> None:
    leases.add([claim(rig)])
    due = []
    for seconds in (0.0, 9.9, 0.2):
        later(rig, seconds)
        due.append(leases.is_due(rig.clock()))
    renew(rig, leases)
    due.append(leases.is_due(rig.clock()))
    later(rig, 9.9)
    assert [*due, leases.is_due(rig.clock())] == [False, False, True, False, False]


def test_another_worker_claims_nothing_while_a_lease_is_renewed(rig: Rig, leases: Leases) -> None:
    leases.add([claim(rig)])
    later(rig, LEASE - 1)
    renew(rig, leases)
    later(rig, LEASE - 1)
    with rig.database.reading() as connection:
        assert not outbox.is_due(connection, rig.wire.name, rig.clock())


def test_a_send_begins_only_with_more_than_half_of_its_lease_left(rig: Rig, leases: Leases) -> None:
    mine = claim(rig)
    before = leases.has_time(mine, rig.clock())
    leases.add([mine])
    left = [leases.has_time(mine, rig.clock() + seconds) for seconds in (0.0, LEASE / 2 - 1, LEASE / 2)]
    leases.drop([mine])
    assert (before, left, leases.has_time(mine, rig.clock())) == (False, [True, True, False], False)


def test_a_send_that_hangs_is_not_in_flight_and_its_lease_runs_out(rig: Rig, leases: Leases) -> None:
    mine = claim(rig)
    leases.add([mine])
    leases.begin(mine)
    assert (leases.in_flight([]), leases.in_flight([mine])) == (1, 0)
    later(rig, LONGEST)
    assert (leases.in_flight([]), leases.is_due(rig.clock())) == (0, False)


def test_a_claim_that_another_worker_has_meanwhile_is_forgotten(rig: Rig, leases: Leases) -> None:
    mine = claim(rig)
    leases.add([mine])
    later(rig, LEASE + 1)
    with rig.database.writing() as connection:
        (taken,) = outbox.claim(connection, rig.wire.name, rig.clock(), LEASE, 10)
    renew(rig, leases)
    assert (taken.seq, leases.has_time(mine, rig.clock()), leases.is_due(rig.clock())) == (mine.seq, False, False)


def test_what_was_not_committed_was_not_renewed(rig: Rig, leases: Leases) -> None:
    leases.add([claim(rig)])
    later(rig, LEASE / 2)
    with rig.database.writing() as connection:
        leases.renew(connection, rig.clock())
    assert leases.is_due(rig.clock())


def test_a_lease_longer_than_any_can_be_is_due_since_the_clock_was_set_back(rig: Rig, leases: Leases) -> None:
    leases.add([claim(rig)])
    rig.clock.forward(-3600.0)
    assert leases.is_due(rig.clock())
    renew(rig, leases)
    assert not leases.is_due(rig.clock())

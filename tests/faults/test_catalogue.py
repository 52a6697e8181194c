"""A shop of several processes on a PostgreSQL server of its own, and each fault of the catalogue in the middle of its traffic."""

import pytest

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.run import QUICK, broken, strike_all
from benchmarks.faults.shop import shop
from tests.postgres import MISSING, SERVER


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # sockets that a fault left open
@pytest.mark.process
@pytest.mark.postgresql
@pytest.mark.skipif(not SERVER, reason=MISSING)
def test_no_fault_loses_a_message_or_disorders_a_chat_or_answers_twice() -> None:
    with shop(QUICK) as running:
        struck = {each.name: broken(each.outcome) for each in strike_all(running, quick=True)}
    assert struck == {each.name: 0 for each in FAULTS if each.short}

"""A shop of several processes on a PostgreSQL server of its own: faults in its traffic, a burst, and a message that kills workers."""

from collections.abc import Iterator

import pytest

from benchmarks.burst import QUICK as QUICK_BURST
from benchmarks.burst import burst
from benchmarks.faults.catalogue import PLAIN
from benchmarks.faults.line import DEADLY
from benchmarks.faults.outcome import read_journal
from benchmarks.faults.poison import deliver
from benchmarks.faults.run import QUICK, broken, strike_all
from benchmarks.faults.shop import Shop, shop
from benchmarks.faults.traffic import Client
from tests.postgres import MISSING, SERVER

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # sockets that a fault left open
    pytest.mark.process,
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER, reason=MISSING),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Shop]:
    with shop(QUICK) as running:
        yield running


def test_no_fault_loses_a_message_or_disorders_a_chat_or_answers_twice(running: Shop) -> None:
    struck = {each.name: broken(each.outcome) for each in strike_all(running, PLAIN, quick=True)}
    assert struck == {each.name: 0 for each in PLAIN if each.short}


def test_a_burst_is_taken_at_once_and_each_message_answered_once_in_the_order_of_its_chat(running: Shop) -> None:
    seen = burst(running, QUICK_BURST)
    assert (seen.refused, seen.outcome.accepted, seen.outcome.is_kept) == (0, QUICK_BURST, True)


def test_nobody_waits_for_the_end_of_a_message_that_kills_each_worker_that_answers_it(running: Shop) -> None:
    chats, before = [f"6288{number:05}" for number in range(10)], running.ended
    client = Client(running.port)
    for chat in chats[:3]:
        assert client.deliver(f"{chat}-1", chat, "nomor#1")
    deliver(running, DEADLY)
    for chat in chats[3:]:
        assert client.deliver(f"{chat}-1", chat, "nomor#1")
    client.close()
    running.wait_until("all answers", lambda: sorted(each.chat for each in read_journal(running.journal, "6288")) == chats)
    running.wait_until("the end of a worker", lambda: running.ended > before)
    poison = "chat LIKE '62899%' AND settled_at IS NULL"
    assert running.cluster.execute(f"SELECT count(*) FROM chatbot_events WHERE {poison}") == [(1,)]  # noqa: S608  our own
    running.cluster.execute(f"DELETE FROM chatbot_events WHERE {poison}")  # noqa: S608

"""Messages carried by Celery: wake-ups that come twice or never and processes that are killed lose nothing, and chats stay in order."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.database.database import Database
from flask_chatbot.startup.carrying import TASK
from flask_chatbot.startup.celery_app import make_celery
from flask_chatbot.store import stored
from tests.brokers import each_broker, purge, queue_of_our_own
from tests.faults.celery_crew import celery_worker
from tests.faults.crowd import accept, check, is_done, wait_for
from tests.faults.journal import read_journal

CHATS = [f"62811{number:04}@c.us" for number in range(40)]
pytestmark = pytest.mark.process


@pytest.fixture(params=each_broker())
def settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of a Celery app, with a queue of its own at each kind of broker."""
    with queue_of_our_own(request.param) as found:
        yield found


@pytest.fixture
def shop(settings: dict[str, str], postgresql: str, tmp_path: Path) -> dict[str, object]:
    """The description of an app whose messages Celery carries."""
    return {"database": postgresql, "folder": str(tmp_path), "celery": settings}


@pytest.fixture
def kept(postgresql: str, tmp_path: Path) -> Iterator[Database]:
    """The database of that app."""
    database = Database(postgresql, tmp_path)
    yield database
    database.close()


def wake(settings: dict[str, str], times: int) -> None:
    """Publish wake-ups as any process does, and each of them so many times."""
    celery = make_celery("elsewhere", settings)
    for _ in range(times):
        celery.send_task(TASK, ignore_result=True)
    celery.close()


def states(database: Database, accepted: list[tuple[str, str]]) -> set[str]:
    """The states of messages."""
    with database.reading() as connection:
        return {stored.find(connection, name).state for _, name in accepted}  # type: ignore[union-attr]


def test_killed_processes_and_wake_ups_that_come_twice_or_never_lose_nothing(
    shop: dict[str, object], settings: dict[str, str], kept: Database, tmp_path: Path
) -> None:
    journal, random = tmp_path / "journal", Random(18)
    with celery_worker(shop, tmp_path) as worker:
        accepted = accept(kept, CHATS, 60)  # nobody publishes a wake-up for these
        wait_for("what no wake-up was published for", lambda: is_done(kept))
        accepted += accept(kept, CHATS, 140, first=60)
        wake(settings, 6)  # those come more than once
        for due in (90, 120):
            wait_for(f"{due} sends", lambda due=due: len(read_journal(journal)) >= due)
            worker.kill_one(random)
        purge(settings)  # and those never
        accepted += accept(kept, CHATS, 20, first=200)
        wait_for("an empty outbox", lambda: is_done(kept))
        assert worker.end() == 0
    assert check(accepted, journal) <= 2 * 8, "more was sent twice than the killed processes had in their hands"
    assert states(kept, accepted) == {"sent"}


@pytest.mark.parametrize("settings", each_broker()[:1], indirect=True)
def test_a_message_that_kills_processes_is_given_up_and_the_others_go_out(shop: dict[str, object], kept: Database, tmp_path: Path) -> None:
    killer = "628999@c.us"
    accepted = accept(kept, [*CHATS[:5], killer], 12)
    with celery_worker({**shop, "killers": [killer]}, tmp_path):
        wait_for("an empty outbox", lambda: is_done(kept))
    with kept.reading() as connection:
        found = {name: stored.find(connection, name) for _, name in accepted}
    failed = {name: (each.state, each.error) for name, each in found.items() if each and each.state != "sent"}
    assert failed == {name: ("failed", "Each worker that tried it died.") for chat, name in accepted if chat == killer}

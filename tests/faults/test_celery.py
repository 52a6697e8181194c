"""Messages carried by Celery: wake-ups that come twice or never and processes that are killed lose nothing, and chats stay in order."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from benchmarks.faults.brokers import BrokerServer, rabbitmq_server, redis_server, running
from flask_chatbot.database.database import Database
from flask_chatbot.startup.carrying import TASK, Carrying
from flask_chatbot.startup.celery_app import make_celery
from flask_chatbot.store import stored
from flask_chatbot.worker.worker import WorkerOptions
from tests.brokers import NO_RABBITMQ, NO_REDIS, RABBITMQ, REDIS, each_broker, made, purge, queue_of_our_own
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


def survive_without_broker(broker: BrokerServer, url: str, folder: Path, away: float) -> float:
    """Kill the broker for so many seconds while messages come in; the seconds from its return until all of them are sent."""
    settings = {"broker_url": broker.url}
    shop = {"database": url, "folder": str(folder), "celery": settings}
    database = Database(url, folder)
    web = Carrying(make_celery("web", settings), nothing_to_carry)
    with celery_worker(shop, folder):
        accepted = accept(database, CHATS, 20)
        web.wake()
        wait_for("what came before", lambda: is_done(database))
        broker.kill()
        back_at, longest = monotonic() + away, 0.0
        while monotonic() < back_at:
            accepted += accept(database, CHATS, 4, first=len(accepted))
            began = monotonic()
            web.wake()
            longest = max(longest, monotonic() - began)
            sleep(away / 30)
        broker.start()
        returned = monotonic()
        wait_for("an empty outbox", lambda: is_done(database))
        took = monotonic() - returned
    assert longest < 1.0, "a broker that is away held up who writes"
    check(accepted, folder / "journal")
    assert states(database, accepted) == {"sent"}
    web.close()
    database.close()
    return took


def nothing_to_carry() -> WorkerOptions:
    """A process that only accepts messages makes no worker."""
    raise AssertionError("this process carries nothing")


@pytest.mark.redis
@pytest.mark.skipif(not REDIS, reason=NO_REDIS)
def test_a_broker_that_is_killed_while_messages_come_in_delays_and_loses_nothing(postgresql: str, tmp_path: Path) -> None:
    with running(made(redis_server, tmp_path)) as broker:
        survive_without_broker(broker, postgresql, tmp_path, away=3.0)


@pytest.mark.long
@pytest.mark.rabbitmq
@pytest.mark.skipif(not RABBITMQ, reason=NO_RABBITMQ)
def test_a_broker_that_is_away_for_a_minute_delays_and_loses_nothing(
    postgresql: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with running(made(rabbitmq_server, tmp_path)) as broker:
        record_property("recovery", survive_without_broker(broker, postgresql, tmp_path, away=60.0))

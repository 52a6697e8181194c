"""The brokers that the machine has for tests of Celery, if it has any."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from benchmarks.faults.brokers import BrokerServer
from flask_chatbot.startup.celery_app import make_celery

RABBITMQ = os.environ.get("CHATBOT_TEST_RABBITMQ")
REDIS = os.environ.get("CHATBOT_TEST_REDIS")
NO_RABBITMQ = "CHATBOT_TEST_RABBITMQ names no server, such as amqp://guest:guest@127.0.0.1:5672//"
NO_REDIS = "CHATBOT_TEST_REDIS names no server, such as redis://127.0.0.1:6379/0"
_numbers = count(1)


def each_broker() -> list[object]:
    """Parameters of a fixture: the URL of each kind of broker, skipped where there is none."""
    rabbitmq = pytest.mark.skipif(not RABBITMQ, reason=NO_RABBITMQ)
    redis = pytest.mark.skipif(not REDIS, reason=NO_REDIS)
    return [
        pytest.param(RABBITMQ, id="rabbitmq", marks=[pytest.mark.rabbitmq, rabbitmq]),
        pytest.param(REDIS, id="redis", marks=[pytest.mark.redis, redis]),
    ]


@contextmanager
def queue_of_our_own(url: str) -> Iterator[dict[str, str]]:
    """Settings of a Celery app with a queue that nobody else uses, which is gone afterwards."""
    name = f"chatbot-test-{os.getpid()}-{next(_numbers)}"
    yield {"broker_url": url, "task_default_queue": name}
    with make_celery("test", {"broker_url": url}).connection_for_write() as connection:
        connection.default_channel.queue_delete(name)
        connection.default_channel.exchange_delete(name)


def made(make: Callable[[Path], BrokerServer], folder: Path) -> BrokerServer:
    """A broker of a test's own, which is not started yet; skips the test where the machine has no such program."""
    try:
        return make(folder)
    except LookupError as error:
        pytest.skip(str(error))


def purge(settings: dict[str, str]) -> int:
    """Lose all wake-ups that wait; how many there were."""
    with make_celery("test", settings).connection_for_write() as connection:
        lost: int = connection.default_channel.queue_purge(settings["task_default_queue"])
        return lost

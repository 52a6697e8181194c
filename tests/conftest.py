"""What all tests share: an environment without the developer's own settings."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.canaries import Watch

# Read when an app starts, and by every child process a test starts. CHATBOT_TEST_* says what the machine has for tests.
for name in [each for each in os.environ if each.startswith(("CHATBOT_", "FLASK_")) and not each.startswith("CHATBOT_TEST_")]:
    del os.environ[name]

# A machine under load is no failure. What judges a change tries the same examples each time; whoever works on it looks for new ones.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))
settings.load_profile("steady")

# Whatever a test is about, it also shows that no key and no whole number gets into a log.
WATCH = Watch()
logging.getLogger("flask_chatbot").addHandler(WATCH)
logging.getLogger("flask_chatbot").setLevel(logging.DEBUG)


@pytest.fixture(autouse=True)
def _logs_hold_no_secrets() -> Iterator[None]:
    WATCH.told.clear()
    yield
    assert not WATCH.told


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a PostgreSQL server, by the fixtures that give one."""
    for item in items:
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if {"server", "postgresql"} & {*getattr(item, "fixturenames", ()), *(each for each in params if isinstance(each, str))}:
            item.add_marker("postgresql")

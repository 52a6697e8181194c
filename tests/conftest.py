"""What all tests share: an environment without the developer's own settings."""

import gc
import logging
import os
from collections.abc import Generator, Iterator

import pytest

from tests.canaries import Watch
from tests.databases import database, empty, postgresql, server, sqlite, url
from tests.examples import use_examples
from tests.postgres import MISSING, SERVER, database_of
from tests.processes import ProcessMarks

__all__ = ["database", "empty", "postgresql", "server", "sqlite", "url"]

# Read when an app starts, and by every child process a test starts. CHATBOT_TEST_* says what the machine has for tests.
for name in [each for each in os.environ if each.startswith(("CHATBOT_", "FLASK_")) and not each.startswith("CHATBOT_TEST_")]:
    del os.environ[name]

# Whatever a test is about, it also shows that no key and no whole number gets into a log.
WATCH = Watch()
logging.getLogger("flask_chatbot").addHandler(WATCH)
logging.getLogger("flask_chatbot").setLevel(logging.DEBUG)


@pytest.fixture(autouse=True)
def _logs_hold_no_secrets() -> Iterator[None]:
    WATCH.told.clear()
    yield
    assert not WATCH.told


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Loggers and their handlers as they were before: the env.py of migrations sets up logging for the whole process."""
    root = logging.getLogger()
    loggers = [root, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    before = [(each, each.disabled, each.level, each.propagate, list(each.handlers)) for each in loggers]
    yield
    for each in root.manager.loggerDict.values():
        if isinstance(each, logging.Logger) and each not in loggers:  # made meanwhile
            each.disabled, each.level, each.propagate, each.handlers = False, logging.NOTSET, True, []
    for each, disabled, level, propagate, handlers in before:
        each.disabled, each.level, each.propagate, each.handlers = disabled, level, propagate, handlers
    root.manager._clear_cache()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    """The address of a database on the PostgreSQL server that no other process of the run tests in."""
    if not SERVER:
        pytest.skip(MISSING)
    with database_of(os.getpid(), SERVER) as address:
        yield address


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ProcessMarks())
    use_examples(quick="not process" in config.option.markexpr)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what is collected, which lives as long as the run does, from being looked through again and again for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is for a PostgreSQL server only, and count what is long among what a quick run leaves out.

    What is long comes first, so that where tests are spread over processes none has minutes to go when the others have ended.
    """
    for item in items:
        own = item.callspec.params if hasattr(item, "callspec") else {}
        if {"server", "postgresql"} & {*getattr(item, "fixturenames", ())} - {*own}:
            item.add_marker("postgresql")
        if "that_is_killed_" in item.name:  # of the suite for transports, which knows none of our marks
            item.add_marker("process")
        if item.get_closest_marker("long"):
            item.add_marker("process")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)

"""The PostgreSQL server that the machine has for tests, if it has one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url

SERVER = os.environ.get("CHATBOT_TEST_POSTGRES")
MISSING = "CHATBOT_TEST_POSTGRES names no server, such as postgresql+psycopg://user@127.0.0.1:5432/test"


def with_twins(*kinds: str, twin: str = "postgresql") -> list[object]:
    """Parameters of a fixture: these kinds of database, and the one on a server where there is a server."""
    return [*kinds, *([pytest.param(twin, marks=pytest.mark.postgresql)] if SERVER else [])]


def execute(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@contextmanager
def database_of(process: int, address: str) -> Iterator[str]:
    """The address of a database beside the one named, in which one process tests, whatever else tests on the server meanwhile."""
    url = make_url(address)
    name = f"{url.database}_{process}"
    gone = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    execute(address, gone, f'CREATE DATABASE "{name}"')
    yield url.set(database=name).render_as_string(hide_password=False)
    execute(address, gone)

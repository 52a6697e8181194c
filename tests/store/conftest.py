"""The databases the tests of the store run on."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from flask_chatbot.store.database import Database

_numbers = count(1)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/shop.sqlite"


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of an empty schema on a PostgreSQL server."""
    address = os.environ.get("CHATBOT_TEST_POSTGRES")
    if not address:
        pytest.skip("CHATBOT_TEST_POSTGRES names no server, such as postgresql+psycopg://user@127.0.0.1:5432/test")
    schema = f"chatbot_test_{os.getpid()}_{next(_numbers)}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield make_url(address).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


@pytest.fixture
def postgresql(server: str, tmp_path: Path) -> str:
    """The URL of a schema with its tables on a PostgreSQL server."""
    database = Database(server, tmp_path)
    database.upgrade()
    database.close()
    return server


@pytest.fixture(params=["sqlite", "server"])
def empty(request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, of each kind in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that can be used as it is, of each kind in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database, of each kind in turn."""
    database = Database(url, tmp_path)
    yield database
    database.close()

"""The databases that tests run on, each kind in turn."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flask_chatbot.database.database import Database
from tests.postgres import execute, with_twins

_numbers = count(1)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/shop.sqlite"


@pytest.fixture
def server(postgresql_address: str) -> Iterator[str]:
    """The URL of an empty schema on a PostgreSQL server."""
    schema = f"chatbot_test_{os.getpid()}_{next(_numbers)}"
    execute(postgresql_address, f"CREATE SCHEMA {schema}")
    yield make_url(postgresql_address).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    execute(postgresql_address, f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def postgresql(server: str, tmp_path: Path) -> str:
    """The URL of a schema with its tables on a PostgreSQL server."""
    database = Database(server, tmp_path)
    database.upgrade()
    database.close()
    return server


@pytest.fixture(params=with_twins("sqlite", twin="server"))
def empty(request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, of each kind in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(params=with_twins("sqlite"))
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that can be used as it is, of each kind in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database, of each kind in turn."""
    database = Database(url, tmp_path)
    yield database
    database.close()

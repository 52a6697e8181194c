"""Supported databases, and the form of their URLs."""

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

EXAMPLES = "sqlite:///chatbot.sqlite or postgresql://user:password@host/name"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """The database that a URL names; `ValueError` with a sentence that shows only its scheme.

    >>> read_url("postgres://toko@db/shop").drivername
    'postgresql+psycopg'
    """
    if not text.isprintable():
        raise ValueError("it holds a character that cannot be printed, such as a line break. Remove it.")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"it is not a database URL. Write {EXAMPLES}.") from None
    if url.drivername not in _DRIVERS:
        base, _, driver = url.drivername.partition("+")
        if base in _DRIVERS:
            raise ValueError(f"the driver {driver!r} is not supported. Write {base}:// without a driver.")
        raise ValueError(f"{base!r} is not a supported database. Write {EXAMPLES}.")
    url = url.set(drivername=_DRIVERS[url.drivername])
    return _sqlite(url) if url.drivername.startswith("sqlite") else _postgresql(url)


def file_of(url: URL, folder: Path) -> Path:
    """The SQLite file that a URL names; a relative path starts from `folder`."""
    return folder.absolute() / (url.database or "")


def _sqlite(url: URL) -> URL:
    if url.host or url.username or url.port:
        raise ValueError("a path follows three slashes, an absolute one four. Write sqlite:///chatbot.sqlite.")
    if not url.database or url.database == ":memory:":
        raise ValueError("a database in memory would be another in each process. Name a file: sqlite:///chatbot.sqlite.")
    if url.query:
        raise ValueError("SQLite takes no parameters. Remove the question mark and what follows it.")
    return url


def _postgresql(url: URL) -> URL:
    try:
        import psycopg
        from psycopg.conninfo import make_conninfo
    except ImportError:
        missing = "PostgreSQL needs psycopg, which is not installed or finds no libpq."
        raise ValueError(f"{missing} Run: pip install 'flask-chatbot[postgres]'") from None
    if "@" in (url.host or ""):
        raise ValueError("there are two @ before the host. Write one that belongs to the user or the password as %40.")
    if not all(each is None or each.isprintable() for each in (url.username, url.password, url.database)):
        raise ValueError("it holds a character that cannot be printed. Remove it.")
    for name in url.query:
        try:
            make_conninfo(**{name: ""})
        except psycopg.Error:
            raise ValueError(f"{name!r} is not a parameter of PostgreSQL. Remove it, or correct its name.") from None
    return url


def place_of(url: URL, folder: Path) -> str:
    """The name of a database in messages, without user name and password.

    >>> place_of(read_url("postgresql://toko:rahasia@db:5433/shop"), Path("/srv"))
    'shop at db:5433'
    """
    if url.drivername.startswith("sqlite"):
        return os.fspath(file_of(url, folder))
    host = f" at {url.host}:{url.port}" if url.port else f" at {url.host}" if url.host else ""
    return f"{url.database or 'of this user'}{host}"

"""A small SQLite file in the app's instance folder, filled with a few samples when it is new."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

SAMPLES = """
CREATE TABLE parcels (number TEXT PRIMARY KEY, state TEXT NOT NULL, town TEXT NOT NULL);
INSERT INTO parcels VALUES ('TM12345678', 'dalam perjalanan', 'Dumai'), ('TM87654321', 'sudah diterima', 'Pekanbaru');
CREATE TABLE items (name TEXT PRIMARY KEY, pieces INTEGER NOT NULL, price INTEGER NOT NULL);
INSERT INTO items VALUES ('kaos polos', 120, 65000), ('kaos hitam', 35, 70000), ('topi', 0, 40000);
"""


class Parcel(NamedTuple):
    """How far a parcel is, and where it was seen last."""

    state: str
    town: str


class Item(NamedTuple):
    """How many pieces there are, and what one costs in rupiah."""

    pieces: int
    price: int


def find_parcel(number: str) -> Parcel | None:
    """The parcel of that number, or None."""
    row = fetch("SELECT state, town FROM parcels WHERE number = ?", number)
    return Parcel(*row) if row else None


def find_item(name: str) -> Item:
    """The item of that name; of one nobody knows there are no pieces."""
    row = fetch("SELECT pieces, price FROM items WHERE name = ?", name)
    return Item(*row) if row else Item(0, 0)


def fetch(query: str, value: str) -> Any:
    """The first row a query finds, or None."""
    folder = Path(current_app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "orders.sqlite", isolation_level=None)) as connection:
        fill(connection)
        return connection.execute(query, [value]).fetchone()


def fill(connection: sqlite3.Connection) -> None:
    """Put the samples into an empty file; of two processes that find it empty only one does."""
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        return
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        for statement in SAMPLES.strip().split(";\n"):
            connection.execute(statement)
    connection.execute("COMMIT")

"""The queues as monitoring counts them."""

from pathlib import Path

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import sqlite

from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.store import outbox
from flask_chatbot.store.measuring import queues
from flask_chatbot.store.measuring.queues import LineQueue
from flask_chatbot.store.outgoing import new_messages
from flask_chatbot.store.outgoing.new_messages import NewMessage

NOW = 1_700_000_000.0
STATEMENTS = [queues._OPEN, queues._OLDEST, queues._FAILED, queues._CAME, queues._CALLS]


def message(number: int, **more: object) -> NewMessage:
    """A message to one of two chats, accepted a minute ago."""
    known = {"session": "toko", "chat": f"62811{number % 2}@c.us", "type": "text", "reply": Text("Halo")}
    return NewMessage(**{**known, "id": f"m{number}", "created_at": NOW - 60, "expires_at": NOW + 900, **more})  # type: ignore[arg-type]


def test_what_waits_is_counted_by_line_with_the_age_of_the_first_that_is_due(database: Database) -> None:
    with database.writing() as connection:
        new_messages.add(connection, [message(0), message(1), message(2), message(3, start_at=NOW + 100)])
        new_messages.add(connection, [message(4, session="dumai", start_at=NOW - 5)])
        claim, _ = outbox.claim(connection, "toko", NOW, 30.0, 10)
        assert outbox.settle_failed(connection, claim, "No.", NOW)
    with database.reading() as connection:
        found = queues.queues(connection, ["toko", "dumai", "medan"], NOW)
    assert found == [
        LineQueue(line="toko", queued=2, claimed=1, failed=1, oldest_due=60.0),
        LineQueue(line="dumai", queued=1, oldest_due=5.0),
        LineQueue(line="medan"),
    ]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_query_looks_at_rows_that_are_only_kept(statement: Executable, sqlite_plan: "list[str]") -> None:
    assert [line for line in sqlite_plan if line.startswith("SCAN chatbot_") and "USING INDEX" not in line] == []
    assert any("USING INDEX" in line for line in sqlite_plan)


@pytest.fixture
def sqlite_plan(statement: Executable, tmp_path: Path) -> "list[str]":
    """How SQLite finds what a statement asks for."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))  # type: ignore[attr-defined]
    given = {**compiled.params, "line": "toko", "now": NOW}
    database = Database(None, tmp_path)
    with database.writing() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", {name: given[name] for name in compiled.params})
        return [row[3] for row in rows]

"""The index of the words in incoming messages: FTS5 in a SQLite file, GIN on PostgreSQL. Both keep it up to date by themselves.

Since a text that is forgotten leaves it by a trigger, nothing else must think of it.
"""

import re
from typing import Any

from sqlalchemy import Connection, event, text

from flask_chatbot.database.tables import inbox

NAME = "chatbot_inbox_words"
WORDS_LIMIT = 8  # of a search
_WORD = re.compile(r"[^\W_]+")
_REMOVE = "INSERT INTO chatbot_inbox_words (chatbot_inbox_words, rowid, text) VALUES ('delete', old.seq, old.text);"
_ADD = "INSERT INTO chatbot_inbox_words (rowid, text) VALUES (new.seq, new.text);"
_TABLE = """
CREATE VIRTUAL TABLE IF NOT EXISTS chatbot_inbox_words
USING fts5(text, content='chatbot_inbox', content_rowid='seq', tokenize='unicode61 remove_diacritics 2', detail=none, prefix='2 3 4')
"""
_FORGET = f"""
CREATE TRIGGER IF NOT EXISTS {NAME}_forget AFTER UPDATE OF text ON chatbot_inbox
WHEN old.text IS NOT NULL AND new.text IS NULL BEGIN {_REMOVE} END
"""
_SQLITE = (
    _TABLE,
    f"CREATE TRIGGER IF NOT EXISTS {NAME}_add AFTER INSERT ON chatbot_inbox WHEN new.text IS NOT NULL BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS {NAME}_remove AFTER DELETE ON chatbot_inbox WHEN old.text IS NOT NULL BEGIN {_REMOVE} END",
    _FORGET,
    "INSERT INTO chatbot_inbox_words (chatbot_inbox_words) VALUES ('rebuild')",
)
_POSTGRESQL = (f"CREATE INDEX IF NOT EXISTS {NAME} ON chatbot_inbox USING gin (to_tsvector('simple', coalesce(text, '')))",)
_HAS_FTS5 = text("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
_IS_THERE = text("SELECT count(*) FROM sqlite_master WHERE name = 'chatbot_inbox_words'")
_INDEXED = """
SELECT rowid AS seq FROM chatbot_inbox_words WHERE chatbot_inbox_words MATCH :words AND rowid < :before ORDER BY rowid DESC LIMIT :limit
"""
_ON_SERVER = """
SELECT seq FROM chatbot_inbox
WHERE to_tsvector('simple', coalesce(text, '')) @@ to_tsquery('simple', :words) AND seq < :before ORDER BY seq DESC LIMIT :limit
"""
_UNINDEXED = "SELECT seq FROM chatbot_inbox WHERE text LIKE :words AND seq < :before ORDER BY seq DESC LIMIT :limit"


def make_word_index(connection: Connection) -> None:
    """Make the index, of the messages that are there, too. A SQLite that was built without FTS5 has none, and searches all the same."""
    if connection.dialect.name == "sqlite" and not connection.execute(_HAS_FTS5).scalar():
        return
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


@event.listens_for(inbox, "after_create")
def _made(_table: object, connection: Connection, **_: Any) -> None:
    make_word_index(connection)


@event.listens_for(inbox, "after_drop")
def _dropped(_table: object, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "sqlite":  # PostgreSQL drops it with the table
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {NAME}")


def find_words(connection: Connection, written: str, before: int, limit: int) -> list[int]:
    """The numbers of the incoming messages that hold words beginning with all of these, the newest first."""
    words = words_of(written)
    if not words:
        return []
    given = {"before": before, "limit": limit}
    if connection.dialect.name == "postgresql":
        statement, wanted = _ON_SERVER, " & ".join(f"{word}:*" for word in words)
    elif connection.execute(_IS_THERE).scalar():
        statement, wanted = _INDEXED, " ".join(f'"{word}"*' for word in words)
    else:
        statement, wanted = _UNINDEXED, f"%{'%'.join(words)}%"
    return list(connection.execute(text(statement), {**given, "words": wanted}).scalars())


def words_of(written: str) -> list[str]:
    """The words to search for, without signs that mean something to a search.

    >>> words_of('Harga "kopi" OR teh*; DROP')
    ['harga', 'kopi', 'or', 'teh', 'drop']
    """
    return _WORD.findall(written.lower())[:WORDS_LIMIT]

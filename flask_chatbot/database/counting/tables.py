"""The tables of counts, and with them the `metadata` of all tables."""

from sqlalchemy import BigInteger, Column, String, Table

from flask_chatbot.database.broadcast_tables import metadata
from flask_chatbot.database.tables import Serial

__all__ = ["counts", "metadata", "totals"]

LABELS_LIMIT = 300  # characters

# One row for each kind of thing that a transaction did. Nobody ever waits for another here, as for the row of one running total.
counts = Table(
    "chatbot_counts",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("name", String(16), nullable=False),
    Column("line", String(64), nullable=False),
    Column("labels", String(LABELS_LIMIT), nullable=False),  # JSON: a list of words
    Column("number", BigInteger, nullable=False),
)

# What was counted before: rows of the other table are added to it, and deleted.
totals = Table(
    "chatbot_totals",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("line", String(64), primary_key=True),
    Column("labels", String(LABELS_LIMIT), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

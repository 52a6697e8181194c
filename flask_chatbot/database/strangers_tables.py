"""The tables of lines that may not write to many strangers, and with them the `metadata` of all tables."""

from sqlalchemy import Boolean, Column, Double, SmallInteger, String, Table, Text

from flask_chatbot.database.console_tables import metadata
from flask_chatbot.database.tables import PERSON_LIMIT

__all__ = ["acquaintances", "metadata", "restrictions"]

# Who wrote by a line, and to whom it first wrote: kept for lines that may not write to many strangers.
acquaintances = Table(
    "chatbot_acquaintances",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("person", String(PERSON_LIMIT), primary_key=True, index=True),
    Column("has_written", Boolean, nullable=False),  # else we wrote, after their number was checked
    Column("at", Double, nullable=False),
)

# Lines by which WhatsApp takes nothing to strangers for a while.
restrictions = Table(
    "chatbot_restrictions",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("times", SmallInteger, nullable=False),  # it was refused again when it was tried after a while
    Column("why", Text, nullable=False),
)

"""The tables of saved rows, with their states and what they are found by."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text

from flask_chatbot.core.values.people import VALUE_LIMIT
from flask_chatbot.core.values.saving.numbering import CODE_LIMIT
from flask_chatbot.database.tables import PERSON_LIMIT, metadata

__all__ = ["metadata", "saved", "saved_history", "saved_keys"]

STATE_LIMIT = 60  # characters of the state of a saved row

saved = Table(
    "chatbot_saved",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("fields", Text, nullable=False),  # JSON, in the order of the rule
    Column("sender", String(VALUE_LIMIT), nullable=False),
    Column("person", String(PERSON_LIMIT), index=True),
    Column("sender_name", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("state", String(STATE_LIMIT)),  # NULL in a table without states
    Column("code", String(CODE_LIMIT)),  # its number as customers read it, where that is another
)
Index("ix_chatbot_saved_mine", saved.c.name, saved.c.person, saved.c.number)

saved_history = Table(
    "chatbot_saved_history",  # the states that rows were in, the first and the current one included
    metadata,
    Column("name", String(200), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("state", String(STATE_LIMIT), nullable=False),
    Column("actor", Text, nullable=False),  # whoever moved it there; empty for the customer who made it
    Column("at", Double, nullable=False),
)

saved_keys = Table(
    "chatbot_saved_keys",  # what saved rows are found by
    metadata,
    Column("key", String(32), primary_key=True),  # a hash of the table, the field and the normal form of its value, in hex
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the row in that table
    Column("person", String(PERSON_LIMIT), nullable=False, index=True),
)
Index("ix_chatbot_saved_keys_mine", saved_keys.c.key, saved_keys.c.person, saved_keys.c.number)

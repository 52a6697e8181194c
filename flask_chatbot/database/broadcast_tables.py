"""The tables of broadcasts, and with them the `metadata` of all tables."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text

from flask_chatbot.database.reminder_tables import metadata
from flask_chatbot.database.statements import CHAT_LIMIT, word
from flask_chatbot.database.tables import PERSON_LIMIT, Serial

__all__ = ["broadcasts", "metadata", "recipients"]

# One text, template or rule for many people. It is a draft until somebody starts it.
broadcasts = Table(
    "chatbot_broadcasts",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("line", String(64), nullable=False),
    Column("content", Text, nullable=False),  # JSON, as broadcasting.content writes it
    Column("audience", String(200), nullable=False),  # the list as people call it: the name of a file, a label, a number of days
    Column("author", String(60), nullable=False),  # whoever made the draft; empty where the console has one password for all
    Column("listed", Integer),  # people on the list, each once; NULL until all of them are stored
    Column("repeated", Integer, nullable=False),  # entries that named somebody again
    Column("created_at", Double, nullable=False),
    Column("start_at", Double, nullable=False),  # 0 for at once
    Column("started_by", String(60)),
    *(Column(name, Double) for name in ("started_at", "stopped_at", "ended_at")),
    Column("kept_until", Double, index=True),  # NULL while it is under way
)
_IS_OPEN = broadcasts.c.kept_until.is_(None)
Index("ix_chatbot_broadcasts_open", broadcasts.c.line, broadcasts.c.start_at, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)

# The people on its list, in its order.
recipients = Table(
    "chatbot_broadcast_recipients",
    metadata,
    Column("broadcast", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("address", String(CHAT_LIMIT), nullable=False),  # the chat of a number, or our id of a person
    Column("person", String(PERSON_LIMIT)),  # known once it was their turn
    Column("fields", Text),  # JSON: the columns of the file
    Column("state", String(10), nullable=False),  # waiting; queued: their messages are in the outbox; done, skipped, withdrawn
    Column("why", Text),  # somebody was skipped; JSON, to be said in any language
    Column("message", String(32)),  # messages.id, of the first of their messages
    Column("more", Text),  # the ids of the others
)
Index("ix_chatbot_broadcast_recipients_person", recipients.c.person, recipients.c.broadcast)
Index("ix_chatbot_broadcast_recipients_address", recipients.c.address)
for _state in ("waiting", "queued"):
    _condition = recipients.c.state == word(_state)
    Index(
        f"ix_chatbot_broadcast_recipients_{_state}",
        recipients.c.broadcast,
        recipients.c.place,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )

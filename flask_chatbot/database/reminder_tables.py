"""The table of reminders."""

from sqlalchemy import BigInteger, Column, Double, Index, SmallInteger, String, Table

from flask_chatbot.database.strangers_tables import metadata

__all__ = ["metadata", "reminders"]

# What customers of saved rows are to be reminded of. The message itself waits in the outbox, and is cancelled together with the row here.
# A row stays when its message is sent, so that whoever asks sees that it was.
reminders = Table(
    "chatbot_reminders",
    metadata,
    # Of the row:
    Column("name", String(200), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # In the list of the rule, from 0; below 0 if it was sent before the row came into its state again:
    Column("place", SmallInteger, primary_key=True, autoincrement=False),
    Column("message", String(32)),  # messages.id; NULL if it was due before the row was saved, and is never sent
    Column("due_at", Double, nullable=False),  # as it was planned; the message may have been put off since
    Column("until", Double),  # from then on it is of no use any more
)
# By messages as they are claimed, and to delete what is long over.
Index("ix_chatbot_reminders_message", reminders.c.message)
Index("ix_chatbot_reminders_due_at", reminders.c.due_at)

"""The tables of the console and the indexes that only its pages need."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text, text

from flask_chatbot.database import word_index  # noqa: F401  which is made with its table
from flask_chatbot.database.saved_tables import metadata, saved
from flask_chatbot.database.statements import CHAT_LIMIT, word
from flask_chatbot.database.tables import PERSON_LIMIT, Serial, inbox, messages

__all__ = ["audit", "conversations", "handovers", "hours", "labels", "metadata", "notes"]

LABEL_LIMIT = 40  # characters

# Who did what in the console.
audit = Table(
    "chatbot_audit",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("at", Double, nullable=False),
    Column("name", String(60), nullable=False),
    Column("address", String(60), nullable=False),  # of the network
    Column("action", String(40), nullable=False),
    Column("about", String(200), nullable=False),
)
Index("ix_chatbot_audit_name", audit.c.action, audit.c.name, audit.c.at)
Index("ix_chatbot_audit_address", audit.c.action, audit.c.address, audit.c.at)
Index("ix_chatbot_audit_at", audit.c.at)

# The messages to one person or group, whatever became of them.
Index("ix_chatbot_messages_conversation", messages.c.order_key, messages.c.seq)
# The log of deliveries by state, rule and time: those that are not settled and those that failed are few among many.
_IS_OPEN, _HAS_FAILED = messages.c.settled_at.is_(None), messages.c.state == word("failed")
Index("ix_chatbot_messages_open", messages.c.settled_at, messages.c.seq, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
Index("ix_chatbot_messages_failed", messages.c.state, messages.c.seq, sqlite_where=_HAS_FAILED, postgresql_where=_HAS_FAILED)
Index("ix_chatbot_messages_created", messages.c.created_at, messages.c.seq)
Index("ix_chatbot_inbox_at", inbox.c.at, inbox.c.seq)
for _table in (messages, inbox):
    _has_rule = _table.c.rule.is_not(None)
    Index(f"ix_{_table.name}_rule", _table.c.rule, _table.c.seq, sqlite_where=_has_rule, postgresql_where=_has_rule)
# Saved rows by state and time.
Index("ix_chatbot_saved_state", saved.c.name, saved.c.state, saved.c.number)
Index("ix_chatbot_saved_at", saved.c.name, saved.c.at, saved.c.number)

# The numbers of messages in each hour, so that no chart counts the messages themselves more than once.
hours = Table(
    "chatbot_hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),  # hours since the epoch
    Column("answered", Integer, nullable=False),  # messages that came in, by a rule that was meant
    Column("unmatched", Integer, nullable=False),  # by a fallback
    Column("silent", Integer, nullable=False),  # by none
    Column("sent", Integer, nullable=False),  # messages that were accepted to be sent
)

# Customers whom a rule handed over to staff, by `pause` or `notify`: one row for each notice, and one where nobody was told.
handovers = Table(
    "chatbot_handovers",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("person", String(PERSON_LIMIT), nullable=False, index=True),
    Column("line", String(64), nullable=False),  # empty where the message came by none
    Column("name", Text, nullable=False),  # of the customer, as the notice has it
    Column("rule", Text, nullable=False),
    Column("told", String(CHAT_LIMIT), nullable=False),  # the chat of the member of staff; empty where nobody was told
    Column("notice", String(32), index=True),  # messages.id
    Column("at", Double, nullable=False),
    Column("answered_at", Double),  # by hand, in the console or on the phone
    Column("closed_at", Double),  # given back, or done
)
_OPEN = handovers.c.closed_at.is_(None)
Index("ix_chatbot_handovers_open", handovers.c.at, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_chatbot_handovers_told", handovers.c.told, handovers.c.at)

# The last message of each person, and how far theirs were read in the console.
conversations = Table(
    "chatbot_conversations",
    metadata,
    Column("person", String(PERSON_LIMIT), primary_key=True),
    Column("last", BigInteger, nullable=False, index=True),  # inbox.seq
    Column("read", BigInteger, nullable=False, server_default=text("0")),
)
_UNREAD = conversations.c.read < conversations.c.last
Index("ix_chatbot_conversations_unread", conversations.c.last, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

notes = Table(
    "chatbot_notes",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("person", String(PERSON_LIMIT), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("name", String(60), nullable=False),  # of whoever wrote it
    Column("text", Text, nullable=False),
)

labels = Table(
    "chatbot_labels",
    metadata,
    Column("person", String(PERSON_LIMIT), primary_key=True),
    Column("label", String(LABEL_LIMIT), primary_key=True),
)
Index("ix_chatbot_labels_label", labels.c.label, labels.c.person)

"""The tries of callbacks, the numbers of messages in each hour, and indexes for the lists of the console."""

import sqlalchemy as sa
from alembic import op

from flask_chatbot.database.upgrading import add_index_in_use

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("chatbot_callbacks", sa.Column("attempts", sa.Text))
    numbers = [sa.Column(name, sa.Integer, nullable=False) for name in ("answered", "unmatched", "silent", "sent")]
    op.create_table("chatbot_hours", sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False), *numbers)
    add_index_in_use("ix_chatbot_messages_open", "chatbot_messages", ["settled_at", "seq"], "settled_at IS NULL")
    add_index_in_use("ix_chatbot_messages_failed", "chatbot_messages", ["state", "seq"], "state = 'failed'")
    add_index_in_use("ix_chatbot_messages_rule", "chatbot_messages", ["rule", "seq"], "rule IS NOT NULL")
    add_index_in_use("ix_chatbot_inbox_rule", "chatbot_inbox", ["rule", "seq"], "rule IS NOT NULL")
    add_index_in_use("ix_chatbot_messages_created", "chatbot_messages", ["created_at", "seq"])
    add_index_in_use("ix_chatbot_inbox_at", "chatbot_inbox", ["at", "seq"])
    add_index_in_use("ix_chatbot_saved_state", "chatbot_saved", ["name", "state", "number"])
    add_index_in_use("ix_chatbot_saved_at", "chatbot_saved", ["name", "at", "number"])

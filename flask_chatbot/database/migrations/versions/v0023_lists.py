"""The tries of callbacks, the numbers of messages in each hour, and indexes for the lists of the console."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("chatbot_callbacks", sa.Column("attempts", sa.Text))
    numbers = [sa.Column(name, sa.Integer, nullable=False) for name in ("answered", "unmatched", "silent", "sent")]
    op.create_table("chatbot_hours", sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False), *numbers)
    partly("chatbot_messages", "open", ["settled_at", "seq"], "settled_at IS NULL")
    partly("chatbot_messages", "failed", ["state", "seq"], "state = 'failed'")
    partly("chatbot_messages", "rule", ["rule", "seq"], "rule IS NOT NULL")
    partly("chatbot_inbox", "rule", ["rule", "seq"], "rule IS NOT NULL")
    op.create_index("ix_chatbot_messages_created", "chatbot_messages", ["created_at", "seq"])
    op.create_index("ix_chatbot_inbox_at", "chatbot_inbox", ["at", "seq"])
    op.create_index("ix_chatbot_saved_state", "chatbot_saved", ["name", "state", "number"])
    op.create_index("ix_chatbot_saved_at", "chatbot_saved", ["name", "at", "number"])


def partly(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

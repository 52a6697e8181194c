"""The record of who did what in the console, and the messages of one conversation by an index."""

import sqlalchemy as sa
from alembic import op

from flask_chatbot.database.upgrading import add_index_in_use

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "chatbot_audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
    )
    op.create_index("ix_chatbot_audit_name", "chatbot_audit", ["action", "name", "at"])
    op.create_index("ix_chatbot_audit_address", "chatbot_audit", ["action", "address", "at"])
    op.create_index("ix_chatbot_audit_at", "chatbot_audit", ["at"])
    add_index_in_use("ix_chatbot_messages_conversation", "chatbot_messages", ["order_key", "seq"])

"""Reminders of saved rows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "chatbot_reminders",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("place", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("message", sa.String(32)),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("until", sa.Double),
        sa.PrimaryKeyConstraint("name", "number", "place", name="pk_chatbot_reminders"),
    )
    op.create_index("ix_chatbot_reminders_message", "chatbot_reminders", ["message"])
    op.create_index("ix_chatbot_reminders_due_at", "chatbot_reminders", ["due_at"])

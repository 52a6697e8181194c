"""Keyed hashes of the names of people who were forgotten after they opted out, and the key."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "chatbot_forgotten",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("hash", "line", name="pk_chatbot_forgotten"),
    )
    op.create_table(
        "chatbot_secrets",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chatbot_secrets"),
    )

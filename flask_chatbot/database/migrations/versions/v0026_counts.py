"""Counts of what happened, for monitoring."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "chatbot_counts",
        sa.Column("seq", serial, primary_key=True),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("labels", sa.String(300), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "chatbot_totals",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("line", sa.String(64), primary_key=True),
        sa.Column("labels", sa.String(300), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )

"""The table of people, as it was before migrations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "chatbot_people",
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("sender", name="pk_chatbot_people"),
    )
    op.create_index("ix_chatbot_people_expires_at", "chatbot_people", ["expires_at"])

"""People who are no strangers to a line, and lines by which WhatsApp takes nothing to strangers for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "chatbot_acquaintances",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("has_written", sa.Boolean, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("session", "person", name="pk_chatbot_acquaintances"),
    )
    op.create_index("ix_chatbot_acquaintances_person", "chatbot_acquaintances", ["person"])
    op.create_table(
        "chatbot_restrictions",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("times", sa.SmallInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("session", name="pk_chatbot_restrictions"),
    )

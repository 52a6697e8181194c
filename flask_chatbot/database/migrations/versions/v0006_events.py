"""Messages that came in by HTTP, kept before the call was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "chatbot_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(206), nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.Double, nullable=False),
        sa.Column("settled_at", sa.Double),
        sa.PrimaryKeyConstraint("seq", name="pk_chatbot_events"),
        sa.UniqueConstraint("session", "key", name="uq_chatbot_events_session_key"),
    )
    for name, columns, condition in (("open", ["session", "chat", "seq"], "IS NULL"), ("settled", ["settled_at"], "IS NOT NULL")):
        where = sa.text(f"settled_at {condition}")
        op.create_index(f"ix_chatbot_events_{name}", "chatbot_events", columns, sqlite_where=where, postgresql_where=where)

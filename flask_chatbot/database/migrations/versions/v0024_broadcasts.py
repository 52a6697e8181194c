"""Broadcasts, and the people on their lists."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

LIST = "chatbot_broadcast_recipients"


def upgrade() -> None:
    make_broadcasts()
    make_list()


def make_broadcasts() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "chatbot_broadcasts",
        sa.Column("number", serial, primary_key=True),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("audience", sa.String(200), nullable=False),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("listed", sa.Integer),
        sa.Column("repeated", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("created_at", "start_at")),
        sa.Column("started_by", sa.String(60)),
        *(sa.Column(name, sa.Double) for name in ("started_at", "stopped_at", "ended_at", "kept_until")),
    )
    op.create_index("ix_chatbot_broadcasts_kept_until", "chatbot_broadcasts", ["kept_until"])
    partly("chatbot_broadcasts", "open", ["line", "start_at"], "kept_until IS NULL")


def make_list() -> None:
    op.create_table(
        LIST,
        sa.Column("broadcast", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address", sa.String(206), nullable=False),
        sa.Column("person", sa.String(26)),
        sa.Column("fields", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("message", sa.String(32)),
        sa.Column("more", sa.Text),
    )
    op.create_index(f"ix_{LIST}_person", LIST, ["person", "broadcast"])
    op.create_index(f"ix_{LIST}_address", LIST, ["address"])
    for state in ("waiting", "queued"):
        partly(LIST, state, ["broadcast", "place"], f"state = '{state}'")


def partly(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

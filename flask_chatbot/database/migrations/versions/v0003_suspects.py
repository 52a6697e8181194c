"""Claims tried alone since their worker died, all early receipts, and 0 for messages that are due at once."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("chatbot_messages", sa.Column("begun", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("chatbot_callbacks", sa.Column("deaths", sa.SmallInteger, nullable=False, server_default=sa.text("0")))
    op.add_column("chatbot_callbacks", sa.Column("begun", sa.Boolean, nullable=False, server_default=sa.false()))
    # Deaths counted so far are those of whatever was claimed together.
    op.execute("UPDATE chatbot_messages SET deaths = 0 WHERE settled_at IS NULL AND deaths > 0")
    for table in ("chatbot_messages", "chatbot_callbacks"):
        op.execute(f"UPDATE {table} SET due_at = 0 WHERE settled_at IS NULL AND due_at = created_at")  # noqa: S608  names of our own
    _keep_all_receipts()


def _keep_all_receipts() -> None:
    op.add_column("chatbot_transport_ids", sa.Column("early", sa.Text))
    names = ("session", "transport_id", "message", "ack", "at", "error", "early")
    ids = sa.table("chatbot_transport_ids", *map(sa.column, names))
    connection = op.get_bind()
    waiting = sa.select(ids).where(ids.c.message.is_(None), ids.c.ack.is_not(None))
    for row in connection.execute(waiting).all():
        here = (ids.c.session == row.session) & (ids.c.transport_id == row.transport_id)
        connection.execute(sa.update(ids).where(here).values(early=json.dumps([[row.ack, row.at, row.error or ""]])))
    # In a batch, since older versions of SQLite cannot drop columns.
    with op.batch_alter_table("chatbot_transport_ids") as batch:
        for name in ("ack", "at", "error"):
            batch.drop_column(name)

"""All receipts that came early."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
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

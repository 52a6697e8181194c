"""The request behind each message, and behind what comes in: its id and its trace."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0026"


def upgrade() -> None:
    for table in ("chatbot_messages", "chatbot_events"):
        op.add_column(table, sa.Column("request_id", sa.String(128)))
        op.add_column(table, sa.Column("traceparent", sa.String(55)))

"""Indexes to find people by an id of any line, and groups by their chat."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_chatbot_aliases_value", "chatbot_aliases", ["value"])
    of_groups = sa.column("chat", sa.String).like(sa.literal_column("'%@g.us'"))
    op.create_index("ix_chatbot_inbox_groups", "chatbot_inbox", ["session", "chat"], sqlite_where=of_groups, postgresql_where=of_groups)

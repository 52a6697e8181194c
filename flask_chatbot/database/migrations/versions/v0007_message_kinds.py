"""The kind of each message that comes in; so far, all were texts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("chatbot_inbox", sa.Column("kind", sa.String(16), nullable=False, server_default=sa.text("'text'")))

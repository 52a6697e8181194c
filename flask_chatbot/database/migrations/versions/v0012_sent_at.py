"""The time of each message that comes in, by its platform; so far, only that of its answer was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("chatbot_inbox", sa.Column("sent_at", sa.Double))

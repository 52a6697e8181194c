"""The names of one person who was forgotten belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("chatbot_forgotten", sa.Column("together", sa.String(32)))
    op.create_index("ix_chatbot_forgotten_together", "chatbot_forgotten", ["together"])

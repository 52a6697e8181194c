"""The message that an outgoing message quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("chatbot_messages", sa.Column("reply_to", sa.Text))

"""The rule or the caller of the API behind each message, and behind what it cost."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for table in ("chatbot_messages", "chatbot_charges"):
        for column in ("rule", "caller"):
            op.add_column(table, sa.Column(column, sa.Text))

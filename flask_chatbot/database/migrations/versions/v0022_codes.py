"""The numbers of saved rows as customers read them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("chatbot_saved", sa.Column("code", sa.String(60)))

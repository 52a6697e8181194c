"""Files of customers that are kept on disk, and for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "chatbot_files",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kept_until", sa.Double),
        sa.PrimaryKeyConstraint("hash", "person", name="pk_chatbot_files"),
    )
    op.create_index("ix_chatbot_files_kept_until", "chatbot_files", ["kept_until"])
    op.create_index("ix_chatbot_files_person", "chatbot_files", ["person"])

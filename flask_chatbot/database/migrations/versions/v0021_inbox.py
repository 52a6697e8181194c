"""Handovers, notes, labels, how far conversations were read, and the words of incoming messages by an index."""

import sqlalchemy as sa
from alembic import op

from flask_chatbot.database.word_index import make_word_index

revision = "0021"
down_revision = "0017"


_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _make_handovers()
    _make_conversations()
    _make_notes_and_labels()
    make_word_index(op.get_bind())


def _make_handovers() -> None:
    op.create_table(
        "chatbot_handovers",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("told", sa.String(206), nullable=False),
        sa.Column("notice", sa.String(32)),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("answered_at", sa.Double),
        sa.Column("closed_at", sa.Double),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index("ix_chatbot_handovers_person", "chatbot_handovers", ["person"])
    op.create_index("ix_chatbot_handovers_notice", "chatbot_handovers", ["notice"])
    op.create_index("ix_chatbot_handovers_open", "chatbot_handovers", ["at"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_chatbot_handovers_told", "chatbot_handovers", ["told", "at"])


def _make_conversations() -> None:
    op.create_table(
        "chatbot_conversations",
        sa.Column("person", sa.String(26), primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    )
    op.create_index("ix_chatbot_conversations_last", "chatbot_conversations", ["last"])
    unread = sa.text("read < last")
    op.create_index("ix_chatbot_conversations_unread", "chatbot_conversations", ["last"], sqlite_where=unread, postgresql_where=unread)
    op.execute(
        "INSERT INTO chatbot_conversations (person, last, read) "
        "SELECT person, max(seq), max(seq) FROM chatbot_inbox WHERE person IS NOT NULL GROUP BY person"
    )


def _make_notes_and_labels() -> None:
    op.create_table(
        "chatbot_notes",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_chatbot_notes_person", "chatbot_notes", ["person"])
    op.create_table(
        "chatbot_labels", sa.Column("person", sa.String(26), primary_key=True), sa.Column("label", sa.String(40), primary_key=True)
    )
    op.create_index("ix_chatbot_labels_label", "chatbot_labels", ["label", "person"])

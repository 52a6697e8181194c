"""The tables of the gateway: outgoing and incoming messages, and the agreements of the processes that share them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _make_messages()
    _make_callbacks()
    _make_transport_ids()
    _make_inbox()
    _make_saved()
    _make_counters()
    _make_opted_out()
    _make_requests()
    _make_leases()
    _make_paces()
    _make_idempotency()


def _make_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index of those rows only."""
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _queue() -> list[sa.Column[Any]]:
    """The columns of rows that are claimed, tried and settled."""
    return [
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.Double, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("settled_at", sa.Double),
    ]


def _make_messages() -> None:
    op.create_table(
        "chatbot_messages",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("promo", sa.Boolean, nullable=False),
        sa.Column("is_reply", sa.Boolean, nullable=False),
        sa.Column("notify_url", sa.Text),
        sa.Column("start_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        *_queue(),
        sa.Column("deaths", sa.SmallInteger, nullable=False),
        sa.Column("ack", sa.SmallInteger, nullable=False),
        *(sa.Column(f"{each}_at", sa.Double) for each in ("sent", "delivered", "read", "played", "failed")),
        sa.PrimaryKeyConstraint("seq", name="pk_chatbot_messages"),
        sa.UniqueConstraint("id", name="uq_chatbot_messages_id"),
    )
    _make_index("ix_chatbot_messages_claimed", "chatbot_messages", ["session", "chat"], "state = 'claimed'", unique=True)
    _make_index("ix_chatbot_messages_due", "chatbot_messages", ["session", "is_reply", "due_at", "seq"], "state = 'queued'")
    _make_index("ix_chatbot_messages_order", "chatbot_messages", ["session", "chat", "seq"], "state = 'queued'")
    _make_index("ix_chatbot_messages_settled", "chatbot_messages", ["state", "settled_at"], "settled_at IS NOT NULL")
    _make_index("ix_chatbot_messages_waiting", "chatbot_messages", ["session", "chat", "seq"], "state = 'waiting'")


def _make_callbacks() -> None:
    op.create_table(
        "chatbot_callbacks",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("ack", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        *_queue(),
        sa.PrimaryKeyConstraint("seq", name="pk_chatbot_callbacks"),
        sa.UniqueConstraint("id", name="uq_chatbot_callbacks_id"),
    )
    _make_index("ix_chatbot_callbacks_claimed", "chatbot_callbacks", ["leased_until"], "state = 'claimed'")
    _make_index("ix_chatbot_callbacks_due", "chatbot_callbacks", ["host", "due_at", "seq"], "state = 'queued'")
    op.create_index("ix_chatbot_callbacks_order", "chatbot_callbacks", ["message", "seq"])
    _make_index("ix_chatbot_callbacks_settled", "chatbot_callbacks", ["state", "settled_at"], "settled_at IS NOT NULL")


def _make_transport_ids() -> None:
    op.create_table(
        "chatbot_transport_ids",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("transport_id", sa.String(128), nullable=False),
        sa.Column("message", sa.String(32)),
        sa.Column("ack", sa.SmallInteger),
        sa.Column("at", sa.Double),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("session", "transport_id", name="pk_chatbot_transport_ids"),
    )
    op.create_index("ix_chatbot_transport_ids_created_at", "chatbot_transport_ids", ["created_at"])


def _make_inbox() -> None:
    op.create_table(
        "chatbot_inbox",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("replies", sa.SmallInteger, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("rules_hash", sa.String(64)),
        sa.Column("verdicts", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("kept_until", sa.Double),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_chatbot_inbox"),
        sa.UniqueConstraint("session", "message_id", name="uq_chatbot_inbox_session_message_id"),
    )
    op.create_index("ix_chatbot_inbox_expires_at", "chatbot_inbox", ["expires_at"])
    op.create_index("ix_chatbot_inbox_kept_until", "chatbot_inbox", ["kept_until"])
    op.create_index("ix_chatbot_inbox_sender", "chatbot_inbox", ["sender", "at"])


def _make_saved() -> None:
    op.create_table(
        "chatbot_saved",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("sender_name", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name="pk_chatbot_saved"),
    )


def _make_counters() -> None:
    op.create_table(
        "chatbot_counters",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chatbot_counters"),
    )


def _make_opted_out() -> None:
    op.create_table(
        "chatbot_opted_out",
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_chatbot_opted_out"),
    )


def _make_requests() -> None:
    op.create_table(
        "chatbot_requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("argument", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("answered_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_chatbot_requests"),
    )
    op.create_index("ix_chatbot_requests_open", "chatbot_requests", ["session", "created_at"])


def _make_leases() -> None:
    op.create_table(
        "chatbot_leases",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chatbot_leases"),
    )


def _make_paces() -> None:
    op.create_table(
        "chatbot_paces",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("tokens", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("session", name="pk_chatbot_paces"),
    )


def _make_idempotency() -> None:
    op.create_table(
        "chatbot_idempotency",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_chatbot_idempotency"),
    )
    op.create_index("ix_chatbot_idempotency_expires_at", "chatbot_idempotency", ["expires_at"])

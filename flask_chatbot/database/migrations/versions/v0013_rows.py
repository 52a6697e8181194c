"""States of saved rows with their history, and indexes to find rows by their sender and their fields."""

import json

import sqlalchemy as sa
from alembic import op

from flask_chatbot.core.lookups.row_keys import keys_in
from flask_chatbot.database.upgrading import add_index_in_use

revision = "0013"
down_revision = "0012"

AT_ONCE = 1000  # rows


def upgrade() -> None:
    op.add_column("chatbot_saved", sa.Column("state", sa.String(60)))
    op.create_table(
        "chatbot_saved_history",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("step", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", "number", "step", name="pk_chatbot_saved_history"),
    )
    add_index_in_use("ix_chatbot_saved_mine", "chatbot_saved", ["name", "person", "number"])
    keys = op.create_table(
        "chatbot_saved_keys",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("person", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name="pk_chatbot_saved_keys"),
    )
    op.create_index("ix_chatbot_saved_keys_person", "chatbot_saved_keys", ["person"])
    op.create_index("ix_chatbot_saved_keys_mine", "chatbot_saved_keys", ["key", "person", "number"])
    fill(op.get_bind(), keys)


def fill(connection: sa.Connection, keys: sa.Table) -> None:
    """Let the rows that are there already be found."""
    saved = sa.table("chatbot_saved", *map(sa.column, ("name", "number", "fields", "person")))
    c, last = saved.c, ("", 0)
    while True:
        behind = sa.or_(c.name > last[0], sa.and_(c.name == last[0], c.number > last[1]))
        rows = connection.execute(sa.select(saved).where(behind).order_by(c.name, c.number).limit(AT_ONCE)).all()
        if not rows:
            return
        found = [
            {"key": key, "number": row.number, "person": row.person or ""}
            for row in rows
            for key in dict.fromkeys(keys_in(row.name, fields_of(row.fields)))
        ]
        if found:
            connection.execute(keys.insert(), found)
        last = (rows[-1].name, rows[-1].number)


def fields_of(text: str) -> dict[str, object]:
    """The fields of a row; none if it is not what this package wrote."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

"""People with aliases: what was kept under a number is theirs from now on.

Inbox, saved rows, opt-outs and messages hold senders in clear: each becomes a person at once. A state under the hash of a sender is given
to the person that the hash is of; the others wait, 30 days at most, for their sender to write.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from flask_chatbot.core.values.people import VALUE_LIMIT, alias_of, new_person_id
from flask_chatbot.database.statements import fitting

revision = "0004"
down_revision = "0003"

KEPT = 30 * 86_400.0  # seconds that the state of a sender nobody knows waits for them
HASHED = "sha256:"  # how a sender begins that was too long to be kept in clear
AT_ONCE = 1000  # rows
PARTIAL = {"claimed": (True, "claimed"), "order": (False, "queued"), "waiting": (False, "waiting")}


def upgrade() -> None:
    opted_out = _opted_out()
    _move_hashed_states()
    _make_people()
    _make_states("chatbot_states", "person", 26)
    _make_opted_out()
    _change_tables()
    people = _people_of_senders(opted_out)
    _add_people(people)
    _link_rows()
    _keep_opted_out(opted_out, people)
    _adopt_states(people)


def _opted_out() -> dict[str, float]:
    """The numbers that want no promotion, and since when."""
    rows = op.get_bind().execute(sa.text("SELECT number, at FROM chatbot_opted_out"))
    return {row.number: row.at for row in rows}


def _move_hashed_states() -> None:
    _make_states("chatbot_hashed_states", "sender", 64)
    # Not a new name for the old table: that would keep the names of its constraints.
    move = "INSERT INTO chatbot_hashed_states SELECT sender, state, version, CASE WHEN expires_at < :end THEN expires_at ELSE :end END"
    op.get_bind().execute(sa.text(f"{move} FROM chatbot_people"), {"end": time.time() + KEPT})
    op.drop_table("chatbot_people")


def _make_states(name: str, key: str, length: int) -> None:
    op.create_table(
        name,
        sa.Column(key, sa.String(length), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint(key, name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_expires_at", name, ["expires_at"])


def _make_people() -> None:
    op.create_table(
        "chatbot_people",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("merged_into", sa.String(26)),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chatbot_people"),
    )
    op.create_index("ix_chatbot_people_merged_into", "chatbot_people", ["merged_into"])
    op.create_table(
        "chatbot_aliases",
        sa.Column("scheme", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("first_seen", sa.Double, nullable=False),
        sa.Column("last_seen", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("scheme", "scope", "value", name="pk_chatbot_aliases"),
    )
    op.create_index("ix_chatbot_aliases_person", "chatbot_aliases", ["person"])


def _make_opted_out() -> None:
    op.drop_table("chatbot_opted_out")
    op.create_table(
        "chatbot_opted_out",
        sa.Column("person", sa.String(26), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("person", "line", name="pk_chatbot_opted_out"),
    )


def _change_tables() -> None:
    for name in ("due", "settled", *PARTIAL):
        op.drop_index(f"ix_chatbot_messages_{name}", "chatbot_messages")
    op.drop_index("ix_chatbot_inbox_sender", "chatbot_inbox")
    # In batches, since SQLite cannot change the type of a column.
    with op.batch_alter_table("chatbot_messages") as batch:
        batch.alter_column("chat", type_=sa.String(206), existing_type=sa.String(80), existing_nullable=False)
        batch.add_column(sa.Column("order_key", sa.String(206), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("chatbot_inbox") as batch:
        batch.alter_column("chat", type_=sa.String(206), existing_type=sa.String(80), existing_nullable=False)
        batch.alter_column("sender", type_=sa.String(200), existing_type=sa.String(80), existing_nullable=False)
        batch.add_column(sa.Column("person", sa.String(26)))
    with op.batch_alter_table("chatbot_saved") as batch:
        batch.alter_column("sender", type_=sa.String(200), existing_type=sa.String(80), existing_nullable=False)
        batch.add_column(sa.Column("person", sa.String(26)))


def _people_of_senders(opted_out: Mapping[str, float]) -> dict[str, tuple[str, float, float]]:
    """The person, and when they were first and last seen, of each sender in clear: whoever came first has the lowest id."""
    seen: dict[str, tuple[float, float]] = {name: (at, at) for name, at in opted_out.items()}
    for row in _senders():
        first, last = seen.get(row.name, (row.first, row.last))
        seen[row.name] = min(first, row.first), max(last, row.last)
    found = sorted(seen.items(), key=lambda each: each[1])
    return {name: (new_person_id(first), first, last) for name, (first, last) in found if name}


def _senders() -> Iterator[Any]:
    times = "MIN({at}) AS first, MAX({at}) AS last"
    for table in ("chatbot_inbox", "chatbot_saved"):
        yield from op.get_bind().execute(sa.text(f"SELECT sender AS name, {times.format(at='at')} FROM {table} GROUP BY sender"))  # noqa: S608
    yield from op.get_bind().execute(
        sa.text(
            f"SELECT substr(chat, 1, length(chat) - 5) AS name, {times.format(at='created_at')}"  # noqa: S608
            " FROM chatbot_messages WHERE chat LIKE '%@c.us' GROUP BY chat"
        )
    )


def _add_people(people: Mapping[str, tuple[str, float, float]]) -> None:
    add_person = sa.text("INSERT INTO chatbot_people (id, created_at) VALUES (:id, :first)")
    add_alias = sa.text(
        "INSERT INTO chatbot_aliases (scheme, scope, value, person, first_seen, last_seen) VALUES (:scheme, '', :value, :id, :first, :last)"
    )
    rows = [
        {"id": id_, "first": first, "last": last, "scheme": alias_of(name).scheme, "value": name}
        for name, (id_, first, last) in people.items()
    ]
    for start in range(0, len(rows), AT_ONCE):
        op.get_bind().execute(add_person, [{"id": row["id"], "first": row["first"]} for row in rows[start : start + AT_ONCE]])
        op.get_bind().execute(add_alias, rows[start : start + AT_ONCE])


def _link_rows() -> None:
    person = "SELECT person FROM chatbot_aliases WHERE scheme IN ('number', 'opaque') AND scope = '' AND value = "
    for table in ("chatbot_inbox", "chatbot_saved"):
        op.execute(f"UPDATE {table} SET person = ({person} {table}.sender)")  # noqa: S608  names of our own
    name = "substr(chatbot_messages.chat, 1, length(chatbot_messages.chat) - 5)"
    keys = f"CASE WHEN chat LIKE '%@c.us' THEN COALESCE(({person} {name}), chat) ELSE chat END"
    op.execute(f"UPDATE chatbot_messages SET order_key = {keys}")  # noqa: S608
    op.create_index("ix_chatbot_inbox_person", "chatbot_inbox", ["person", "at"])
    op.create_index("ix_chatbot_saved_person", "chatbot_saved", ["person"])
    _make_index("due", ["session", "is_reply", "due_at", "seq"], "state = 'queued'")
    _make_index("settled", ["state", "settled_at"], "settled_at IS NOT NULL")
    for index, (unique, state) in PARTIAL.items():
        columns = ["session", "order_key"] if unique else ["session", "order_key", "seq"]
        _make_index(index, columns, f"state = '{state}'", unique=unique)


def _make_index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    full = f"ix_chatbot_messages_{name}"
    op.create_index(full, "chatbot_messages", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _keep_opted_out(opted_out: Mapping[str, float], people: Mapping[str, tuple[str, float, float]]) -> None:
    rows = [{"person": people[number][0], "at": at} for number, at in opted_out.items() if number]
    if rows:
        op.get_bind().execute(sa.text("INSERT INTO chatbot_opted_out (person, line, at) VALUES (:person, '', :at)"), rows)


def _adopt_states(people: Mapping[str, tuple[str, float, float]]) -> None:
    """Give the states under hashes to the people whose senders are known, the one that a pause names included."""
    connection = op.get_bind()
    by_hash = {_hash(name): id_ for name, (id_, _, _) in people.items()}
    adopted = []
    for row in connection.execute(sa.text("SELECT sender, state, version, expires_at FROM chatbot_hashed_states")).all():
        if (person := by_hash.get(row.sender)) is None and (name := _paused_as(row.state)) and _hash(name) == row.sender:
            person = new_person_id(time.time())
            _add_people({name: (person, time.time(), time.time())})
        if person is not None:
            adopted.append({"person": person, **row._mapping})
    for start in range(0, len(adopted), AT_ONCE):
        some = adopted[start : start + AT_ONCE]
        add = "INSERT INTO chatbot_states (person, state, version, expires_at) VALUES (:person, :state, :version, :expires_at)"
        connection.execute(sa.text(add), some)
        connection.execute(sa.text("DELETE FROM chatbot_hashed_states WHERE sender = :sender"), some)


def _hash(name: str) -> str:
    return name.removeprefix(HASHED) if name.startswith(HASHED) else sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _paused_as(state: str) -> str:
    """The sender that was written into a state during a pause, if there is one and it fits."""
    with suppress(ValueError, RecursionError, AttributeError):
        name = json.loads(state).get("paused_as")
        return name if isinstance(name, str) and fitting(name, VALUE_LIMIT) == name else ""
    return ""

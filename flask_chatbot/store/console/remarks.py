"""Remarks of staff about a conversation in the console: how far it was read, notes, and labels."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, case, delete, insert, select, update

from flask_chatbot.database.console_tables import LABEL_LIMIT, conversations, labels, notes
from flask_chatbot.database.statements import storable, upsert
from flask_chatbot.store.console.audit import NAME_LIMIT

NOTE_LIMIT = 2000  # characters
LABELS_LIMIT = 20  # of one person
_v, _n, _l = conversations.c, notes.c, labels.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note about a person, by whoever wrote it."""

    seq: int
    at: float
    name: str
    text: str


_READ = update(conversations).where(_v.person == bindparam("of"), _v.read < _v.last).values(read=_v.last)
_UNITE = upsert(
    lambda made: (
        new := made(conversations).from_select(
            ["person", "last", "read"], select(bindparam("to", type_=String), _v.last, _v.read).where(_v.person == bindparam("old"))
        )
    ).on_conflict_do_update(
        index_elements=[_v.person],
        set_={
            "last": case((new.excluded.last > _v.last, new.excluded.last), else_=_v.last),
            "read": case((new.excluded.read > _v.read, new.excluded.read), else_=_v.read),
        },
    )
)
_NOTES = (
    select(_n.seq, _n.at, _n.name, _n.text).where(_n.person.in_(bindparam("persons", expanding=True))).order_by(_n.seq.desc()).limit(50)
)
_DROP_NOTE = delete(notes).where(_n.seq == bindparam("number"), _n.person == bindparam("of"))
_LABELS = select(_l.person, _l.label).where(_l.person.in_(bindparam("persons", expanding=True))).order_by(_l.label)
_ALL_LABELS = select(_l.label).distinct().order_by(_l.label).limit(200)
_LABELLED = (
    select(_l.person)
    .where(_l.label == bindparam("of"), _l.person < bindparam("before"))
    .order_by(_l.person.desc())
    .limit(bindparam("limit"))
)
_ADD_LABEL = upsert(lambda made: made(labels).on_conflict_do_nothing())
_DROP_LABEL = delete(labels).where(_l.person == bindparam("of"), _l.label == bindparam("named"))
LAST_PERSON = "\x7f"  # behind every id


def read(connection: Connection, person: str) -> None:
    """Note that the messages of a person were read, all of them."""
    connection.execute(_READ, {"of": person})


def add_note(connection: Connection, person: str, name: str, text: str, now: float) -> int:
    """Keep a note; return its number."""
    row = {"person": person, "at": now, "name": storable(name)[:NAME_LIMIT], "text": storable(text)[:NOTE_LIMIT]}
    return int(connection.execute(insert(notes), row).inserted_primary_key[0])  # type: ignore[index]


def drop_note(connection: Connection, person: str, seq: int) -> bool:
    """Delete a note about a person; False if there is none of this number."""
    return connection.execute(_DROP_NOTE, {"number": seq, "of": person}).rowcount > 0


def notes_of(connection: Connection, persons: Collection[str]) -> list[Note]:
    """The last notes about a person, by all their ids, the newest first."""
    return [Note(**row._mapping) for row in connection.execute(_NOTES, {"persons": list(persons)})]


def add_label(connection: Connection, person: str, label: str) -> bool:
    """Give a person a label; False if they have as many as anybody may have."""
    if len(labels_of(connection, [person]).get(person, ())) >= LABELS_LIMIT:
        return False
    connection.execute(_ADD_LABEL[connection.dialect.name], {"person": person, "label": storable(label)[:LABEL_LIMIT]})
    return True


def drop_label(connection: Connection, person: str, label: str) -> bool:
    """Take a label from a person; False if they do not have it."""
    return connection.execute(_DROP_LABEL, {"of": person, "named": storable(label)}).rowcount > 0


def labels_of(connection: Connection, persons: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The labels of people, by our ids."""
    found: dict[str, tuple[str, ...]] = {}
    for person, label in connection.execute(_LABELS, {"persons": list(persons)}).all():
        found[person] = (*found.get(person, ()), label)
    return found


def unite(connection: Connection, old: str, new: str) -> None:
    """Give one person the labels of another, who turned out to be the same; of what was read, the further counts."""
    for label in labels_of(connection, [old]).get(old, ()):
        connection.execute(_ADD_LABEL[connection.dialect.name], {"person": new, "label": label})
    connection.execute(_UNITE[connection.dialect.name], {"old": old, "to": new})
    for table in (labels, conversations):
        connection.execute(delete(table).where(table.c.person == old))


def all_labels(connection: Connection) -> Sequence[str]:
    """The labels that anybody has."""
    return connection.execute(_ALL_LABELS).scalars().all()


def labelled(connection: Connection, label: str, limit: int, before: str = LAST_PERSON) -> list[str]:
    """The people with a label, by our ids, the last known first, behind one of them."""
    return list(connection.execute(_LABELLED, {"of": label, "limit": limit, "before": before}).scalars())

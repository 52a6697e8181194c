"""The people whose files are kept, and until when: as long as their messages, and without an end once a saved row refers to one.

A file is noted before it is on the disk, for the address of whoever sent it: their id may not be known yet, and the message that refers to
it is committed later. So nobody else who is forgotten in between takes it along, and they themselves do.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, or_, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import PERSON_LIMIT, files

IN_FLIGHT = 86_400.0  # seconds for which a file waits for its message to be committed
AT_ONCE = 500  # hashes in one statement
_c = files.c
_HASHES: BindParameter[tuple[str, ...]] = bindparam("hashes", expanding=True)
_NOTE = upsert(
    lambda insert: insert(files).on_conflict_do_update(
        index_elements=[_c.hash, _c.person],
        set_={
            "kept_until": case(
                (or_(_c.kept_until.is_(None), insert(files).excluded.kept_until.is_(None)), None),
                (_c.kept_until > insert(files).excluded.kept_until, _c.kept_until),
                else_=insert(files).excluded.kept_until,
            )
        },
    )
)
_KNOWN = select(_c.hash).where(_c.hash.in_(_HASHES)).distinct()
_RELEASE = delete(files).where(_c.person.in_(bindparam("holders", expanding=True)), _c.hash.in_(_HASHES))
_OF = select(_c.hash).where(_c.person.in_(bindparam("ids", expanding=True))).order_by(_c.at, _c.hash)


def note(connection: Connection, hashes: Iterable[str], person: str, now: float, until: float | None) -> None:
    """Note that files are kept for a person until then, or without an end if that is None. Never shorter than was noted before."""
    for hashed in hashes:
        connection.execute(_NOTE[connection.dialect.name], {"hash": hashed, "person": person, "at": now, "kept_until": until})


def holder_of(address: str) -> str:
    """The name under which files are noted for whoever has an address, while their message is under way.

    >>> holder_of("6281234567890")
    '~dd752605096029a73495a9186'
    """
    return f"~{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()}"[:PERSON_LIMIT]


def release(connection: Connection, hashes: Collection[str], holders: Collection[str]) -> None:
    """Drop the notes of files whose messages were under way."""
    if hashes and holders:
        connection.execute(_RELEASE, {"hashes": list(hashes), "holders": list(holders)})


def of_people(connection: Connection, ids: Collection[str]) -> list[str]:
    """The hashes of the files that are kept for people with these ids, oldest first."""
    return list(dict.fromkeys(connection.execute(_OF, {"ids": list(ids)}).scalars()))


def unreferenced(connection: Connection, hashes: Collection[str]) -> list[str]:
    """Those of the hashes that nothing refers to."""
    names, known = list(hashes), set[str]()
    for start in range(0, len(names), AT_ONCE):
        known.update(connection.execute(_KNOWN, {"hashes": names[start : start + AT_ONCE]}).scalars())
    return [each for each in names if each not in known]

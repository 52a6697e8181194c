"""The people whose files are kept, and until when: as long as their messages, and without an end once a saved row refers to one."""

from collections.abc import Collection, Iterable

from sqlalchemy import BindParameter, Connection, bindparam, case, or_, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import files

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
_OF = select(_c.hash).where(_c.person.in_(bindparam("ids", expanding=True))).order_by(_c.at, _c.hash)


def note(connection: Connection, hashes: Iterable[str], person: str, now: float, until: float | None) -> None:
    """Note that files are kept for a person until then, or without an end if that is None. Never shorter than was noted before."""
    for hashed in hashes:
        connection.execute(_NOTE[connection.dialect.name], {"hash": hashed, "person": person, "at": now, "kept_until": until})


def of_people(connection: Connection, ids: Collection[str]) -> list[str]:
    """The hashes of the files that are kept for people with these ids, oldest first."""
    return list(dict.fromkeys(connection.execute(_OF, {"ids": list(ids)}).scalars()))


def unreferenced(connection: Connection, hashes: Collection[str]) -> list[str]:
    """Those of the hashes that nothing refers to."""
    names, known = list(hashes), set[str]()
    for start in range(0, len(names), AT_ONCE):
        known.update(connection.execute(_KNOWN, {"hashes": names[start : start + AT_ONCE]}).scalars())
    return [each for each in names if each not in known]

"""Opt-outs of people who were forgotten: kept under keyed hashes of their names, for the day they are written to again.

The hashes of one person have a random id in common. Whoever comes back under one of the names takes its place there with the id they have
now, so that their opt-in counts for the other names, too.
"""

import hmac
from collections.abc import Collection, Iterable, Sequence
from secrets import token_hex

from sqlalchemy import ColumnElement, Connection, bindparam, delete, or_, select, update

from flask_chatbot.database import secrets
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import forgotten, opted_out

KEY = "forgotten"  # the name of the key among the secrets

Key = tuple[str, str, str]  # scheme, scope and value of an alias, as its table has them

_f = forgotten.c
_OF: ColumnElement[bool] = _f.hash.in_(bindparam("hashes", expanding=True))
_OF_ALL: ColumnElement[bool] = or_(_OF, _f.together.in_(bindparam("groups", expanding=True)))
_ADD = upsert(lambda insert: insert(forgotten).on_conflict_do_nothing())
_TIE = update(forgotten).where(_OF_ALL).values(together=bindparam("as_one"))
_GROUPS = select(_f.together).where(_OF, _f.together.is_not(None)).distinct()
_FIND = select(_f.line, _f.at, _f.together).where(_OF)
_DROP = delete(forgotten).where(_OF)
_DROP_ALL = delete(forgotten).where(_OF_ALL)
_DROP_LINES = delete(forgotten).where(_OF_ALL, _f.line.in_(bindparam("lines", expanding=True)))
_OPT_OUT = upsert(lambda insert: insert(opted_out).on_conflict_do_nothing())


def key_of_id(person: str) -> Key:
    """The key under which somebody with this id takes the place of a name of theirs."""
    return ("person", "", person)


def keep(connection: Connection, names: Iterable[Key], ids: Iterable[str], opt_outs: Sequence[tuple[str, float]]) -> None:
    """Keep the opt-outs (line, time) of somebody with these names and ids, without the names."""
    if not opt_outs:
        return
    key, as_one = secrets.ensure(connection, KEY), token_hex(16)
    hashes, own = [_hash(key, name) for name in names], [_hash(key, key_of_id(id_)) for id_ in ids]
    connection.execute(_TIE, {**_all_of(connection, [*hashes, *own]), "as_one": as_one})
    connection.execute(_DROP, {"hashes": own})
    for hashed in hashes:
        for line, at in opt_outs:
            row = {"hash": hashed, "line": line, "at": at, "together": as_one}
            connection.execute(_ADD[connection.dialect.name], row)


def lines(connection: Connection, names: Iterable[Key]) -> dict[str, float]:
    """The lines that somebody opted out of who was forgotten under one of these names, and since when."""
    hashes = _hashes(connection, names)
    return {row.line: row.at for row in connection.execute(_FIND, {"hashes": hashes})} if hashes else {}


def restore(connection: Connection, names: Iterable[Key], person: str) -> None:
    """Opt a person out again who is new under names, of which one was forgotten."""
    if not (hashes := _hashes(connection, names)) or not (found := connection.execute(_FIND, {"hashes": hashes}).all()):
        return
    connection.execute(_DROP, {"hashes": hashes})
    own = _hashes(connection, [key_of_id(person)])[0]
    for row in found:
        connection.execute(_OPT_OUT[connection.dialect.name], {"person": person, "line": row.line, "at": row.at})
        if row.together is not None:
            connection.execute(_ADD[connection.dialect.name], {"hash": own, "line": row.line, "at": row.at, "together": row.together})


def drop(connection: Connection, names: Iterable[Key], lines: Collection[str]) -> None:
    """Drop the opt-outs by some lines, under all the names of somebody who was forgotten under one of these; without lines, all."""
    if hashes := _hashes(connection, names):
        statement, more = (_DROP_LINES, {"lines": list(lines)}) if lines else (_DROP_ALL, {})
        connection.execute(statement, {**_all_of(connection, hashes), **more})


def _all_of(connection: Connection, hashes: Sequence[str]) -> dict[str, Sequence[str]]:
    """The parameters that find all rows of the people with these hashes."""
    return {"hashes": hashes, "groups": list(connection.scalars(_GROUPS, {"hashes": hashes}))}


def _hashes(connection: Connection, names: Iterable[Key]) -> list[str]:
    """The hashes of names; none if nobody was ever forgotten."""
    key = secrets.find(connection, KEY)
    return [] if key is None else [_hash(key, name) for name in names]


def _hash(key: str, name: Key) -> str:
    return hmac.new(key.encode(), "\0".join(name).encode("utf-8", "surrogatepass"), "sha256").hexdigest()

"""Opt-outs of people who were forgotten: kept under a keyed hash of their names, for the day they are written to again."""

import hmac
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, bindparam, delete, or_, select

from flask_chatbot.database import secrets
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import forgotten, opted_out

KEY = "forgotten"  # the name of the key among the secrets

Key = tuple[str, str, str]  # scheme, scope and value of an alias, as its table has them

_ADD = upsert(lambda insert: insert(forgotten).on_conflict_do_nothing())
_OF: ColumnElement[bool] = forgotten.c.hash.in_(bindparam("hashes", expanding=True))
_FIND = select(forgotten.c.line, forgotten.c.at).where(_OF)
_DROP = delete(forgotten).where(_OF)
_ON: ColumnElement[bool] = or_(forgotten.c.line == "", forgotten.c.line == bindparam("on"), bindparam("on") == "")
_DROP_LINE = delete(forgotten).where(_OF, _ON)
_OPT_OUT = upsert(lambda insert: insert(opted_out).on_conflict_do_nothing())


def keep(connection: Connection, names: Iterable[Key], opt_outs: Iterable[tuple[str, float]]) -> None:
    """Keep the opt-outs (line, time) of somebody with these names, without the names."""
    rows = list(opt_outs)
    if not rows:
        return
    key = secrets.ensure(connection, KEY)
    for name in names:
        for line, at in rows:
            connection.execute(_ADD[connection.dialect.name], {"hash": _hash(key, name), "line": line, "at": at})


def lines(connection: Connection, names: Iterable[Key]) -> dict[str, float]:
    """The lines that somebody opted out of who was forgotten under one of these names, and since when."""
    hashes = _hashes(connection, names)
    return {row.line: row.at for row in connection.execute(_FIND, {"hashes": hashes})} if hashes else {}


def restore(connection: Connection, names: Iterable[Key], person: str) -> None:
    """Opt a person out again who is new under names, of which one was forgotten."""
    keys = list(names)
    for line, at in (found := lines(connection, keys)).items():
        connection.execute(_OPT_OUT[connection.dialect.name], {"person": person, "line": line, "at": at})
    if found:
        connection.execute(_DROP, {"hashes": _hashes(connection, keys)})


def drop(connection: Connection, names: Iterable[Key], line: str) -> None:
    """Drop the opt-outs by a line of somebody who was forgotten under one of these names; without a line, all."""
    if hashes := _hashes(connection, names):
        connection.execute(_DROP_LINE, {"hashes": hashes, "on": line})


def _hashes(connection: Connection, names: Iterable[Key]) -> list[str]:
    """The hashes of names; none if nobody was ever forgotten."""
    key = secrets.find(connection, KEY)
    return [] if key is None else [_hash(key, name) for name in names]


def _hash(key: str, name: Key) -> str:
    return hmac.new(key.encode(), "\0".join(name).encode("utf-8", "surrogatepass"), "sha256").hexdigest()

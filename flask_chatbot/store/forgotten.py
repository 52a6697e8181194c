"""Opt-outs of people who were forgotten: kept under a keyed hash of their names, for the day they are written to again."""

import hmac
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from flask_chatbot.core.values.people import Alias
from flask_chatbot.database import secrets
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import forgotten, opted_out

KEY = "forgotten"  # the name of the key among the secrets

_ADD = upsert(lambda insert: insert(forgotten).on_conflict_do_nothing())
_FIND = select(forgotten.c.line, forgotten.c.at).where(forgotten.c.hash == bindparam("of"))
_DROP = delete(forgotten).where(forgotten.c.hash == bindparam("of"))
_OPT_OUT = upsert(lambda insert: insert(opted_out).on_conflict_do_nothing())


def keep(connection: Connection, names: Iterable[Alias], opt_outs: Iterable[tuple[str, float]]) -> None:
    """Keep the opt-outs (line, time) of somebody with these names, without the names."""
    rows = list(opt_outs)
    if not rows:
        return
    key = secrets.ensure(connection, KEY)
    for name in names:
        for line, at in rows:
            connection.execute(_ADD[connection.dialect.name], {"hash": _hash(key, name), "line": line, "at": at})


def restore(connection: Connection, name: Alias, person: str) -> None:
    """Opt a person out again who is new under a name that was forgotten."""
    key = secrets.find(connection, KEY)
    if key is None:  # nobody ever was
        return
    hashed = _hash(key, name)
    rows = connection.execute(_FIND, {"of": hashed}).all()
    for row in rows:
        connection.execute(_OPT_OUT[connection.dialect.name], {"person": person, "line": row.line, "at": row.at})
    if rows:
        connection.execute(_DROP, {"of": hashed})


def _hash(key: str, name: Alias) -> str:
    text = f"{name.scheme}\0{name.scope}\0{name.value}"
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

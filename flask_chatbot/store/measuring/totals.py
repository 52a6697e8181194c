"""The totals of what was counted: they never fall, whatever is pruned or forgotten."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Executable, bindparam, delete, func, select, union_all

from flask_chatbot.database.counting.tables import counts, totals
from flask_chatbot.database.counting.tally import Count
from flask_chatbot.database.statements import upsert

AT_ONCE = 2000  # counts that are added up in one transaction
FEW = 200  # counts that are left as they are
MOST_RULES = 200  # whose names are kept
MOST_NAMES = MOST_RULES + 2  # with that of no rule, and the one below
OTHER = "other"
ANSWERED = "answered"  # the count of messages that came in: its labels are the kind, the rule and the outcome

_SAME = (counts.c.name, counts.c.line, counts.c.labels)
_both = union_all(select(*_SAME, counts.c.number), select(totals.c.name, totals.c.line, totals.c.labels, totals.c.number)).subquery()
_TOTALS = select(_both.c.name, _both.c.line, _both.c.labels, func.sum(_both.c.number).label("number")).group_by(
    _both.c.name, _both.c.line, _both.c.labels
)
_some = select(counts.c.seq).limit(FEW + 1).subquery()
_WAITING = select(func.count()).select_from(_some)
_NEXT = select(counts.c.seq, *_SAME, counts.c.number).order_by(counts.c.seq).limit(AT_ONCE).with_for_update(skip_locked=True)
_DELETE = delete(counts).where(counts.c.seq.in_(bindparam("seqs", expanding=True)))
_ADD: Mapping[str, Executable] = upsert(
    lambda insert: (made := insert(totals)).on_conflict_do_update(
        index_elements=[totals.c.name, totals.c.line, totals.c.labels], set_={"number": totals.c.number + made.excluded.number}
    )
)
_ANSWERED: Any = union_all(*(select(each.c.labels).where(each.c.name == ANSWERED) for each in (counts, totals)))
_names: "WeakKeyDictionary[Engine, dict[str, str]]" = WeakKeyDictionary()  # of rules, as they are counted in a database


def read(connection: Connection) -> dict[Count, int]:
    """All totals, of one moment."""
    rows = connection.execute(_TOTALS)
    return {Count(row.name, row.line, tuple(json.loads(row.labels))): int(row.number) for row in rows}


def is_long(connection: Connection) -> bool:
    """True if so many counts wait to be added up that reading them takes long."""
    return bool(connection.execute(_WAITING).scalar_one() > FEW)


def add_up(connection: Connection) -> int:
    """Add the next counts to the totals; return how many they were. Several processes may do it at once."""
    rows = connection.execute(_NEXT).all()
    if len(rows) <= FEW:
        return 0
    sums = Counter[tuple[str, str, str]]()
    for row in rows:
        sums[row.name, row.line, row.labels] += row.number
    connection.execute(_DELETE, {"seqs": [row.seq for row in rows]})
    keys = sorted(sums)  # in one order, so that two processes do not wait for each other
    connection.execute(
        _ADD[connection.dialect.name], [{"name": key[0], "line": key[1], "labels": key[2], "number": sums[key]} for key in keys]
    )
    return len(rows)


def name_of(connection: Connection, rule: str) -> str:
    """The name under which a rule is counted: its own for the first 200 in a database, and "other" for those after them.

    Once given, it stays: a total that moved from one name to another would fall.
    """
    names = _names.setdefault(connection.engine, {"": "", OTHER: OTHER})
    if rule not in names and len(names) < MOST_NAMES:
        names.update({name: name for name in (json.loads(labels)[1] for labels in connection.execute(_ANSWERED).scalars())})
        if len(names) < MOST_NAMES:
            names[rule] = rule
    return names.get(rule, OTHER)

"""Values that hold others by name: dicts, and the rows of databases."""

from collections.abc import Mapping
from typing import Any

NOTHING = object()


def holder(value: Any) -> Any:
    """The object whose `keys()` can be looked up in brackets: a dict, a row of sqlite3, the `_mapping` of one of SQLAlchemy; else None."""
    if isinstance(value, Mapping):
        return value
    kind = type(value)
    if hasattr(kind, "_mapping"):  # a row of SQLAlchemy takes only places itself
        return value._mapping
    return value if hasattr(kind, "keys") and hasattr(kind, "__getitem__") else None


def part(value: object, name: object) -> object:
    """The value under a name of a dict or row, or at a position of a row; `NOTHING` if there is none.

    >>> part({"title": "Halo"}, "title"), part({}, "title") is NOTHING, part("Halo", "title") is NOTHING
    ('Halo', True, True)
    """
    held = holder(value)
    if held is None:
        return NOTHING
    names = held.keys()
    if name in names:  # not `in held`: sqlite3.Row looks among its values
        return held[name]
    if isinstance(name, int) and not isinstance(value, Mapping) and -len(names) <= name < len(names):
        return held[list(names)[name]]
    return NOTHING


def as_dict(value: object) -> dict[str, object] | None:
    """A dict or a row as a new dict; None for values without names.

    >>> as_dict({"title": "Halo"}), as_dict(["title"])
    ({'title': 'Halo'}, None)
    """
    held = holder(value)
    return None if held is None else {name: held[name] for name in list(held.keys())}

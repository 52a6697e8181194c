"""Repairs data that the schema refused, so that the rest can be read and all problems are reported at once.

A refused value becomes None, a list entry becomes GONE. Where None itself would cause false errors, a harmless value is put in.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask_chatbot.core.schema.complaints import Complaint

Path = tuple[str | int, ...]

GONE = object()  # in the place of an entry, so that those behind it keep their places
HARMLESS = {"keyword": "a#", "fallback": True, "priority": 0}  # for the keys of a rule
WHOLE = ("when", "otherwise", "once_per", "ask", "confirm", "menu", "save", "notify", "pause", "subscribe", "forward", "failed", "tests")
KINDS = ("pattern", "contains", "similar")
NAMING = ("fields", "ask", "needs", "sends", *KINDS)  # without these nobody knows what the templates of a rule may name
LEANING = {
    "when": ("otherwise",),
    "forward": ("failed",),
    "ask": ("tries", "patience", "interrupt", "paste"),
    "fields": ("paste",),
    "menu": ("patience",),
}
NAMED = ("reply", "invalid", "on_invalid", "confirm", "otherwise", "failed")


def repair(data: Any, complaints: "Iterable[Complaint]") -> set[Path]:
    """Remove the refused parts from the data, in place; return the paths that are gone or were meant to be there."""
    gone: set[Path] = set()
    complaints = list(complaints)
    saves = saves_left(data, [complaint.path for complaint in complaints])
    for complaint in complaints:
        path = widened(complaint.path)
        if path and not (complaint.stays and path == complaint.path and path[2:3] not in [(key,) for key in WHOLE]):
            take_out(data, path)
            gone.add(path)
        if complaint.meant:
            meant = (*complaint.path[:-1], complaint.meant)
            take_out(data, meant, unless_there=True)
            gone.add(meant)
    for path in gone:
        rule = found(data, path[:2])
        if path[:1] != ("rules",) or len(path) < 3 or not isinstance(rule, dict):
            continue
        if path[2] in WHOLE:
            rule.pop(path[2], None)
            rule.update(saves.get(path[:3], {}))
        if path[2] == "keyword" and "ask" in rule:
            rule["keyword"] = "a"  # what asks has no form to write, and would be refused for it
        for key in depending(path):
            rule.pop(key, None)
    return gone


def saves_left(data: Any, refused: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """The table and the states of each `save` in which only something else is refused: other rules, and the reply, may name them."""
    wrong: dict[Path, set[Path]] = {}
    for path in refused:
        if path[:1] == ("rules",) and path[2:3] == ("save",):
            wrong.setdefault(path[:3], set()).add(path[3:4])
    saves = {path: found(data, path) for path, parts in wrong.items() if parts.isdisjoint({(), ("to",), ("states",)})}
    return {path: {"save": {key: save[key] for key in ("to", "states") if key in save}} for path, save in saves.items() if "to" in save}


def widened(path: Path) -> Path:
    """The path that is removed as a whole if a part of it is refused.

    >>> widened(("rules", 0, "when", "days", 1)), widened(("settings", "hours", "mon")), widened(("rules", 0, "fields", 1))
    (('rules', 0, 'when'), ('settings', 'hours'), ('rules', 0, 'fields', 1))
    >>> widened(("rules", 0, "keyword", "exact")), widened(("rules", 0, "keyword", 1, "exact"))
    (('rules', 0, 'keyword'), ('rules', 0, 'keyword', 1))
    """
    if path[:1] == ("rules",) and path[2:3] == ("keyword",):
        return path[:4] if path[3:4] and isinstance(path[3], int) else path[:3]
    if path[:2] == ("settings", "hours") or path[:1] == ("tests",):
        return path[:2]
    return path[:3] if path[:1] == ("rules",) and path[2:3] and path[2] in (*WHOLE, *KINDS) else path


def depending(path: Path) -> tuple[str, ...]:
    """The keys of a rule that cannot be judged without the removed ones."""
    if path[2] in KINDS:
        return ("fields", *NAMED)
    leaning = LEANING.get(str(path[2]), ()) if len(path) == 3 else ()
    return (*leaning, *NAMED) if path[2] in NAMING and len(path) <= 4 else leaning


def take_out(data: Any, path: Path, unless_there: bool = False) -> None:
    """Put something harmless at a path."""
    holder, step = found(data, path[:-1]), path[-1]
    if isinstance(holder, dict) and not (unless_there and step in holder):
        holder[step] = harmless(path)
    elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        holder[step] = harmless(path) or GONE


def harmless(path: Path) -> object:
    """A value for a path that causes no further complaint.

    >>> harmless(("rules", 0, "priority")), harmless(("rules", 0, "keyword", 3)), harmless(("rules", 0, "reply"))
    (0, 'a#', None)
    """
    if path[:1] == ("rules",) and (len(path) == 3 or (len(path) == 4 and path[2] == "keyword")):
        return HARMLESS.get(str(path[2]))
    return None


def found(data: Any, path: Path) -> Any:
    """The value at a path, None if there is none.

    >>> found({"a": [1, 2]}, ("a", 1)), found({"a": [1, 2]}, ("a", 5)), found({"a": None}, ("a", "b"))
    (2, None, None)
    """
    for step in path:
        if isinstance(data, dict):
            data = data.get(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data

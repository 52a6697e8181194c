"""Parts of a JSON document of which nothing is promised: whatever is missing or of another type is empty. Pure."""

from typing import Any

Node = dict[str, Any]


def node(value: object) -> Node:
    """The object that a value is; an empty one if it is something else."""
    return value if isinstance(value, dict) else {}


def nodes(value: object) -> list[Node]:
    """The objects in a list; what else is in it is left out.

    >>> nodes([{"id": "a"}, 5]), nodes({"id": "a"})
    ([{'id': 'a'}], [])
    """
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """The text that a value is, or the digits of a whole number; empty if it is something else.

    >>> text("halo"), text(131026), text(None), text(True)
    ('halo', '131026', '', '')
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half of a pair of surrogates fits into no database
    return str(value) if type(value) is int else ""


def whole(value: object) -> int:
    """The whole number that a value is, or is written as; 0 if it is something else.

    >>> whole(190), whole("190"), whole("x"), whole(2.5)
    (190, 190, 0, 0)
    """
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15 else 0


def degrees(value: object) -> float:
    """The degrees that a value is, or is written as; NaN if it is something else.

    >>> degrees(-6.2), degrees("106.8"), degrees("x")
    (-6.2, 106.8, nan)
    """
    try:
        return float(value) if isinstance(value, str | int | float) else float("nan")
    except (ValueError, OverflowError):
        return float("nan")

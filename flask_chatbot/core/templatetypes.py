"""What is certain of the values in a template before any message comes: their types, and the filters that can never work on them."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from jinja2 import nodes

ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
OF_NUMBERS = (nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
VAR_TEXT = "text of a var"  # no field has it, so that the mend can name the var
TEXT_TYPES = ("text", "email", "phone", "choice", VAR_TEXT)
KINDS = dict.fromkeys(TEXT_TYPES, "text") | dict.fromkeys(("integer", "number"), "a number")
KINDS |= {"date": "a date", "datetime": "a time", "yesno": "a yes or no"}
MAKE_TEXT = "upper lower title capitalize trim truncate replace join phone mask rupiah number date time".split()
MAKE_NUMBERS = "length count wordcount int float round".split()
GIVEN = ("text", "keyword", "now", "data")  # which no field can hide
GROUPED = re.compile(r"(?:Rp\.?\s*)?(\d{1,3}(?:[.,]\d{3})+|\d+)(?:,-)?", re.IGNORECASE)  # how prices are written: Rp15.000,-


class Wanted(NamedTuple):
    """What a filter works on: in words, by its types; the type a field must have, and what to do where there is no field."""

    words: str
    types: tuple[str, ...]
    field: str
    otherwise: str


NUMBER = Wanted("a number", ("integer", "number"), "integer", "Take a number from a field or from Python.")
WANTED = dict.fromkeys(("rupiah", "number", "round"), NUMBER)
WANTED |= {"date": Wanted("a date", ("date", "datetime"), "date", "Take a date from a field or from Python, or `now`.")}
WANTED |= {"time": Wanted("a time", ("datetime",), "", "Take `now`, or a time from Python.")}


def suits(name: str, kind: str) -> bool:
    """Whether a filter may work on values of a type; of types that are not ours nobody knows.

    >>> suits("rupiah", "integer"), suits("rupiah", "text"), suits("rupiah", "nik"), suits("upper", "integer")
    (True, False, True, True)
    """
    wanted = WANTED.get(name)
    return wanted is None or kind in wanted.types or kind not in KINDS


def type_of(node: nodes.Node | None, scope: Mapping[str, str]) -> str:
    """The type of what a node stands for, as fields call it; empty where it could be anything."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, "")
    if isinstance(node, nodes.Const):
        return {str: "text", bool: "yesno", int: "number", float: "number"}.get(type(node.value), "")
    if isinstance(node, nodes.Filter):
        return "text" if node.name in MAKE_TEXT else "number" if node.name in MAKE_NUMBERS else ""
    if isinstance(node, nodes.Add):
        return "text" if all(type_of(side, scope) in TEXT_TYPES for side in (node.left, node.right)) else ""
    return "number" if isinstance(node, OF_NUMBERS) else ""


def mend(node: nodes.Node | None, wanted: Wanted, scope: Mapping[str, str], values: Mapping[str, object]) -> str:
    """What to write so that a node gives what is wanted; `values` are those of the vars."""
    if isinstance(node, nodes.Name) and scope.get(node.name) == VAR_TEXT and wanted is NUMBER:
        return f"Write `{node.name}: {number_in(values.get(node.name)) or 15000}` among the vars."
    if isinstance(node, nodes.Name) and scope.get(node.name) != VAR_TEXT and node.name not in GIVEN and wanted.field:
        return f"Give its field `type: {wanted.field}`."
    if isinstance(node, nodes.Const) and wanted is NUMBER and (number := number_in(node.value)):
        return f"Write {number}, without quotes."
    return wanted.otherwise


def number_in(value: object) -> str:
    """The digits of a number that was written for people, or nothing.

    >>> number_in("15.000"), number_in("Rp 1.500.000,-"), number_in("gratis")
    ('15000', '1500000', '')
    """
    found = GROUPED.fullmatch(str(value).strip())
    return re.sub(r"\D", "", found[1]) if found else ""


def spelled(node: nodes.Node | None) -> str:
    """An expression as its author wrote it; ``...`` for what is too long to say."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Const):
        return repr(node.value)
    if isinstance(node, nodes.Getattr):
        return f"{spelled(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{spelled(node.node)}[{spelled(node.arg)}]"
    if isinstance(node, ARITHMETIC):
        left = spelled(node.left) if type(node.left) is type(node) else bracketed(node.left)
        return f"{left} {node.operator} {bracketed(node.right)}"
    return "..."


def bracketed(node: nodes.Node) -> str:
    return f"({spelled(node)})" if isinstance(node, ARITHMETIC) else spelled(node)

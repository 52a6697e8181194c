"""Template expressions as their authors wrote them, and replacements for them."""

import re
from collections.abc import Mapping

from jinja2 import nodes

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.templates.filter_types import NUMBER, Wanted
from flask_chatbot.core.templates.types import UNKNOWN, VAR_TEXT, Scope, Type
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, linked, tr

ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
GIVEN = ("text", "keyword", "now", "data")  # which no field can hide
GROUPED = late_pattern(r"(?:Rp\.?\s*)?(\d{1,3}(?:[.,]\d{3})+|\d+)(?:,-)?", re.IGNORECASE)  # how prices are written: Rp15.000,-
UNSAID = "..."


def way_to_give(
    node: nodes.Node | None, wanted: Wanted, scope: Scope, values: Mapping[str, object], more: Translatable = NO_MESSAGE
) -> Translatable:
    """The expression to write so that a node gives the wanted value; `values` are those of the vars, `more` is a second way to a name's."""
    kind = scope.get(node.name, UNKNOWN) if isinstance(node, nodes.Name) else UNKNOWN
    if isinstance(node, nodes.Name) and kind.kind == "map":
        return tr("Look an entry up: `{entry}`.", entry=an_entry(node.name, kind))
    if isinstance(node, nodes.Name) and kind.kind == VAR_TEXT and wanted is NUMBER:
        number = number_in(values.get(node.name)) or 15000
        return tr("Write `{name}: {number}` among the vars{more}.", name=node.name, number=number, more=more)
    if isinstance(node, nodes.Name) and kind.kind != VAR_TEXT and node.name not in GIVEN and wanted.field:
        handler = tr(", or return {wanted} from the handler", wanted=wanted.words) if kind.seen else ""
        return tr("Give its field `type: {type}`{handler}{more}.", type=wanted.field, handler=handler, more=more)
    if isinstance(node, nodes.Getitem | nodes.Getattr) and wanted is NUMBER and (entry := text_entry(node, values)):
        return entry
    if isinstance(node, nodes.Const) and wanted is NUMBER and (digits := number_in(node.value)):
        return tr("Write {written}, without quotes.", written=digits)
    return wanted.otherwise


def text_entry(node: nodes.Getitem | nodes.Getattr, values: Mapping[str, object]) -> Translatable:
    """The advice for a map among the vars with texts where numbers are meant; empty where it has none."""
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    held = values.get(name)
    texts = [(key, text) for key, text in held.items() if isinstance(text, str)] if isinstance(held, dict) else []
    if not texts:
        return NO_MESSAGE
    key, text = texts[0]
    return tr("Write `{key}: {number}` in {name!r} among the vars.", key=key, number=number_in(text) or 15000, name=name)


def stand_in(node: nodes.Node | None, kind: Type) -> Translatable:
    """The expression to write for a value that is always present."""
    name = node
    while isinstance(name, nodes.Filter | nodes.Neg | nodes.Pos):
        name = name.node
    if isinstance(name, nodes.Getattr) and kind.is_number:  # of a part of a value nothing is proven
        return tr("Write `{value} | default(0)`.", value=called(name, "..."))
    if not isinstance(name, nodes.Name):
        return tr("Ask with `is not none` first.")
    instead = "0" if kind.is_number or not kind.words else "''" if kind.is_text else ""
    if name is node and instead:
        return tr("Write `{name} | default({instead})`, or ask `{{% if {name} is not none %}}` first.", name=name.name, instead=instead)
    return tr("Ask `{{% if {name} is not none %}}` first.", name=name.name)


def an_entry(what: str, kind: Type) -> str:
    """An entry of a map, as its author would write it."""
    return f"{what}[{kind.entries[0][0]!r}]" if kind.entries else f"{what}['...']"


def number_in(value: object) -> str:
    """The digits of a number that was written for people, or an empty text.

    >>> number_in("15.000"), number_in("Rp 1.500.000,-"), number_in("gratis")
    ('15000', '1500000', '')
    """
    found = GROUPED.fullmatch(str(value).strip())
    return re.sub(r"\D", "", found[1]) if found else ""


def spelled(node: nodes.Node | None) -> str:
    """An expression as its author wrote it; ``...`` if it is too long to quote."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Const):
        return repr(node.value)
    if isinstance(node, nodes.Getattr):
        return f"{spelled(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{spelled(node.node)}[{spelled(node.arg)}]"
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const):
        return f"-{spelled(node.node)}"
    if isinstance(node, ARITHMETIC):
        left = spelled(node.left) if type(node.left) is type(node) else bracketed(node.left)
        return f"{left} {node.operator} {bracketed(node.right)}"
    return UNSAID


def bracketed(node: nodes.Node) -> str:
    return f"({spelled(node)})" if isinstance(node, ARITHMETIC) else spelled(node)


def called(node: nodes.Node | None, otherwise: str) -> str:
    """An expression as a sentence names it: a filtered one by what is filtered."""
    if isinstance(node, nodes.Filter) and isinstance(node.node, nodes.Name | nodes.Filter) and not (node.args or node.kwargs):
        return linked(" | ", (called(node.node, otherwise), node.name))
    return otherwise if UNSAID in spelled(node) else spelled(node)


def abridged(node: nodes.Node | None, otherwise: Translatable) -> Translatable:
    """An expression as its author wrote it, with other words for the parts that are too long to quote."""
    first, *others = spelled(node).split(UNSAID)
    return linked("", (first, *(part for other in others for part in (otherwise, other))))

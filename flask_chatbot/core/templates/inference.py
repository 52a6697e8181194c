"""Type inference: the type of every expression of a template, from the types of its names."""

from jinja2 import nodes

from flask_chatbot.core.templates.filter_types import ENTRY, FILTERS, SAME, STAND_IN, TAKE_NOTHING
from flask_chatbot.core.templates.narrowing import narrowed, proven
from flask_chatbot.core.templates.types import (
    COUNTED,
    INTEGER,
    NOTHING,
    NUMBER,
    PARTS,
    TEXT,
    UNKNOWN,
    YESNO,
    Scope,
    Type,
    joined,
    type_of_value,
)

TRUTHS = (nodes.Not, nodes.Compare, nodes.Test)
OF_NUMBERS = (nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos)
LOOP_TRUTHS = ("first", "last")
LOOP_COUNTS = ("index", "index0", "revindex", "revindex0", "length")


def type_of(node: nodes.Node | None, scope: Scope) -> Type:
    """The type of a node's value."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, UNKNOWN)
    if isinstance(node, nodes.Const):
        return type_of_value(node.value)._replace(seen=False)
    if isinstance(node, nodes.Filter):
        return type_of_filtered(node, scope)
    if isinstance(node, nodes.BinExpr):
        return type_of_two(node, scope)
    if isinstance(node, nodes.CondExpr):
        yes, no = proven(node.test, scope)
        return joined([type_of(node.expr1, yes), type_of(node.expr2, no) if node.expr2 else UNKNOWN])
    if isinstance(node, nodes.Getitem | nodes.Getattr):
        return type_of_part(node, scope)
    if isinstance(node, nodes.List | nodes.Tuple):
        inner = joined(type_of(item, scope) for item in node.items) if node.items else UNKNOWN
        return Type("list", least=len(node.items), inner="" if inner.optional else inner.kind)
    if isinstance(node, OF_NUMBERS):
        return NUMBER
    return YESNO if isinstance(node, TRUTHS) else UNKNOWN


def type_of_two(node: nodes.BinExpr, scope: Scope) -> Type:
    """The type of an expression with two operands."""
    left = type_of(node.left, scope)
    if isinstance(node, nodes.Or):
        right = type_of(node.right, narrowed(node.left, scope, False))
        return right if left.kind == NOTHING else joined([left.given, right])
    if isinstance(node, nodes.And):
        return joined([left, type_of(node.right, narrowed(node.left, scope, True))])
    if isinstance(node, OF_NUMBERS):
        return NUMBER
    right = type_of(node.right, scope)
    if {left.words, right.words} <= COUNTED:
        return INTEGER if left.kind == right.kind == "integer" else NUMBER
    is_joined = isinstance(node, nodes.Add) and (left.is_text or right.is_text)  # a text takes nothing but texts, and what counts as empty
    return TEXT if is_joined and all(kind.is_text or not kind.words for kind in (left, right)) else UNKNOWN


def type_of_filtered(node: nodes.Filter, scope: Scope) -> Type:
    """The type of a filter's result; most filters pass None on."""
    before = type_of(node.node, scope)
    if node.name in STAND_IN:
        instead = type_of(node.args[0], scope) if node.args else UNKNOWN if node.kwargs else TEXT
        return instead if before.kind == NOTHING else joined([before.given, instead])
    optional = before.optional and node.name not in TAKE_NOTHING
    gives = FILTERS[node.name].gives if node.name in FILTERS else ""
    if gives == SAME:
        return before._replace(options=(), optional=optional)
    if gives == ENTRY:
        entries = before.entries if before.kind == "list" else ()
        return Type(before.inner if before.kind == "list" else "text" if before.is_text else "", optional, entries=entries)
    if gives == "list":
        return Type("list", optional, least=0 if before.is_text else before.least, inner="text" if before.is_text else before.inner)
    return Type(gives, optional)


def type_of_entry(whole: Type, node: nodes.Getitem | nodes.Getattr, scope: Scope) -> Type:
    """The type of a map's entry: that of its key, or what the entries of all keys that there may be have in common."""
    entries = dict(whole.entries)
    keys = keys_of(node, scope)
    return joined(entries[key] for key in (entries if keys is None else keys) if key in entries) if entries else UNKNOWN


def keys_of(node: nodes.Getitem | nodes.Getattr, scope: Scope) -> tuple[str, ...] | None:
    """The keys that an index or the word behind a dot may be; None where it may be any."""
    if isinstance(node, nodes.Getattr):
        return (node.attr,)
    if isinstance(node.arg, nodes.Const):
        return (str(node.arg.value),)
    return type_of(node.arg, scope).options or None


def type_of_part(node: nodes.Getitem | nodes.Getattr, scope: Scope) -> Type:
    """The type of a list's entry, or of an attribute of a built-in name."""
    whole = type_of(node.node, scope)
    if whole.kind == "list":
        return Type(whole.inner, entries=whole.entries)
    if whole.kind == "map":
        return type_of_entry(whole, node, scope)
    if isinstance(node, nodes.Getattr):
        if whole.kind == "loop":
            return YESNO if node.attr in LOOP_TRUTHS else INTEGER if node.attr in LOOP_COUNTS else UNKNOWN
        return PARTS.get(whole.kind, {}).get(node.attr, UNKNOWN)
    return UNKNOWN

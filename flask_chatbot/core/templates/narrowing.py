"""Type narrowing: the facts that a condition of a template proves about its names, where it holds and where it does not."""

from collections.abc import Callable

from jinja2 import nodes

from flask_chatbot.core.templates.types import NONE, NOTHING, NUMBER, PARTS, TEXT, UNKNOWN, Scope, Type, joined

OPPOSITES = {"eq": "ne", "ne": "eq", "lt": "gteq", "gteq": "lt", "gt": "lteq", "lteq": "gt"}
TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "lteq": "gteq", "gteq": "lteq"}
COUNTS = ("length", "count")
COMPARING = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "lteq", "gt": "gt", "ge": "gteq", "in": "in"}  # tests that compare
SURE = {"number": NUMBER, "string": TEXT}


def narrowed(test: nodes.Node, scope: Scope, holds: bool) -> Scope:
    """The scope where a condition holds, or where it does not."""
    return proven(test, scope)[0 if holds else 1]


def proven(test: nodes.Node, scope: Scope) -> tuple[Scope, Scope]:
    """The scopes where a condition holds and where it does not; each part is visited once, however deeply nested."""
    if isinstance(test, nodes.Not):
        yes, no = proven(test.node, scope)
        return no, yes
    if isinstance(test, nodes.And):
        yes, no = proven(test.left, scope)
        both, other = proven(test.right, yes)
        return both, merged(scope, [no, other])
    if isinstance(test, nodes.Or):
        yes, no = proven(test.left, scope)
        other, neither = proven(test.right, no)
        return merged(scope, [yes, other]), neither
    kind = scope.get(test.name, UNKNOWN) if isinstance(test, nodes.Name) else UNKNOWN
    if isinstance(test, nodes.Name) and kind.proof is not None:  # it was set to a condition, and proves what that does
        return proven(kind.proof, {**scope, test.name: kind._replace(proof=None)})
    return with_simple(test, scope, True), with_simple(test, scope, False)


def with_simple(test: nodes.Node, scope: Scope, holds: bool) -> Scope:
    """Narrow the scope by a condition that contains no others."""
    if isinstance(test, nodes.Name):
        kind = scope.get(test.name, UNKNOWN)
        if not holds and kind.optional and kind.kind in PARTS:  # a value with parts is never empty
            return with_type(test, scope, nothing)
        return with_entries(test, scope, 1) if holds else scope
    if isinstance(test, nodes.Test):
        return with_test(test, scope, holds)
    if isinstance(test, nodes.Compare) and len(test.ops) == 1:
        return with_comparison(test.expr, test.ops[0].op, test.ops[0].expr, scope, holds)
    if isinstance(test, nodes.Filter) and test.name in COUNTS and holds:
        return with_entries(test.node, scope, 1)
    return scope


def merged(scope: Scope, ends: list[Scope]) -> Scope:
    """The scope where one of several is true, none of which sets a name anew."""
    changed = {name: joined(end[name] for end in ends) for name in scope if all(end[name] != scope[name] for end in ends)}
    return {**scope, **changed} if changed else scope


def with_test(test: nodes.Test, scope: Scope, holds: bool) -> Scope:
    """Narrow by ``is none``, ``is defined``, ``is number`` and the like; tests with two operands are comparisons by another name."""
    if test.name == "none":
        return with_type(test.node, scope, nothing if holds else (lambda kind: kind.given))
    if test.name in ("defined", "undefined"):
        return with_entry(test.node, scope) if holds is (test.name == "defined") else scope
    if test.name in SURE and holds:
        sure = SURE[test.name]
        return with_type(test.node, scope, lambda kind: kind.given if kind.words else sure)
    if test.name in COMPARING and test.args:
        return with_comparison(test.node, COMPARING[test.name], test.args[0], scope, holds)
    return scope


def with_entry(node: nodes.Node, scope: Scope) -> Scope:
    """Narrow a list: if an entry is defined, the list is at least that long."""
    place = number_of(node.arg) if isinstance(node, nodes.Getitem) else None
    if isinstance(node, nodes.Getitem) and place is not None:
        return with_entries(node.node, scope, place + 1 if place >= 0 else -place)
    return with_entries(node.node, scope, 1) if isinstance(node, nodes.Filter) else scope


def number_of(node: nodes.Node) -> int | None:
    """The whole number written there, or None."""
    if isinstance(node, nodes.Neg):
        number = number_of(node.node)
        return None if number is None else -number
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, int) else None


def with_comparison(left: nodes.Node, sign: str, right: nodes.Node, scope: Scope, holds: bool) -> Scope:
    """Narrow by a comparison with None, with a present value, or of a list's length."""
    sign = sign if holds else OPPOSITES.get(sign, "")
    for one, other, way in ((left, right, sign), (right, left, TURNED.get(sign, ""))):
        if isinstance(other, nodes.Const) and other.value is None:
            return with_type(one, scope, nothing if sign == "eq" else (lambda kind: kind.given)) if sign in ("eq", "ne") else scope
        if isinstance(one, nodes.Filter) and one.name in COUNTS and isinstance(other, nodes.Const) and isinstance(other.value, int):
            least = {"eq": other.value, "gteq": other.value, "gt": other.value + 1, "ne": int(other.value == 0)}.get(way, 0)
            return with_entries(one.node, scope, least) if least > 0 else scope
        if way in ("eq", "in") and isinstance(other, nodes.Const | nodes.List | nodes.Tuple):
            scope = with_type(one, scope, lambda kind: kind.given)
    return scope


def with_entries(node: nodes.Node | None, scope: Scope, least: int) -> Scope:
    """Narrow a name with at least so many entries if it is a list, and a value in any case."""

    def filled(kind: Type) -> Type:
        return kind.given._replace(least=max(kind.least, least)) if kind.kind == "list" else kind.given

    return with_type(node, scope, filled)


def with_type(node: nodes.Node | None, scope: Scope, known: Callable[[Type], Type]) -> Scope:
    """The scope with a proven type of a name; other expressions are ignored."""
    if not isinstance(node, nodes.Name) or node.name not in scope:
        return scope
    return with_last({**scope, node.name: known(scope[node.name])}, scope[node.name].among)


def nothing(kind: Type) -> Type:
    """The type of a name that is proven to be None."""
    return NONE._replace(among=kind.among)


def with_last(scope: Scope, among: int) -> Scope:
    """The scope in which the last of several names has a value, where all others of them are None."""
    several = [name for name, kind in scope.items() if among > 1 and kind.among == among]
    left = [name for name in several if scope[name].kind != NOTHING]
    return {**scope, left[0]: scope[left[0]].given} if len(several) == among and len(left) == 1 else scope

"""What a reply template may hold: an allow-list of Jinja's nodes, names and filters."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from jinja2 import nodes

from flask_chatbot.core.problems import did_you_mean
from flask_chatbot.core.templatetypes import ARITHMETIC, KINDS, NUMBER, TEXT_TYPES, WANTED, mend, spelled, suits, type_of

ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Assign, nodes.Filter, nodes.Test, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Pos, nodes.CondExpr, nodes.Getattr, nodes.Getitem, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
)  # fmt: skip
ONLY = "Use if, for, set and filters only"
REFUSED: dict[type[nodes.Node], str] = {
    nodes.Scope: f"'autoescape' is not allowed in a template. {ONLY}",
    nodes.Call: "calls are not allowed in a template. Use a filter: {{ nama | upper }}",
    nodes.Concat: "'~' is not allowed in a template. Write the parts one after the other: {{ a }}{{ b }}",
    nodes.Pow: "'**' is not allowed in a template. Compute it in Python",
    nodes.Slice: "slices are not allowed in a template. Use the filters first, last or truncate",
}
TESTS = ("defined", "undefined", "none", "number", "string", "even", "odd", "divisibleby", "in", "eq", "ne", "lt", "le", "gt", "ge")
# Statements whose nodes are called otherwise than their tags.
TAGS: dict[type[nodes.Node], str] = {
    nodes.AssignBlock: "endset", nodes.CallBlock: "call", nodes.FilterBlock: "filter", nodes.FromImport: "from", nodes.NSRef: "namespace",
}  # fmt: skip
SIGNS: dict[type[nodes.Node], str] = {nodes.Concat: "~", nodes.Pow: "**", nodes.Call: "("}
JINJA_NAMES = ("loop", "self", "true", "false", "none")  # mean something to Jinja, so nothing else may be called that
LOOP_NAMES = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
PART_NAMES = {"loop": LOOP_NAMES, "saved": ("number",)}  # what stands behind the dot of names that are ours
FORMATS = ("rupiah", "number", "date", "time", "phone", "mask")  # filters whose outcome is text to be read, not reckoned with
PARTS = (nodes.Getattr, nodes.Getitem)
LOOPS_LIMIT = 2  # loops inside each other
TOO_DEEP = "the template is nested too deep. Use fewer brackets, or set parts of it aside with {% set %}."
DEPTH_LIMIT = 50  # of the tree; Python compiles no more than 200 brackets inside each other


class Flaw(NamedTuple):
    """Something wrong at a line of the template (from 1); `word` is what to point at, the `nth` (from 0) on its line."""

    line: int
    message: str
    word: str = ""
    may_be_python: bool = False
    nth: int = 0


def check_tree(tree: nodes.Template, names: Mapping[str, str], filters: Collection[str], values: Mapping[str, object]) -> list[Flaw]:
    """Every flaw of a parsed template, in its order; `values` are those of the vars."""
    level: list[nodes.Node] = list(tree.body)
    depth = 0
    while level and depth < DEPTH_LIMIT:
        level = [child for node in level for child in node.iter_child_nodes()]
        depth += 1
    if level:
        return [Flaw(level[0].lineno or 1, TOO_DEEP)]
    return list(_Checker(names, filters, values).body(tree.body, dict(names), 0))


class _Checker:
    """Walks one tree; `scope` maps the names known at a place to the types of their values."""

    def __init__(self, names: Mapping[str, str], filters: Collection[str], values: Mapping[str, object]) -> None:
        self.names = names
        self.filters = filters
        self.values = values

    def body(self, body: Sequence[nodes.Node], scope: dict[str, str], loops: int) -> Iterator[Flaw]:
        for node in body:
            yield from self.node(node, scope, loops)

    def node(self, node: nodes.Node, scope: dict[str, str], loops: int) -> Iterator[Flaw]:
        """The flaws of one node and all below it; an assignment adds to `scope`."""
        if not isinstance(node, ALLOWED):
            yield self.refused(node)
        elif isinstance(node, nodes.For):
            yield from self.loop(node, scope, loops)
        elif isinstance(node, nodes.Assign):
            yield from self.node(node.node, scope, loops)
            yield from (self.refused(part) for part in (node.target, *node.target.find_all(nodes.NSRef)) if isinstance(part, nodes.NSRef))
            scope.update(dict.fromkeys(stored(node.target), ""))
        elif isinstance(node, nodes.If):
            yield from self.branches(node, scope, loops)
        else:
            yield from self.expression(node, scope)
            for child in node.iter_child_nodes():
                yield from self.node(child, scope, loops)

    def refused(self, node: nodes.Node) -> Flaw:
        tag = TAGS.get(type(node), type(node).__name__.lower())
        message = REFUSED.get(type(node), f"{tag!r} is not allowed in a template. {ONLY}")
        return Flaw(node.lineno or next(node.iter_child_nodes(), node).lineno or 1, f"{message}.", SIGNS.get(type(node), tag))

    def loop(self, node: nodes.For, scope: dict[str, str], loops: int) -> Iterator[Flaw]:
        if loops == LOOPS_LIMIT:
            yield Flaw(node.lineno, f"loops may be nested {LOOPS_LIMIT} deep. Prepare the list in Python.")
        yield from self.node(node.iter, scope, loops)
        inner = scope | dict.fromkeys(stored(node.target), "") | {"loop": "loop"}
        if node.test is not None:
            yield from self.node(node.test, inner, loops)
        yield from self.body(node.body, inner, loops + 1)
        yield from self.body(node.else_, dict(scope), loops)

    def branches(self, node: nodes.If, scope: dict[str, str], loops: int) -> Iterator[Flaw]:
        """A name set in one branch counts from there on, so that both branches may set it."""
        yield from self.node(node.test, scope, loops)
        yield from self.body(node.body, scope, loops)
        yield from self.body(node.elif_, scope, loops)
        yield from self.body(node.else_, scope, loops)

    def expression(self, node: nodes.Node, scope: dict[str, str]) -> Iterator[Flaw]:
        if isinstance(node, nodes.Name):
            yield from self.name(node, scope)
        elif isinstance(node, nodes.Filter):
            yield from self.filter(node, scope)
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            yield Flaw(node.lineno, f"unknown test {node.name!r}.{did_you_mean(node.name, TESTS)}", node.name)
        elif isinstance(node, nodes.Getattr):
            yield from self.attribute(node, scope)
        elif isinstance(node, ARITHMETIC):
            yield from self.arithmetic(node, scope)

    def name(self, node: nodes.Name, scope: dict[str, str]) -> Iterator[Flaw]:
        if node.name not in scope:
            way_out = " A rule that has 'save' knows it, in its reply." if node.name == "saved" else did_you_mean(node.name, scope)
            yield Flaw(node.lineno, f"unknown name {node.name!r}.{way_out}", node.name)

    def attribute(self, node: nodes.Getattr, scope: dict[str, str]) -> Iterator[Flaw]:
        """Only maps and names of ours have something behind a dot; of a field we know that it is neither."""
        kind = scope.get(node.node.name, "") if isinstance(node.node, nodes.Name) else ""
        parts = PART_NAMES.get(kind)
        if parts and node.attr not in parts:
            what = "a loop" if kind == "loop" else repr(kind)
            yield Flaw(node.lineno, f"{what} has no {node.attr!r}.{did_you_mean(node.attr, parts)}", node.attr)
        elif (kind and not parts) or node.attr.startswith("_"):
            yield Flaw(node.lineno, f"'.{node.attr}' is not allowed here: the value has no parts. Use a filter.", node.attr)

    def filter(self, node: nodes.Filter, scope: dict[str, str]) -> Iterator[Flaw]:
        kind = type_of(node.node, scope)
        if node.name not in self.filters:
            message = f"unknown filter {node.name!r}.{did_you_mean(node.name, self.filters)}"
            yield Flaw(node.lineno, message, node.name, may_be_python=True)
        elif not suits(node.name, kind):
            wanted = WANTED[node.name]
            what = spelled(node.node).replace("...", "what stands before it")
            way_out = mend(node.node, wanted, scope, self.values)
            yield Flaw(node.lineno, f"the filter {node.name!r} needs {wanted.words}, and {what} is {KINDS[kind]}. {way_out}", node.name)

    def arithmetic(self, node: nodes.BinExpr, scope: dict[str, str]) -> Iterator[Flaw]:
        sides = (node.left, node.right)
        texts = [side for side in sides if type_of(side, scope) in TEXT_TYPES]
        if isinstance(node.right, nodes.Filter) and node.right.name in FORMATS and node.right.node is not None and node.left not in texts:
            rewritten = f"({spelled(type(node)(node.left, node.right.node))}) | {node.right.name}"
            message = f"the filter {node.right.name!r} would take only what stands right before it: write `{rewritten}`."
            yield Flaw(node.lineno, message, node.right.name)
        elif texts and not isinstance(node, nodes.Add):
            way_out = mend(texts[0], NUMBER, scope, self.values)
            yield Flaw(node.lineno, f"'{node.operator}' works on numbers, and {spelled(texts[0])} is text. {way_out}", node.operator or "")
        elif len(texts) == 1 and all(type_of(side, scope) in KINDS for side in sides):
            named = isinstance(texts[0], nodes.Name) and any(type_of(side, scope) in NUMBER.types for side in sides)
            way_out = mend(texts[0], NUMBER, scope, self.values) if named else "Write the parts one after the other: {{ a }}{{ b }}."
            what = spelled(texts[0]).replace("...", "one side")
            yield Flaw(node.lineno, f"'+' joins two texts or adds two numbers, and only {what} is text. {way_out}", "+")


def stored(target: nodes.Node) -> list[str]:
    """The names an assignment or a loop sets."""
    return [name.name for name in (target, *target.find_all(nodes.Name)) if isinstance(name, nodes.Name)]


def part_named(node: nodes.Expr) -> object:
    """The name or number behind a dot or in brackets; None for one that is known only with the message."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None

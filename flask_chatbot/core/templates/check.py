"""The check of templates: an allow-list of Jinja's nodes, names and filters, applied to values of the right types."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from jinja2 import nodes

from flask_chatbot.core.templates.date_forms import in_calendar_years, misformed
from flask_chatbot.core.templates.filter_types import DATES, FILTERS, MAY_LACK, NUMBER, STAND_IN, Wanted, suits
from flask_chatbot.core.templates.flaws import Fault, span
from flask_chatbot.core.templates.inference import type_of
from flask_chatbot.core.templates.maps import looked_up, of_one, printed
from flask_chatbot.core.templates.narrowing import COMPARING, narrowed, number_of, proven
from flask_chatbot.core.templates.operators import Operators, missing
from flask_chatbot.core.templates.spelling import ARITHMETIC, abridged, called, way_to_give
from flask_chatbot.core.templates.types import PARTS as WHOLE_PARTS
from flask_chatbot.core.templates.types import UNKNOWN, Scope, Type, joined
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import did_you_mean

ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Assign, nodes.Filter, nodes.Test, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Pos, nodes.CondExpr, nodes.Getattr, nodes.Getitem, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
)  # fmt: skip
ONLY = tr("Use if, for, set and filters only")
REFUSED: dict[type[nodes.Node], str] = {
    nodes.Scope: tr("'autoescape' is not allowed in a template. {way_out}", way_out=ONLY),
    nodes.Call: tr("calls are not allowed in a template. Use a filter: {{{{ nama | upper }}}}"),
    nodes.Concat: tr("'~' is not allowed in a template. Write the parts one after the other: {{{{ a }}}}{{{{ b }}}}"),
    nodes.Pow: tr("'**' is not allowed in a template. Compute it in Python"),
    nodes.Slice: tr("slices are not allowed in a template. Use the filters first, last or truncate"),
}
TESTS = ("defined", "undefined", "none", "number", "string", "even", "odd", "divisibleby", "in", "eq", "ne", "lt", "le", "gt", "ge")
# Statements whose nodes are called otherwise than their tags.
TAGS: dict[type[nodes.Node], str] = {
    nodes.AssignBlock: "endset", nodes.CallBlock: "call", nodes.FilterBlock: "filter", nodes.FromImport: "from", nodes.NSRef: "namespace",
}  # fmt: skip
SIGNS: dict[type[nodes.Node], str] = {nodes.Concat: "~", nodes.Pow: "**", nodes.Call: "("}
JINJA_NAMES = ("loop", "self", "true", "false", "none")  # mean something to Jinja, so nothing else may be called that
LOOP_NAMES = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
PART_NAMES = {
    "loop": LOOP_NAMES,
    **{kind: tuple(parts) for kind, parts in WHOLE_PARTS.items()},
}  # what stands behind the dot of names that are ours
PARTS = (nodes.Getattr, nodes.Getitem)
KNOWN_ELSEWHERE = {
    "saved": tr(" A rule that has 'save' knows it, in its reply and 'notify'."),
    "found": tr(" A rule that has 'find' knows it, in its reply, 'confirm' and 'notify'."),
    "media": tr(" A rule with `sends: media`, or a kind of file, knows it."),
    "location": tr(" A rule with `sends: location` knows it."),
    "contact": tr(" A rule with `sends: contact` knows it."),
}
PROOFS = (nodes.Test, nodes.Compare, nodes.Not, nodes.And, nodes.Or)  # what a name may be set to that proves something of others
LOOPS_LIMIT = 2  # loops inside each other
TOO_DEEP = tr("the template is nested too deep. Use fewer brackets, or set parts of it aside with {{% set %}}.")
COUNTING_TESTS = ("even", "odd", "divisibleby")
DEPTH_LIMIT = 50  # of the tree; Python compiles no more than 200 brackets inside each other


def check_tree(tree: nodes.Template, names: Scope, filters: Collection[str], values: Mapping[str, object]) -> list[Fault]:
    """All faults of a parsed template, in order; `values` are those of the vars."""
    level: list[nodes.Node] = list(tree.body)
    depth = 0
    while level and depth < DEPTH_LIMIT:
        level = [child for node in level for child in node.iter_child_nodes()]
        depth += 1
    if level:
        return [Fault(level[0].lineno or 0, TOO_DEEP)]
    return list(_Checker(filters, values).body(tree.body, dict(names), 0))


class _Checker:
    """Walks one tree; a scope maps the names known at a place to the types of their values."""

    def __init__(self, filters: Collection[str], values: Mapping[str, object]) -> None:
        self.filters = filters
        self.values = values
        self.operators = Operators(values)
        self.guarded: set[int] = set()  # the ids of the nodes that may be missing, since something takes their place

    # -- statements ----------------------------------------------------------------------------------

    def body(self, body: Sequence[nodes.Node], scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        for node in body:
            yield from self.node(node, scope, loops)

    def node(self, node: nodes.Node, scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        """Yield the faults of a node and everything below it; an assignment adds to `scope`."""
        if not isinstance(node, ALLOWED):
            yield self.refused(node)
        elif isinstance(node, nodes.For):
            yield from self.loop(node, scope, loops)
        elif isinstance(node, nodes.Assign):
            yield from self.assignment(node, scope, loops)
        elif isinstance(node, nodes.If):
            yield from self.branches(node, scope, loops)
        elif isinstance(node, nodes.And | nodes.Or | nodes.CondExpr):
            yield from self.conditional(node, scope, loops)
        else:
            yield from printed(node, scope) if isinstance(node, nodes.Output) else self.expression(node, scope)
            for child in node.iter_child_nodes():
                yield from self.node(child, scope, loops)

    def refused(self, node: nodes.Node) -> Fault:
        tag = TAGS.get(type(node), type(node).__name__.lower())
        message = REFUSED.get(type(node), tr("{tag!r} is not allowed in a template. {way_out}", tag=tag, way_out=ONLY))
        return Fault(node.lineno or span(node)[0], tr("{message}.", message=message), SIGNS.get(type(node), tag))

    def assignment(self, node: nodes.Assign, scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        """Check ``set``: from here on the name has the type of its value, and proves what a condition does."""
        yield from self.node(node.node, scope, loops)
        yield from (self.refused(part) for part in (node.target, *node.target.find_all(nodes.NSRef)) if isinstance(part, nodes.NSRef))
        if isinstance(node.target, nodes.Name):
            proof = node.node if isinstance(node.node, PROOFS) else None
            scope[node.target.name] = type_of(node.node, scope)._replace(proof=proof)
        else:
            scope.update(dict.fromkeys(stored(node.target), UNKNOWN))

    def loop(self, node: nodes.For, scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        if loops == LOOPS_LIMIT:
            yield Fault(node.lineno, tr("loops may be nested {limit} deep. Prepare the list in Python.", limit=LOOPS_LIMIT))
        yield from self.node(node.iter, scope, loops)
        walked = type_of(node.iter, scope)
        if walked.words and walked.kind not in ("list", "map"):
            message = tr(
                "a loop needs a list, and {value} is {type}. Take `data`, or a list from Python.",
                value=called(node.iter, tr("what it walks")),
                type=walked.words,
            )
            yield Fault(span(node.iter)[0], message)
        kind = of_one(walked) if isinstance(node.target, nodes.Name) else UNKNOWN
        inner = scope | dict.fromkeys(stored(node.target), kind) | {"loop": Type("loop")}
        if node.test is not None:
            yield from self.node(node.test, inner, loops)
            inner = dict(narrowed(node.test, inner, True))
        yield from self.body(node.body, inner, loops + 1)
        yield from self.body(node.else_, dict(scope), loops)

    def branches(self, node: nodes.If, scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        """Check branches: a name set in one of them counts afterwards, so that both may set it."""
        rest: Scope = scope
        ends: list[dict[str, Type]] = []
        begins: list[Scope] = []
        for part in (node, *node.elif_):
            yield from self.node(part.test, dict(rest), loops)
            yes, rest = proven(part.test, rest)
            begins.append(yes)
            ends.append(dict(begins[-1]))
            yield from self.body(part.body, ends[-1], loops)
        begins.append(rest)
        ends.append(dict(rest))
        yield from self.body(node.else_, ends[-1], loops)
        for name in {name for begin, end in zip(begins, ends, strict=True) for name in end if end[name] is not begin.get(name)}:
            scope[name] = joined(end[name] for end in ends if name in end)

    # -- expressions ---------------------------------------------------------------------------------

    def conditional(self, node: nodes.And | nodes.Or | nodes.CondExpr, scope: dict[str, Type], loops: int) -> Iterator[Fault]:
        """Check parts that are evaluated only if a condition holds, or only if it does not."""
        parts: list[tuple[nodes.Node | None, bool]]
        if isinstance(node, nodes.CondExpr):
            test, parts = node.test, [(node.expr1, True), (node.expr2, False)]
        else:
            test, parts = node.left, [(node.right, isinstance(node, nodes.And))]
        yield from self.node(test, scope, loops)
        for part, holds in parts:
            if part is not None:
                yield from self.node(part, dict(narrowed(test, scope, holds)), loops)

    def expression(self, node: nodes.Node, scope: Scope) -> Iterator[Fault]:
        if isinstance(node, nodes.Name):
            yield from self.name(node, scope)
        elif isinstance(node, nodes.Filter):
            yield from self.filter(node, scope)
        elif isinstance(node, nodes.Test):
            yield from self.test(node, scope)
        elif isinstance(node, nodes.Compare):
            sides = [node.expr, *(operand.expr for operand in node.ops)]
            pairs = zip(sides, node.ops, strict=False)
            found = (self.operators.comparison(left, operand.op, operand.expr, scope) for left, operand in pairs)
            yield from {fault.message: fault for faults in found for fault in faults}.values()
        elif isinstance(node, nodes.Getattr):
            yield from self.attribute(node, scope)
        elif isinstance(node, nodes.Getitem):
            yield from self.entry(node, scope)
        elif isinstance(node, ARITHMETIC):
            yield from self.operators.arithmetic(node, scope)
        elif isinstance(node, nodes.Neg | nodes.Pos):
            yield from self.operators.sign(node, scope)

    def name(self, node: nodes.Name, scope: Scope) -> Iterator[Fault]:
        if node.name not in scope:
            way_out = KNOWN_ELSEWHERE.get(node.name) or did_you_mean(node.name, scope)
            yield Fault(node.lineno, tr("unknown name {name!r}.{way_out}", name=node.name, way_out=way_out), node.name)

    def attribute(self, node: nodes.Getattr, scope: Scope) -> Iterator[Fault]:
        """Check a dot: only maps and built-in names have attributes, and a field is neither."""
        whole = type_of(node.node, scope)
        kind = whole.kind
        if kind == "map":
            yield from looked_up(node, whole, scope, id(node) in self.guarded)
            return
        parts = PART_NAMES.get(kind)
        if parts and node.attr not in parts:
            what = tr("a loop") if kind == "loop" else repr(node.node.name if isinstance(node.node, nodes.Name) else kind)
            yield Fault(
                node.lineno,
                tr("{value} has no {part!r}.{guess}", value=what, part=node.attr, guess=did_you_mean(node.attr, parts) or its_parts(parts)),
                node.attr,
            )
        elif parts and whole.optional and id(node) not in self.guarded:
            name = called(node.node, "...")
            yield Fault(
                node.lineno,
                tr("{name!r} may be nothing here, and then it has no {part!r}. Ask `{{% if {name} %}}` first.", name=name, part=node.attr),
                node.attr,
            )
        elif (kind and not parts) or node.attr.startswith("_"):
            yield Fault(node.lineno, tr("'.{part}' is not allowed here: the value has no parts. Use a filter.", part=node.attr), node.attr)

    def entry(self, node: nodes.Getitem, scope: Scope) -> Iterator[Fault]:
        """Check an index: an entry exists if the list is certain to be that long."""
        if isinstance(node.arg, nodes.Slice):
            return
        whole, place = type_of(node.node, scope), number_of(node.arg)
        if whole.kind == "map":
            yield from looked_up(node, whole, scope, id(node) in self.guarded)
        elif whole.words and whole.words != "a list":
            yield Fault(
                span(node)[0], tr("'[{part}]' is not allowed here: the value has no parts. Use a filter.", part=called(node.arg, "..."))
            )
        elif whole.kind == "list" and place is not None and not -whole.least <= place < whole.least:
            yield from self.absent(node, called(node, tr("the entry")), whole)

    def absent(self, node: nodes.Getitem | nodes.Filter, what: str, whole: Type) -> Iterator[Fault]:
        """Yield a fault for an entry that may be missing, unless it is replaced."""
        if id(node) in self.guarded:
            return
        is_data = isinstance(node.node, nodes.Name) and node.node.name == "data"
        why = tr(": customers may write fewer parts after the #") if is_data else ""
        others = tr(", or name the parts under `fields:`") if is_data else ""
        at = span(node)[0]
        word = node.node.name if isinstance(node.node, nodes.Name) else ""
        yield Fault(
            at, tr("{entry} may not be there{why}. Write `{entry} | default('')`{others}.", entry=what, why=why, others=others), word
        )

    def filter(self, node: nodes.Filter, scope: Scope) -> Iterator[Fault]:
        given = type_of(node.node, scope)
        if node.name in STAND_IN and node.node is not None:
            self.guarded.add(id(node.node))
        if node.name not in self.filters:
            message = tr("unknown filter {name!r}.{guess}", name=node.name, guess=did_you_mean(node.name, self.filters))
            yield Fault(node.lineno, message, node.name, may_be_python=True)
        elif not suits(node.name, given) and (wanted := FILTERS[node.name].takes):
            yield Fault(node.lineno, self.unsuited(node, given, wanted, way_to_give(node.node, wanted, scope, self.values)), node.name)
        elif node.name in DATES:
            yield from self.form(node)
        elif node.name in MAY_LACK and given.kind == "list" and not given.least:
            yield from self.absent(node, called(node, tr("the entry")), given)

    def unsuited(self, node: nodes.Filter, given: Type, wanted: Wanted, way_out: Translatable) -> Translatable:
        """The complaint about a filter that cannot work on a type."""
        return tr(
            "the filter {name!r} needs {wanted}, and {value} is {type}. {way_out}",
            name=node.name,
            wanted=wanted.words,
            value=abridged(node.node, tr("what stands before it")),
            type=tr("a list of text") if Type(given.inner).is_text else given.words,
            way_out=way_out,
        )

    def form(self, node: nodes.Filter) -> Iterator[Fault]:
        """Check a date format that is written in the template."""
        forms = [*node.args[:1], *(pair.value for pair in node.kwargs if pair.key == "form")]
        for form in forms:
            if not isinstance(form, nodes.Const):
                continue
            if message := misformed(form.value, node.name):
                yield Fault(node.lineno, message, node.name)
            elif (meant := in_calendar_years(form.value)) != form.value:
                message = tr(
                    "'Y' in {form!r} is the year that a week belongs to; the year of the day is written. Write {meant!r}.",
                    form=form.value,
                    meant=meant,
                )
                yield Fault(node.lineno, message, node.name, is_warning=True, fails=False)

    def test(self, node: nodes.Test, scope: Scope) -> Iterator[Fault]:
        """Check ``is ...``, by its name and its operand."""
        given = type_of(node.node, scope)
        if node.name in ("defined", "undefined"):
            self.guarded.add(id(node.node))
        if node.name not in TESTS:
            yield Fault(node.lineno, tr("unknown test {name!r}.{guess}", name=node.name, guess=did_you_mean(node.name, TESTS)), node.name)
        elif node.name in COMPARING and node.args:
            yield from self.operators.comparison(node.node, COMPARING[node.name], node.args[0], scope)
        elif node.name in COUNTING_TESTS and given.words and not (given.is_number or given.kind == "yesno"):
            way_out = way_to_give(node.node, NUMBER, scope, self.values)
            yield Fault(
                node.lineno,
                tr(
                    "{name!r} is a test of numbers, and {value} is {type}. {way_out}",
                    name=node.name,
                    value=called(node.node, tr("this")),
                    type=given.words,
                    way_out=way_out,
                ),
                node.name,
            )
        elif node.name in COUNTING_TESTS and given.optional:
            yield Fault(node.lineno, missing(node.node, node.name, scope), node.name)


def stored(target: nodes.Node) -> list[str]:
    """The names that an assignment or a loop sets."""
    return [name.name for name in (target, *target.find_all(nodes.Name)) if isinstance(name, nodes.Name)]


def part_named(node: nodes.Expr) -> object:
    """The name or number after a dot or in brackets; None if it is known only with the message."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None


def its_parts(parts: Sequence[str]) -> Translatable:
    """The parts that a value has, as a sentence to follow; those of a loop are too many."""
    return NO_MESSAGE if parts is LOOP_NAMES else tr(" It has {entries}.", entries=", ".join(parts))

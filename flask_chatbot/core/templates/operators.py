"""Operators and the types of their operands: sums that cannot be made, and comparisons that never fit."""

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.language.words import words_of_all
from flask_chatbot.core.templates.filter_types import FORMATS, NUMBER
from flask_chatbot.core.templates.flaws import Fault, between
from flask_chatbot.core.templates.inference import type_of
from flask_chatbot.core.templates.spelling import GIVEN, called, mend, number_in, spelled, stand_in
from flask_chatbot.core.templates.types import COUNTED, NOTHING, VAR_TEXT, Scope, Type
from flask_chatbot.core.values.problems import did_you_mean

SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">=", "in": "in", "notin": "in"}
ORDERS = ("lt", "gt", "lteq", "gteq")
ALONE = "Compute it in Python."
NO = words_of_all("no")


def missing(node: nodes.Node, sign: str, scope: Scope) -> str:
    """The complaint that an operand of an operator may be missing."""
    kind = type_of(node, scope)
    what = called(node, "one side")
    fact = f"{what} is nothing" if kind.kind == NOTHING else f"{what} may have been left out"
    return f"{fact}, and {sign!r} needs a value. {stand_in(node, kind)}"


class Operators:
    """Checks operators; `values` are those of the vars."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    # -- sums ----------------------------------------------------------------------------------------

    def arithmetic(self, node: nodes.BinExpr, scope: Scope) -> Iterator[Fault]:
        """Check a sum, a product and the like."""
        sign = node.operator or ""
        message = self.swallowed(node, scope) or self.mixed(node, scope) or self.uncounted(node, scope)
        if message and isinstance(node.right, nodes.Filter) and message.startswith("the filter"):
            yield Fault(node.right.lineno, message, node.right.name)
        elif message:
            yield between(node.left, node.right, sign, message)

    def swallowed(self, node: nodes.BinExpr, scope: Scope) -> str:
        """Complain of a filter after a sum, which applies to the last part only."""
        right = node.right
        if not isinstance(right, nodes.Filter) or right.name not in FORMATS or right.node is None or type_of(node.left, scope).is_text:
            return ""
        rewritten = f"({spelled(type(node)(node.left, right.node))}) | {right.name}"
        return f"the filter {right.name!r} would take only what stands right before it: write `{rewritten}`."

    def mixed(self, node: nodes.BinExpr, scope: Scope) -> str:
        """Complain of texts where numbers are expected."""
        sides = (node.left, node.right)
        texts = [side for side in sides if type_of(side, scope).is_text]
        if texts and not isinstance(node, nodes.Add):
            way_out = mend(texts[0], NUMBER, scope, self.values)
            return f"'{node.operator}' works on numbers, and {called(texts[0], 'one side')} is text. {way_out}"
        if len(texts) == 1 and all(type_of(side, scope).words for side in sides):
            named = isinstance(texts[0], nodes.Name) and any(type_of(side, scope).is_number for side in sides)
            way_out = mend(texts[0], NUMBER, scope, self.values) if named else "Write the parts one after the other: {{ a }}{{ b }}."
            return f"'+' joins two texts or adds two numbers, and only {spelled(texts[0]).replace('...', 'one side')} is text. {way_out}"
        return ""

    def uncounted(self, node: nodes.BinExpr, scope: Scope) -> str:
        """Complain of dates and lists where numbers are expected, and of omitted values."""
        sides = ((node.left, node.right), (node.right, node.left))
        for side, other in sides:
            kind, beside = type_of(side, scope), type_of(other, scope)
            apart = isinstance(node, nodes.Sub) and kind.words != "a list" and beside.words in ("", kind.words)  # how long from one to one
            if kind.words and not (apart or kind.is_text or kind.words in COUNTED):
                way_out = mend(side, NUMBER, scope, self.values) if kind.kind == "map" else ALONE
                return f"'{node.operator}' works on numbers, and {called(side, 'one side')} is {kind.words}. {way_out}"
        for side, other in sides:
            kind, beside = type_of(side, scope), type_of(other, scope)
            joins = isinstance(node, nodes.Add) and not any(each.words and not each.is_text for each in (kind, beside))
            if kind.optional and not joins:
                return missing(side, node.operator or "", scope)
        return ""

    def sign(self, node: nodes.UnaryExpr, scope: Scope) -> Iterator[Fault]:
        """Check a minus or a plus before a value."""
        kind, sign = type_of(node.node, scope), node.operator or ""
        if kind.words and kind.words not in COUNTED:
            way_out = mend(node.node, NUMBER, scope, self.values) if kind.is_text else ALONE
            yield Fault(node.lineno, f"{sign!r} works on numbers, and {called(node.node, 'its value')} is {kind.words}. {way_out}", sign)
        elif kind.optional:
            yield Fault(node.lineno, missing(node.node, sign, scope), sign)

    # -- comparisons ---------------------------------------------------------------------------------

    def comparison(self, left: nodes.Expr, operator: str, right: nodes.Expr, scope: Scope) -> Iterator[Fault]:
        """Check one sign of a comparison with its two operands."""
        sign = SIGNS[operator]
        if operator in ORDERS:
            message, fails = self.order(left, sign, right, scope), True
        elif operator in ("in", "notin"):
            message, fails = self.containing(left, right, scope), True
        else:
            message, fails = "", False
        if not message:
            message, fails = self.equality(left, operator, right, scope), False
        if message:
            yield between(left, right, sign, message, fails)

    def order(self, left: nodes.Expr, sign: str, right: nodes.Expr, scope: Scope) -> str:
        """Check an ordering: both operands must be present, and of one type."""
        kinds = [type_of(side, scope) for side in (left, right)]
        for side, kind in zip((left, right), kinds, strict=True):
            if kind.optional:
                return missing(side, sign, scope)
        one, other = kinds
        if not (one.words and other.words) or alike(one, other):
            return ""
        return f"{sign!r} compares values of one type, and {self.sides(left, right, scope)}. {self.way_out(left, right, scope)}"

    def containing(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> str:
        """Check ``in`` on a text or a list."""
        part, whole = type_of(left, scope), type_of(right, scope)
        if whole.optional:
            return missing(right, "in", scope)
        if whole.words and whole.kind not in ("list", "map") and not whole.is_text:
            return f"'in' looks into a text or a list, and {called(right, 'what it looks into')} is {whole.words}. Write == to compare."
        if whole.is_text and part.optional:
            return missing(left, "in", scope)
        if whole.is_text and part.words and not part.is_text:
            return f"'in' looks for a text in a text, and {self.sides(left, right, scope)}. {self.way_out(left, right, scope)}"
        return ""

    def equality(self, left: nodes.Expr, operator: str, right: nodes.Expr, scope: Scope) -> str:
        """Complain of operands that can never be equal, although nothing fails."""
        if operator in ("in", "notin"):
            items = right.items if isinstance(right, nodes.List | nodes.Tuple) else []
            return next(filter(None, (self.equality(left, "eq", item, scope) for item in items)), "")
        if operator not in ("eq", "ne"):
            return ""
        one, other = type_of(left, scope), type_of(right, scope)
        if one.words and other.words and not alike(one, other):
            so = "they are never equal" if operator == "eq" else "they always differ"
            return f"{self.sides(left, right, scope)}, so {so}. {self.way_out(left, right, scope)}"
        for side, choice, const in ((left, one, right), (right, other, left)):
            if choice.options and isinstance(const, nodes.Const) and isinstance(const.value, str) and const.value not in choice.options:
                return no_option(called(side, "the field"), choice.options, const.value)
        return ""

    def sides(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> str:
        """The types of both operands, for a message."""
        one, other = type_of(left, scope), type_of(right, scope)
        return f"{called(left, 'the left side')} is {one.words} and {called(right, 'the right side')} is {other.words}"

    def way_out(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> str:
        """The change that makes two operands comparable."""
        by_words = {type_of(side, scope).words: side for side in (left, right)}
        text = by_words.get("text")
        if text is not None and "a number" in by_words:
            return self.number_or_text(text, by_words["a number"], scope)
        if text is not None and "a yes or no" in by_words:
            name = called(by_words["a yes or no"], "...")
            return f"Write `{{% if {'not ' if isinstance(text, nodes.Const) and fold(str(text.value)) in NO else ''}{name} %}}`."
        if "a time" in by_words and not by_words.keys() & {"a date", "a yes or no", "a list"}:
            return f"Compare it as text: `{called(by_words['a time'], '...')} | time('HH:mm')`."
        if "a date" in by_words:
            days = [f"`{called(by_words[words], '...')} | date('yyyy-MM-dd')`" for words in ("a date", "a time") if words in by_words]
            return f"Compare {'both ' if len(days) == 2 else ''}as text: {' and '.join(days)}."
        return "Compare values of one type."

    def number_or_text(self, text: nodes.Expr, number: nodes.Expr, scope: Scope) -> str:
        """The change for a text compared with a number."""
        quotes = f"rite '{number.value}' in quotes." if isinstance(number, nodes.Const) else ""
        if isinstance(text, nodes.Const):
            digits = number_in(text.value)
            return f"Write {digits}, without quotes." if digits else "Compare it with a number."
        if not isinstance(text, nodes.Name) or text.name in GIVEN:
            return f"W{quotes}" if quotes else f"Write `{called(text, '...')} | int`."
        kind = scope.get(text.name)
        if kind is not None and kind.kind == VAR_TEXT and not number_in(self.values.get(text.name)):
            return f"W{quotes}" if quotes else "Compare it with a text."
        way_out = mend(text, NUMBER, scope, self.values)
        return f"{way_out.removesuffix('.')}, or w{quotes}" if quotes else way_out


def alike(one: Type, other: Type) -> bool:
    """True if two known types can be compared."""
    if one.inner and other.inner and one.inner != other.inner:
        return alike(Type(one.inner), Type(other.inner))
    return one.words == other.words or {one.words, other.words} <= COUNTED


def no_option(what: str, options: tuple[str, ...], word: str) -> str:
    """The complaint about a choice compared with something that nobody can choose."""
    same = next((option for option in options if fold(option) == fold(word)), "")
    guess = f" Did you mean {same!r}?" if same else did_you_mean(word, options) or " Write one of them."
    return f"{word!r} is not one of the options of {what}: {clip(', '.join(options), 120)}.{guess}"

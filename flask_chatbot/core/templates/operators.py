"""Operators and the types of their operands: sums that cannot be made, and comparisons that never fit."""

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.language.words import words_of_all
from flask_chatbot.core.templates.filter_types import FORMATS, NUMBER
from flask_chatbot.core.templates.flaws import Fault, between
from flask_chatbot.core.templates.inference import type_of
from flask_chatbot.core.templates.spelling import GIVEN, abridged, called, number_in, spelled, stand_in, way_to_give
from flask_chatbot.core.templates.types import COUNTED, NOTHING, VAR_TEXT, Scope, Type
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, all_of, tr
from flask_chatbot.core.values.problems import did_you_mean, suggestion

SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">=", "in": "in", "notin": "in"}
ORDERS = ("lt", "gt", "lteq", "gteq")
ALONE = tr("Compute it in Python.")
PARTS = tr("Write the parts one after the other: {{{{ a }}}}{{{{ b }}}}.")


def missing(node: nodes.Node, sign: str, scope: Scope) -> Translatable:
    """The complaint that an operand of an operator may be missing."""
    kind = type_of(node, scope)
    value, way_out = called(node, tr("one side")), stand_in(node, kind)
    if kind.kind == NOTHING:
        return tr("{value} is nothing, and {sign!r} needs a value. {way_out}", value=value, sign=sign, way_out=way_out)
    return tr("{value} may have been left out, and {sign!r} needs a value. {way_out}", value=value, sign=sign, way_out=way_out)


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

    def swallowed(self, node: nodes.BinExpr, scope: Scope) -> Translatable:
        """Complain of a filter after a sum, which applies to the last part only."""
        right = node.right
        if not isinstance(right, nodes.Filter) or right.name not in FORMATS or right.node is None or type_of(node.left, scope).is_text:
            return NO_MESSAGE
        rewritten = f"({spelled(type(node)(node.left, right.node))}) | {right.name}"
        return tr(
            "the filter {name!r} would take only what stands right before it: write `{rewritten}`.", name=right.name, rewritten=rewritten
        )

    def mixed(self, node: nodes.BinExpr, scope: Scope) -> Translatable:
        """Complain of texts where numbers are expected."""
        sides = (node.left, node.right)
        texts = [side for side in sides if type_of(side, scope).is_text]
        if texts and not isinstance(node, nodes.Add):
            way_out = way_to_give(texts[0], NUMBER, scope, self.values)
            return works_on_numbers(node.operator, called(texts[0], tr("one side")), tr("text"), way_out)
        if len(texts) == 1 and all(type_of(side, scope).words for side in sides):
            named = isinstance(texts[0], nodes.Name) and any(type_of(side, scope).is_number for side in sides)
            way_out = way_to_give(texts[0], NUMBER, scope, self.values) if named else PARTS
            return tr(
                "'+' joins two texts or adds two numbers, and only {value} is text. {way_out}",
                value=abridged(texts[0], tr("one side")),
                way_out=way_out,
            )
        return NO_MESSAGE

    def uncounted(self, node: nodes.BinExpr, scope: Scope) -> Translatable:
        """Complain of dates and lists where numbers are expected, and of omitted values."""
        sides = ((node.left, node.right), (node.right, node.left))
        for side, other in sides:
            kind, beside = type_of(side, scope), type_of(other, scope)
            apart = isinstance(node, nodes.Sub) and kind.words != "a list" and beside.words in ("", kind.words)  # how long from one to one
            if kind.words and not (apart or kind.is_text or kind.words in COUNTED):
                way_out = way_to_give(side, NUMBER, scope, self.values) if kind.kind == "map" else ALONE
                return works_on_numbers(node.operator, called(side, tr("one side")), kind.words, way_out)
        for side, other in sides:
            kind, beside = type_of(side, scope), type_of(other, scope)
            joins = isinstance(node, nodes.Add) and not any(each.words and not each.is_text for each in (kind, beside))
            if kind.optional and not joins:
                return missing(side, node.operator or "", scope)
        return NO_MESSAGE

    def sign(self, node: nodes.UnaryExpr, scope: Scope) -> Iterator[Fault]:
        """Check a minus or a plus before a value."""
        kind, sign = type_of(node.node, scope), node.operator or ""
        if kind.words and kind.words not in COUNTED:
            way_out = way_to_give(node.node, NUMBER, scope, self.values) if kind.is_text else ALONE
            yield Fault(node.lineno, works_on_numbers(sign, called(node.node, tr("its value")), kind.words, way_out), sign)
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
            message, fails = NO_MESSAGE, False
        if not message:
            message, fails = self.equality(left, operator, right, scope), False
        if message:
            yield between(left, right, sign, message, fails)

    def order(self, left: nodes.Expr, sign: str, right: nodes.Expr, scope: Scope) -> Translatable:
        """Check an ordering: both operands must be present, and of one type."""
        kinds = [type_of(side, scope) for side in (left, right)]
        for side, kind in zip((left, right), kinds, strict=True):
            if kind.optional:
                return missing(side, sign, scope)
        one, other = kinds
        if not (one.words and other.words) or alike(one, other):
            return NO_MESSAGE
        return tr(
            "{sign!r} compares values of one type, and {sides}. {way_out}",
            sign=sign,
            sides=self.sides(left, right, scope),
            way_out=self.way_out(left, right, scope),
        )

    def containing(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> Translatable:
        """Check ``in`` on a text or a list."""
        part, whole = type_of(left, scope), type_of(right, scope)
        if whole.optional:
            return missing(right, "in", scope)
        if whole.words and whole.kind not in ("list", "map") and not whole.is_text:
            return tr(
                "'in' looks into a text or a list, and {value} is {type}. Write == to compare.",
                value=called(right, tr("what it looks into")),
                type=whole.words,
            )
        if whole.is_text and part.optional:
            return missing(left, "in", scope)
        if whole.is_text and part.words and not part.is_text:
            sides, way_out = self.sides(left, right, scope), self.way_out(left, right, scope)
            return tr("'in' looks for a text in a text, and {sides}. {way_out}", sides=sides, way_out=way_out)
        return NO_MESSAGE

    def equality(self, left: nodes.Expr, operator: str, right: nodes.Expr, scope: Scope) -> Translatable:
        """Complain of operands that can never be equal, although nothing fails."""
        if operator in ("in", "notin"):
            items = right.items if isinstance(right, nodes.List | nodes.Tuple) else []
            return next(filter(None, (self.equality(left, "eq", item, scope) for item in items)), NO_MESSAGE)
        if operator not in ("eq", "ne"):
            return NO_MESSAGE
        one, other = type_of(left, scope), type_of(right, scope)
        if one.words and other.words and not alike(one, other):
            sides, way_out = self.sides(left, right, scope), self.way_out(left, right, scope)
            if operator == "eq":
                return tr("{sides}, so they are never equal. {way_out}", sides=sides, way_out=way_out)
            return tr("{sides}, so they always differ. {way_out}", sides=sides, way_out=way_out)
        for side, choice, const in ((left, one, right), (right, other, left)):
            if choice.options and isinstance(const, nodes.Const) and isinstance(const.value, str) and const.value not in choice.options:
                return no_option(called(side, tr("the field")), choice.options, const.value)
        return NO_MESSAGE

    def sides(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> Translatable:
        """The types of both operands, for a message."""
        one, other = type_of(left, scope), type_of(right, scope)
        return tr(
            "{left} is {one} and {right} is {other}",
            left=called(left, tr("the left side")),
            one=one.words,
            right=called(right, tr("the right side")),
            other=other.words,
        )

    def way_out(self, left: nodes.Expr, right: nodes.Expr, scope: Scope) -> Translatable:
        """The change that makes two operands comparable."""
        by_words: dict[str, nodes.Expr] = {type_of(side, scope).words: side for side in (left, right)}
        text = by_words.get("text")
        if text is not None and "a number" in by_words:
            return self.number_or_text(text, by_words["a number"], scope)
        if text is not None and "a yes or no" in by_words:
            name = called(by_words["a yes or no"], "...")
            unless = "not " if isinstance(text, nodes.Const) and fold(str(text.value)) in words_of_all("no") else ""
            return tr("Write `{{% if {condition} %}}`.", condition=f"{unless}{name}")
        if "a time" in by_words and not by_words.keys() & {"a date", "a yes or no", "a list"}:
            return tr("Compare it as text: {written}.", written=f"`{called(by_words['a time'], '...')} | time('HH:mm')`")
        if "a date" in by_words:
            days = [f"`{called(by_words[words], '...')} | date('yyyy-MM-dd')`" for words in ("a date", "a time") if words in by_words]
            both = tr("Compare both as text: {written}.", written=all_of(days))
            return both if len(days) == 2 else tr("Compare as text: {written}.", written=days[0])
        return tr("Compare values of one type.")

    def number_or_text(self, text: nodes.Expr, number: nodes.Expr, scope: Scope) -> Translatable:
        """The change for a text compared with a number."""
        quotes = tr("Write '{number}' in quotes.", number=number.value) if isinstance(number, nodes.Const) else NO_MESSAGE
        if isinstance(text, nodes.Const):
            digits = number_in(text.value)
            return tr("Write {written}, without quotes.", written=digits) if digits else tr("Compare it with a number.")
        if not isinstance(text, nodes.Name) or text.name in GIVEN:
            return quotes or tr("Write `{value} | int`.", value=called(text, "..."))
        kind = scope.get(text.name)
        if kind is not None and kind.kind == VAR_TEXT and not number_in(self.values.get(text.name)):
            return quotes or tr("Compare it with a text.")
        more = tr(", or write '{number}' in quotes", number=number.value) if isinstance(number, nodes.Const) else NO_MESSAGE
        return way_to_give(text, NUMBER, scope, self.values, more)


def works_on_numbers(sign: str | None, value: str, kind: Translatable, way_out: Translatable) -> Translatable:
    """The complaint about a value that an operator cannot reckon with."""
    return tr("'{sign}' works on numbers, and {value} is {type}. {way_out}", sign=sign, value=value, type=kind, way_out=way_out)


def alike(one: Type, other: Type) -> bool:
    """True if two known types can be compared."""
    if one.inner and other.inner and one.inner != other.inner:
        return alike(Type(one.inner), Type(other.inner))
    return one.words == other.words or {one.words, other.words} <= COUNTED


def no_option(what: str, options: tuple[str, ...], word: str) -> Translatable:
    """The complaint about a choice compared with something that nobody can choose."""
    same = next((option for option in options if fold(option) == fold(word)), "")
    guess = suggestion(same) if same else did_you_mean(word, options) or tr(" Write one of them.")
    return tr(
        "{word!r} is not one of the options of {field}: {options}.{guess}",
        word=word,
        field=what,
        options=clip(", ".join(options), 120),
        guess=guess,
    )

"""Flaws of templates, and their places in the text."""

from typing import NamedTuple

from jinja2 import nodes

from flask_chatbot.core.translation.translatable import Translatable
from flask_chatbot.core.yamltext.spots import Row, columns, pattern_of


class Flaw(NamedTuple):
    """A mistake on a line of the template (from 1); `word` is the part to point at, the `nth` (from 0) on its line."""

    line: int
    message: Translatable
    word: str = ""
    may_be_python: bool = False
    nth: int = 0
    is_warning: bool = False


class Fault(NamedTuple):
    """A mistake in a tree of nodes: `word` is at a place of the source or after it, and the last one `before` another place.

    If it `fails`, the value in question prevents any reply.
    """

    at: int
    message: Translatable
    word: str = ""
    may_be_python: bool = False
    before: int | None = None
    is_warning: bool = False
    fails: bool = True


def span(node: nodes.Node) -> tuple[int, int]:
    """The places of the first and the last word of a node; its lines are places in the source."""
    places = [each.lineno for each in (node, *node.find_all(nodes.Node)) if each.lineno is not None]
    return (min(places), max(places)) if places else (0, 0)


def between(left: nodes.Node, right: nodes.Node, sign: str, message: Translatable, fails: bool = True) -> Fault:
    """A fault of the sign between two nodes."""
    return Fault(span(left)[1], message, sign, before=span(right)[0], fails=fails)


def located(source: str, fault: Fault) -> Flaw:
    """A fault with its line, counted from 1."""
    at = fault.at
    if fault.before is not None:
        at = max(source.rfind(fault.word, fault.at, fault.before), at)
    elif fault.word and (found := pattern_of(fault.word).search(source, at)):
        at = found.start()
    begin = source.rfind("\n", 0, at) + 1
    return Flaw(
        source.count("\n", 0, at) + 1,
        fault.message,
        fault.word,
        fault.may_be_python,
        nth(source[begin:].split("\n", 1)[0], fault.word, at - begin + 1),
        fault.is_warning,
    )


def nth(line: str, word: str, column: int) -> int:
    """The number of occurrences of a word in a line before a column, from 1, as places in files are counted."""
    if not word:
        return 0
    row, pattern = Row(1, line, 0, len(line)), pattern_of(word)
    found = list(columns(row, pattern, True)) or list(columns(row, pattern, False))
    return sum(1 for each in found if each < column)

"""Positions of words in a file, whatever YAML did with the lines of their text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_chatbot.core.yamltext.tree import Scalar

TAG = re.compile(r"\{[{%](?:.*?[%}]\}|.*)")  # of a template, as far as it stands on one line
BRACED = re.compile(r"\{[^{%#]")  # a word in braces, which is none in a tag
TO_THE_QUOTE = {'"': re.compile(r'(?:[^"\\]|\\.|\\$)*'), "'": re.compile(r"(?:[^']|'')*")}


class Row(NamedTuple):
    """A part of a source line: its number from 1, and its first and last character."""

    number: int
    text: str
    begin: int
    end: int


def spot_of(lines: Sequence[str], node: Scalar, line: int, word: str, nth: int = 0) -> tuple[int, int] | None:
    """Line and column, from 1, of a word in the text of a node; None if it is not found.

    It is the `nth` one, from 0, on the text's own `line`, from 1, or after that line. Without a word it is the beginning of the line.
    """
    pattern = pattern_of(word)
    if node.style in ("", "|"):
        return spot_in_kept_lines(lines, node, line, pattern, nth)
    if not word:
        return None
    texts = node.text.split("\n")
    before = [Row(0, text, 0, len(text)) for text in texts[: line - 1]]
    rows = list(quoted_rows(lines, node) if node.style in TO_THE_QUOTE else folded_rows(lines, node))
    for tags_only in (True, False):
        skip = nth + sum(1 for row in before for _ in columns(row, pattern, tags_only))
        found = [(row.number, column) for row in rows for column in columns(row, pattern, tags_only)]
        if skip < len(found):
            return found[skip]
    return None


def pattern_of(word: str) -> re.Pattern[str]:
    """A pattern that finds a word; without one, the first thing on a line."""
    bounds = (r"(?<!\w)", r"(?!\w)") if word.isidentifier() else (r"(?<!\{)", "") if BRACED.match(word) else ("", "")
    return re.compile(re.escape(word).join(bounds)) if word else re.compile(r"\S")


def spot_in_kept_lines(lines: Sequence[str], node: Scalar, line: int, pattern: re.Pattern[str], nth: int) -> tuple[int, int] | None:
    """The same for a text whose lines are those of the file."""
    block = bool(node.style)
    first = node.line + line - (0 if block else 1)
    last = min(first + 1, node.line + node.text.count("\n") + 1) if block else first  # Jinja names the line its expression begins on
    for number in range(first, min(last, len(lines)) + 1):
        text = lines[number - 1]
        row = Row(number, text, 0 if block else node.column - 1, len(text))
        if found := list(columns(row, pattern, True)) or list(columns(row, pattern, False)):
            return number, found[min(nth, len(found) - 1)]
    return None


def columns(row: Row, pattern: re.Pattern[str], tags_only: bool) -> Iterator[int]:
    """The columns, from 1, of all matches in a row, or in the tags of a row only."""
    whole = ((row.begin, row.end),)
    spans = (tag.span() for tag in TAG.finditer(row.text, row.begin, row.end)) if tags_only else whole
    for begin, end in spans:
        yield from (found.start() + 1 for found in pattern.finditer(row.text, begin, end))


def quoted_rows(lines: Sequence[str], node: Scalar) -> Iterator[Row]:
    """The lines of a quoted text, between the quotes."""
    begin = lines[node.line - 1].find(node.style, node.column - 1) + 1  # an anchor may stand before it
    for number in range(node.line, len(lines) + 1):
        text = lines[number - 1]
        found = TO_THE_QUOTE[node.style].match(text, begin)
        end = found.end() if found else len(text)
        yield Row(number, text, begin, end)
        if end < len(text):
            return
        begin = 0


def folded_rows(lines: Sequence[str], node: Scalar) -> Iterator[Row]:
    """The lines of a block that begins with ``>``: all that are indented like the first of them."""
    depth = 0
    for number in range(node.line + 1, len(lines) + 1):
        text = lines[number - 1]
        indent = len(text) - len(text.lstrip())
        if text.strip() and indent < depth:
            return
        depth = depth or (indent if text.strip() else 0)
        yield Row(number, text, 0, len(text))

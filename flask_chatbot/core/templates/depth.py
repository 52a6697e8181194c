"""Templates nested deeper than Jinja's parser can go: it calls itself for each level, and Python lets it do so a thousand times."""

import re

CALLS_LIMIT = 600  # what is left is for whoever loads the rules
CALLS_OF_BRACKET = 13  # of the parser, for one inside another
CALLS_OF_BLOCK = 5
_TAG = re.compile(r"\{[{%](.*?)(?:[%}]\}(?![}%])|\Z)", re.DOTALL)
_TEXT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_BRACKET = re.compile(r"[()\[\]{}]")
_AGAIN = re.compile(r"\b(?:not|else)\b|[-+](?=\s*[-+])")  # one call more for each that follows another
_BLOCK = re.compile(r"[-+]?\s*(end)?(?:if|for)\b")


def deep_place(source: str) -> int | None:
    """The character at which the first tag begins that is nested too deep; None where none is.

    >>> deep_place("Halo {{ ((nama)) }}"), deep_place("Halo {{ " + "(" * 80 + " }}")
    (None, 5)
    """
    blocks = 0
    for tag in _TAG.finditer(source):
        inner = _TEXT.sub("", tag[1])
        if source.startswith("{%", tag.start()) and (block := _BLOCK.match(inner)):
            blocks += -1 if block[1] else 1
        if CALLS_OF_BRACKET * brackets(inner) + CALLS_OF_BLOCK * blocks + len(_AGAIN.findall(inner)) > CALLS_LIMIT:
            return tag.start()
    return None


def brackets(text: str) -> int:
    """The most brackets that are open at once.

    >>> brackets("(a[1]) + (b)"), brackets("((")
    (2, 2)
    """
    depth = most = 0
    for sign in _BRACKET.findall(text):
        depth = depth + 1 if sign in "([{" else max(depth - 1, 0)
        most = max(most, depth)
    return most

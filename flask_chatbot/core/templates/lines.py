"""The tokens of a template from Jinja's lexer, each with its place, and without the line breaks after lines of tags only."""

from collections.abc import Iterable, Iterator, Sequence

from jinja2.exceptions import TemplateSyntaxError

Word = tuple[int, str, str]  # where it stands, its kind, and its text

TAGS = frozenset({"block_begin", "block_end", "comment_begin", "comment_end", "raw_begin", "raw_end"})  # leave nothing behind on a line


def placed(source: str, words: Iterable[Word]) -> Iterator[Word]:
    """The tokens with their places in the source, from 0, instead of line numbers.

    >>> list(placed("{{ nama }}", [(1, "variable_begin", "{{"), (1, "whitespace", " "), (1, "name", "nama")]))
    [(0, 'variable_begin', '{{'), (2, 'whitespace', ' '), (3, 'name', 'nama')]
    """
    at = 0
    try:
        for _, kind, text in words:
            at = max(source.find(text, at), at)  # the lexer skips nothing but white space
            yield at, kind, text
            at += len(text)
    except TemplateSyntaxError as error:
        error.lineno = at
        raise


def without_tag_lines(words: Iterable[Word]) -> list[Word]:
    """The tokens without the white space and line break of lines that hold only tags. A tag that ends in ``+`` keeps them."""
    kept = list(words)
    line = _Line()
    for index, (_, kind, text) in enumerate(kept):
        if kind == "data":
            *ended, rest = text.split("\n")
            begin = 0
            for part in ended:
                line.add(index, begin, part, begin + len(part) + 1)
                line.end()
                begin += len(part) + 1
            line.add(index, begin, rest, len(text))
        elif kind == "variable_begin":
            line.has_text = True
        elif kind in TAGS:
            line.has_tags = True
            line.has_text = line.has_text or text.endswith(("+%}", "+#}"))
            if "\n" in text:  # white space that a tag took with it, up to the next line
                line.end()
    line.end()
    return [(at, kind, without(text, line.cut.get(index, ()))) for index, (at, kind, text) in enumerate(kept)]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text without the parts between these places, which are in order.

    >>> without("a  b ", [(1, 3), (4, 5)])
    'ab'
    """
    for begin, end in reversed(spans):
        text = text[:begin] + text[end:]
    return text


class _Line:
    """The current line: its white space, by token; `cut` collects the removed spans of all lines."""

    def __init__(self) -> None:
        self.cut: dict[int, list[tuple[int, int]]] = {}
        self.has_tags = self.has_text = False
        self._spans: list[tuple[int, int, int]] = []

    def add(self, index: int, begin: int, part: str, end: int) -> None:
        """Add a part of a text to this line; its line break, if any, is in the span."""
        self.has_text = self.has_text or not (part == "" or part.isspace())
        self._spans.append((index, begin, end))

    def end(self) -> None:
        """Go on to the next line."""
        if self.has_tags and not self.has_text:
            for index, begin, end in self._spans:
                self.cut.setdefault(index, []).append((begin, end))
        self.has_tags = self.has_text = False
        self._spans = []

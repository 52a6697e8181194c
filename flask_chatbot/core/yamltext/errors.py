"""Parser errors, in our own words.

The two parsers of PyYAML word their errors differently, so nothing here reads their words: their marks and the source lines show what
happened. Lines and columns count from 0, as the parsers count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_chatbot.core.yamltext.traps import (
    BARE_KEY,
    GLUED,
    MEND,
    QUOTED,
    TEMPLATE,
    UNREADABLE,
    Spot,
    Trap,
    bad_quote,
    beginning,
    excerpt,
    in_quotes,
    indentation,
    slip_of_colon,
)

_NO_BEGINNING = ("@", "`", "%")
_INDICATORS = ("*", "&", "!")  # in order at the beginning of a value: whether they are not, only the parser can tell
_PUNCTUATION = ("]", "}", ",", "? ", "- ")  # in order anywhere but at the beginning of a value
_VALUE = re.compile(r"""\s*(?:-\s+)*((?:"[^"]*"\s*|'[^']*'\s*|[^\s\[{"'#&*!|>%@`-][^#:]*):(?:\s+|$))?""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The place where a parser gave up: `token` was being scanned, `container` filled, and `before` is the last node just before."""

    lines: Sequence[str]
    problem: Spot
    token: Spot | None = None
    container: Spot | None = None
    before: Spot | None = None

    def rest(self, spot: Spot) -> str:
        """The source from that place to the end of its line."""
        return self.lines[spot[0]][spot[1] :]

    @property
    def value(self) -> Spot:
        """The start of the value on the line of the problem, after `- ` and `key: `."""
        found = _VALUE.match(self.rest((self.problem[0], 0)))
        return self.problem[0], found.end() if found else 0


def trap_of(breakdown: Breakdown) -> Trap:
    """One sentence about a text that is not YAML; the first check that recognises the mistake words it."""
    for check in _CHECKS:
        if trap := check(breakdown):
            return trap
    line, column = breakdown.problem
    past_the_end = line == len(breakdown.lines) - 1 and not breakdown.lines[line]
    return Trap(line - 1, 0, UNREADABLE) if past_the_end and line else Trap(line, column, UNREADABLE)


def _tab(at: Breakdown) -> Trap | None:
    found = re.match(r" *([\t\xa0])", at.rest((at.problem[0], 0)))
    what = {"\t": "a tab", "\xa0": "a no-break space"}
    return Trap(at.problem[0], found.start(1), f"{what[found[1]]} is in the indentation. Use spaces.") if found else None


def _quote(at: Breakdown) -> Trap | None:
    return bad_quote(at.lines, *at.token) if at.token and at.rest(at.token)[:1] in {'"', "'"} else None


def _after_closing(at: Breakdown) -> Trap | None:
    """Text after the end of a quoted text or of a bracket."""
    opening = at.rest(at.before)[:1] if at.before else ""
    if not at.before or opening not in {'"', "'", "[", "{"} or at.rest(at.before).startswith("{{"):
        return None
    if opening in {'"', "'"} and at.before[0] != at.problem[0]:
        message = f"the quote {opening} that opens here is closed on line {at.problem[0] + 1} only. Close it where its text ends."
        return Trap(*at.before, message)
    if at.before[0] != at.problem[0] or at.problem[1] == indentation(at.rest((at.problem[0], 0))):
        return None
    closing = {"[": "bracket ]", "{": "bracket }"}.get(opening, "quote")
    comma = " (or a comma between two items)" if at.container and at.rest(at.container)[:1] in {"[", "{"} else ""
    text = in_quotes(excerpt(at.lines, *at.before))
    return Trap(*at.before, f"text stands behind the closing {closing}. {MEND}{text}{comma}")


def _beginning(at: Breakdown) -> Trap | None:
    """A text that begins with a special character of YAML."""
    signs = (*TEMPLATE, *_NO_BEGINNING, *_INDICATORS)
    value = (*TEMPLATE, *_NO_BEGINNING, *_PUNCTUATION)
    above = (max(at.problem[0] - 1, 0), 0)  # of a text that begins a line with %, one of the parsers complains a line later
    spots = ((at.value, value), (at.token, signs), (at.before, signs), (at.problem, signs), (at.container, TEMPLATE), (above, ("%",)))
    for spot, prefixes in spots:
        if spot:
            line, column = spot
            column -= column > 0 and at.rest((line, column - 1)).startswith("{%")
            if at.rest((line, column)).startswith(prefixes):
                return beginning(excerpt(at.lines, line, column), line, column)
    return None


def _block_header(at: Breakdown) -> Trap | None:
    sign = at.rest(at.token)[:1] if at.token else ""
    if not at.token or sign not in {"|", ">"}:
        return None
    text = in_quotes(excerpt(at.lines, *at.token))
    return Trap(
        *at.token, f"nothing may stand behind {sign}. Write the text on the lines below, indented, or put quotes around this text: {text}"
    )


def _eaten_bracket(at: Breakdown) -> Trap | None:
    """A comment that swallowed the end of a list, or the colon of a key."""
    for line, column in filter(None, (at.token, at.container)):
        if line >= at.problem[0]:
            continue
        rest = QUOTED.sub(lambda found: "x" * len(found[0]), at.rest((line, column)))
        if found := GLUED.search(rest):
            comment = at.rest((line, column + found.start(1))).strip()
            message = f"{comment!r} was read as a comment. Put quotes around the text with the # (or a space after the # of a comment)."
            return Trap(line, column + found.start(1), message)
    return None


def _first_key(line: str) -> int:
    """The column of the first key on this line, where its sibling keys begin: in `- keyword: [a, b` after the dash."""
    found = re.match(r"\s*(?:- +(?![\[{]))*", line)
    return found.end() if found else 0


def _open_bracket(at: Breakdown) -> Trap | None:
    sign = at.rest(at.container)[:1] if at.container else ""
    if not at.container or sign not in {"[", "{"}:
        return None
    ended = indentation(at.rest((at.problem[0], 0))) <= _first_key(at.rest((at.container[0], 0)))
    if at.problem[0] == at.container[0] and at.rest(at.problem)[:1] not in {"]", "}"}:
        return None
    closing = {"[": "]", "{": "}"}[sign]
    message = f"the bracket {sign} that opens here is not closed. Write {closing} behind its last item."
    return Trap(*at.container, message) if ended or at.rest(at.problem)[:1] in {"]", "}"} else None


def _colon(at: Breakdown) -> Trap | None:
    if at.rest(at.problem)[:1] != ":":
        return None
    line, column = at.value
    if at.problem[1] < column:
        return _continues(at.lines, line)
    if at.rest(at.value)[:1] in {"[", "{"}:
        opened = max(at.lines[line].rfind(sign, 0, at.problem[1]) for sign in "[{,") + 1
        column = opened + indentation(at.lines[line][opened:])
    return Trap(line, column, f"': ' makes a key of the text before it. {MEND}{in_quotes(excerpt(at.lines, line, column))}")


def _continues(lines: Sequence[str], line: int) -> Trap:
    """A `key: value` that the parser took for a continuation of the text above it."""
    column, above = indentation(lines[line]), max(line - 1, 0)
    text = lines[above].lstrip(" -")
    begin = len(lines[above]) - len(text)
    if begin == column:
        begins_item = indentation(lines[above]) < column
        return _lacks_colon(text.strip(), above, column, begins_item)
    message = "this line is indented deeper than the one above. Begin it in the same column, or write | above it to make it text."
    return Trap(line, column, message)


def _lacks_colon(text: str, line: int, column: int, begins_item: bool = False) -> Trap:
    if slip := slip_of_colon(text):
        return Trap(line, column, slip)
    if begins_item and (found := BARE_KEY.match(text)):
        message = (
            f"this line is not a 'key: value'. If {found[1]!r} is a key, a colon is missing behind it: write {found[1]}: {found[2].strip()}"
        )
        return Trap(line, column, message)
    return Trap(line, column, "this line is not a 'key: value'. Add what is missing, or write | above it where it belongs to a text.")


def _no_colon(at: Breakdown) -> Trap | None:
    """A line among keys that is no `key: value`."""
    if not at.token or at.token[0] >= at.problem[0] or at.lines[at.token[0]][: at.token[1]].strip(" -"):
        return None
    return _lacks_colon(at.rest(at.token), *at.token)


def _indentation(at: Breakdown) -> Trap | None:
    line = at.rest((at.problem[0], 0))
    if not line.strip() or at.problem[1] != indentation(line):
        return None
    return Trap(*at.problem, "this line fits none above it. Begin it in the same column as its neighbours; keys and items (-) do not mix.")


_CHECKS: tuple[Callable[[Breakdown], Trap | None], ...] = (
    _tab,
    _quote,
    _after_closing,
    _beginning,
    _block_header,
    _eaten_bracket,
    _open_bracket,
    _colon,
    _no_colon,
    _indentation,
)

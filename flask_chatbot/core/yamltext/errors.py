"""Parser errors, in our own words.

The two parsers of PyYAML word their errors differently, so nothing here reads their words: their marks and the source lines show what
happened. Lines and columns count from 0, as the parsers count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.yamltext.strays import stray_sign
from flask_chatbot.core.yamltext.traps import (
    BARE_KEY,
    GLUED,
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
    put_in_quotes,
    slip_of_key,
)

LINES_ABOVE = 2  # of a problem, on which a stray sign may have made it
BLOCK_HEADER = re.compile(r"(?:[:-] +)[|>][-+0-9]*\s*(?:#.*)?$")
KEY_OR_ITEM = re.compile(r"\s*(?:- |#|[^\s#][^:#]*:(?:\s|$))")
KEY_AND_TEXT = re.compile(r"\s*(?:- +)*([A-Za-z_][\w-]*): +([^\s|>\[{#&*!].*)")
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


def _stray(at: Breakdown) -> Trap | None:
    """A sign that only looks like one of YAML's, on the line of the problem or right above."""
    return stray_sign(at.lines, range(max(at.problem[0] - LINES_ABOVE, 0), at.problem[0] + 1))


def _unindented_block(at: Breakdown) -> Trap | None:
    """The text that was meant to stand below `|`, and begins no deeper than what it belongs to."""
    for number in range(at.problem[0], -1, -1):
        header, below = at.lines[number], _next_written(at.lines, number)
        if BLOCK_HEADER.search(header) and below is not None and below <= at.problem[0]:
            line, depth = at.lines[below], _first_key(header)
            if indentation(line) <= depth and not KEY_OR_ITEM.match(line):
                sign = header.split("#")[0].strip()[-1:]
                sign = sign if sign in "|>" else "|"
                message = tr(
                    "the text below {sign} must be indented deeper than its key. Put {count} spaces in front of each of its lines.",
                    sign=sign,
                    count=depth + 2,
                )
                return Trap(below, indentation(line), message)
    return None


def _next_written(lines: Sequence[str], number: int) -> int | None:
    """The next line with something on it, or None."""
    return next((below for below in range(number + 1, len(lines)) if lines[below].strip()), None)


def _list_below_text(at: Breakdown) -> Trap | None:
    """An item that stands deeper than the `key: text` above it."""
    line, above = at.rest((at.problem[0], 0)), at.problem[0] - 1
    found = KEY_AND_TEXT.match(at.lines[above]) if above >= 0 else None
    if not found or not line.lstrip().startswith("- ") or indentation(line) <= found.start(1):
        return None
    message = tr(
        "a list stands below the text of {key!r}. Make the text its first entry: write `- {text}` on a line of its own.",
        key=found[1],
        text=found[2].strip(),
    )
    return Trap(at.problem[0], indentation(line), message)


def _quote(at: Breakdown) -> Trap | None:
    return bad_quote(at.lines, *at.token) if at.token and at.rest(at.token)[:1] in {'"', "'"} else None


def _after_closing(at: Breakdown) -> Trap | None:
    """Text after the end of a quoted text or of a bracket."""
    opening = at.rest(at.before)[:1] if at.before else ""
    if not at.before or opening not in {'"', "'", "[", "{"} or at.rest(at.before).startswith("{{"):
        return None
    if opening in {'"', "'"} and at.before[0] != at.problem[0]:
        message = tr(
            "the quote {opening} that opens here is closed on line {line} only. Close it where its text ends.",
            opening=opening,
            line=at.problem[0] + 1,
        )
        return Trap(*at.before, message)
    if at.before[0] != at.problem[0] or at.problem[1] == indentation(at.rest((at.problem[0], 0))):
        return None
    closing = {"[": tr("bracket ]"), "{": tr("bracket }}")}.get(opening, tr("quote"))
    comma = tr(" (or a comma between two items)") if at.container and at.rest(at.container)[:1] in {"[", "{"} else ""
    text = excerpt(at.lines, *at.before)
    return Trap(
        *at.before,
        tr("there is text after the closing {closing}. {way_out}{comma}", closing=closing, way_out=put_in_quotes(text), comma=comma),
    )


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
        *at.token,
        tr(
            "nothing may follow {sign} on its line. Write the text on the lines below, indented, or put quotes around this text: {text}",
            sign=sign,
            text=text,
        ),
    )


def _eaten_bracket(at: Breakdown) -> Trap | None:
    """A comment that swallowed the end of a list, or the colon of a key."""
    for line, column in filter(None, (at.token, at.container)):
        if line >= at.problem[0]:
            continue
        rest = QUOTED.sub(lambda found: "x" * len(found[0]), at.rest((line, column)))
        if found := GLUED.search(rest):
            comment = at.rest((line, column + found.start(1))).strip()
            message = tr(
                "{comment!r} was read as a comment. Put quotes around the text with the # (or a space after the # of a comment).",
                comment=comment,
            )
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
    message = tr("the bracket {sign} that opens here is not closed. Write {closing} after its last item.", sign=sign, closing=closing)
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
    return Trap(
        line, column, tr("': ' makes a key of the text before it. {way_out}", way_out=put_in_quotes(excerpt(at.lines, line, column)))
    )


def _continues(lines: Sequence[str], line: int) -> Trap:
    """A `key: value` that the parser took for a continuation of the text above it."""
    column, above = indentation(lines[line]), max(line - 1, 0)
    text = lines[above].lstrip(" -")
    begin = len(lines[above]) - len(text)
    if begin == column:
        begins_item = indentation(lines[above]) < column
        return _lacks_colon(text.strip(), above, column, begins_item)
    message = tr("this line is indented deeper than the one above. Begin it in the same column, or write | above it to make it text.")
    return Trap(line, column, message)


def _lacks_colon(text: str, line: int, column: int, begins_item: bool = False) -> Trap:
    if slip := slip_of_key(text):
        return Trap(line, column, slip)
    if begins_item and (found := BARE_KEY.match(text)):
        message = tr(
            "this line is not a 'key: value'. If {key!r} is a key, a colon is missing after it: write {key}: {text}",
            key=found[1],
            text=found[2].strip(),
        )
        return Trap(line, column, message)
    return Trap(line, column, tr("this line is not a 'key: value'. Add what is missing, or write | above it where it belongs to a text."))


def _no_colon(at: Breakdown) -> Trap | None:
    """A line among keys that is no `key: value`."""
    if not at.token or at.token[0] >= at.problem[0] or at.lines[at.token[0]][: at.token[1]].strip(" -"):
        return None
    return _lacks_colon(at.rest(at.token), *at.token)


def _indentation(at: Breakdown) -> Trap | None:
    line = at.rest((at.problem[0], 0))
    if not line.strip() or at.problem[1] != indentation(line):
        return None
    return Trap(
        *at.problem,
        tr("this line lines up with none of those above it. Begin it in the same column as its neighbours; keys and items (-) do not mix."),
    )


_CHECKS: tuple[Callable[[Breakdown], Trap | None], ...] = (
    _stray,
    _unindented_block,
    _quote,
    _after_closing,
    _beginning,
    _block_header,
    _eaten_bracket,
    _open_bracket,
    _list_below_text,
    _colon,
    _no_colon,
    _indentation,
)

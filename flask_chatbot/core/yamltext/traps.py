"""Texts that YAML reads differently than intended: our own sentences, with the place and the way out.

Lines and columns count from 0 in this module, as the parsers count.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr

Spot = tuple[int, int]

EXCERPT = 80  # characters of a text that a sentence repeats
NEAR = 1_000  # characters of a line looked at on either side of a trap: a line of megabytes may hold 100,000 traps
UNREADABLE = tr(
    "this cannot be read as YAML. Check the indentation, and whether quotes and brackets are closed, on this line and the one before."
)
TEMPLATE = ("{{", "{%", "{#")
UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")  # by way of an escape
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#.*)?(?:\r\n?|\n)|%YAML[ \t]+1\.[12][ \t]*(?:#.*)?(?:\r\n?|\n))*+(%.*)")
_ESCAPE = late_pattern(r'"|\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))', re.DOTALL)
QUOTED = late_pattern(r"""(?<![^\s\[{,])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""")
ATE = re.compile(r"\s+(#(?:[^\s#].*|\s*$))")  # a # with no space behind it, or with nothing at all
GLUED = re.compile(r"\s(#(?:[^\s#].*|\s*$))")
MISSING_SPACE = re.compile(r"([A-Za-z_][\w-]*):(?!//)(\S.*)")
WIDE_COLON = late_pattern(r"([A-Za-z_][\w-]*)\s*([\uff1a\ufe55\ua789])\s*(\S.*)")
EQUALS = re.compile(r"([a-z_]+) = (\S.*)")
BARE_KEY = re.compile(r"([a-z_]+)[ \t]+(\S.*)")
_FLOW_TEXT = re.compile(r"(?:\{\{.*?\}\}|\{%.*?%\}|[^,\]}])*")


class Trap(NamedTuple):
    """One mistake in a source text, lines and columns counted from 0."""

    line: int
    column: int
    message: Translatable


def in_quotes(text: str) -> str:
    """The text in quotes that YAML reads back unchanged, cut if it is long.

    >>> print(in_quotes("penawaran #x"), in_quotes('"halo" kak'), in_quotes("'it's'"))
    "penawaran #x" '"halo" kak' "it's"
    """
    text = _bare_of_quotes(text)
    text = text if len(text) <= EXCERPT else text[:EXCERPT] + "..."
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


def _bare_of_quotes(text: str) -> str:
    """The text without the quotes around the whole of it; quotes that close before its end belong to it."""
    mark = text[:1]
    if mark not in {'"', "'"} or len(text) < 2 or text[-1] != mark:
        return text
    inner = text[1:-1]
    opens_again = inner[: inner.find(mark)].endswith(" ")
    return inner if inner.count(mark) % 2 or opens_again or mark not in inner else text


def put_in_quotes(text: str) -> Translatable:
    """The way out of most traps of YAML.

    >>> put_in_quotes("penawaran #x")
    'Put quotes around this text: "penawaran #x"'
    """
    return tr("Put quotes around this text: {text}", text=in_quotes(text))


def no_character(escape: str) -> Translatable:
    """The sentence about an escape that stands for half a character, or for none of Unicode's."""
    return tr("{escape} is not a whole character. Write the character itself.", escape=escape)


def excerpt(lines: Sequence[str], line: int, column: int) -> str:
    """The text that begins there, as its writer meant it: to the end of the line, or of the item inside brackets.

    >>> excerpt(["a: [halo, @admin kak, b]"], 0, 10), excerpt(["a: @admin  # who"], 0, 3)
    ('@admin kak', '@admin')
    """
    rest = lines[line][column : column + NEAR]
    before = QUOTED.sub("", lines[line][max(column - NEAR, 0) : column])
    if sum(map(before.count, "[{")) > sum(map(before.count, "]}")):
        found = _FLOW_TEXT.match(rest)
        rest = (found and found[0]) or rest
    return re.sub(r"\s#(?:\s.*)?$", "", rest).strip()


def beginning(text: str, line: int, column: int) -> Trap:
    """The sentence about a text that YAML cannot take without quotes."""
    prefix = text[:2] if text.startswith(TEMPLATE) else text[:1]
    return Trap(line, column, tr("a text that begins with {prefix} needs quotes. {way_out}", prefix=prefix, way_out=put_in_quotes(text)))


def ate_comment(comment: str, text: str, line: int, column: int) -> Trap:
    """The sentence about a `#` meant as text; `text` is what comes before a lone one, else what it belongs to."""
    if comment == "#":
        whole = text if text.endswith("#") else f"{text} #".lstrip()
        return Trap(line, column, tr("'#' was read as a comment. {way_out} (or remove the #)", way_out=put_in_quotes(whole)))
    return Trap(
        line,
        column,
        tr(
            "{comment!r} was read as a comment. {way_out} (or a space after the # of a comment)",
            comment=comment,
            way_out=put_in_quotes(text),
        ),
    )


def joined(lines: Sequence[str], start: Spot, end: Spot) -> list[Trap]:
    """The traps for a plain text of several lines: YAML joins them."""
    if not lines[start[0]][: start[1]].strip(" -") and (slips := slipped_keys(lines, start, end)):
        return slips
    for number in range(start[0] + 1, end[0] + 1):
        line = lines[number]
        if line.lstrip().startswith("- "):
            message = tr("this item would be joined to the text above it. Begin it in the same column as the - of the other items.")
            return [Trap(number, indentation(line), message)]
    return [Trap(*start, tr("these lines would be joined into one. Write | before them to keep the lines, or > to join them on purpose."))]


def slipped_keys(lines: Sequence[str], start: Spot, end: Spot) -> list[Trap]:
    """The traps for lines that are all keys with a wrong colon; nothing if the first is not, or has a capital, as texts do."""
    first = lines[start[0]][start[1] :].strip()
    if not first[:1].islower() or not slip_of_key(first):
        return []
    below = ((number, indentation(lines[number])) for number in range(start[0] + 1, end[0] + 1))
    spots = [start, *below]
    return [Trap(*spot, slip) for spot in spots if (slip := slip_of_key(lines[spot[0]][spot[1] :].strip()))]


def tagged(lines: Sequence[str], start: Spot, end: Spot | None) -> tuple[str, Trap]:
    """A text with its tag, as it is in the source up to `end` or the end of the line, and the sentence about it."""
    stop = end[1] if end and end[0] == start[0] else start[1] + NEAR
    text = lines[start[0]][start[1] : stop].strip()
    found = re.search(r"!\S*", text)
    tag = found[0] if found else "!"
    return text, Trap(*start, tr("{tag!r} was read as a YAML tag and would be lost. {way_out}", tag=tag, way_out=put_in_quotes(text)))


def alias(lines: Sequence[str], name: str, start: Spot, *, inside: bool) -> tuple[str, Trap]:
    """The text of an alias that names nothing (or, `inside`, its own container), and the sentence about it."""
    text = excerpt(lines, *start)
    if inside:
        return text, Trap(
            *start, tr("the alias '*{name}' stands inside the very part that '&{name}' names, and would never end. Delete it.", name=name)
        )
    return text, Trap(
        *start, tr("'*{name}' is read as an alias, and there is no '&{name}' above it. {way_out}", name=name, way_out=put_in_quotes(text))
    )


def valueless(key: str, line: int, column: int) -> Trap:
    """The sentence about a key in braces that has no value."""
    if slip := slip_of_colon(key):
        return Trap(line, column, slip)
    return Trap(line, column, tr("the key {key!r} has no value. Write a colon and its value after it, or [ ] around a list.", key=key))


def slip_of_colon(text: str) -> Translatable:
    """The sentence about a `key: value` whose colon is not one to YAML; empty for other texts.

    >>> slip_of_colon("keyword:dua"), slip_of_colon("Halo")
    ('a space is missing after the colon. Write keyword: dua', '')
    """
    if found := MISSING_SPACE.match(text):
        return tr("a space is missing after the colon. Write {key}: {text}", key=found[1], text=found[2].strip())
    if found := WIDE_COLON.match(text):
        return tr("the sign {sign} is not a colon to YAML. Write {key}: {text}", sign=found[2], key=found[1], text=found[3].strip())
    return NO_MESSAGE


def slip_of_key(text: str) -> Translatable:
    """The same of a line where a key is due, so that other signs than colons are slips, too.

    >>> slip_of_key("keyword = halo")
    '= is not a colon. Write keyword: halo'
    """
    if found := EQUALS.match(text):
        return tr("= is not a colon. Write {key}: {text}", key=found[1], text=found[2].strip())
    return slip_of_colon(text)


def indentation(line: str) -> int:
    """The columns of white space at the start of the line.

    >>> indentation("  - a")
    2
    """
    return len(line) - len(line.lstrip())


def glued_comments(text: str, lines: Sequence[str]) -> frozenset[int]:
    """The lines that have a `#` with no space after it, where a comment may begin."""
    if " #" not in text and "\t#" not in text:
        return frozenset()
    return frozenset(number for number, line in enumerate(lines) if "#" in line and GLUED.search(line))


def undecodable(source: bytes, error: UnicodeDecodeError) -> Trap:
    """The trap for the first byte that is not UTF-8."""
    before = re.split(r"\r\n?|\n", source[: error.start].decode())
    encoding = tr(" (it is UTF-16).") if source[:2] in {b"\xff\xfe", b"\xfe\xff"} else "."
    message = tr("the byte 0x{byte:02x} is not UTF-8. Save the file as UTF-8{encoding}", byte=source[error.start], encoding=encoding)
    return Trap(len(before) - 1, len(before[-1]), message)


def unreadable(text: str) -> list[Trap]:
    """Characters and directives that no rule file may contain: each parser refuses some of them, but not the same ones."""
    traps = []
    if found := _INVISIBLE.search(text):
        line, column = _spot(text, found.start())
        traps.append(Trap(line, column, tr("there is an invisible character (U+{code:04X}) here. Delete it.", code=ord(found[0]))))
    elif found := _DIRECTIVE.match(text):
        line, column = _spot(text, found.start(1))
        traps.append(beginning(found[1].strip(), line, column))
    return traps


def _spot(text: str, offset: int, line: int = 0, column: int = 0) -> Spot:
    """Line and column of an offset in a text that itself begins at that line and column."""
    before = re.split(r"\r\n?|\n", text[:offset])
    return line + len(before) - 1, len(before[-1]) + (column if len(before) == 1 else 0)


def bad_quote(lines: Sequence[str], line: int, column: int, last: int | None = None) -> Trap | None:
    """The first escape that cannot be kept in the quoted text that begins there, or its missing end by line `last`."""
    text = "\n".join([lines[line][column:], *lines[line + 1 : None if last is None else last + 1]])
    if text.startswith("'"):
        closed = re.match(r"'(?:[^']|'')*'", text)
        return None if closed else _unclosed("'", line, column)
    for found in _ESCAPE.finditer(text, text.find('"') + 1):  # an anchor may stand before it
        if found[0] == '"':
            return None
        if message := _bad_escape(found):
            return Trap(*_spot(text, found.start(), line, column), message)
    return _unclosed('"', line, column)


def bad_code_point(text: str) -> Trap:
    """The first escape past the end of Unicode: the Python parser has no mark for it."""
    found = re.search(r"\\U(?!000|0010)[0-9a-fA-F]{8}", text)
    return Trap(*_spot(text, found.start()), no_character(found[0])) if found else Trap(0, 0, UNREADABLE)


def _unclosed(mark: str, line: int, column: int) -> Trap:
    return Trap(line, column, tr("the quote {mark} that opens here is not closed. Write {mark} at the end of its text.", mark=mark))


def _bad_escape(found: re.Match[str]) -> Translatable:
    """The mistake in an escape; empty if there is none."""
    digits = found[1] or found[2] or found[3]
    if not digits and found[4] not in '0abvfetnr"/\\NLP_ \t\n\r':
        return tr(
            "{escape} is not an escape that YAML knows. Write \\\\ for a backslash, or single quotes around the text.", escape=found[0]
        )
    code = int(digits, 16) if digits else ord("\a" if found[4] in "0abvfe" else " ")
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return no_character(found[0])
    return (
        tr("{escape} is a control character, which no message can carry. Delete it.", escape=found[0])
        if UNSENDABLE.match(chr(code))
        else NO_MESSAGE
    )

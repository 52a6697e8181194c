"""Syntax errors of templates in our own words and with their places: Jinja names no column, and speaks of tokens."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jinja2.exceptions import TemplateSyntaxError

from flask_chatbot.core.templates.check import ONLY, TOO_DEEP
from flask_chatbot.core.templates.flaws import Flaw
from flask_chatbot.core.values.problems import did_you_mean

OPENING = re.compile(r"\{[{%#]")
PART = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%\}|\}\}|\{[{%]|['"{}]""", re.DOTALL)
ENDRAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
BLOCKS = {"if": "endif", "for": "endfor"}
CLOSED = {end: block for block, end in BLOCKS.items()}
REFUSED = "autoescape block call do extends filter from import include macro trans with".split()
OTHERWISE = {"elseif": "elif", "elsif": "elif"}
CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb\u00b4`]")  # quotes as telephones and word processors write them
INSTEAD = {"&": "and", "!": "not", "?": "a if b else c"}
BRACKETS = {")": "(", "]": "[", "}": "{"}
EXCERPT = 40  # characters of a tag that a sentence repeats


class Tag(NamedTuple):
    """A tag of a template as written, and the index of its first character; `inner` is without its marks."""

    source: str
    start: int

    @property
    def inner(self) -> str:
        return self.source[2:-2].strip("+-").strip()

    @property
    def word(self) -> str:
        """The first word of the tag; empty for one that prints."""
        found = re.match(r"\w+", self.inner) if self.source.startswith("{%") else None
        return found[0] if found else ""

    @property
    def excerpt(self) -> str:
        """The tag as a sentence names it."""
        text = " ".join(self.source.split())
        return f"`{text if len(text) <= EXCERPT else text[:EXCERPT] + '...'}`"


class _Broken(Exception):
    """A tag that is not closed: its beginning, and the mistake."""

    def __init__(self, start: int, message: str) -> None:
        self.start = start
        self.message = message
        super().__init__(message)


def flaws_of(source: str, error: TemplateSyntaxError, parse: Callable[[str], object]) -> list[Flaw]:
    """The reasons why a template cannot be parsed; `error` is Jinja's, `parse` tries a part of the template."""
    tags: list[Tag] = []
    try:
        tags.extend(tags_of(source))
    except _Broken as broken:
        return [flaw(source, broken.start, broken.message)]
    flaws = [flaw(source, tag.start, message) for tag, message in misnested(tags)]
    flaws = flaws or [flaw(source, tag.start, message) for tag in tags if (message := misread(tag, parse))]
    line = source.count("\n", 0, error.lineno) + 1
    return flaws or [Flaw(line, "the template cannot be read. Check its tags, quotes and brackets.")]


def flaw(source: str, start: int, message: str) -> Flaw:
    """A flaw of the tag that begins at a character."""
    mark = source[start : start + 2]
    begin = source.rfind("\n", 0, start) + 1
    return Flaw(source.count("\n", 0, start) + 1, message, mark, nth=source.count(mark, begin, start))


def tags_of(source: str) -> Iterator[Tag]:
    """The tags in order, without those in comments and raw text."""
    at = 0
    while opening := OPENING.search(source, at):
        start, mark = opening.start(), opening[0]
        at = source.find("#}", start + 2) + 2 if mark == "{#" else end_of(source, start, mark)
        if at < 2:
            raise _Broken(start, unclosed(mark))
        tag = Tag(source[start:at], start)
        if tag.word == "raw":
            end = ENDRAW.search(source, at)
            if end is None:
                raise _Broken(start, "`{% raw %}` has no `{% endraw %}`. Write it where the text ends.")
            at = end.end()
        elif mark != "{#":
            yield tag


def end_of(source: str, start: int, mark: str) -> int:
    """The index after the end of the tag that begins there; -1 if it has none. Braces inside it may hold a map."""
    depth = 0
    for part in PART.finditer(source, start + 2):
        sign = part[0]
        if sign in "'\"":
            if "\n" in source[start : part.start()]:
                return -1
            raise _Broken(start, f"the quote {sign} in this tag is not closed. Write {sign} at the end of its text.")
        if sign == CLOSING[mark] and depth == 0:
            return part.end()
        if sign in ("{{", "{%", "%}"):
            return -1
        depth += sign.count("{") - (sign.count("}") if len(sign) < 3 else 0)
        if depth < 0:
            return -1
    return -1


def unclosed(mark: str) -> str:
    return f"`{mark}` is not closed by `{CLOSING[mark]}`. Write it where the tag ends."


def misnested(tags: list[Tag]) -> Iterator[tuple[Tag, str]]:
    """Yield the tags that do not exist, or do not belong where they are."""
    is_open: list[Tag] = []
    for tag in tags:
        if tag.source.startswith("{{"):
            continue
        if tag.word in BLOCKS:
            is_open.append(tag)
        elif tag.word in CLOSED:
            if is_open and is_open[-1].word == CLOSED[tag.word]:
                is_open.pop()
            else:
                yield tag, misplaced(tag, is_open)
                return
        elif message := unknown(tag, is_open):
            yield tag, message
            return
    for tag in is_open:
        yield tag, f"`{{% {tag.word} %}}` has no `{{% {BLOCKS[tag.word]} %}}`. Write it where the part ends."


def misplaced(tag: Tag, is_open: list[Tag]) -> str:
    if not is_open:
        return f"`{{% {tag.word} %}}` has no `{{% {CLOSED[tag.word]} %}}` before it. Remove it, or write that one."
    due = BLOCKS[is_open[-1].word]
    return f"`{{% {tag.word} %}}` stands where `{{% {due} %}}` is due. Close first what was opened last."


def unknown(tag: Tag, is_open: list[Tag]) -> str:
    """The mistake of a tag that begins or ends nothing; empty if there is none."""
    word = tag.word
    if not word:
        return "this tag is empty. Write if, for or set into it, or remove it."
    if word in ("else", "elif"):
        if re.match(r"else\s+if\b", tag.inner):
            return f"write `elif` in place of `else if`: `{{% elif {tag.inner[4:].strip()[2:].strip()[:EXCERPT]} %}}`."
        return "" if is_open else f"`{{% {word} %}}` has no `{{% if %}}` before it. Remove it, or write that one."
    if word == "set":
        return ""
    if word == "end" and is_open:
        return f"write `{{% {BLOCKS[is_open[-1].word]} %}}` in place of `{{% {tag.inner[:EXCERPT]} %}}`."
    if word in REFUSED or word.removeprefix("end") in REFUSED:
        return f"{word!r} is not allowed in a template. {ONLY}."
    guess = (
        f" Did you mean {OTHERWISE[word]!r}?" if word in OTHERWISE else did_you_mean(word, ("if", "elif", "else", "set", "for", *CLOSED))
    )
    return f"unknown tag {word!r}.{guess or f' {ONLY}.'}"


def misread(tag: Tag, parse: Callable[[str], object]) -> str:
    """The mistake inside a tag; empty if it can be read."""
    before = "{% if true %}" if tag.word in ("else", "elif") else ""
    end = BLOCKS.get("if" if before else tag.word, "")
    alone = "{% if true %}" if CLOSED.get(tag.word) == "if" else "{% for x in [] %}" if tag.word in CLOSED else before
    try:
        parse(alone + tag.source + (f"{{% {end} %}}" if end else ""))
    except TemplateSyntaxError as error:
        return f"{tag.excerpt} cannot be read: {cause(tag, error.message or '')}."
    except RecursionError:  # of a host that is deep in calls itself
        return TOO_DEEP
    return ""


def cause(tag: Tag, said: str) -> str:
    """The reason in our own words; of `said`, Jinja's reason, only the signs it names are used."""
    if curly := CURLY.search(tag.inner):
        return f"the quote {curly[0]} is not one that templates know. Write ' instead"
    if char := re.match(r"unexpected char '(.)'", said):
        return f"the sign {char[1]} has no meaning here. Remove it" + (f", or write `{INSTEAD[char[1]]}`" if char[1] in INSTEAD else "")
    if said.endswith("got '='"):
        return "= sets a value, and only in a `set`. Write == to compare"
    if not tag.word and (statement := re.match(r"(?:if|for|set)\b", tag.inner)):
        return f"{statement[0]} stands between other marks: `{{% {tag.inner[:EXCERPT]} %}}`"
    if tag.word == "for" and not re.match(r"for\s+[\w\s,()]+\s+in\s+\S", tag.inner):
        return "a loop is written `{% for x in data %}`"
    if tag.word == "set" and not re.match(r"set\s+[\w\s,.]+=[^=]", tag.inner):
        return "a value is set by `{% set x = 1 %}`"
    return bracket_or_end(tag, said)


def bracket_or_end(tag: Tag, said: str) -> str:
    if not tag.inner.removeprefix(tag.word).strip():
        return "there is nothing in it. Write a name, such as `nama`"
    if bracket := re.search(r"(?<!un)expected '([)\]}])'", said):
        return f"the bracket {BRACKETS[bracket[1]]} is not closed"
    if bracket := re.match(r"unexpected '([)\]}])'", said):
        return f"something is missing before {bracket[1]}, or it closes nothing"
    if said.startswith("unexpected 'end of") or "got 'end of" in said:
        return "something is missing at its end"
    if got := re.search(r"(?:got|unexpected) '(.+)'$", said):
        return f"{got[1][:EXCERPT]!r} does not belong where it stands. A sign or a word is missing before it, or it is one too many"
    return "check its quotes, brackets and signs"

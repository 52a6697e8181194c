"""Syntax errors of templates in our own words and with their places: Jinja names no column, and speaks of tokens."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jinja2.exceptions import TemplateSyntaxError

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.templates.check import ONLY, TOO_DEEP
from flask_chatbot.core.templates.flaws import Flaw
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import did_you_mean

OPENING = re.compile(r"\{[{%#]")
PART = late_pattern(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%\}|\}\}|\{[{%]|['"{}]""", re.DOTALL)
ENDRAW = late_pattern(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
BLOCKS = {"if": "endif", "for": "endfor"}
CLOSED = {end: block for block, end in BLOCKS.items()}
REFUSED = "autoescape block call do extends filter from import include macro trans with".split()
OTHERWISE = {"elseif": "elif", "elsif": "elif"}
CURLY = late_pattern("[\u2018-\u201f\u00ab\u00bb\u00b4`]")  # quotes as telephones and word processors write them
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

    def __init__(self, start: int, message: Translatable) -> None:
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
    return flaws or [Flaw(line, tr("the template cannot be read. Check its tags, quotes and brackets."))]


def flaw(source: str, start: int, message: Translatable) -> Flaw:
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
                raise _Broken(start, tr("`{{% raw %}}` has no `{{% endraw %}}`. Write it where the text ends."))
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
            raise _Broken(start, tr("the quote {sign} in this tag is not closed. Write {sign} at the end of its text.", sign=sign))
        if sign == CLOSING[mark] and depth == 0:
            return part.end()
        if sign in ("{{", "{%", "%}"):
            return -1
        depth += sign.count("{") - (sign.count("}") if len(sign) < 3 else 0)
        if depth < 0:
            return -1
    return -1


def unclosed(mark: str) -> Translatable:
    return tr("`{mark}` is not closed by `{closing}`. Write it where the tag ends.", mark=mark, closing=CLOSING[mark])


def misnested(tags: list[Tag]) -> Iterator[tuple[Tag, Translatable]]:
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
        yield tag, tr("`{{% {word} %}}` has no `{{% {end} %}}`. Write it where the part ends.", word=tag.word, end=BLOCKS[tag.word])


def misplaced(tag: Tag, is_open: list[Tag]) -> Translatable:
    if not is_open:
        return tr(
            "`{{% {word} %}}` has no `{{% {begin} %}}` before it. Remove it, or write that one.", word=tag.word, begin=CLOSED[tag.word]
        )
    due = BLOCKS[is_open[-1].word]
    return tr("`{{% {word} %}}` stands where `{{% {due} %}}` is due. Close first what was opened last.", word=tag.word, due=due)


def unknown(tag: Tag, is_open: list[Tag]) -> Translatable:
    """The mistake of a tag that begins or ends nothing; empty if there is none."""
    word = tag.word
    if not word:
        return tr("this tag is empty. Write if, for or set into it, or remove it.")
    if word in ("else", "elif"):
        if re.match(r"else\s+if\b", tag.inner):
            return tr("write `elif` in place of `else if`: `{{% elif {inner} %}}`.", inner=tag.inner[4:].strip()[2:].strip()[:EXCERPT])
        return NO_MESSAGE if is_open else tr("`{{% {word} %}}` has no `{{% if %}}` before it. Remove it, or write that one.", word=word)
    if word == "set":
        return NO_MESSAGE
    if word == "end" and is_open:
        return tr("write `{{% {end} %}}` in place of `{{% {inner} %}}`.", end=BLOCKS[is_open[-1].word], inner=tag.inner[:EXCERPT])
    if word in REFUSED or word.removeprefix("end") in REFUSED:
        return tr("{word!r} is not allowed in a template. {way_out}.", word=word, way_out=ONLY)
    guess = (
        tr(" Did you mean {word!r}?", word=OTHERWISE[word])
        if word in OTHERWISE
        else did_you_mean(word, ("if", "elif", "else", "set", "for", *CLOSED))
    )
    return tr("unknown tag {word!r}.{guess}", word=word, guess=guess or tr(" {way_out}.", way_out=ONLY))


def misread(tag: Tag, parse: Callable[[str], object]) -> Translatable:
    """The mistake inside a tag; empty if it can be read."""
    before = "{% if true %}" if tag.word in ("else", "elif") else ""
    end = BLOCKS.get("if" if before else tag.word, "")
    alone = "{% if true %}" if CLOSED.get(tag.word) == "if" else "{% for x in [] %}" if tag.word in CLOSED else before
    try:
        parse(alone + tag.source + (f"{{% {end} %}}" if end else ""))
    except TemplateSyntaxError as error:
        return tr("{excerpt} cannot be read: {cause}.", excerpt=tag.excerpt, cause=cause(tag, error.message or ""))
    except RecursionError:  # of a host that is deep in calls itself
        return TOO_DEEP
    return NO_MESSAGE


def cause(tag: Tag, said: str) -> Translatable:
    """The reason in our own words; of `said`, Jinja's reason, only the signs it names are used."""
    if curly := CURLY.search(tag.inner):
        return tr("the quote {curly} is not one that templates know. Write ' instead", curly=curly[0])
    if char := re.match(r"unexpected char '(.)'", said):
        instead = tr(", or write `{instead}`", instead=INSTEAD[char[1]]) if char[1] in INSTEAD else ""
        return tr("the sign {char} has no meaning here. Remove it{instead}", char=char[1], instead=instead)
    if said.endswith("got '='"):
        return tr("= sets a value, and only in a `set`. Write == to compare")
    if not tag.word and (statement := re.match(r"(?:if|for|set)\b", tag.inner)):
        return tr("{statement} stands between other marks: `{{% {inner} %}}`", statement=statement[0], inner=tag.inner[:EXCERPT])
    if tag.word == "for" and not re.match(r"for\s+[\w\s,()]+\s+in\s+\S", tag.inner):
        return tr("a loop is written `{{% for x in data %}}`")
    if tag.word == "set" and not re.match(r"set\s+[\w\s,.]+=[^=]", tag.inner):
        return tr("a value is set by `{{% set x = 1 %}}`")
    return bracket_or_end(tag, said)


def bracket_or_end(tag: Tag, said: str) -> Translatable:
    if not tag.inner.removeprefix(tag.word).strip():
        return tr("there is nothing in it. Write a name, such as `nama`")
    if bracket := re.search(r"(?<!un)expected '([)\]}])'", said):
        return tr("the bracket {bracket} is not closed", bracket=BRACKETS[bracket[1]])
    if bracket := re.match(r"unexpected '([)\]}])'", said):
        return tr("something is missing before {bracket}, or it closes nothing", bracket=bracket[1])
    if said.startswith("unexpected 'end of") or "got 'end of" in said:
        return tr("something is missing at its end")
    if got := re.search(r"(?:got|unexpected) '(.+)'$", said):
        return tr(
            "{got!r} does not belong where it stands. A sign or a word is missing before it, or it is one too many", got=got[1][:EXCERPT]
        )
    return tr("check its quotes, brackets and signs")

"""Texts that look like something they are not: marks of other template languages, and line breaks that YAML keeps as two letters."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.yamltext.nodes import Scalar

BRACE, PERCENT = re.compile(r"\{(?<!\{\{) ?\w"), re.compile(r"%\w+%")
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
MARK = late_pattern(r"(?<!\{)\{ ?([A-Za-z_]\w*) ?\}(?!\})|%([A-Za-z_]\w*)%|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
ESCAPE = re.compile(r"\\[nt]")
LIKENESS = 0.75  # from 0 to 1, how near a name must be to one of ours: `name` is that near to `nama`
QUOTES = tr('Put the text in double quotes: "..."')
WAYS_OUT = {
    "'": QUOTES,
    "": QUOTES,
    "|": tr("Begin a line of its own there"),
    ">": tr("Leave a line empty there"),
}  # by how YAML has the text


class Lookalike(NamedTuple):
    """A suspicious part of a text, and why it is probably a mistake."""

    at: int
    written: str
    message: Translatable


def may_mislead(text: str) -> bool:
    """True if a quick look cannot rule lookalikes out: most texts contain none.

    >>> may_mislead("Halo {{ nama }}, diskon 50%!"), may_mislead("Halo {nama}")
    (False, True)
    """
    return "\\" in text or "$" in text or BRACE.search(text) is not None or ("%" in text and PERCENT.search(text) is not None)


def warn_of_lookalikes(place: Place, names: Collection[str] = ()) -> None:
    """Warn of every lookalike in the text at `place`, which may use `names`: customers would see it unchanged."""
    text = TAG.sub(lambda tag: re.sub(r"\S", " ", tag[0]), place.data)
    node = place.document.node_at(place.path)
    found = [*foreign_marks(text, names), *escapes(text, node.style if isinstance(node, Scalar) else "")]
    for at, written, message in found:
        place.report_word(text.count("\n", 0, at) + 1, written, message, is_warning=True)


def foreign_marks(text: str, names: Collection[str]) -> Iterator[Lookalike]:
    """Names between the marks of other template languages, each once.

    >>> [each.written for each in foreign_marks("Halo {nama}, $nama, %name%: 50% diskon, $5, {ok}", ["nama"])]
    ['{nama}', '$nama', '%name%']
    """
    reported = set()
    for found in MARK.finditer(text):
        written, name = found[0], found[found.lastindex or 0]
        near = [name] if name in names else get_close_matches(name, names, n=1, cutoff=LIKENESS) if written[0] != "$" else []
        if written in reported or not (near or written[0] == "%"):
            continue
        reported.add(written)
        instead = tr("Write {{{{ {name} }}}}", name=near[0]) if near else tr("A name is written {{{{ nama }}}}")
        yield Lookalike(
            found.start(),
            written,
            tr(
                "{written} does not mark a name in templates: customers would see it as it is written. {way_out}.",
                written=written,
                way_out=instead,
            ),
        )


def escapes(text: str, style: str) -> Iterator[Lookalike]:
    r"""The first line break or tab written with a backslash where that has no meaning.

    >>> [each.written for each in escapes(r"satu\ndua", "'")], list(escapes(r"satu\ndua", '"'))
    (['\\n'], [])
    """
    found = ESCAPE.search(text)
    if found and style in WAYS_OUT:
        what = tr("line break") if found[0] == "\\n" else tr("tab")
        message = tr(
            "{escape} is a {meaning} in double quotes only: customers would see it as it is written. {way_out}.",
            escape=found[0],
            meaning=what,
            way_out=WAYS_OUT[style],
        )
        yield Lookalike(found.start(), found[0], message)

"""What templates have in common that differ only in their texts, and in most words in quotes and numbers: the flaws they do not have."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from flask_chatbot.core.templatetypes import Names, Type

# Up to its end a tag is read as Jinja reads it; one that holds braces or an escape is left to Jinja, as is one behind a brace.
_TAG = re.compile(r"""(?<!\{)(\{(?:\{BODY\}|%BODY%)\})""".replace("BODY", r"""(?:[^{}'"%]++|%(?!\})|'[^'\\]*+'|"[^"\\]*+")*+"""))
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_NUMBER = re.compile(r"(?<![\w.])[1-9][0-9]*(?![\w.])")
_SAID = re.compile(
    r"[=!]=|\b(?:in|eq|ne|date|time|datetime)\b"
)  # where words in quotes are looked at: options of a choice, forms of a date
_COUNTED = re.compile(r"[\[.]|\b(?:length|count)\b")  # where numbers are: entries, and how many there are
_WORD = re.compile(r"\w+")
_KEPT = 1_000  # shapes remembered: rule files have few, and one that has many does not need to keep them all


class Shape(NamedTuple):
    """A template without what makes no difference to its flaws, and every word that could be a name in it."""

    source: str
    words: tuple[str, ...]


def tags_of(source: str) -> tuple[str, ...] | None:
    """The tags of a template; None where nobody but Jinja can tell them.

    >>> tags_of("Halo {{ nama }}{% if umur %}, {{ umur }}{% endif %}!"), tags_of("{{ {'a': 1}.a }}")
    (('{{ nama }}', '{% if umur %}', '{{ umur }}', '{% endif %}'), None)
    """
    parts = _TAG.split(source)
    texts = "\n".join(parts[::2])
    if "{" in texts and ("{{" in texts or "{%" in texts or "{#" in texts):
        return None
    return tuple(parts[1::2])


@lru_cache(maxsize=1_000)
def shape_of(tags: Iterable[str]) -> Shape:
    """The shape of all templates with these tags.

    >>> shape_of(("{{ nama or 'Kak' }}", "{{ jumlah * 5000 }}"))
    Shape(source=".{{ nama or '' }}.{{ jumlah * 1 }}.", words=('nama', 'or', 'jumlah', '1'))
    >>> shape_of(("{{ 'Halo' if kota == 'Riau' }}", "{{ data[3] }}")).source
    ".{{ 'Halo' if kota == 'Riau' }}.{{ data[3] }}."
    """
    source = ".".join(["", *map(plain, tags), ""])
    return Shape(source, tuple(dict.fromkeys(_WORD.findall(source))))


def plain(tag: str) -> str:
    """A tag with one word for all that are in quotes, and one number for all, where it makes no difference which they are."""
    if not _SAID.search(tag):
        tag = _QUOTED.sub("''", tag)
    return tag if _COUNTED.search(tag) else _NUMBER.sub("1", tag)


class Shapes:
    """The shapes of templates met so far that have no flaws.

    No flaw lies in a text, and few in what is written in quotes or in how large a number is, which the shape then keeps; so a template has
    none that its shape has not.
    """

    __slots__ = ("_passed",)

    def __init__(self) -> None:
        self._passed: set[tuple[str | Type | None, ...]] = set()

    def pass_quickly(self, source: str, names: Names, is_flawless: Callable[[str], bool]) -> bool:
        """A quick yes to most templates that may use these names, each with its type; `is_flawless` checks a shape. A no says nothing."""
        tags = tags_of(source)
        if tags is None:
            return False
        shape, words = shape_of(tags)
        key = (shape, *map(names.get, words))
        if key in self._passed:
            return True
        passed = is_flawless(shape)
        if passed and len(self._passed) < _KEPT:
            self._passed.add(key)
        return passed

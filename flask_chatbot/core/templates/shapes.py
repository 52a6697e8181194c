"""Shapes of templates that differ only in texts, most quoted words and numbers: a flawless shape clears all its templates."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from flask_chatbot.core.templates.types import Names, Type

# Up to its end a tag is read as Jinja reads it; one that holds braces or an escape is left to Jinja, as is one behind a brace.
_TAG = re.compile(r"""(?<!\{)(\{(?:\{BODY\}|%BODY%)\})""".replace("BODY", r"""(?:[^{}'"%]++|%(?!\})|'[^'\\]*+'|"[^"\\]*+")*+"""))
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_NUMBER = re.compile(r"(?<![\w.])[1-9][0-9]*(?![\w.])")
_FORMED = re.compile(r"\b(?:date|time|datetime)\b")  # where words in quotes say how a date is written
_COUNTED = re.compile(r"[\[.]|\b(?:length|count)\b")  # where numbers are: entries, and how many there are
_WORD = re.compile(r"\w+")
_NAME = "name_"  # what a shape calls the names of a template
# Words that mean something to Jinja or to the check, besides the names of filters, tests and parts.
_OWN = "if elif else endif for endfor in recursive set endset raw endraw and or not is true false none True False None loop form".split()
NOTHING_CALLED: Mapping[str, str] = MappingProxyType({})
_KEPT = 1_000  # shapes remembered: rule files have few, and one that has many does not need to keep them all


def tags_of(source: str) -> tuple[str, ...] | None:
    """The tags of a template; None if only Jinja can find them.

    >>> tags_of("Halo {{ nama }}{% if umur %}, {{ umur }}{% endif %}!"), tags_of("{{ {'a': 1}.a }}")
    (('{{ nama }}', '{% if umur %}', '{{ umur }}', '{% endif %}'), None)
    """
    parts = _TAG.split(source)
    texts = "\n".join(parts[::2])
    if "{" in texts and ("{{" in texts or "{%" in texts or "{#" in texts):
        return None
    return tuple(parts[1::2])


@lru_cache(maxsize=1_000)
def words_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Every word that could be a name in a template with these tags, each once.

    >>> words_of(("{{ nama or 'Kak' }}", "{{ jumlah * 5000 }}"))
    ('nama', 'or', 'jumlah', '5000')
    """
    return tuple(dict.fromkeys(_WORD.findall(_QUOTED.sub("", " ".join(tags)))))


def shape_of(tags: Iterable[str], called: Mapping[str, str] = NOTHING_CALLED, keeps_words: bool = False) -> str:
    """The shape of all templates with these tags, whose names are `called` otherwise.

    Quoted words are kept on request, and if they are a date's format.

    >>> shape_of(("{{ nama or 'Kak' }}", "{{ jumlah * 5000 }}"), {"nama": "name_0", "jumlah": "name_1"})
    ".{{ name_0 or '' }}.{{ name_1 * 1 }}."
    >>> shape_of(("{{ 'Halo' if kota == 'Riau' }}", "{{ data[3] }}"), keeps_words=True)
    ".{{ 'Halo' if kota == 'Riau' }}.{{ data[3] }}."
    """
    return ".".join(["", *(plain(tag, called, keeps_words) for tag in tags), ""])


def plain(tag: str, called: Mapping[str, str], keeps_words: bool) -> str:
    """A tag without the parts that make no difference: most quoted words and numbers, and the spelling of its names."""
    if not _COUNTED.search(tag):
        tag = _NUMBER.sub("1", tag)
    quoted = _QUOTED.findall(tag)
    if not (keeps_words or _FORMED.search(tag)):
        quoted = ["''"] * len(quoted)
    pieces = [_WORD.sub(lambda found: called.get(found[0], found[0]), piece) for piece in _QUOTED.split(tag)]
    return "".join(piece + words for piece, words in zip(pieces, [*quoted, ""], strict=True))


class Shapes:
    """The flawless shapes of templates met so far.

    No flaw lies in a text or in a name's spelling, and few in quoted words or in the size of a number, which the shape then keeps; so a
    template has only flaws that its shape has.
    """

    __slots__ = ("_passed", "_passed_tags", "_reserved")

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._reserved = frozenset([*_OWN, *reserved])
        self._passed: set[tuple[str, tuple[tuple[str, str | Type], ...]]] = set()
        self._passed_tags: set[tuple[tuple[str, ...], tuple[str | Type | None, ...]]] = (
            set()
        )  # the same by the tags as they are written, which costs less

    def pass_quickly(self, source: str, names: Names, is_flawless: Callable[[str, Names], bool]) -> bool:
        """A quick yes to most templates that may use these typed names; `is_flawless` checks a shape. A no is inconclusive."""
        tags = tags_of(source)
        if tags is None:
            return False
        words = words_of(tags)
        written = (tags, tuple(map(names.get, words)))
        if written in self._passed_tags:
            return True
        passed = self._pass(tags, words, names, is_flawless)
        if passed and len(self._passed_tags) < _KEPT:
            self._passed_tags.add(written)
        return passed

    def _pass(self, tags: tuple[str, ...], words: tuple[str, ...], names: Names, is_flawless: Callable[[str, Names], bool]) -> bool:
        numbered = [word for word in words if word not in self._reserved and word.isidentifier() and word[0] != "_"]
        called = {word: f"{_NAME}{number}" for number, word in enumerate(numbered)}
        known = {called.get(word, word): names[word] for word in words if word in names}
        kinds = tuple(known.items())
        shape = shape_of(tags, called, keeps_words=any(isinstance(kind, Type) and kind.options for kind in known.values()))
        if (shape, kinds) in self._passed:
            return True
        passed = not any(_NAME in tag for tag in tags) and is_flawless(shape, known)
        if passed and len(self._passed) < _KEPT:
            self._passed.add((shape, kinds))
        return passed

"""WhatsApp's marks, such as ``*bold*``, as Telegram's entities: the marks go, and nothing else in a text means anything. Pure."""

import re
from dataclasses import dataclass

_OPENS, _CLOSES = r"(?<![^\s(\[{\"'*_~])", r"(?![^\s.,!?:;)\]}\"'*_~])"
_MARKED = re.compile(
    rf"```(?P<pre>(?:(?!```).)+)```|`(?P<code>[^`\n]+)`|{_OPENS}(?P<sign>[*_~])(?=\S)(?P<inside>[^\n]*?\S)(?P=sign){_CLOSES}", re.DOTALL
)
_KINDS = {"*": "bold", "_": "italic", "~": "strikethrough"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A part of a text that is shown in a way of its own; `offset` and `length` are in UTF-16 units, as Telegram counts."""

    type: str
    offset: int
    length: int


def units(text: str) -> int:
    """The length of a text as Telegram counts it.

    >>> units("Halo"), units("\N{GRINNING FACE}")
    (4, 2)
    """
    return len(text) + sum(sign > "\uffff" for sign in text)


def rendered(text: str) -> tuple[str, list[Entity]]:
    """The text without WhatsApp's marks, and what they said of it.

    >>> rendered("Ketik *menu* ya.")
    ('Ketik menu ya.', [Entity(type='bold', offset=6, length=4)])
    >>> rendered("2*3*4 = 24, https://x.id/_a_/b, nama_file_baru")[1]
    []
    """
    return _rendered(text, 0)


def _rendered(text: str, start: int) -> tuple[str, list[Entity]]:
    plain, entities, end = "", [], 0
    for found in _MARKED.finditer(text):
        plain += text[end : found.start()]
        end, here = found.end(), start + units(plain)
        literal = found["pre"] or found["code"]
        shown, inner = (literal, []) if literal else _rendered(found["inside"], here)
        kind = _KINDS.get(found["sign"] or "", "pre" if found["pre"] else "code")
        entities += [Entity(kind, here, units(shown)), *inner]
        plain += shown
    return plain + text[end:], entities


def split(text: str, limit: int) -> list[str]:
    """The text in parts of at most so many UTF-16 units, cut at a line or a word where there is one.

    >>> split("satu dua tiga", 9)
    ['satu dua', 'tiga']
    """
    parts = []
    while units(text) > limit:
        fits = limit - sum(sign > "\uffff" for sign in text[:limit])
        while units(text[: fits + 1]) <= limit:
            fits += 1
        cut = max(text.rfind("\n", 1, fits), text.rfind(" ", 1, fits)) if fits > 1 else -1
        parts.append(text[: cut if cut > 0 else fits])
        text = text[cut + 1 :] if cut > 0 else text[fits:]
    return [*parts, text]

"""The words of customers, as the console shows them: WhatsApp's marks as it shows them, all else as text."""

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from flask_chatbot.core.language.controls import visible

_MARKS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (sign, re.compile(r"(?<![\w@])@(?=\S)([^@\n]*[^@\s])@(?![\w@])".replace("@", re.escape(sign))), element)
    for sign, element in (("*", "strong"), ("_", "em"), ("~", "s"))
)
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)


def formatted(text: str) -> Markup:
    r"""A text with *bold*, _italic_, ~strike~ and `mono` as elements, and nothing else of it as markup.

    >>> formatted("*Halo* <b>_Kak_</b> `a*b*`")
    Markup('<strong>Halo</strong> &lt;b&gt;<em>Kak</em>&lt;/b&gt; <code>a*b*</code>')
    >>> formatted("2*3*4, *tidak\ntebal*")
    Markup('2*3*4, *tidak\ntebal*')
    """
    if "`" not in text:
        return _plain(text)
    parts, end = [], 0
    for found in _CODE.finditer(text):
        parts += [_plain(text[end : found.start()]), Markup("<code>{}</code>").format(shown(found[1] or found[2]))]
        end = found.end()
    return Markup("").join([*parts, _plain(text[end:])])


def shown(text: str) -> str:
    r"""A text without characters that would change how others are shown: control characters and marks of direction are written out.

    >>> shown("gratis\u202e.exe\n")
    'gratis\\u202e.exe\n'
    """
    return visible(text, keep="\n")


def _plain(text: str) -> Markup:
    written = str(escape(shown(text)))
    for sign, pattern, element in _MARKS:
        if sign in written:
            written = pattern.sub(_wrapped(element), written)
    return Markup(written)  # noqa: S704  escaped above; the patterns only add elements of our own


def _wrapped(element: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"<{element}>{found[1]}</{element}>"

"""The catalogues: for each language a ``.po`` file beside this module, as translators know it, keyed by the English templates.

English has none, and so is anything said for which a catalogue has no words. A file is read on first use, by a reader of its entries alone:
Babel's, which a test compares it with, takes several times as long, and a check of rules is over in half a second.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from flask_chatbot.core.translation.translatable import Translatable

ENGLISH = "en"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ENTRY = re.compile(rf"^msgid ((?:{_STRING.pattern}\s*)+)^msgstr ((?:{_STRING.pattern}\s*)+)", re.MULTILINE)


def translate(text: str, language: str) -> str:
    """A message in a language; in English if there is no catalogue for it, and unchanged if the text is no message of ours.

    >>> from flask_chatbot.core.translation.translatable import tr
    >>> print(translate(tr(" Did you mean {word!r}?", word="reply"), "id").strip())
    Maksudnya 'reply'?
    >>> translate(tr("a list"), "xx"), translate("Halo", "id")
    ('a list', 'Halo')
    """
    if not isinstance(text, Translatable) or not has_catalogue(language):
        return str(text)
    return text.said(lambda msgid: template_of(msgid, language))


def template_of(msgid: str, language: str) -> str:
    """The template of a message in a language, for `str.format`.

    >>> template_of("until {at}", "id"), template_of("until {at}", "en")
    ('sampai {at}', 'until {at}')
    """
    return messages(language).get(msgid, msgid) if has_catalogue(language) else msgid


@cache
def has_catalogue(language: str) -> bool:
    """True if there is a catalogue for a language other than English.

    >>> has_catalogue("id"), has_catalogue("en"), has_catalogue("../id")
    (True, False, False)
    """
    return language.isalpha() and language != ENGLISH and files(__package__).joinpath(f"{language}.po").is_file()


@cache
def messages(language: str) -> Mapping[str, str]:
    """The translations of a language by their English templates."""
    text = files(__package__).joinpath(f"{language}.po").read_text("utf-8")
    found = ((unquoted(entry[1]), unquoted(entry[2])) for entry in _ENTRY.finditer(text))
    return {template: said for template, said in found if template and said}


def unquoted(strings: str) -> str:
    """The text that strings of a catalogue make together; their escapes are JSON's.

    >>> unquoted('"Maksudnya "\\n"{word!r}?"')
    'Maksudnya {word!r}?'
    """
    written = [json.loads(each) if "\\" in each else each[1:-1] for each in _STRING.findall(strings)]  # few have escapes
    return "".join(written)

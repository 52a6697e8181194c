"""The catalogues: for each language a ``.po`` file beside this module, as translators know it, keyed by the English templates.

English has none, and so is anything said for which a catalogue has no words. Babel reads the files, on first use only: what speaks English
never imports its reader.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from flask_chatbot.core.translation.translatable import Translatable

ENGLISH = "en"


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
    catalogue = messages(language)
    return text.said(lambda msgid: catalogue.get(msgid, msgid))


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
    from babel.messages.pofile import read_po  # not needed for English, and slow to import

    with files(__package__).joinpath(f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}

"""The schema in another language, for editors and for the key reference: its descriptions, by the English ones."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from flask_chatbot.core.schema.shape import SCHEMA

CATALOGUES = {"id": "rules.schema.id.po"}
SAID = frozenset(("title", "description"))
NAMED = frozenset(("properties", "definitions"))  # maps whose keys are names, `default` among them
QUOTED = frozenset(("default", "enum", "examples"))  # what stands in rule files, in every language


@cache
def catalogue(language: str) -> dict[str, str]:
    """The descriptions of a language by the English ones; empty for English itself.

    >>> catalogue("id")["Its address."], catalogue("en")
    ('Alamatnya.', {})
    """
    if language not in CATALOGUES:
        return {}
    from babel.messages.pofile import read_po  # slow to import, and wanted by none of the commands that also load this module

    with files("flask_chatbot.core.schema").joinpath(CATALOGUES[language]).open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id and message.string}


def descriptions(part: Any = SCHEMA) -> list[str]:
    """Every title and description of a schema, in its order.

    >>> descriptions()[:3]
    ['flask_chatbot rules', 'When a customer writes this, answer that.', 'The version of this format; always 1.']
    """
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    rewritten(part, note)
    return found


def translated(language: str) -> Any:
    """The schema with its descriptions in a language; one that has no translation stays English.

    >>> translated("id")["properties"]["version"]["description"]
    'Versi format ini; selalu 1.'
    """
    words = catalogue(language)
    return rewritten(SCHEMA, lambda text: words.get(text, text))


def rewritten(part: Any, write: Callable[[str], str]) -> Any:
    """A copy of a schema, or of a part of it, with each title and description written anew."""
    if isinstance(part, list):
        return [rewritten(each, write) for each in part]
    return {key: rewritten_entry(key, below, write) for key, below in part.items()} if isinstance(part, dict) else part


def rewritten_entry(key: str, below: Any, write: Callable[[str], str]) -> Any:
    """The value of one keyword of a schema, its descriptions written anew."""
    if key in NAMED:
        return {name: rewritten(each, write) for name, each in below.items()}
    if key in SAID:
        return write(below)
    return below if key in QUOTED else rewritten(below, write)

"""The other side's own words in our errors: as sentences, without secrets, telephone numbers and parts of the message. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

WORDS_LIMIT = 300  # characters of the other side's own words
HIDDEN = "[...]"
_NUMBER = re.compile(r"\+?\d(?:[ .-]?\d){6,}")


def quoted(who: str, said: object, hidden: Iterable[str]) -> str:
    """A sentence with somebody's own words, in which each of `hidden` and all long numbers are left out; empty if there are no words.

    >>> quoted("The gateway", "nomor 628123456789 tidak valid", [])
    'The gateway says: nomor [...] tidak valid.'
    """
    if not isinstance(said, str) or not said.strip():
        return ""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    for each in sorted(filter(None, hidden), key=len, reverse=True):
        words = words.replace(each, HIDDEN) if len(each) > 2 else words
    words = _NUMBER.sub(HIDDEN, words)[:WORDS_LIMIT].rstrip()
    return f"{who} says: {words}" + ("" if words.endswith((".", "!", "?")) else ".")


def texts_of(reply: object) -> list[str]:
    """The texts of a reply that a refusal may quote: whole, and line by line.

    >>> from flask_chatbot.core.values.replies import ContactCard
    >>> texts_of(ContactCard("Admin", ("628111",)))
    ['Admin', '628111']
    """
    texts = list(_texts(reply))
    return [*texts, *(line for text in texts if "\n" in text for line in text.splitlines())]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))

"""E-mail addresses and telephone numbers, with what stands around them."""

import re

from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.tokens import slices
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.numbers import customers_phone, example_phone
from flask_chatbot.core.language.sentences import quote, say
from flask_chatbot.core.language.signs import UNSEEN
from flask_chatbot.core.late import late_pattern

EMAIL_LIMIT = 254  # RFC 5321, less the angle brackets of a path
TEXT_LIMIT = 400  # characters in which an address or a number is looked for
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
EMAIL = late_pattern(rf'(?!\.)(?!.*\.\.)[^\s@,;:<>()\[\]"\\*]{{1,64}}(?<!\.)@(?:{LABEL}\.)+(?!\d+\Z){LABEL}')
AHEAD, BEHIND = " \t\r\n*~<([\"'`", " \t\r\n.,;:!?*_~>)]\"'`"  # signs around an address
GLUED = late_pattern(r"(?i)\A(?:e-?mail|mailto|surel)[a-z]*\s*[:=]\s*")
SPACED_AT = re.compile(r"\s*@\s*")
# The large providers, and addresses that are one letter from theirs and somebody else's.
PROVIDERS = ("gmail.com", "yahoo.com", "yahoo.co.id", "hotmail.com", "outlook.com", "icloud.com", "ymail.com", "rocketmail.com", "live.com")
OTHERS = frozenset(("mail.com", "email.com", "gmx.com", "yahoo.co", "yahoo.co.in", "live.co", "love.com", "ymail.co"))


def read_email(text: str, field: Field, context: Context) -> str:
    """The one address in a text, as it is written there, where nothing else in it means anything.

    >>> from datetime import UTC, datetime
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="email", type="email", kind=FieldType(read=read_email))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [read_email(text, field, context) for text in ("email saya Budi@example.com,", "*budi@example.com* kak")]
    ['Budi@example.com', 'budi@example.com']
    """
    if len(text) <= TEXT_LIMIT and (text.isprintable() or UNSEEN.sub("", text).isprintable()):
        plain = GLUED.sub("", bare(SPACED_AT.sub("@", UNSEEN.sub("", text))))
        for part in slices(plain.split(), field, context, "email") if " " in plain else [[plain]]:
            address = bare(part[0])
            if len(part) == 1 and len(address) <= EMAIL_LIMIT and EMAIL.fullmatch(address):
                return address
    raise ValueError(say(context.language, "not_email", value=quote(text)))


def bare(address: str) -> str:
    """An address without the signs around it; what is slanted loses both its lines.

    >>> bare("<budi@x.id>."), bare("_budi@x.id_"), bare("_budi@x.id")
    ('budi@x.id', 'budi@x.id', '_budi@x.id')
    """
    is_slanted = address.startswith("_") and address.endswith("_")
    return address.rstrip(BEHIND).lstrip(AHEAD + "_" if is_slanted else AHEAD)


def email_guess(address: str) -> str:
    """The address that was meant, where its provider is one typing error away from a large one; else an empty text.

    >>> email_guess("budi@gmial.com"), email_guess("budi@gmail.com"), email_guess("budi@mail.com")
    ('budi@gmail.com', '', '')
    """
    name, _, domain = address.rpartition("@")
    written = domain.casefold()
    if written in PROVIDERS or written in OTHERS:
        return ""
    from rapidfuzz.distance import OSA  # slow to load, and few bots ever need it

    meant = next((each for each in PROVIDERS if OSA.distance(written, each, score_cutoff=1) <= 1), "")
    return f"{name}@{meant}" if meant else ""


def read_phone(text: str, field: Field, context: Context) -> str:
    """The one number in a text, with its country code, where nothing else in it means anything."""
    if len(text) <= TEXT_LIMIT:
        for part in candidates(text, field, context):
            try:
                return customers_phone(part, context.country)
            except ValueError:
                continue
    raise ValueError(say(context.language, "not_phone", value=quote(text), example=example_phone(context.country)))


def candidates(text: str, field: Field, context: Context) -> list[str]:
    """The texts that may be the number: all of it, and without the words around it."""
    words = text.replace(":", " ").replace("=", " ").split()
    bare = [word if has_digit(word) else fold(word) for word in words]
    parts = (" ".join(part).strip(" .,;!?*_~<>[]\"'`") for part in slices(bare, field, context, "phone")) if bare else iter(())
    return [text, *parts]


def has_digit(word: str) -> bool:
    """True if a word holds a digit."""
    return any(character.isdigit() for character in word)

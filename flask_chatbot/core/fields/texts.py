"""Texts: names, addresses, whatever a customer writes, kept as it was written."""

import re

from flask_chatbot.core.fields.field import Context, Field, TextPattern
from flask_chatbot.core.fields.numerals import written
from flask_chatbot.core.fields.tokens import own_labels
from flask_chatbot.core.language.folding import fold, nfkc
from flask_chatbot.core.language.sentences import quote, say
from flask_chatbot.core.language.signs import UNSEEN, seen

HALVES = re.compile("[\ud800-\udfff]")  # of characters
LABELED = re.compile(r"(?s)\s*(?P<label>[^:=\n]{1,60}?)\s*[:=]\s*(?P<value>\S.*)")
SAID = re.compile(r"(?is)\s*(?:my\s+)?(?P<label>\S+(?:\s\S+)?)\s+(?:saya|sy|aku|is|adalah)\s+(?:adalah\s+|itu\s+)?(?P<value>\S.*)")


def read_text(text: str, field: Field, context: Context) -> str:
    """The text as it was written, without what copying left around it and without the field's own label in front."""
    text = visible_text(text) if field.pattern is not None else without_label(seen(text) or text, field)
    if isinstance(field.min, int | float) and len(text) < field.min:
        raise ValueError(say(context.language, "too_short", min=written(field.min, context.language)))
    if isinstance(field.max, int | float) and len(text) > field.max:
        raise ValueError(say(context.language, "too_long", max=written(field.max, context.language)))
    if field.pattern is not None and not fits(field.pattern, text):
        raise ValueError(say(context.language, "wrong_pattern", value=quote(text)))
    return text


def without_label(text: str, field: Field) -> str:
    """The text without the label of its field, where that stands in front with a colon or as in "nama saya".

    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="nama", type="text", kind=FieldType(read=read_text))
    >>> [without_label(text, field) for text in ("Nama: Budi", "nama saya Budi Santoso", "Budi: anak pertama")]
    ['Budi', 'Budi Santoso', 'Budi: anak pertama']
    """
    for form in (LABELED, SAID):
        found = form.fullmatch(text)
        if found is not None and fold(found["label"]) in own_labels(field.name, field.label):
            return found["value"].strip()
    return text


def visible_text(text: str) -> str:
    """The text as patterns see it, without what nobody sees.

    >>> visible_text("\\uff21\\uff221234\\u200b")
    'AB1234'
    """
    return text if text.isascii() else nfkc(UNSEEN.sub("", text)).strip()


def fits(pattern: TextPattern, text: str) -> bool:
    """True if a pattern fits a whole text."""
    # Of a text that nobody sees nothing is left, and RE2 reads UTF-8, which has no lone surrogates.
    return bool(text and not HALVES.search(text) and pattern.fullmatch(text))

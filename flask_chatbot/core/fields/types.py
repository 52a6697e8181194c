"""The built-in field types by name, each with its reader and the keys it understands."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from flask_chatbot.core.fields import dates, times
from flask_chatbot.core.fields.answers import read_choice, read_yesno
from flask_chatbot.core.fields.contacts import read_email, read_phone
from flask_chatbot.core.fields.field import Context, Field, FieldType, listed
from flask_chatbot.core.fields.numbers import read_integer, read_money, read_number
from flask_chatbot.core.fields.sent import sent_type
from flask_chatbot.core.fields.texts import read_text
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import quote, say

__all__ = ["FIELD_TYPES", "Context", "FieldType"]

Read = Callable[[str, Field, Context], object]


def among_options(read: Read) -> Read:
    """A reader whose values are those of the options, where the field has some, or other words for them."""

    def read_option(text: str, field: Field, context: Context) -> object:
        if not field.options:
            return read(text, field, context)
        alone = replace(field, options=())
        folded = fold(text)
        named = next((option.value for option in field.options if folded in map(fold, option.synonyms)), text)
        value = read(named, alone, context)
        if value in [read(option.value, alone, context) for option in field.options]:
            return value
        raise ValueError(say(context.language, "not_choice", value=quote(text), options=listed(field.options)))

    return read_option


RANGE = frozenset({"min", "max", "options"})

FIELD_TYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        "text": FieldType(read=read_text, keys=frozenset({"min", "max", "pattern"})),
        "integer": FieldType(read=among_options(read_integer), keys=RANGE | {"unit"}),
        "number": FieldType(read=among_options(read_number), keys=RANGE | {"unit"}),
        "money": FieldType(read=among_options(read_money), keys=RANGE),
        "email": FieldType(read=among_options(read_email), keys=frozenset({"options"})),
        "phone": FieldType(read=among_options(read_phone), keys=frozenset({"options"})),
        "date": FieldType(read=among_options(dates.read_date), keys=RANGE | {"open"}, limit=dates.read_limit),
        "time": FieldType(read=times.read_time, keys=RANGE | {"open"}, limit=times.read_limit),
        "choice": FieldType(read=read_choice, keys=frozenset({"options"})),
        "yesno": FieldType(read=read_yesno),
        "image": sent_type("image"),
        "document": sent_type("document"),
        "media": sent_type("media"),
        "location": sent_type("location"),
    }
)

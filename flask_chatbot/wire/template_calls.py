"""The field `template` of calls that send a text: one that WhatsApp has approved, by its name. Pure."""

from collections.abc import Mapping
from typing import Any

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.menus import (
    TEMPLATE_LANGUAGE,
    TEMPLATE_LANGUAGES,
    TEMPLATE_NAME,
    MessageTemplate,
    no_template_language,
    no_template_name,
)
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.strict_json import clipped_repr
from flask_chatbot.wire.texts import FILLED, text_of
from flask_chatbot.wire.webhook import kind_in_json

NAME_LIMIT = 512  # characters of a template's name
LANGUAGE_LIMIT = 20  # of its language
PARAMETERS_LIMIT = 100
PARAMETER_LIMIT = 1024  # characters of one of them
BLANK = "[ \\t]*"
ABSENT = (None, "")
KEYS = ("name", "language", "parameters")

TEMPLATE: Mapping[str, Any] = {
    "description": "A text that WhatsApp has approved: its name, its language (id if absent), and the values of its places in order.",
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": rf"^{BLANK}{TEMPLATE_NAME}{BLANK}$", "maxLength": NAME_LIMIT},
        "language": {"type": ["string", "null"], "pattern": rf"^{BLANK}({TEMPLATE_LANGUAGES})?{BLANK}$", "maxLength": LANGUAGE_LIMIT},
        "parameters": {
            "type": ["array", "null"],
            "maxItems": PARAMETERS_LIMIT,
            "items": {"type": "string", "pattern": FILLED, "maxLength": PARAMETER_LIMIT},
        },
    },
    "examples": [{"name": "pesanan_dikirim", "language": "id", "parameters": ["Budi", "JP-12"]}],
}


def read_template_call(template: object, plain: str = "") -> MessageTemplate:
    """Read the field; `plain` is the text for connections without templates. Raises `BadPayload` naming what is wrong.

    >>> read_template_call({"name": "pesanan_dikirim", "parameters": ["Budi", "JP-12"]})
    MessageTemplate(name='pesanan_dikirim', language='id', parameters=('Budi', 'JP-12'), plain='')
    """
    if not isinstance(template, dict):
        raise BadPayload(tr("'template' is {kind}. Send an object with 'name', 'language' and 'parameters'.", kind=kind_in_json(template)))
    unknown = next((key for key in template if key not in KEYS), None)
    if unknown is not None:
        way_out = did_you_mean(unknown, KEYS) or tr(" Known keys: {names}.", names=", ".join(KEYS))
        raise BadPayload(tr("'template' has the unknown key {key}.{way_out}", key=clipped_repr(unknown), way_out=way_out))
    name = text_of(template, "name", tr("the name"), NAME_LIMIT, within="template.").strip()
    if complaint := no_template_name(name):
        raise BadPayload(tr("'template.name': {problem}", problem=complaint))
    return MessageTemplate(name, _language(template), _parameters(template), plain if plain.strip() else "")


def _language(template: Mapping[str, object]) -> str:
    if template.get("language") in ABSENT:
        return TEMPLATE_LANGUAGE
    what = tr("the language")
    language = text_of(template, "language", what, LANGUAGE_LIMIT, within="template.", may_be_blank=True).strip() or TEMPLATE_LANGUAGE
    if complaint := no_template_language(language):
        raise BadPayload(tr("'template.language': {problem}", problem=complaint))
    return language


def _parameters(template: Mapping[str, object]) -> tuple[str, ...]:
    given = template.get("parameters")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > PARAMETERS_LIMIT:
        fact = tr("a list of {count}", count=len(given)) if isinstance(given, list) else kind_in_json(given)
        raise BadPayload(tr("'template.parameters' is {kind}. Send a list of at most {limit} texts.", kind=fact, limit=PARAMETERS_LIMIT))
    each = {f"parameters[{place}]": value for place, value in enumerate(given)}
    return tuple(text_of(each, key, tr("each value"), PARAMETER_LIMIT, within="template.") for key in each)

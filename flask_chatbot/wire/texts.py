"""Texts in the JSON of calls, read or refused with the name of their field. Pure."""

import re
from collections.abc import Mapping

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.webhook import kind_in_json

Body = Mapping[str, object]
# Something to be seen. Which characters are white space differs between kinds of regular expressions; with these they are the same.
FILLED = r"[^\s\u0000-\u001f\u007f-\u009f\ufeff]"


def text_of(body: Body, name: str, what: str, limit: int | None = None, *, within: str = "", may_be_blank: bool = False) -> str:
    """The text of a field; raises `BadPayload` naming the field."""
    value = body.get(name)
    if type(value) is not str:
        raise BadPayload(
            tr("'{within}{name}' is {kind}. Send {what} as a string.", within=within, name=name, kind=kind_in_json(value), what=what)
        )
    if not may_be_blank and not re.search(FILLED, value):
        raise BadPayload(tr("'{within}{name}' is empty. Send {what}.", within=within, name=name, what=what))
    if limit is not None and len(value) > limit:
        raise BadPayload(
            tr(
                "'{within}{name}' has {count:,} characters, and {limit:,} is the limit. Send less.",
                within=within,
                name=name,
                count=len(value),
                limit=limit,
            )
        )
    return value

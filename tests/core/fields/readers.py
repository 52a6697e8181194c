"""Fields, and a Thursday morning in Jakarta on which they are read."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.fields.field import Context, Field
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.daytimes import Span
from flask_chatbot.core.language.sentences import language_of

ID = Context(language_of("id"), "ID", datetime(2026, 11, 26, 10, tzinfo=ZoneInfo("Asia/Jakarta")))
EN = ID._replace(language=language_of("en"))
SHOP = Hours(week=(*[(Span(480, 1020),)] * 5, (Span(480, 720),), ()))  # 8 to 5, Saturdays to noon, closed on Sundays


def field(kind: str, name: str = "x", **keys: object) -> Field:
    return replace(Field(name=name, type=kind, kind=FIELD_TYPES[kind]), **keys)  # type: ignore[arg-type]


def read(wanted: Field, text: str, context: Context = ID) -> object:
    return wanted.kind.read(text, wanted, context)


def refusal(wanted: Field, text: str, context: Context = ID) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        read(wanted, text, context)
    return str(caught.value)

"""The schema's definitions of replies come from the registry of their kinds."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from jsonschema import Draft7Validator

from flask_chatbot.core.schema.reply_schema import SCHEMA_FILE, definitions, with_replies
from flask_chatbot.core.values.replies import KINDS, Image
from flask_chatbot.core.values.reply_kinds import ReplyKind, described


@dataclass(frozen=True, slots=True)
class Animation(Image):
    """A kind that extends another."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A kind like no other, with a part of each sort."""

    question: str = field(metadata=described("What is asked.", "Kapan?"))
    choices: tuple[str, ...] = field(metadata=described("What may be chosen.", ["Senin", "Sabtu"]))
    hours: float = field(metadata=described("How long it is open.", 24, minimum=1))
    note: str = field(default="", metadata=described("A line below it.", "Boleh dua."))


@dataclass(frozen=True, slots=True)
class Buzz:
    """A kind of a list alone."""

    numbers: tuple[str, ...] = field(metadata=described("Who is called.", ["628111111111"]))
    note: str = field(default="", metadata=described("A line below it.", "Segera."))


ANIMATION = ReplyKind(
    "animation", Animation, type="animation", needs="url", description="An animation.", example="https://example.com/a.webp"
)
POLL = ReplyKind("poll", Poll, type="poll", needs="question", description="A poll.", example={"question": "?", "choices": "a", "hours": 1})
BUZZ = ReplyKind("buzz", Buzz, type="buzz", needs="numbers", description="A call.", example="628111111111")
TEXT = SCHEMA_FILE.read_text("utf-8")
WITH_MORE = json.loads(with_replies(TEXT, {**KINDS, "animation": ANIMATION, "poll": POLL, "buzz": BUZZ}))


def is_valid(reply: object) -> bool:
    return Draft7Validator(WITH_MORE).is_valid({"version": 1, "rules": [{"keyword": "halo", "reply": reply}]})


def test_the_file_that_ships_is_the_one_that_the_registry_gives() -> None:
    way_out = "Run: python -m flask_chatbot.core.schema.reply_schema"
    assert with_replies(TEXT) == TEXT, way_out
    assert list(json.loads(TEXT)["definitions"])[-len(definitions()) :] == list(definitions()), way_out


def test_a_kind_is_defined_by_the_parts_of_its_class() -> None:
    text = ["string", "number", "boolean"]
    assert definitions({"poll": POLL})["reply_poll"] == {
        "description": "A poll.",
        "type": "object",
        "required": ["question", "choices", "hours"],
        "additionalProperties": False,
        "properties": {
            "question": {"description": "What is asked.", "type": text, "minLength": 1, "examples": ["Kapan?"]},
            "choices": {
                "description": "What may be chosen.",
                "type": [*text, "array"],
                "minLength": 1,
                "minItems": 1,
                "items": {"$ref": "#/definitions/text"},
                "examples": [["Senin", "Sabtu"]],
            },
            "hours": {"description": "How long it is open.", "type": "number", "minimum": 1, "examples": [24]},
            "note": {"description": "A line below it.", "type": text, "minLength": 1, "examples": ["Boleh dua."]},
        },
        "examples": [{"question": "?", "choices": "a", "hours": 1}],
    }


def test_a_kind_that_only_extends_a_class_shares_the_schema_of_its_parts() -> None:
    found = definitions({"image": KINDS["image"], "animation": ANIMATION})
    assert found["reply_animation"] == {
        "description": "An animation.",
        "allOf": [{"$ref": "#/definitions/reply_media"}],
        "examples": ["https://example.com/a.webp"],
    }
    assert list(found) == ["reply", "one_reply", "weighted_reply", "reply_media", "reply_image", "reply_animation", "one_of"]


ANIMATION_URL = "https://example.com/a.webp"


@pytest.mark.parametrize(
    ("reply", "is_good"),
    [
        ({"animation": ANIMATION_URL}, True),
        ([{"animation": {"url": ANIMATION_URL, "caption": "Halo"}}, {"one_of": [{"animation": ANIMATION_URL, "weight": 2}, "Halo"]}], True),
        ({"animation": {"caption": "Halo"}}, False),
        ({"animation": {"url": ANIMATION_URL, "size": 1}}, False),
        ({"poll": {"question": "Kapan?", "choices": ["Senin"], "hours": 1}}, True),
        ({"poll": {"question": "Kapan?", "choices": ["Senin"], "hours": 0}}, False),
        ({"poll": "Kapan?"}, False),
        ({"buzz": "628111111111"}, True),
        ({"buzz": ["628111111111"]}, True),
        ({"buzz": []}, False),
        ({"buzz": {"numbers": "628111111111", "note": "Segera."}}, True),
    ],
)
def test_a_new_kind_is_checked_wherever_a_reply_stands(reply: Any, is_good: bool) -> None:
    assert is_valid(reply) is is_good

"""A kind of reply is one entry in the registry; who reads the registry needs to know no more of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.loading.documents import SourceFile
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.replies import ReplyBuilder
from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.templates.answers import make_all
from flask_chatbot.core.templates.template import Sandbox
from flask_chatbot.core.values.replies import Image, Text
from flask_chatbot.core.values.reply_kinds import KINDS, ReplyKind, kind_of
from flask_chatbot.core.values.stored import read_reply, type_of, write_reply
from flask_chatbot.core.values.written import reply_data, reply_of, reply_text
from flask_chatbot.core.yamltext.nodes import Scalar


@dataclass(frozen=True, slots=True)
class Sticker(Image):
    """A kind that extends another."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A kind like no other, with a part of each sort."""

    question: str
    choices: tuple[str, ...]
    hours: float
    note: str = ""


WITH_MORE = {
    **KINDS,
    "sticker": ReplyKind("sticker", Sticker, type="sticker", needs="url"),
    "poll": ReplyKind("poll", Poll, type="poll", needs="question"),
}
STICKER = Sticker("https://example.com/a.webp", caption="Halo")
POLL: Any = Poll("Kapan?", ("Senin", "Sabtu"), 1.5)
BOTH = pytest.mark.parametrize(
    ("reply", "stored", "written"),
    [
        (
            STICKER,
            '{"kind":"sticker","url":"https://example.com/a.webp","caption":"Halo"}',
            {"sticker": {"url": "https://example.com/a.webp", "caption": "Halo"}},
        ),
        (
            POLL,
            '{"kind":"poll","question":"Kapan?","choices":["Senin","Sabtu"],"hours":1.5}',
            {"poll": {"question": "Kapan?", "choices": ("Senin", "Sabtu"), "hours": 1.5}},
        ),
    ],
)


def built(data: object) -> tuple[object, ...]:
    """The replies that a rule's ``reply:`` makes for a customer called Budi."""
    place = Place(SourceFile("rules.yaml", data, Scalar("", "'", 1, 1), []), (), data, [])
    answers = ReplyBuilder(Sandbox(Locale(), {}), {"nama": ""}, WITH_MORE).build(place)
    assert place.problems == []
    return make_all(answers, {"nama": "Budi"}, Random(1))


@BOTH
def test_a_new_kind_is_stored_and_read_back(reply: Any, stored: str, written: Mapping[str, object]) -> None:
    assert write_reply(reply, WITH_MORE) == stored
    assert read_reply(stored, WITH_MORE) == reply
    assert type_of(reply, WITH_MORE) == next(iter(written))


@BOTH
def test_a_new_kind_is_written_as_a_rule_file_does_and_read(reply: Any, stored: str, written: dict[str, Any]) -> None:
    assert reply_data(reply, WITH_MORE) == written
    ((kind, held),) = written.items()
    in_yaml = {kind: {key: list(value) if isinstance(value, tuple) else value for key, value in held.items()}}
    assert reply_of(in_yaml, WITH_MORE) == reply
    assert built(in_yaml) == (reply,)


def test_a_new_kind_is_shown_in_a_terminal() -> None:
    assert reply_text(STICKER, WITH_MORE) == "[sticker] https://example.com/a.webp, Halo"
    assert reply_text(POLL, WITH_MORE) == "[poll] Kapan?, Senin, Sabtu, 1.5"


def test_the_texts_of_a_new_kind_are_templates_and_a_bare_text_is_the_part_it_needs() -> None:
    assert built([{"sticker": "https://example.com/{{ nama }}.webp"}, {"poll": {"question": "{{ nama }}?", "choices": "{{ nama }}"}}]) == (
        Sticker("https://example.com/Budi.webp"),
        Poll("Budi?", ("Budi",), 0.0),
    )


def test_a_new_kind_without_the_part_it_needs_is_left_out() -> None:
    assert built([{"sticker": {"url": "{{ '' }}", "caption": "Halo"}}, "Halo"]) == (Text("Halo"),)


def test_a_class_without_an_entry_is_refused_by_its_name() -> None:
    with pytest.raises(TypeError, match=r"^Poll is no kind of reply\. Add it to the registry of reply kinds\.$"):
        kind_of(POLL)


@pytest.mark.parametrize(("where", "beside"), [("reply", {"one_of"}), ("one_reply", {"one_of"}), ("weighted_reply", {"weight"})])
def test_the_schema_has_the_kinds_of_the_registry(where: str, beside: Iterable[str]) -> None:
    assert set(SCHEMA["definitions"][where]["properties"]) == {*KINDS, *beside}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if len(kind.parts) > 1], ids=lambda kind: kind.name)
def test_the_schema_has_the_parts_of_each_kind(kind: ReplyKind) -> None:
    schema = SCHEMA["definitions"][kind.name]
    for each in schema.get("allOf", []):
        schema = SCHEMA["definitions"][each["$ref"].rpartition("/")[2]]
    assert list(schema["properties"]) == [part.name for part in kind.parts]
    assert schema["required"] == [part.name for part in kind.parts if part.default != ""]


def test_each_entry_needs_a_part_it_has() -> None:
    assert [kind.name for kind in KINDS.values() if kind.needs not in ("", *(part.name for part in kind.parts))] == []

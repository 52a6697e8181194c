"""Messages that are no text, where no rule has an answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flask_chatbot.core.conversation.memory import ShortMemory, State
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.values.contents import Attachment, MessageKind, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from tests.core.books import load

RULES = """\
version: 1
settings: {groups: all}
rules:
  - {keyword: halo, reply: Halo.}
  - {fallback: true, reply: Belum mengerti.}
"""
NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)
SENTENCE = (Text("Maaf, pesan seperti ini belum bisa kami baca. Mohon ditulis saja ya."),)
STICKER: dict[str, Any] = {"kind": "media", "attachments": (Attachment("sticker"),)}
OTHERS: list[dict[str, Any]] = [
    STICKER,
    {"kind": "media", "attachments": (Attachment("image"),)},
    {"kind": "location", "location": SharedLocation(-6.2, 106.8)},
    {"kind": "contact"},
    {"kind": "unsupported"},
]


class Person:
    """Somebody who sends what is no text."""

    def __init__(self, folder: Path, rules: str = RULES) -> None:
        self.book = load(folder, rules)
        self.memory = ShortMemory()

    def sends(self, at: datetime = NOON, number: str = "628111", text: str = "", **more: Any) -> tuple[Any, ...]:
        message = Message(text=text, sender=Sender(number=number), **more)
        decision = decide(self.book, message, self.memory, at, Random(0))
        if decision.remember is not None:
            self.memory.commit(self.book.person(message.sender), decision.remember, at.timestamp())
        return decision.replies


@pytest.mark.parametrize("other", OTHERS)
def test_what_no_rule_answers_gets_one_sentence_and_never_the_fallback(tmp_path: Path, other: dict[str, Any]) -> None:
    assert Person(tmp_path).sends(**other) == SENTENCE


def test_it_gets_the_sentence_once_a_day_for_each_person_and_line(tmp_path: Path) -> None:
    person = Person(tmp_path)
    said = [
        person.sends(**STICKER),
        person.sends(**OTHERS[2]),
        person.sends(NOON + timedelta(hours=23, minutes=59), **STICKER),
        person.sends(NOON + timedelta(hours=24), **STICKER),
        person.sends(line="toko", **STICKER),
        person.sends(number="628222", **STICKER),
    ]
    assert said == [SENTENCE, (), (), SENTENCE, SENTENCE, SENTENCE]


def test_a_group_never_gets_it(tmp_path: Path) -> None:
    assert Person(tmp_path).sends(chat="group", group="120363041234567890", **STICKER) == ()


def test_the_rules_may_say_it_otherwise_or_not_at_all(tmp_path: Path) -> None:
    own = RULES.replace("rules:", 'sentences: {unsupported: "Tulis saja, {sapaan}."}\nrules:').replace("all}", "all, call: Kak}")
    assert Person(tmp_path, own).sends(**STICKER) == (Text("Tulis saja, Kak."),)
    assert Person(tmp_path, RULES.replace("rules:", 'sentences: {unsupported: ""}\nrules:')).sends(**STICKER) == ()


@pytest.mark.parametrize("kind", ["reaction", "edit", "deletion"])
def test_what_is_about_another_message_is_never_answered(tmp_path: Path, kind: MessageKind) -> None:
    assert Person(tmp_path).sends(text="halo", kind=kind) == ()


@pytest.mark.parametrize("text", ["", " \u200b\n"])
def test_a_text_without_a_word_gets_no_fallback(tmp_path: Path, text: str) -> None:
    assert Person(tmp_path).sends(text=text) == ()


def test_a_caption_is_answered_as_a_text(tmp_path: Path) -> None:
    assert Person(tmp_path).sends(text="halo", **STICKER) == (Text("Halo."),)


FORM = """\
version: 1
settings: {groups: all}
rules:
  - {name: isi, keyword: isi, ask: [{a: {question: A?}}, {b: {question: B?, type: image}}], confirm: "{{ a }}, ya?", reply: "{{ a }}."}
"""


def test_a_form_asks_again_below_the_sentence_and_without_it_for_the_rest_of_the_day(tmp_path: Path) -> None:
    person = Person(tmp_path, FORM)
    assert person.sends(text="isi") == (Text("A?"),)
    assert person.sends(kind="unsupported") == (Text(f"{SENTENCE[0].text}\nA?"),)
    assert person.sends(kind="unsupported") == (Text("A?"),)
    assert person.sends(text="x") == (Text("B?"),)
    assert person.sends(kind="unsupported") == (Text("B?"),)
    assert person.sends(kind="media", attachments=(Attachment("image"),)) == (Text("x, ya?"),)
    (again,) = person.sends(kind="unsupported")
    assert again.text.startswith("Mohon dijawab")
    assert person.sends(text="ya") == (Text("x."),)


def test_a_form_asks_again_where_the_sentence_is_left_out_and_keeps_quiet_in_groups(tmp_path: Path) -> None:
    person = Person(tmp_path, FORM.replace("rules:", 'sentences: {unsupported: ""}\nrules:'))
    person.sends(text="isi")
    assert person.sends(kind="unsupported") == (Text("A?"),)
    grouped: dict[str, Any] = {"chat": "group", "group": "120363041234567890"}
    assert person.sends(text="isi", **grouped) == (Text("A?"),)
    assert person.sends(kind="unsupported", **grouped) == ()
    assert person.sends(text="x", **grouped) == (Text("B?"),)


def test_no_rule_is_named_as_the_one_that_might_answer(tmp_path: Path) -> None:
    assert explain(load(tmp_path, RULES), Message(text="", **STICKER), State(), NOON) == ()

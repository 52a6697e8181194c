"""One person on two lines: what is begun, said or silenced on one of them is not so on the other; what handlers know is."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.conversation.memory import ShortMemory, State
from flask_chatbot.core.conversation.uniting import united
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text

RULES = """\
version: 1
rules:
  - {name: isi, keyword: isi, ask: [{a: {question: A?}}], reply: "Isi {{ a }}."}
  - {keyword: admin, pause: 2 hours, reply: Sebentar.}
  - {keyword: promo, once_per: 1 day, reply: Promo!}
  - {keyword: halo, reply: Halo.}
"""
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Person:
    """A person who writes on several lines, and is remembered."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.memory = ShortMemory()

    def says(self, text: str, line: str | None) -> list[str]:
        message = Message(text=text, sender=Sender(number="6281"), line=line)
        decision = decide(self.book, message, self.memory, NOW, Random(0))
        if decision.remember is not None:
            assert self.memory.commit("6281", decision.remember, NOW.timestamp())
        return [reply.text for reply in decision.replies if isinstance(reply, Text)]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, "utf-8")
    return Person(load_rules(path))


def test_a_form_is_answered_on_the_line_it_was_begun_on(person: Person) -> None:
    assert [person.says("isi", "toko"), person.says("halo", "bengkel"), person.says("kopi", "toko")] == [["A?"], ["Halo."], ["Isi kopi."]]


def test_forms_on_two_lines_do_not_disturb_each_other(person: Person) -> None:
    said = [person.says(text, line) for text, line in (("isi", "toko"), ("isi", None), ("teh", None), ("kopi", "toko"))]
    assert said == [["A?"], ["A?"], ["Isi teh."], ["Isi kopi."]]


def test_a_pause_counts_for_its_line(person: Person) -> None:
    assert person.says("admin", "toko") == ["Sebentar."]
    assert [person.says("halo", line) for line in ("toko", "bengkel", None)] == [[], ["Halo."], ["Halo."]]


def test_a_pause_on_a_line_without_a_name_counts_for_all(person: Person) -> None:
    assert person.says("admin", None) == ["Sebentar."]
    assert [person.says("halo", line) for line in ("toko", None)] == [[], []]


def test_once_per_counts_for_its_line(person: Person) -> None:
    said = [person.says("promo", line) for line in ("toko", "toko", "bengkel", None, None)]
    assert said == [["Promo!"], [], ["Promo!"], ["Promo!"], []]


def test_the_longer_pause_of_each_line_is_kept_when_two_are_one() -> None:
    one, other = State(pauses={"toko": 90.0, "bengkel": 50.0}), State(pauses={"toko": 60.0}, paused_until=70.0)
    both = State(pauses={"toko": 90.0, "bengkel": 50.0}, paused_until=70.0, version=1)
    assert [united(one, other, 0.0), united(other, one, 0.0)] == [both, both]
    assert (both.at(60.0).pauses, both.last_pause, both.kept_until(0.0)) == ({"toko": 90.0}, 90.0, 90.0)

"""Long texts in several messages, and several short texts in one."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.answering.rendering import render
from flask_chatbot.core.values.long_texts import as_one_message, split_text
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.replies import TEXT_LIMIT, Image, Reply, Text
from tests.core.books import NOW, load
from tests.core.conversation.talks import Talk

PICTURE = Image("https://example.com/a.png")
RULES = """\
settings: {one_message: true}
rules:
  - {keyword: jam, reply: [Senin sampai Sabtu., "08.00 sampai 17.00.", {image: "https://example.com/a.png"}, Datang ya., Parkir luas.]}
  - {keyword: menu, reply: [Halo., Silakan.], menu: [Jam buka: jam]}
"""


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("satu dua", ["satu dua"]),
        ("satu dua\n\ntiga", ["satu dua", "tiga"]),
        ("satu\ndua tiga", ["satu", "dua tiga"]),
        ("satu dua tiga", ["satu dua", "tiga"]),
        ("satu\n\ndua\ntiga", ["satu", "dua\ntiga"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("abcdefghij klm", ["abcdefghij", "klm"]),
        (" " * 25 + "a", ["a"]),
        ("", []),
    ],
)
def test_a_text_is_split_between_paragraphs_else_lines_else_words(text: str, pieces: list[str]) -> None:
    assert list(split_text(text, 10)) == pieces


@given(st.text(alphabet="ab \n", max_size=200), st.integers(1, 20))
def test_nothing_but_white_space_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = list(split_text(text, limit))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= limit for piece in pieces)


def test_texts_that_follow_one_another_are_one_as_long_as_they_fit() -> None:
    replies: tuple[Reply, ...] = (Text("a"), Text("b"), PICTURE, Text("c"))
    assert as_one_message(replies) == (Text("a\n\nb"), PICTURE, Text("c"))
    full = Text("x" * (TEXT_LIMIT - 3))
    assert as_one_message([full, Text("y"), Text("z")]) == (Text(f"{full.text}\n\ny"), Text("z"))


def test_a_rule_file_asks_for_one_message_and_a_menu_stays_at_its_end(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, RULES))
    assert talk.replies("jam") == (Text("Senin sampai Sabtu.\n\n08.00 sampai 17.00."), PICTURE, Text("Datang ya.\n\nParkir luas."))
    assert talk.says("menu") == "Halo.\n\nSilakan.\n1. Jam buka"


def test_what_the_app_sends_by_a_rule_is_one_message_too(tmp_path: Path) -> None:
    book = load(tmp_path, RULES)
    assert len(render(book, "jam", Sender(), {}, NOW, Random(1))) == 3


def test_without_the_setting_each_text_is_a_message(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, RULES.replace("true", "false")))
    assert len(talk.replies("jam")) == 5

"""The conversations that are drawn on the pages."""

import doctest
import re
from datetime import datetime
from types import ModuleType

import pytest

from flask_chatbot import Image, Location, Text
from tests.docs.pages import DOCS, PAGES, Block, blocks, extension

DRAWN = [block for page in PAGES for block in blocks(page) if block.info.startswith("{chat} ")]


@pytest.fixture
def chats(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The extension that draws them."""
    pytest.importorskip("docutils")  # comes with the extra `docs`
    monkeypatch.syspath_prepend(DOCS / "_ext")
    return extension("chats")


def test_the_doctests_of_the_drawing_hold(chats: ModuleType) -> None:
    assert doctest.testmod(chats).failed == 0


@pytest.mark.parametrize("block", DRAWN, ids=lambda block: block.place)
def test_every_message_of_a_drawn_conversation_is_answered_and_never_with_an_apology(block: Block) -> None:
    options = dict(re.findall(r"^:(\w+): (.+)$", block.text, re.MULTILINE))
    lines = [line for line in block.text.splitlines() if line and not line.startswith(":")]
    at = datetime.fromisoformat(options.get("at", "2026-11-23 10:00"))
    turns = extension("talks").talk(block.info.split()[1], lines, nama=options.get("nama", ""), at=at)
    answers = [(number, reply) for number, (by, reply) in enumerate(turns) if by == "bot"]
    asked = [number for number, (by, _) in enumerate(turns) if by == "customer"]
    assert [number for number in asked if number + 1 not in dict(answers)] == []
    assert [reply for _, reply in answers if isinstance(reply, Text) and "gangguan" in reply.text] == []


def test_a_bubble_says_who_wrote_it_and_keeps_lines_and_bold_words(chats: ModuleType) -> None:
    bubble = chats.bubble("customer", Text("Halo *kak*\nmau pesan"))
    assert bubble["classes"] == ["bubble", "customer"]
    assert [line.astext() for line in bubble[0][1:]] == ["Halo kak", "mau pesan"]
    assert bubble[0][0].astext() == "Customer: "
    assert chats.bubble("customer", Text("Halo"), "id")[0][0].astext() == "Pelanggan: "


def test_files_and_places_are_drawn_as_signs_with_their_names(chats: ModuleType) -> None:
    photo = chats.bubble("bot", Image("https://example.com/harga.png", caption="Harga hari ini"))
    place = chats.bubble("bot", Location(-5.14, 119.4, "Toko"))
    assert [part.astext() for part in photo] == ["Bot: harga.png", "Harga hari ini"]
    assert [part.astext() for part in place] == ["Bot: Toko (-5.14, 119.4)"]

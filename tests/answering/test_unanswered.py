"""Reactions, edits and deletions: never answered, heard by the app, and what was kept of a deleted text goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.messages import Message
from flask_chatbot.store import transport_ids
from tests.answering.test_transport import Shop
from tests.delivery.apps import BUDI, GROUP, START, gateway_app

RULES = """\
version: 1
settings: {groups: all}
rules:
  - {keyword: halo, reply: Halo.}
  - {name: pesan, keyword: pesan,
     ask: [{nama: {question: Nama?}}, {barang: {question: Apa?}}, {jumlah: {question: Berapa?, type: integer}}],
     reply: "{{ jumlah }} {{ barang }} untuk {{ nama }}."}
  - {fallback: true, reply: Belum mengerti.}
"""
CHAT = f"{BUDI}@c.us"


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def shop(url: str, tmp_path: Path, bot: Chatbot) -> Iterator[Shop]:
    shop = Shop(gateway_app(tmp_path, bot, RULES, CHATBOT_DATABASE_URL=url))
    yield shop
    shop.gateway.database.close()


EVENTS: list[dict[str, Any]] = [
    {"text": "", "kind": "reaction", "reaction": Reaction("👍", "X1")},
    {"text": "halo", "kind": "edit", "edits": "A1"},
    {"text": "", "kind": "deletion", "deletes": "A1"},
]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("where", [{}, {"chat": "group", "group": GROUP}])
def test_nothing_answers_what_is_about_another_message(shop: Shop, event: dict[str, Any], where: dict[str, Any]) -> None:
    shop.receives(**event, **where, id="B1")
    assert shop.posted == []
    (kept,) = shop.kept()
    assert (kept.kind, kept.text, kept.replies, kept.explanations) == (
        event["kind"],
        None,
        0,
        (f"{event['kind']}: it is never answered",),
    )


def test_the_app_hears_of_each_once_however_often_it_comes(shop: Shop, bot: Chatbot) -> None:
    heard: list[tuple[str, str]] = []

    @bot.on_reaction
    def liked(message: Message, message_id: str) -> None:
        assert message.reaction is not None
        heard.append((message.reaction.emoji, message_id))

    @bot.on_edit
    def changed(message: Message) -> None:
        heard.append((message.text, message.edits))

    @bot.on_delete
    def gone(message: Message) -> None:
        heard.append((message.text, message.deletes))

    for number, event in enumerate(EVENTS * 2):
        shop.receives(**event, id=f"B{number % 3}")
    assert heard == [("👍", ""), ("halo", "A1"), ("", "A1")]


def test_a_reaction_to_a_message_of_ours_comes_with_the_id_that_send_returned(shop: Shop, bot: Chatbot) -> None:
    heard: list[str] = []

    @bot.on_reaction
    def liked(message_id: str) -> None:
        heard.append(message_id)

    with shop.gateway.database.writing() as connection:
        transport_ids.link(connection, shop.gateway.transport.name, [("true_X1", "3EB01", START)])
    shop.receives("", kind="reaction", reaction=Reaction("👍", "true_X1"))
    shop.receives("", kind="reaction", reaction=Reaction("", "true_X1"))
    shop.receives("", kind="reaction")
    assert heard == ["3EB01", "3EB01", ""]


def test_a_function_that_fails_or_answers_is_logged_and_the_others_hear_of_it(
    shop: Shop, bot: Chatbot, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    @bot.on_edit
    def fails(message: Message) -> None:
        raise ValueError(message.text)

    @bot.on_edit
    def answers(message: Message) -> str:
        heard.append(message.edits)
        return "Sudah."

    shop.receives("rahasia sekali", kind="edit", edits="A1")
    assert (heard, shop.posted, "rahasia" in caplog.text) == (["A1"], [], False)
    said = [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "WARNING")]
    assert len(said) == 2
    assert "fails at" in said[0]
    assert "failed for a message of the kind 'edit'\n" in said[0]
    assert said[1].endswith("returned a value, which nobody gets. Call bot.reply(message, ...)")


def test_who_hears_of_a_reaction_may_write_back(shop: Shop, bot: Chatbot) -> None:
    @bot.on_reaction
    def thanks(message: Message) -> None:
        bot.reply(message, "Terima kasih!")

    shop.receives("", kind="reaction", reaction=Reaction("👍", "X1"))
    assert shop.posted == [(CHAT, "Terima kasih!")]


def test_an_edit_leaves_the_answer_and_the_text_that_was_answered(shop: Shop) -> None:
    shop.receives("halo", id="A1")
    shop.receives("pesan", kind="edit", edits="A1", id="B1")
    assert shop.posted == [(CHAT, "Halo.")]
    assert {kept.message_id: kept.text for kept in shop.kept()} == {"A1": "halo", "B1": None}


def test_a_deletion_deletes_the_text_and_why_it_was_answered_so_and_its_repeats_are_still_known(shop: Shop) -> None:
    shop.receives("halo", id="A1")
    shop.receives("", kind="deletion", deletes="A1", id="B1")
    (kept,) = (kept for kept in shop.kept() if kept.message_id == "A1")
    assert (kept.text, kept.explanations, kept.rule, kept.replies) == (None, (), "halo", 1)
    shop.receives("halo", id="A1")
    assert shop.posted == [(CHAT, "Halo.")]


def test_a_deletion_of_what_was_never_seen_is_harmless(shop: Shop) -> None:
    shop.receives("halo", id="A1")
    for deletes in ("A2", "", "x" * 5000):
        shop.receives("", kind="deletion", deletes=deletes)
    assert [kept.text for kept in shop.kept() if kept.kind == "text"] == ["halo"]


def test_nobody_deletes_the_message_of_another_person(shop: Shop) -> None:
    shop.receives("halo", id="A1")
    shop.receives("", kind="deletion", deletes="A1", number="628222")
    assert [kept.text for kept in shop.kept()] == ["halo"]


def test_in_a_group_others_may_delete_as_its_admins_do(shop: Shop) -> None:
    shop.receives("halo", id="A1", chat="group", group=GROUP)
    shop.receives("", kind="deletion", deletes="A1", number="628222", chat="group", group=GROUP)
    assert [kept.text for kept in shop.kept()] == [None]


def test_a_form_forgets_what_was_deleted_and_asks_for_it_again(shop: Shop) -> None:
    for id_, text in (("A1", "pesan"), ("A2", "Siti"), ("A3", "beras")):
        shop.receives(text, id=id_)
    shop.receives("", kind="deletion", deletes="A2")
    with shop.gateway.database.reading() as connection:
        states = connection.exec_driver_sql("SELECT state FROM chatbot_states").scalars().all()
    assert [("Siti" in state, "beras" in state) for state in states] == [(False, True)]
    shop.receives("2")
    shop.receives("Ani")
    texts = [text for _, text in shop.posted]
    assert ("Nama?" in texts[-2], texts[-1]) == (True, "2 beras untuk Ani.")

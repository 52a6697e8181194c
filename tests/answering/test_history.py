"""The rows of the inbox: what is kept of a message, and for how long."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.answering.history import KNOWN_FOR, History, hash_of
from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.conversation.memory import NO_MEMORY, State
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.store.inbox import Kept
from tests.core.books import NOW, load

RULES = "rules:\n  - keyword: halo\n    reply: Halo.\n"
AT = NOW.timestamp()
DAY = 86_400.0
MONTH = History(timedelta(days=30))
NOTHING = History(None)


def answered(folder: Path, text: str, number: str = "6281234567890") -> AnsweredMessage:
    """A message as the rules answer it."""
    book, message = load(folder, RULES), Message(text=text, sender=Sender(number=number))
    return AnsweredMessage(message=message, decision=decide(book, message, NO_MEMORY, NOW, Random(1)), book=book, state=State(), now=NOW)


def test_a_text_is_kept_with_the_reasons_for_its_answer_as_long_as_is_set(tmp_path: Path) -> None:
    message = answered(tmp_path, "halo")
    assert MONTH.row("toko", "A1", message, 1) == Kept(
        session="toko",
        message_id="A1",
        chat="6281234567890@c.us",
        sender="6281234567890",
        at=AT,
        expires_at=AT + 30 * DAY,
        replies=1,
        text="halo",
        rule="halo",
        place=str(message.book.rules[0].mark),
        rules_hash=hash_of(message.book),
        explanations=(f"halo ({message.book.rules[0].mark}) by keyword 'halo', priority 0: wins",),
        kept_until=AT + 30 * DAY,
    )


def test_of_a_text_that_no_rule_answers_there_is_no_rule(tmp_path: Path) -> None:
    row = MONTH.row("toko", "A1", answered(tmp_path, "zzzzzz"), 0)
    assert (row.text, row.rule, row.place, row.replies) == ("zzzzzz", None, None, 0)


def test_where_nothing_is_to_be_kept_a_row_only_tells_repeats(tmp_path: Path) -> None:
    row = NOTHING.row("webhook", "A1", answered(tmp_path, "halo"), 1, answer='{"reply": []}')
    assert row == Kept(
        session="webhook",
        message_id="A1",
        chat="6281234567890@c.us",
        sender="6281234567890",
        at=AT,
        expires_at=AT + KNOWN_FOR.total_seconds(),
        replies=1,
        answer='{"reply": []}',
    )


def test_a_text_kept_for_a_day_is_known_as_a_repeat_for_as_long_as_any(tmp_path: Path) -> None:
    row = History(timedelta(days=1)).row("toko", "A1", answered(tmp_path, "halo"), 1)
    assert (row.kept_until, row.expires_at) == (AT + DAY, AT + KNOWN_FOR.total_seconds())


def test_a_message_that_no_rule_was_asked_about_is_kept_with_the_reason() -> None:
    message = Message(text="halo", sender=Sender(number="6281234567890"))
    kept = MONTH.silence("toko", "A1", message, NOW, "groups: never")
    assert kept == Kept(
        session="toko",
        message_id="A1",
        chat="6281234567890@c.us",
        sender="6281234567890",
        at=AT,
        text="halo",
        explanations=("groups: never",),
        kept_until=AT + 30 * DAY,
        expires_at=AT + 30 * DAY,
    )
    silent = NOTHING.silence("toko", "A1", message, NOW, "groups: never")
    assert (silent.text, silent.explanations, silent.kept_until, silent.expires_at) == (None, (), None, AT + KNOWN_FOR.total_seconds())


def test_the_hash_of_rules_is_of_what_they_say_wherever_they_are(tmp_path: Path) -> None:
    here, there, other = (tmp_path / name for name in ("here", "there", "other"))
    hashes = [hash_of(load(here, RULES)), hash_of(load(there, RULES)), hash_of(load(other, RULES.replace("Halo.", "Hai.")))]
    assert [each == hashes[0] for each in hashes] == [True, True, False]


@pytest.mark.parametrize("written", ["+62 812-3456-7890", "0812-3456-7890", "6281234567890@c.us", "6281234567890"])
def test_the_chat_is_kept_in_one_spelling_of_the_number(tmp_path: Path, written: str) -> None:
    row = MONTH.row("webhook", "A1", answered(tmp_path, "halo", written), 1)
    assert (row.chat, row.sender) == ("6281234567890@c.us", "6281234567890")

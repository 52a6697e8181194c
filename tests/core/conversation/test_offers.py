"""Suggestions of rules that remember nothing else: recalled only where that may matter, and never for another message than the next."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.dialogue import ShownMenu
from flask_chatbot.core.conversation.memory import NO_MEMORY, ShortMemory, State
from flask_chatbot.core.conversation.offers import SENDERS_LIMIT, LastHeard, OffersMemory
from flask_chatbot.core.conversation.stored_dialogues import read_dialogue, write_dialogues
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from tests.bots import app_of
from tests.core.books import BUDI, NOW

RULES = """\
rules:
  - {name: harga, keyword: [harga grosir, grosir kopi], reply: Harganya 1000.}
  - {name: lokasi, keyword: lokasi, reply: Di sini.}
  - {name: iya, keyword: ya, reply: Sama-sama.}
  - {name: entah, fallback: true, reply: Entah.}
"""
OFFER = "Entah.\nMungkin maksudnya:\n1. harga grosir\n0. Bukan itu"


class CountingMemory(ShortMemory):
    """A memory that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.recalls = 0

    def recall(self, sender: str, now: float) -> State:
        self.recalls += 1
        return super().recall(sender, now)


class Talk:
    """One of the processes that share a memory."""

    def __init__(self, folder: Path, memory: CountingMemory | None, rules: str = RULES) -> None:
        app = app_of(folder, rules, Chatbot())
        self.bot: Bot = app.extensions["chatbot"].bot
        self.bot.memory = memory or self.bot.memory
        self.app = app
        self.now = NOW

    def hears(self, *texts: str, sender: Sender = BUDI) -> list[str]:
        with self.app.app_context():
            decisions = [self.bot.answer(Message(text=text, sender=sender), self.now) for text in texts]
        return ["".join(reply.text for reply in each.replies if isinstance(reply, Text)) for each in decisions]


@pytest.fixture
def memory() -> CountingMemory:
    return CountingMemory()


def test_a_text_that_a_rule_answers_asks_no_memory(tmp_path: Path, memory: CountingMemory) -> None:
    assert Talk(tmp_path, memory).hears("lokasi", "harga grosir", "xyz") == ["Di sini.", "Harganya 1000.", "Entah."]
    assert memory.recalls == 0


@pytest.mark.parametrize("text", ["ya", "Ya kak", "1", "harga grosir"])
def test_a_suggestion_is_taken_by_the_next_message(tmp_path: Path, memory: CountingMemory, text: str) -> None:
    assert Talk(tmp_path, memory).hears("harganya grosir", text) == [OFFER, "Harganya 1000."]


def test_a_suggestion_is_taken_once(tmp_path: Path, memory: CountingMemory) -> None:
    assert Talk(tmp_path, memory).hears("harganya grosir", "ya", "ya") == [OFFER, "Harganya 1000.", "Sama-sama."]


def test_a_suggestion_is_over_once_something_else_was_written(tmp_path: Path, memory: CountingMemory) -> None:
    assert Talk(tmp_path, memory).hears("harganya grosir", "lokasi", "ya") == [OFFER, "Di sini.", "Sama-sama."]
    assert Talk(tmp_path, memory).hears("harganya grosir", "xyz", "ya") == [OFFER, "Entah.", "Sama-sama."]


def test_another_process_takes_it_as_well(tmp_path: Path, memory: CountingMemory) -> None:
    one, other = Talk(tmp_path, memory), Talk(tmp_path, memory)
    assert [*one.hears("lokasi", "harganya grosir"), *other.hears("ya")] == ["Di sini.", OFFER, "Harganya 1000."]


def test_what_was_written_before_a_suggestion_of_another_process_does_not_end_it(tmp_path: Path, memory: CountingMemory) -> None:
    one, other = Talk(tmp_path, memory), Talk(tmp_path, memory)
    other.hears("lokasi")
    one.now += timedelta(seconds=1)
    other.now += timedelta(seconds=2)
    assert [*one.hears("harganya grosir"), *other.hears("ya")] == [OFFER, "Harganya 1000."]


def test_a_second_suggestion_replaces_the_first(tmp_path: Path, memory: CountingMemory) -> None:
    offer = OFFER.replace("harga grosir", "lokasi")
    assert Talk(tmp_path, memory).hears("harganya grosir", "lokasinya mana", "ya") == [OFFER, offer, "Di sini."]


def test_where_nothing_may_be_suggested_there_is_no_memory(tmp_path: Path, memory: CountingMemory) -> None:
    bot = Talk(tmp_path, memory, "settings: {guess: never}\n" + RULES).bot
    assert bot.memory_for(Message(text="ya", sender=BUDI)) is NO_MEMORY


def test_a_suggestion_that_was_not_taken_is_not_taken_later(tmp_path: Path, memory: CountingMemory) -> None:
    assert Talk(tmp_path, memory).hears("harganya grosir", "lokasi", "ya", "ya")[1:] == ["Di sini.", "Sama-sama.", "Sama-sama."]


def test_a_suggestion_of_a_fallback_that_tells_the_staff_is_taken(tmp_path: Path) -> None:
    rules = RULES.replace("fallback: true", "fallback: true, notify: '628117601234'")
    assert Talk(tmp_path, None, rules).hears("harganya grosir", "ya") == [OFFER, "Harganya 1000."]


def test_a_yes_of_the_rules_own_takes_a_suggestion(tmp_path: Path, memory: CountingMemory) -> None:
    talk = Talk(tmp_path, memory, "words: {yes: [kersa]}\n" + RULES)
    assert talk.hears("harganya grosir", "kersa kak") == [OFFER, "Harganya 1000."]


def test_who_was_heard_last_is_kept_in_mind_and_the_first_are_forgotten() -> None:
    heard = LastHeard()
    for number in range(SENDERS_LIMIT + 1):
        OffersMemory(NO_MEMORY, heard, Message(text="lokasi"), lambda _: False).recall(str(number), 60.0)
    kept = [(str(number), "private") in heard.times for number in (0, SENDERS_LIMIT)]
    assert (len(heard.times), kept) == (SENDERS_LIMIT, [False, True])


def test_a_suggestion_is_over_and_a_menu_is_not_where_something_else_was_written(tmp_path: Path, memory: CountingMemory) -> None:
    talk, now = Talk(tmp_path, memory), NOW.timestamp()
    talk.hears("harganya grosir")
    state = memory.recall(BUDI.number, now)
    menu = ShownMenu(rule="menu", entries=(("Harga", "harga"), ("Lokasi", "lokasi")))
    written, until = write_dialogues({"private": read_dialogue(state.dialogue, "private", now).showing(menu, now)})
    memory.commit(BUDI.number, replace(state, dialogue=written, dialogue_until=until), now)
    talk.now += timedelta(seconds=1)
    assert talk.hears("lokasi", "ya", "2") == ["Di sini.", "Sama-sama.", "Di sini."]


def test_what_is_written_in_another_chat_ends_no_suggestion(tmp_path: Path, memory: CountingMemory) -> None:
    talk = Talk(tmp_path, memory, "settings: {groups: all}\n" + RULES)
    with talk.app.app_context():
        talk.bot.answer(Message(text="harganya grosir", sender=BUDI), NOW)
        talk.bot.answer(Message(text="lokasi", sender=BUDI, chat="group", group="120363041234567890"), NOW)
    assert talk.hears("ya") == ["Harganya 1000."]

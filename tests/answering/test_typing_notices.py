"""Customers see that an answer is on its way where it takes long, and no answer fails for it."""

import threading
import time
from pathlib import Path

import pytest

from flask_chatbot import Chatbot, Text
from flask_chatbot.answering.typing_notices import TypingNotices
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, GROUP, gateway_app, gateway_of

PATIENCE = 20.0  # seconds


class Shown:
    """The notices so far."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, str]] = []
        self._error = error
        self._changed = threading.Condition()

    def __call__(self, chat: str, message_id: str) -> None:
        with self._changed:
            self.calls.append((chat, message_id))
            self._changed.notify_all()
        if self._error is not None:
            raise self._error

    def wait(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.calls) >= count, PATIENCE)


def test_an_answer_that_takes_long_is_shown_to_be_on_its_way_and_one_that_is_there_in_time_is_not() -> None:
    shown = Shown()
    notices = TypingNotices(shown, after=0.05, again=PATIENCE)
    with notices.shown("628111@c.us", "M1"):
        pass
    with notices.shown("628222@c.us", "M2"), notices.shown("628333@c.us", "M3"):  # due after the first would have been
        shown.wait(2)
    assert sorted(shown.calls) == [("628222@c.us", "M2"), ("628333@c.us", "M3")]


def test_it_is_shown_again_until_the_answer_is_there() -> None:
    shown = Shown()
    notices = TypingNotices(shown, after=0.0, again=0.01)
    with notices.shown("628111@c.us", "M1"):
        shown.wait(3)
    assert set(shown.calls) == {("628111@c.us", "M1")}


def test_a_later_answer_need_not_wait_for_the_next_notice_of_an_earlier_one() -> None:
    shown = Shown()
    notices = TypingNotices(shown, after=0.01, again=PATIENCE)
    with notices.shown("628111@c.us", "M1"):
        shown.wait(1)
        began = time.monotonic()
        with notices.shown("628222@c.us", "M2"):
            shown.wait(2)
    assert time.monotonic() - began < PATIENCE / 2


def test_what_fails_is_logged_without_words_and_the_next_notice_comes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "flask_chatbot.answering.typing_notices")
    shown = Shown(RuntimeError("628111 halo"))
    notices = TypingNotices(shown, after=0.0, again=0.01)
    with notices.shown("628111@c.us", "M1"):
        shown.wait(2)
    assert "a customer could not be shown that an answer is on its way: RuntimeError" in caplog.messages
    assert "628111" not in caplog.text


def test_a_phone_shows_it_while_a_handler_computes_and_until_the_answer_arrives(tmp_path: Path) -> None:
    bot, whatsapp, computed = Chatbot(), Simulator(), threading.Event()

    @bot.keyword("stok")
    def stock() -> str:
        assert computed.wait(PATIENCE)
        return "Ada."

    app = gateway_app(tmp_path, bot, "version: 1\nsettings: {groups: all}\nrules: []\n", CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time
    with working(app):
        budi, siti = whatsapp.phone(BUDI), whatsapp.phone("628222")
        whatsapp.group(GROUP, "Tim", [budi])
        asked = budi.writes("stok", group=GROUP)
        assert budi.waits_for_typing() == asked.id
        assert siti.typing_to == ""
        computed.set()
        budi.waits_for(1)
        assert budi.typing_to == ""


def test_an_answer_is_sent_though_it_could_not_be_shown_that_it_was_on_its_way(tmp_path: Path) -> None:
    tried = threading.Event()

    class Broken(Simulator):
        def typing(self, chat: str, message_id: str) -> None:
            tried.set()
            raise RuntimeError

    bot, whatsapp = Chatbot(), Broken()

    @bot.keyword("stok")
    def stock() -> str:
        assert tried.wait(PATIENCE)
        return "Ada."

    app = gateway_app(tmp_path, bot, "version: 1\nrules: []\n", CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time
    with working(app):
        budi = whatsapp.phone(BUDI)
        budi.writes("stok")
        assert [each.reply for each in budi.waits_for(1)] == [Text("Ada.")]

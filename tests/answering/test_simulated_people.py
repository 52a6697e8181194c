"""People on simulated phones who hide their number or change it: the bot knows them by what is left."""

import time
from pathlib import Path

import pytest

from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Text
from flask_chatbot.testing import working
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, gateway_app, gateway_of

RULES = """\
version: 1
rules:
  - {name: isi, keyword: isi, ask: [{a: {question: A?}}, {b: {question: B?}}], reply: "{{ a }} dan {{ b }}."}
  - {keyword: halo, reply: Halo.}
"""


def talk(phone: Phone, *texts: str) -> list[str]:
    """Write one text after the other, each once the last was answered; return the answers."""
    before = len(phone.received)
    for count, text in enumerate(texts, before + 1):
        phone.writes(text)
        phone.waits_for(count)
    return [each.reply.text for each in phone.received[before:] if isinstance(each.reply, Text)]


@pytest.mark.parametrize("user_id", ["ID.13491208655302741918", "251500@lid"])
def test_a_form_goes_on_though_the_number_is_hidden_and_changed_in_the_middle_of_it(tmp_path: Path, user_id: str) -> None:
    whatsapp = Simulator()
    app = gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time
    budi = whatsapp.phone(BUDI, user_id=user_id, name="Budi")
    with working(app):
        begun = talk(budi, "isi")
        budi.hides_number()
        asked = talk(budi, "kopi")
        budi.changes_number("628999")
        budi.shows_number()
        assert [*begun, *asked, *talk(budi, "teh")] == ["A?", "B?", "kopi dan teh."]


def test_whoever_gets_an_old_number_does_not_get_the_form_that_was_begun_with_it(tmp_path: Path) -> None:
    whatsapp = Simulator()
    app = gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time
    budi = whatsapp.phone(BUDI, user_id="251500@lid")
    with working(app):
        assert talk(budi, "isi") == ["A?"]
        budi.changes_number("628999")
        assert talk(budi, "kopi") == ["B?"]
        assert talk(whatsapp.phone(BUDI, user_id="251600@lid"), "halo") == ["Halo."]
        assert talk(budi, "teh") == ["kopi dan teh."]

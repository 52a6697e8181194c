"""Rows that are saved in a chat move as staff move them, and their customers would be reminded."""

from pathlib import Path

import pytest

from flask_chatbot import Chatbot, ChatbotError
from flask_chatbot.testing import Chat
from tests.bots import app_of

RULES = """\
version: 1
rules:
  - keyword: cuci#
    fields: [berat]
    save:
      to: cucian
      states: [baru, siap, selesai]
      on_state: {siap: "Siap, {{ sapaan }}: {{ berat }} kg."}
      remind: {after: 2 days, at: "10.00", while: {state: siap}, reply: Masih di sini.}
    reply: Nomor {{ saved.number }}.
"""


def test_staff_move_a_row_and_its_customer_is_reminded_as_long_as_it_waits(tmp_path: Path) -> None:
    chat = Chat(app_of(tmp_path, RULES, Chatbot()), nama="Budi")
    chat.says("cuci#3")
    assert chat.reminders == []
    assert chat.moves("cucian", 1, "Siap") == "Siap, Kak Budi: 3 kg."
    ((at, text),) = chat.reminders
    assert (f"{at:%H:%M}", text) == ("10:00", "Masih di sini.")
    assert chat.moves("cucian", 1, "selesai") == []
    assert chat.reminders == []


@pytest.mark.parametrize(
    ("table", "number", "state", "told"),
    [
        ("cucian", 2, "siap", "No row of this chat is number 2 in 'cucian'."),
        ("cucian", 1, "sip", "'sip' is not a state of 'cucian'. Did you mean 'siap'?"),
        ("cucin", 1, "siap", "No rule saves to 'cucin'. Did you mean 'cucian'?"),
    ],
)
def test_a_table_a_row_or_a_state_that_there_is_not_is_an_error(tmp_path: Path, table: str, number: int, state: str, told: str) -> None:
    chat = Chat(app_of(tmp_path, RULES, Chatbot()))
    chat.says("cuci#3")
    with pytest.raises(ChatbotError) as error:
        chat.moves(table, number, state)
    assert str(error.value) == told

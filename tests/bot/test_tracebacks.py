"""What the log says when an app's own code fails on what a customer wrote."""

from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot, Message, Sender
from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.testing import Chat

RULES = """\
version: 1
rules:
  - name: alamat
    keyword: alamat#
    fields: [jalan]
  - keyword: nomor#
    fields: [{nomor: {type: kartu}}]
    reply: "{{ nomor | teriak }}"
"""
WRITTEN = "Jl. Sudirman 6281234567890"


@pytest.fixture
def customer(tmp_path: Path) -> Chat:
    """Budi, who writes to a bot whose every function fails on what he writes."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    bot = Chatbot(rules=tmp_path / "rules.yaml")

    @bot.rule("alamat")
    def address(jalan: str) -> str:
        return str(int(jalan))

    @bot.field_type("kartu")
    def card(text: str) -> str:
        if text.isdigit():
            return text
        raise LookupError(text)

    @bot.template_filter("teriak")
    def shout(value: str) -> str:
        raise LookupError(f"no voice for {value}")

    app = Flask(__name__)
    app.config["CHATBOT_WEBHOOK_KEY"] = "a-key-of-this-test"
    bot.init_app(app)
    return Chat(app, from_="6289999999999", nama="Budi Santoso")


@pytest.mark.parametrize("text", [f"alamat#{WRITTEN}", f"nomor#{WRITTEN}", "nomor#6281234567890"])
def test_neither_words_nor_numbers_of_a_customer_reach_the_log(customer: Chat, caplog: pytest.LogCaptureFixture, text: str) -> None:
    assert "gangguan" in customer.says(text).text
    assert "test_tracebacks.py" in caplog.text
    assert not [word for word in ("Sudirman", "6281234567890", "6289999999999", "Santoso") if word in caplog.text]


def test_what_the_error_says_of_the_code_stays() -> None:
    message = Message(text="pesan#kopi hitam", sender=Sender(number="628111", name="Budi"))
    try:
        raise LookupError("no such table: orders, for kopi hitam and 628111")
    except LookupError as error:
        assert redacted(error, private(message)).splitlines()[-1] == "LookupError: no such table: orders, for [...] and [...]"

"""Messages that are stored come back as they were."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flask_chatbot.core.values.contents import Attachment, Choice, File, Reaction, Referral, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.stored_messages import read_message, write_message

PLAIN = Message(text="halo", id="M1")
FULL = Message(
    text="Bukti 😀 \ud83d \0",
    sender=Sender(number="628111", name="Budi", username="budi", aliases=(Alias("lid", "2515", "toko"), Alias("bsuid", "ID.1"))),
    chat="group",
    group="120363041234567890",
    id="M2",
    sent_at=datetime(2026, 11, 27, 8, 0, 0, 250_000, tzinfo=UTC),
    line="toko",
    media="https://example.com/a.png",
    kind="media",
    choice=Choice("ya", "Ya", "lanjut"),
    location=SharedLocation(-6.2, 106.8, "Toko"),
    attachments=(Attachment("image", mime="image/png", size=5, handle="h"), Attachment("audio", voice=True)),
    contacts=(SharedContact("Siti", ("628222", "628333")),),
    reaction=Reaction("👍", "M1"),
    edits="M0",
    deletes="M9",
    reply_to="M1",
    forwarded=True,
    referral=Referral("ad", "Promo", "clk"),
)


@pytest.mark.parametrize("message", [PLAIN, FULL, replace(PLAIN, sender=Sender(number="628111"))], ids=["plain", "full", "number"])
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    written = write_message(message)
    assert (read_message(written), written.isascii()) == (message, True)


def test_the_means_to_fetch_a_file_are_not_stored() -> None:
    message = replace(FULL, fetch=lambda attachment: File(content=b"", kind="image", mime=""))
    assert read_message(write_message(message)).fetch is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "5", '{"text":"a","sender":5}', '{"text":"a","sent_at":"soon"}', "[" * 100_000])
def test_what_is_no_message_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is no message that this version knows$"):
        read_message(text)

"""Messages that are stored come back as they were."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flask_chatbot.core.values.contents import Attachment, Choice, File, Reaction, Referral, SharedContact, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.incoming.stored import read_incoming, write_incoming
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias

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
    written = write_incoming(message)
    assert (read_incoming(written), written.isascii()) == (message, True)


@pytest.mark.parametrize(
    "event",
    [
        Echo(id="E1", to=Sender(number="628111", aliases=(Alias("lid", "2515"),)), at=5.0, group="G", outbound_id="3EB0", text="Halo"),
        IdentityChange(
            id="C1", old=(Alias("bsuid", "ID.1", "toko"),), new=(Alias("bsuid", "ID.2", "toko"), Alias("number", "628")), at=5.0
        ),
    ],
)
def test_another_event_is_read_as_it_was_written(event: Incoming) -> None:
    assert read_incoming(write_incoming(event)) == event


def test_the_means_to_fetch_a_file_are_not_stored() -> None:
    message = replace(FULL, fetch=lambda attachment: File(content=b"", kind="image", mime=""))
    read = read_incoming(write_incoming(message))
    assert (isinstance(read, Message) and read.fetch) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "5", '{"event":"call"}', '{"text":"a","sender":5}', '{"text":"a","sent_at":"soon"}', "[" * 100_000]
)
def test_what_is_no_message_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is nothing that came in, as this version knows it$"):
        read_incoming(text)

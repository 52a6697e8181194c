"""What came in is sound only if each part has the type that it should have."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from flask_chatbot.core.values.contents import Attachment, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.incoming.flaws import flaw_in
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.core.values.people import Alias
from tests.core.values.incoming.test_stored import FULL, PLAIN

NAN = float("nan")
WRONG: Any = 77


@pytest.mark.parametrize(
    "sound",
    [
        PLAIN,
        FULL,
        Message(text="", kind="poll"),  # type: ignore[arg-type]  # of a transport that knows more
        Echo(id="E1", at=5, to=Sender(number="628111")),
        IdentityChange(id="C1", old=(Alias("number", "1"),), new=(Alias("of_tomorrow", "2"),), at=5.0),  # type: ignore[arg-type]
        Receipt(id="R1", ack=Ack.READ, at=5.0, pricing=Pricing(category="service", is_billable=True), again_after=2.0),
    ],
)
def test_what_can_be_kept_has_no_flaw(sound: Incoming | Receipt) -> None:
    assert flaw_in(sound) == ""


@pytest.mark.parametrize(
    ("flawed", "flaw"),
    [
        (replace(PLAIN, id=WRONG), "its id is no text"),
        (replace(PLAIN, text=WRONG), "its text is no text"),
        (replace(PLAIN, deletes=["M1"]), "its deletes is no text"),  # type: ignore[arg-type]
        (replace(PLAIN, forwarded="yes"), "its forwarded is no bool"),  # type: ignore[arg-type]
        (replace(PLAIN, sender=None), "its sender is no Sender"),  # type: ignore[arg-type]
        (replace(PLAIN, sender=Sender(aliases=(Alias("lid", WRONG),))), "its sender aliases value is no text"),
        (replace(PLAIN, sent_at=datetime.min), "its sent_at is no time"),  # noqa: DTZ901  no clock shows it
        (replace(PLAIN, contacts=[SharedContact("Budi")]), "its contacts are no tuple"),  # type: ignore[arg-type]
        (replace(PLAIN, contacts=(SharedContact("Budi", ("1", WRONG)),)), "its contacts numbers is no text"),
        (replace(PLAIN, attachments=(Attachment("image", size=True),)), "its attachments size is no number"),
        (replace(PLAIN, reaction=Reaction("x", WRONG)), "its reaction to is no text"),
        (replace(PLAIN, location=SharedLocation("-6.2", 106.8)), "its location lat is no number"),  # type: ignore[arg-type]
        (replace(PLAIN, location=SharedLocation(-6.2, NAN)), "its location lng is no number"),
        (replace(PLAIN, location=SharedLocation(-90.5, 106.8)), "its location is nowhere on earth"),
        (Echo(id=WRONG, at=5.0), "its id is no text"),
        (Echo(id="E1", at=float("inf")), "its at is no number"),
        (Receipt(id=WRONG, ack=Ack.READ, at=5.0), "its id is no text"),
        (Receipt(id="R1", ack=3, at=5.0), "its ack is no Ack"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_kept_is_named_without_its_content(flawed: Incoming | Receipt, flaw: str) -> None:
    assert flaw_in(flawed) == flaw

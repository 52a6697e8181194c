"""Messages in the form that a connection is able to send."""

import pytest

from flask_chatbot.core.values.contents import Choice, File, Reaction
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Image, Reply, Sticker, Text
from flask_chatbot.delivery.fitting import NO_REACTIONS, NO_TEMPLATES, fitted, fitted_file
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import EVERYTHING

CHOICES = (Choice("harga", "Harga"), Choice("lokasi", "Lokasi"))
PLAIN = "Pilih.\n1. Harga\n2. Lokasi"


@pytest.mark.parametrize("reply", [Buttons("Pilih.", CHOICES, PLAIN), List("Pilih.", CHOICES, PLAIN, "Silakan pilih")])
def test_a_menu_that_was_accepted_to_be_tapped_goes_out_with_numbers_where_nothing_can_be_tapped(reply: Reply) -> None:
    outbound = Outbound(id="3EB0", chat="628111@c.us", reply=reply)
    assert fitted(outbound, EVERYTHING) is outbound
    assert fitted(outbound, Capabilities()).reply == Text(PLAIN)


def test_a_template_is_given_up_where_the_connection_has_none_any_more() -> None:
    outbound = Outbound(id="3EB0", chat="628111@c.us", reply=MessageTemplate("dikirim"))
    assert fitted(outbound, EVERYTHING) is outbound
    with pytest.raises(Refused) as refused:
        fitted(outbound, Capabilities())
    assert str(refused.value) == str(NO_TEMPLATES)


def test_a_template_goes_out_as_its_text_where_the_connection_has_none() -> None:
    outbound = Outbound(id="3EB0", chat="628111@c.us", reply=MessageTemplate("dikirim", plain="Sudah dikirim."))
    assert fitted(outbound, EVERYTHING) is outbound
    assert fitted(outbound, Capabilities()).reply == Text("Sudah dikirim.")


WEBP = File(content=b"RIFF", kind="image", mime="image/webp")
PNG = File(content=b"PNG", kind="image", mime="image/png")
STICKER = Sticker("https://example.com/a.webp")


@pytest.mark.parametrize(
    ("reply", "able", "file", "sent"),
    [
        (STICKER, EVERYTHING, WEBP, STICKER),
        (STICKER, EVERYTHING, PNG, Image(STICKER.url)),
        (STICKER, Capabilities(), WEBP, Image(STICKER.url)),
        (Sticker(STICKER.url, "Ini", "a.webp"), EVERYTHING, WEBP, Image(STICKER.url, "Ini", "a.webp")),
    ],
)
def test_only_a_webp_picture_without_a_caption_goes_out_as_a_sticker(reply: Reply, able: Capabilities, file: File, sent: Reply) -> None:
    outbound = fitted(Outbound(id="3EB0", chat="628111@c.us", reply=reply), able, file)
    assert outbound.reply == sent
    found = fitted_file(outbound.reply, file)
    assert found is not None
    assert found.kind == ("sticker" if isinstance(sent, Sticker) else "image")


def test_a_quote_is_dropped_and_a_reaction_given_up_where_the_connection_has_none_any_more() -> None:
    quoting = Outbound(id="3EB0", chat="628111@c.us", reply=Text("a"), reply_to="M1")
    assert fitted(quoting, EVERYTHING) is quoting
    assert fitted(quoting, Capabilities()) == Outbound(id="3EB0", chat="628111@c.us", reply=Text("a"))
    with pytest.raises(Refused) as refused:
        fitted(Outbound(id="3EB0", chat="628111@c.us", reply=Reaction("\N{THUMBS UP SIGN}", "M1")), Capabilities())
    assert str(refused.value) == str(NO_REACTIONS)

"""Messages in the form that a connection is able to send."""

import pytest

from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.delivery.fitting import NO_TEMPLATES, fitted
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

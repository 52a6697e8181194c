"""Messages that nobody asked for name their line, or go by the one that is known for whoever they are for."""

from pathlib import Path

import pytest

from flask_chatbot import NotAccepted
from flask_chatbot.store import outbox
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI
from tests.lines.two_lines import ONE_LINE, TwoLines, texts, until

SITI = "628117772222"
GROUP = "120363041234567890"


def waiting(shop: TwoLines) -> list[tuple[str, str]]:
    """The lines and chats of what waits to be sent."""
    found = []
    with shop.lines.database.writing() as connection:
        for name in shop.lines.names:
            found += [(claim.session, claim.chat) for claim in outbox.claim(connection, name, 2e9, 60.0, 100)]
    return found


def test_a_message_goes_by_the_line_that_is_named(shop: TwoLines) -> None:
    with shop.app.app_context():
        shop.bot.send(BUDI, "Halo", line="grosir")
        shop.bot.send_group(GROUP, "Rapat", line="toko")
    assert waiting(shop) == [("toko", f"{GROUP}@g.us"), ("grosir", f"{BUDI}@c.us")]


def test_without_a_name_it_goes_by_the_line_that_the_person_or_the_group_last_wrote_by(shop: TwoLines) -> None:
    with shop.working():
        for line in (shop.toko, shop.grosir):
            siti = line.phone(SITI)
            siti.writes("harga")
            texts(siti, 1)
        group = shop.toko.group(GROUP, "Warga", [shop.budi(shop.toko)])
        shop.budi(shop.toko).writes("harga", group=group)
        until(lambda: shop.lines.last_of(f"{GROUP}@g.us") is not None)
    with shop.app.app_context():
        shop.bot.send_group(GROUP, "Rapat")
        shop.bot.send(SITI, "Halo")
    assert waiting(shop) == [("toko", f"{GROUP}@g.us"), ("grosir", f"{SITI}@c.us")]


def test_to_a_stranger_the_line_must_be_named(shop: TwoLines) -> None:
    with shop.app.app_context(), pytest.raises(NotAccepted) as caught:
        shop.bot.send(BUDI, "Halo")
    assert str(caught.value) == (
        "This app has several lines, and nobody has written from there by any of them. Name one as 'line': toko, grosir."
    )


def test_an_unknown_line_is_refused_with_a_guess(shop: TwoLines) -> None:
    with shop.app.app_context(), pytest.raises(NotAccepted, match=r"^There is no line 'grosirr'\. Did you mean 'grosir'\?$"):
        shop.bot.send(BUDI, "Halo", line="grosirr")
    with shop.app.app_context(), pytest.raises(NotAccepted, match=r"^There is no line 'x'\. The lines are: toko, grosir\.$"):
        shop.bot.groups(line="x")


def test_groups_and_numbers_are_asked_of_the_line_that_is_named(shop: TwoLines) -> None:
    shop.grosir.group(GROUP, "Agen")
    shop.grosir.phone(BUDI, has_whatsapp=False)
    with shop.working(), shop.app.app_context():
        assert [each.id for each in shop.bot.groups(line="grosir")] == [GROUP]
        assert (shop.bot.groups(line="toko"), shop.bot.has_whatsapp(BUDI, line="toko")) == ((), True)
        assert not shop.bot.has_whatsapp(BUDI, line="grosir")
        with pytest.raises(NotAccepted, match=r"^This app has several lines\. Name one of them as 'line': toko, grosir\.$"):
            shop.bot.groups()


def test_one_line_needs_no_name(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": Simulator(name="toko")})
    with shop.app.app_context():
        shop.bot.send(BUDI, "Halo")
    assert waiting(shop) == [("toko", f"{BUDI}@c.us")]
    shop.close()

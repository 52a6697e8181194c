"""Tests of what every transport does before and after it is open; the fixtures of all tests."""

from collections.abc import Iterator

import pytest

from flask_chatbot.testing.transports.recorder import Recorder, door
from flask_chatbot.testing.transports.worlds import World
from flask_chatbot.transports.base import Session, capabilities_of
from flask_chatbot.transports.webhooks import HttpTransport


class OpeningTests:
    """A transport is opened and closed, and says whether its phone is connected."""

    @pytest.fixture
    def world(self) -> World:
        """The world around a transport that is not open yet."""
        raise NotImplementedError("Write a fixture `world` that returns a World around your transport.")

    @pytest.fixture
    def idle(self, world: World) -> Iterator[Recorder]:
        """A listener to a transport that is not open yet."""
        heard = Recorder()
        with door(world.transport, heard) as world.address:
            yield heard
            world.transport.close()
            world.close()

    @pytest.fixture
    def heard(self, world: World, idle: Recorder) -> Recorder:
        """A listener to a transport that is open."""
        world.transport.open(idle)
        return idle

    def test_it_has_a_name_that_fits_into_an_address_and_a_database(self, world: World) -> None:
        name = world.transport.name
        assert (bool(name), len(name) <= 64, "/" in name, name == name.strip()) == (True, True, False, True)

    def test_closing_twice_is_closing(self, world: World, heard: Recorder) -> None:
        world.transport.close()
        world.transport.close()
        assert heard.messages == []

    def test_it_may_be_opened_again(self, world: World, heard: Recorder) -> None:
        world.transport.close()
        world.transport.open(heard)
        assert world.transport.session().is_authenticated

    def test_what_is_written_while_it_is_closed_comes_in_when_it_is_opened_again(self, world: World, heard: Recorder) -> None:
        world.transport.close()
        world.writes("masih buka?")
        world.settle()
        if not isinstance(world.transport, HttpTransport):  # whose other side is called back, open or not
            assert heard.messages == []
        world.transport.open(heard)
        world.settle()
        assert heard.texts == ["masih buka?"]

    @pytest.mark.usefixtures("heard")
    def test_a_connected_phone_tells_its_number_and_no_code(self, world: World) -> None:
        session = world.transport.session()
        assert (session.is_authenticated, session.number, session.qrcode) == (True, world.number, "")

    @pytest.mark.usefixtures("heard")
    def test_a_phone_that_was_logged_out_shows_a_code_to_scan_and_then_is_connected(self, world: World) -> None:
        if not capabilities_of(world.transport).qr:
            pytest.skip("It has no code to scan.")
        world.log_out()
        session = world.transport.session()
        code = {"qrcode": session.qrcode, "qr_link": session.qr_link}
        assert (session, any(code.values())) == (Session(is_authenticated=False, **code), True)
        world.scan()
        assert world.transport.session().is_authenticated

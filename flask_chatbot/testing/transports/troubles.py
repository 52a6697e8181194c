"""Tests of trouble: another side that is slow, refuses, breaks off or talks nonsense; and secrets, which nothing shows."""

import logging
import time
import traceback
from collections.abc import Callable
from functools import partial

import pytest

from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import Refused, TransportError, TryLater
from flask_chatbot.testing.transports.recorder import Recorder
from flask_chatbot.testing.transports.sending import is_sentence
from flask_chatbot.testing.transports.worlds import BUDI, World
from flask_chatbot.transports.base import capabilities_of

WORDS = "kenari-kuning"  # a text that nothing may show
SLACK = 3.0  # seconds more than the deadline that a busy machine may take


class TroubleTests:
    """Failures are `TryLater`, or `Refused` for good, with a sentence that shows no number, no text and no secret."""

    @pytest.mark.usefixtures("heard")
    def test_what_is_refused_for_good_is_refused_with_a_sentence(self, world: World) -> None:
        world.refuses()
        with pytest.raises(Refused) as refusal:
            world.transport.send(world.outbound())
        assert is_sentence(str(refusal.value))
        assert world.transport.send(world.outbound(11))

    @pytest.mark.usefixtures("heard")
    def test_what_fails_for_now_is_to_be_tried_later_and_then_arrives(self, world: World) -> None:
        world.fails()
        with pytest.raises(TryLater) as failure:
            world.transport.send(world.outbound())
        assert is_sentence(str(failure.value))
        assert world.transport.send(world.outbound())

    @pytest.mark.usefixtures("heard")
    def test_a_message_whose_answer_is_lost_is_to_be_tried_later(self, world: World) -> None:
        world.loses_answer()
        with pytest.raises(TryLater):
            world.transport.send(world.outbound())
        assert world.transport.send(world.outbound())
        if capabilities_of(world.transport).own_ids:
            assert len(world.arrived()) == 1

    def test_the_receipts_of_a_message_whose_answer_was_lost_find_it(self, world: World, heard: Recorder) -> None:
        world.loses_answer()
        with pytest.raises(TryLater):
            world.transport.send(world.outbound())
        if capabilities_of(world.transport).own_ids:
            transport_id = world.transport.send(world.outbound())
            world.settle()
            assert heard.acks(transport_id)
            return
        world.settle()
        named = [receipt for receipt in heard.receipts if receipt.message]
        if not named:
            pytest.skip("Its other side does not know the ids of our messages.")
        assert {receipt.message for receipt in named} == {world.outbound().id}

    @pytest.mark.usefixtures("heard")
    def test_another_side_that_says_nothing_is_left_within_the_deadline(self, world: World) -> None:
        world.hangs()
        assert seconds_of(lambda: world.transport.send(world.outbound())) < world.deadline + SLACK

    @pytest.mark.usefixtures("heard")
    def test_another_side_that_drips_is_left_within_the_deadline(self, world: World) -> None:
        world.drips()
        assert seconds_of(lambda: world.transport.send(world.outbound())) < world.deadline + SLACK

    @pytest.mark.usefixtures("heard")
    def test_an_answer_that_is_not_understood_is_to_be_tried_later(self, world: World) -> None:
        world.babbles()
        with pytest.raises(TryLater) as failure:
            world.transport.send(world.outbound())
        assert is_sentence(str(failure.value))

    @pytest.mark.usefixtures("heard")
    def test_a_key_that_is_refused_costs_no_message(self, world: World) -> None:
        world.refuses_key()
        with pytest.raises(TryLater) as failure:
            world.transport.send(world.outbound())
        assert is_sentence(str(failure.value))

    def test_without_a_connection_everything_is_to_be_tried_later_and_nothing_is_lost(self, world: World, heard: Recorder) -> None:
        world.disconnect()
        capabilities = capabilities_of(world.transport)
        asked: list[Callable[[], object]] = [lambda: world.transport.send(world.outbound())]
        asked += [world.transport.groups] if capabilities.groups else []
        asked += [lambda: world.transport.has_whatsapp(BUDI)] if capabilities.check_number else []
        for ask in asked:
            with pytest.raises(TryLater):
                ask()
        if "writes" not in world.leaves_out:
            world.writes("halo?")
        world.reconnect()
        world.settle()
        assert heard.texts == (["halo?"] if "writes" not in world.leaves_out else [])

    @pytest.mark.parametrize("trouble", ["none", "refuses", "fails", "loses_answer", "babbles", "refuses_key", "disconnect"])
    def test_no_log_no_error_and_no_repr_shows_a_secret_a_text_or_a_number(
        self, world: World, heard: Recorder, caplog: pytest.LogCaptureFixture, trouble: str
    ) -> None:
        caplog.set_level(logging.DEBUG)
        if trouble != "none" and trouble not in world.leaves_out:
            getattr(world, trouble)()
        message = world.outbound(reply=Text(WORDS))
        shown = [repr(world.transport), str(world.transport)]
        try:
            world.transport.send(message)
        except TransportError as error:
            shown += ["".join(traceback.format_exception(error))]
        if trouble == "disconnect":
            world.reconnect()
        world.settle()
        shown += [record.getMessage() for record in caplog.records if record.name.startswith(type(world.transport).__module__)]
        hidden = [*world.secrets, WORDS, number_of(message.chat)]
        assert [each for each in hidden for text in shown if each in text] == []
        assert heard.failures == 0

    @pytest.mark.parametrize("trouble", ["none", "refuses_key", "disconnect"])
    def test_no_question_and_no_file_shows_a_secret(
        self, world: World, heard: Recorder, caplog: pytest.LogCaptureFixture, trouble: str
    ) -> None:
        caplog.set_level(logging.DEBUG)
        if "sends_file" not in world.leaves_out:
            world.sends_file(b"\x89PNG\r\n\x1a\n" + bytes(64))
            world.settle()
        if trouble != "none" and trouble not in world.leaves_out:
            getattr(world, trouble)()
        shown = [text for ask in questions(world, heard) for text in said_by(ask)]
        shown += [record.getMessage() for record in caplog.records]
        assert [each for each in world.secrets for text in shown if each in text] == []


def questions(world: World, heard: Recorder) -> list[Callable[[], object]]:
    """All that a transport can be asked, and the files that came in."""
    capabilities, transport = capabilities_of(world.transport), world.transport
    asked: list[Callable[[], object]] = [transport.session]
    asked += [transport.groups] if capabilities.groups else []
    asked += [partial(transport.has_whatsapp, BUDI)] if capabilities.check_number else []
    return [*asked, *(partial(transport.download, each) for message in heard.messages for each in message.attachments)]


def said_by(ask: Callable[[], object]) -> list[str]:
    """The answer to a question, and the error in its place, with all that led to it."""
    try:
        return [repr(ask())]
    except TransportError as error:
        return traceback.format_exception(error)


def seconds_of(call: Callable[[], object]) -> float:
    """The seconds that a call took which is to be tried later."""
    started = time.monotonic()
    with pytest.raises(TryLater):
        call()
    return time.monotonic() - started

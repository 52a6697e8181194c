"""Tests of receiving: what customers write comes in once, complete and in order; files only when somebody asks for them."""

import time

import pytest

from flask_chatbot.core.values.contents import FILE_LIMIT
from flask_chatbot.core.values.people import Alias
from flask_chatbot.errors import BadPayload, Refused
from flask_chatbot.testing.transports.recorder import Recorder
from flask_chatbot.testing.transports.troubles import SLACK, seconds_of
from flask_chatbot.testing.transports.worlds import BUDI, GROUP, World
from flask_chatbot.transports.base import capabilities_of
from flask_chatbot.transports.webhooks import HttpTransport, WebhookCall

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
FILE_DEADLINES = 3  # times the deadline that a file may take
A_DAY = 86_400.0  # seconds
STRANGE = (b"", b"x", b"{", b"[]", b"null", b"5", b'"text"', b"{}", b'{"entry": 5}', b"\xff\xfe", b"[" * 50_000, b'{"a": "\\ud800"}')


class ReceivingTests:
    """Messages come in with their id, their sender and their chat."""

    def test_what_a_customer_writes_comes_in_with_sender_and_id(self, world: World, heard: Recorder) -> None:
        world.writes("halo # 😀")
        world.settle()
        (message,) = heard.messages
        facts = (message.text, message.chat, message.group, bool(message.id), message.line)
        assert facts == ("halo # 😀", "private", "", True, message.line and world.transport.name)
        assert message.sender.number == BUDI or message.sender.aliases
        if capabilities_of(world.transport).phone_always_known:
            assert message.sender.number

    def test_what_is_written_in_a_group_comes_in_with_the_group(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).groups:
            pytest.skip("It has no groups.")
        world.writes("halo", group=GROUP)
        world.settle()
        (message,) = heard.messages
        assert (message.chat, message.group) == ("group", GROUP)

    def test_a_message_that_comes_in_twice_has_one_id_and_another_message_another(self, world: World, heard: Recorder) -> None:
        world.writes("halo", times=2)
        world.writes("halo")
        world.settle()
        ids = [message.id for message in heard.messages]
        assert (len(set(ids)), ids[-1] in ids[:-1]) == (2, False)

    def test_messages_that_come_in_together_keep_their_order(self, world: World, heard: Recorder) -> None:
        texts = [f"pesan {number}" for number in range(50)]
        world.writes_at_once(texts)
        world.settle()
        assert heard.texts == texts

    def test_what_was_not_kept_comes_again(self, world: World, heard: Recorder) -> None:
        heard.failures = 3
        world.writes("halo")
        world.settle()
        assert (heard.texts, heard.failures) == (["halo"], 0)

    def test_the_names_of_a_sender_come_in_together(self, world: World, heard: Recorder) -> None:
        known = world.aliases()
        world.writes_as(known, "halo")
        world.settle()
        sender = heard.messages[0].sender
        numbers = [Alias("number", sender.number)] if sender.number else []
        assert {(each.scheme, each.value) for each in known} <= {(each.scheme, each.value) for each in (*numbers, *sender.aliases)}

    def test_what_the_owner_writes_by_hand_is_told_with_whom_it_went_to_and_is_no_message(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).echoes:
            pytest.skip("It tells nothing of what the owner writes.")
        world.owner_writes("Sebentar, saya cek dulu.", times=2)
        world.owner_writes("Masih ada.")
        world.settle()
        *_, echo = echoes = [each for each in heard.echoes if not each.group]
        assert (heard.messages, len({each.id for each in echoes}), echoes[0].id == echo.id) == ([], 2, False)
        assert echo.to.number == BUDI or echo.to.aliases
        assert abs(echo.at - time.time()) < A_DAY

    def test_a_file_is_fetched_when_somebody_asks_and_not_before(self, world: World, heard: Recorder) -> None:
        world.sends_file(PICTURE, "Bukti")
        world.settle()
        (message,) = heard.messages
        assert (message.kind, message.text, len(message.attachments)) == ("media", "Bukti", 1)
        file = world.transport.download(message.attachments[0])
        assert (file.content, file.kind, file.mime) == (PICTURE, "image", "image/png")

    def test_a_file_as_large_as_may_be_is_fetched_whole(self, world: World, heard: Recorder) -> None:
        content = PICTURE.ljust(FILE_LIMIT, b"\0")
        world.sends_file(content)
        world.settle()
        assert world.transport.download(heard.messages[0].attachments[0]).content == content

    def test_a_file_that_drips_is_left_within_the_deadline_and_fetched_later(self, world: World, heard: Recorder) -> None:
        world.sends_file(PICTURE)
        world.settle()
        (file,) = heard.messages[0].attachments
        world.drips_file()
        assert seconds_of(lambda: world.transport.download(file)) < FILE_DEADLINES * world.deadline + SLACK
        assert world.transport.download(file).content == PICTURE

    def test_a_file_that_is_too_large_is_refused(self, world: World, heard: Recorder) -> None:
        world.sends_file(PICTURE.ljust(FILE_LIMIT + 1))
        world.settle()
        with pytest.raises(Refused):
            world.transport.download(heard.messages[0].attachments[0])

    @pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
    def test_whatever_calls_it_is_answered_and_trips_up_nothing(self, world: World, heard: Recorder, body: bytes) -> None:
        if not isinstance(world.transport, HttpTransport):
            pytest.skip("Nobody calls it.")
        for method in ("GET", "POST"):
            try:
                received = world.transport.receive(WebhookCall(method=method, body=body, headers={"content-type": "application/json"}))
                assert (received.messages, received.receipts) == ((), ())
            except BadPayload as error:
                assert 400 <= error.status < 500
        assert heard.messages == []

    def test_what_nobody_signed_brings_nothing(self, world: World, heard: Recorder) -> None:
        if not isinstance(world.transport, HttpTransport):
            pytest.skip("Nobody calls it.")
        caught: list[WebhookCall] = []
        receive = world.transport.receive
        world.transport.receive = lambda call: caught.append(call) or receive(call)  # type: ignore[method-assign, func-returns-value]
        world.writes("halo")
        world.settle()
        for call in [each for each in caught if each.body]:
            proofs = [{}, {name: value[:-1] + ("0" if value[-1:] != "0" else "1") for name, value in call.headers.items()}]
            for headers in proofs:
                with pytest.raises(BadPayload):
                    receive(WebhookCall(method=call.method, path="", query={}, headers=headers, body=call.body))
        assert heard.texts == ["halo"]

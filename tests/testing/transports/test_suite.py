"""The suite for transports finds what is wrong with one."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.outbound import Outbound, Receipt
from flask_chatbot.core.values.replies import ALL_KINDS, Text
from flask_chatbot.core.values.replies import KINDS as REPLY_KINDS
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.testing.transports import Recorder, TransportSuite, World
from flask_chatbot.testing.transports.sending import KINDS, NEEDED
from flask_chatbot.transports.base import Capabilities, Listener
from flask_chatbot.transports.simulator import Simulator
from tests.transports.scenes import BUDI
from tests.transports.test_simulator import NOW, SimulatedWorld

Test = Callable[[TransportSuite, World, Recorder], None]


class Careless(Simulator):
    """A transport that does everything wrong in its turn; `fault` says what."""

    fault = ""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)

    def __repr__(self) -> str:
        return "<Careless with rahasia-toko-lama>" if self.fault == "shows its key" else "<Careless>"

    def open(self, listener: Listener) -> None:
        super().open(Misreporting(listener) if self.fault == "reports another id" else listener)

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        if self.fault == "logs texts" and isinstance(outbound.reply, Text):
            logging.getLogger(__name__).info("sending %s", outbound.reply.text)
        if self.fault == "sends no files" and file:
            raise Refused("no")
        sent = super().send(outbound, file)
        return "the same" if self.fault == "one id for all" else sent

    def download(self, attachment: Attachment) -> File:
        file = super().download(attachment)
        return File(content=file.content[:9], kind=file.kind, mime=file.mime) if self.fault == "cuts files" else file


class Misreporting:
    def __init__(self, listener: Listener) -> None:
        self.received, self.echoed, self.renamed = listener.received, listener.echoed, listener.renamed
        self._listener = listener

    def receipt(self, receipt: Receipt) -> None:
        self._listener.receipt(Receipt(id="another", ack=receipt.ack, at=receipt.at))


class CarelessWorld(SimulatedWorld):
    secrets = ("rahasia-toko-lama",)

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.simulator = self.transport = Careless()
        self.simulator.fault = fault
        self.budi = self.simulator.phone(BUDI)
        if fault == "refuses for good":
            self.fails = lambda: self.simulator.fails(Refused("Never."))  # type: ignore[method-assign]
        if fault == "tries for ever":
            self.refuses = lambda: self.simulator.fails(TryLater("Later."))  # type: ignore[method-assign]


@contextmanager
def open_to(world: World) -> Iterator[Recorder]:
    heard = Recorder()
    world.transport.open(heard)
    yield heard
    world.transport.close()


FOUND_BY: dict[str, Test] = {
    "one id for all": lambda suite, world, heard: suite.test_threads_share_it(world),
    "reports another id": lambda suite, world, heard: suite.test_receipts_carry_the_id_that_send_returned_and_never_more_than_was_told(
        world, heard
    ),
    "sends no files": lambda suite, world, heard: suite.test_every_kind_of_reply_is_taken_or_refused_with_a_sentence(world, "image"),
    "cuts files": lambda suite, world, heard: suite.test_a_file_is_fetched_when_somebody_asks_and_not_before(world, heard),
    "refuses for good": lambda suite, world, heard: suite.test_what_fails_for_now_is_to_be_tried_later_and_then_arrives(world),
    "tries for ever": lambda suite, world, heard: suite.test_what_is_refused_for_good_is_refused_with_a_sentence(world),
}


@pytest.mark.parametrize("fault", FOUND_BY)
def test_a_transport_with_a_fault_does_not_pass(fault: str) -> None:
    world = CarelessWorld(fault)
    with open_to(world) as heard, pytest.raises((AssertionError, Refused, TryLater)):
        FOUND_BY[fault](TransportSuite(), world, heard)


@pytest.mark.parametrize("fault", ["logs texts", "shows its key"])
def test_a_transport_that_shows_what_it_should_hide_does_not_pass(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    world = CarelessWorld(fault)
    with open_to(world) as heard, pytest.raises(AssertionError):
        TransportSuite().test_no_log_no_error_and_no_repr_shows_a_secret_a_text_or_a_number(world, heard, caplog, "none")


def test_a_world_without_a_method_fails_unless_it_says_why() -> None:
    world = World()
    with pytest.raises(pytest.fail.Exception, match=r"^World has no writes\(\)\. Write it, or say in leaves_out why it cannot be\.$"):
        world.writes("halo")
    world.leaves_out = {"writes": "Nobody writes here."}  # type: ignore[misc]
    with pytest.raises(pytest.skip.Exception, match=r"^Nobody writes here\.$"):
        world.writes("halo")


def test_a_suite_without_a_world_says_what_to_write() -> None:
    with pytest.raises(NotImplementedError, match="Write a fixture `world`"):
        TransportSuite.world.__wrapped__(TransportSuite())  # type: ignore[attr-defined]


def test_every_kind_of_reply_is_sent_and_what_a_transport_may_lack_is_named() -> None:
    made = {type(reply) for reply, _ in KINDS.values()}
    assert {kind.make for kind in REPLY_KINDS.values()} <= made <= {kind.make for kind in ALL_KINDS.values()}
    assert NEEDED.keys() <= KINDS.keys()
    assert all(hasattr(Capabilities(), name) for name in NEEDED.values())

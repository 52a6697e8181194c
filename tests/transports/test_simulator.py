"""The simulator: what every transport does, and how it fails on request."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import ClassVar
from uuid import uuid4

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Pricing, Receipt
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Image, Text
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.testing.transports import Recorder, TransportSuite, World
from flask_chatbot.transports.base import Group
from flask_chatbot.transports.faults import AT_ONCE, AnswerLost, Arrived, Receipts, Slow
from flask_chatbot.transports.network import KEPT
from flask_chatbot.transports.simulator import EVERYTHING, Simulator
from tests.transports.scenes import BUDI, GROUP, NOBODY, OURS, PICTURE, outbound

NOW = 1_700_000_000.0
SENT_ID = f"true_{BUDI}@c.us_3EB0000000000000000A"


def standing(**more: object) -> Simulator:
    """A simulator whose time stands still at `NOW`."""
    return Simulator(clock=lambda: NOW, **more)  # type: ignore[arg-type]


def listening(**more: object) -> tuple[Simulator, Recorder]:
    """Such a simulator, and who listens to it."""
    made, heard = standing(**more), Recorder()
    made.open(heard)
    return made, heard


class SimulatedWorld(World):
    """The phones around a simulator."""

    leaves_out: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("hangs", "drips", "babbles", "refuses_key"), "There is no other side: the phones are in memory."),
        "drips_file": "The files are in memory.",
        "environ": "The phones are in the memory of the process that would be killed.",
    }
    number = OURS

    def __init__(self) -> None:
        self.simulator = Simulator(number=OURS, clock=time.time, echoes_own=True)
        self.transport = self.simulator
        self.budi = self.simulator.phone(BUDI, name="Budi")
        self.simulator.phone(NOBODY, has_whatsapp=False)
        self.simulator.group(GROUP, "Tim Toko", [self.budi])

    def settle(self) -> None:
        for _ in range(8):  # what was not kept comes after 1, 2, 4 seconds
            self.simulator.advance(60)

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        self.simulator.phone(sender).writes(text, group=group, times=times)

    def writes_at_once(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.budi.writes(text)

    def writes_as(self, aliases: Sequence[Alias], text: str) -> None:
        number = next((each.value for each in aliases if each.scheme == "number"), "")
        others = tuple(each for each in aliases if each.scheme != "number")
        self.simulator.deliver(Message(text=text, sender=Sender(number=number, aliases=others), id=f"as_{uuid4().hex}"))

    def owner_writes(self, text: str, *, to: str = BUDI, times: int = 1) -> None:
        self.simulator.owner_writes(text, to=self.simulator.phone(to), times=times)

    def aliases(self) -> tuple[Alias, Alias]:
        return Alias("number", BUDI), Alias("lid", "251500")

    def sends_file(self, content: bytes, caption: str = "") -> None:
        self.budi.sends(image=content, caption=caption)

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [(each.chat, each.reply.text) for each in self.simulator.arrived if isinstance(each.reply, Text)]

    def files_arrived(self) -> Sequence[bytes]:
        return [each.file.content for each in self.simulator.arrived if each.file is not None]

    def refuses(self) -> None:
        self.simulator.fails(Refused("WhatsApp does not take this message."))

    def fails(self) -> None:
        self.simulator.fails(TryLater("WhatsApp is busy."))

    def loses_answer(self) -> None:
        self.simulator.fails(AnswerLost())

    def reports_early(self) -> None:
        self.simulator.fails(Receipts(delivered=0, read=0, early=True))

    def log_out(self) -> None:
        self.simulator.log_out()

    def scan(self) -> None:
        self.simulator.scan()

    def disconnect(self) -> None:
        self.simulator.disconnect()

    def reconnect(self) -> None:
        self.simulator.reconnect()


class TestSimulator(TransportSuite):
    @pytest.fixture
    def world(self) -> SimulatedWorld:
        return SimulatedWorld()


def test_a_phone_shows_what_arrived_with_its_file() -> None:
    simulator, _ = listening()
    budi = simulator.phone(BUDI)
    picture = Image("https://example.com/a.png")
    simulator.send(outbound(reply=picture), PICTURE)
    wanted = Arrived(id="3EB0000000000000000A", transport_id=SENT_ID, chat=person_chat(BUDI), reply=picture, file=PICTURE, at=NOW)
    assert (budi.received, budi.replies) == ((wanted,), (picture,))


def test_a_phone_shows_what_arrived_in_its_groups_and_no_others() -> None:
    simulator, _ = listening()
    budi, siti = simulator.phone(BUDI), simulator.phone("628222")
    simulator.group(GROUP, "Tim Toko", [budi])
    simulator.send(outbound("3EB01", group_chat(GROUP), Text("rapat")))
    simulator.send(outbound("3EB02", person_chat("628222"), Text("halo Siti")))
    assert (budi.replies, siti.replies) == ((Text("rapat"),), (Text("halo Siti"),))


def test_a_message_sent_twice_arrives_once_and_both_attempts_show() -> None:
    simulator, heard = listening()
    ids = {simulator.send(outbound()), simulator.send(outbound())}
    simulator.advance(60)
    assert (ids, len(simulator.arrived), simulator.attempts) == ({SENT_ID}, 1, (outbound(), outbound()))
    assert heard.acks(SENT_ID) == [Ack.SENT, Ack.DELIVERED, Ack.READ]


def test_a_group_shows_when_it_was_last_written_in() -> None:
    simulator, _ = listening()
    group = simulator.group(GROUP, "Tim Toko", [budi := simulator.phone(BUDI)])
    assert simulator.groups() == (group,)
    budi.writes("halo", group=group)
    assert simulator.groups() == (Group(id=GROUP, name="Tim Toko", last_chat=int(NOW)),)
    simulator.advance(60)
    simulator.send(outbound(chat=group_chat(GROUP)))
    assert simulator.groups() == (Group(id=GROUP, name="Tim Toko", last_chat=int(NOW) + 60),)


def test_who_is_no_member_cannot_write_in_a_group() -> None:
    simulator, heard = listening()
    simulator.group(GROUP, "Tim Toko")
    with pytest.raises(ValueError, match=r"628123456789 is not in group 120363041234567890\. Make it a member: simulator\.group\(id, name"):
        simulator.phone(BUDI).writes("halo", group=GROUP)
    assert heard.messages == []


def test_its_own_number_is_configurable() -> None:
    assert (standing().session().number, standing(number="628555").session().number) == (OURS, "628555")


def test_receipts_say_what_a_message_costs_if_they_are_told_to() -> None:
    utility = Pricing(category="utility", is_billable=True, model="PMP")
    simulator, heard = listening(receipts=Receipts(delivered=None, read=None, pricing=utility))
    simulator.send(outbound())
    simulator.advance()
    assert heard.receipts == [Receipt(id=SENT_ID, ack=Ack.SENT, at=NOW, pricing=utility)]


def test_receipts_come_when_their_time_has_come() -> None:
    simulator, heard = listening(receipts=Receipts(delivered=5, read=60, played=61))
    simulator.send(outbound())
    assert heard.receipts == []
    simulator.advance(5)
    assert heard.receipts == [Receipt(id=SENT_ID, ack=Ack.SENT, at=NOW), Receipt(id=SENT_ID, ack=Ack.DELIVERED, at=NOW + 5)]
    simulator.advance(56)
    assert heard.acks(SENT_ID) == [Ack.SENT, Ack.DELIVERED, Ack.READ, Ack.PLAYED]


def test_a_given_clock_is_read_and_advancing_adds_to_it() -> None:
    times = iter(range(1000, 2000, 10))
    simulator = Simulator(clock=lambda: float(next(times)))
    assert (simulator.now(), simulator.now()) == (1000.0, 1010.0)
    simulator.advance(500)
    assert simulator.now() > 1500


@pytest.mark.parametrize(
    ("receipts", "acks"),
    [
        (AT_ONCE, [Ack.SENT, Ack.DELIVERED, Ack.READ]),
        (Receipts(delivered=None), [Ack.SENT, Ack.READ]),
        (Receipts(sent=None, delivered=None, read=None), []),
        (Receipts(read=0, delivered=9), [Ack.SENT, Ack.READ, Ack.DELIVERED]),
        (Receipts(delivered=None, read=None, failed=3), [Ack.SENT, Ack.ERROR]),
        (Receipts(read=None, copies=2), [Ack.SENT, Ack.SENT, Ack.DELIVERED, Ack.DELIVERED]),
    ],
)
def test_receipts_are_late_missing_doubled_or_bad_on_request(receipts: Receipts, acks: list[Ack]) -> None:
    simulator, heard = listening()
    simulator.fails(receipts)
    simulator.send(outbound())
    simulator.send(outbound("3EB0000000000000000B"))
    simulator.advance(60)
    assert heard.acks(SENT_ID) == acks
    assert heard.acks(SENT_ID[:-1] + "B") == [Ack.SENT, Ack.DELIVERED, Ack.READ]


def test_a_receipt_of_failure_says_why() -> None:
    simulator, heard = listening(receipts=Receipts(sent=None, delivered=None, read=None, failed=0))
    simulator.send(outbound())
    simulator.advance()
    assert heard.receipts == [Receipt(id=SENT_ID, ack=Ack.ERROR, at=NOW, error="WhatsApp could not deliver it.")]


def test_early_receipts_come_before_send_returns() -> None:
    simulator, heard = listening(receipts=Receipts(early=True))
    simulator.send(outbound())
    assert heard.acks(SENT_ID) == [Ack.SENT]


def test_it_fails_as_often_as_it_was_told_to_and_then_works() -> None:
    simulator, _ = listening()
    simulator.fails(TryLater("busy", after=30), times=2)
    simulator.fails(Refused("no"))
    told: list[object] = []
    for _ in range(4):
        try:
            told.append(simulator.send(outbound()))
        except (TryLater, Refused) as error:
            told.append((type(error), str(error), getattr(error, "after", None)))
    assert told == [(TryLater, "busy", 30), (TryLater, "busy", 30), (Refused, "no", None), SENT_ID]
    assert (len(simulator.attempts), len(simulator.arrived)) == (4, 1)


def test_it_fails_until_it_works_again() -> None:
    simulator, _ = listening()
    simulator.fails(TryLater("busy"), times=None)
    for _ in range(5):
        with pytest.raises(TryLater, match="busy"):
            simulator.send(outbound())
    simulator.works()
    assert simulator.send(outbound()) == SENT_ID


def test_it_fails_for_one_chat_alone() -> None:
    simulator, _ = listening()
    simulator.fails(Refused("no"), chat=person_chat("628222"))
    assert simulator.send(outbound()) == SENT_ID
    with pytest.raises(Refused):
        simulator.send(outbound("3EB0B", person_chat("628222")))


def test_questions_fail_on_request() -> None:
    simulator = standing()
    simulator.fails(TryLater("not yet"), on="open")
    with pytest.raises(TryLater, match="not yet"):
        simulator.open(Recorder())
    simulator.open(Recorder())
    simulator.fails(TryLater("busy"), on="groups")
    simulator.fails(TryLater("busy"), on="has_whatsapp")
    with pytest.raises(TryLater, match="busy"):
        simulator.groups()
    with pytest.raises(TryLater, match="busy"):
        simulator.has_whatsapp(BUDI)
    assert (simulator.groups(), simulator.has_whatsapp(BUDI)) == ((), True)


def test_what_can_go_wrong_with_a_message_cannot_with_a_question() -> None:
    with pytest.raises(ValueError, match=r"Slow\(seconds=3\) is for messages that are sent\. For 'groups', give an exception"):
        standing().fails(Slow(3), on="groups")


def test_a_lost_answer_is_to_be_tried_again_and_the_phone_has_the_message() -> None:
    simulator, heard = listening()
    simulator.fails(AnswerLost())
    with pytest.raises(TryLater):
        simulator.send(outbound())
    assert simulator.phone(BUDI).replies == (Text("Halo"),)
    assert simulator.send(outbound()) == SENT_ID
    simulator.advance(60)
    assert (len(simulator.arrived), heard.acks(SENT_ID)) == (1, [Ack.SENT, Ack.DELIVERED, Ack.READ])


def test_a_slow_send_takes_as_long_as_the_clock_says() -> None:
    simulator, _ = listening()
    simulator.fails(Slow(30))
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(simulator.send, outbound())
        while not sending.done():
            simulator.advance(1)
    assert sending.result() == SENT_ID
    assert simulator.arrived[0].at >= NOW + 30


def test_closing_ends_a_slow_send() -> None:
    simulator = Simulator()
    simulator.open(Recorder())
    simulator.fails(Slow(3600))
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(simulator.send, outbound())
        while not simulator.attempts:
            pass
        while not sending.done():
            simulator.close()
    assert isinstance(sending.exception(), TryLater)


def test_one_that_was_not_scanned_waits_for_it() -> None:
    simulator, heard = listening(scanned=False)
    simulator.phone(BUDI).writes("halo")
    with pytest.raises(TryLater, match="Scan the QR code of /api/getqr with it"):
        simulator.send(outbound())
    assert heard.messages == []
    simulator.scan()
    assert heard.texts == ["halo"]


def test_each_code_to_scan_is_another() -> None:
    simulator = standing(scanned=False)
    first = simulator.session().qrcode
    simulator.scan()
    simulator.log_out()
    assert first.startswith("2@")
    assert simulator.session().qrcode not in ("", first)


def test_one_that_is_not_open_here_sends_nothing_unless_it_runs_anywhere() -> None:
    with pytest.raises(TryLater, match="not open in this process"):
        standing().send(outbound())
    assert standing(runs_anywhere=True).send(outbound()) == SENT_ID


def test_a_message_delivered_20_times_at_once_is_heard_20_times() -> None:
    simulator, heard = listening()
    message = simulator.phone(BUDI).writes("halo")
    barrier = Barrier(19)

    def repeat(_: int) -> None:
        barrier.wait()
        simulator.deliver(message)

    with ThreadPoolExecutor(19) as pool:
        list(pool.map(repeat, range(19)))
    assert heard.messages == [message] * 20


def test_whoever_wants_it_is_shown_each_message_once() -> None:
    shown: list[Arrived] = []
    simulator, _ = listening(on_delivery=shown.append)
    simulator.send(outbound())
    simulator.send(outbound())
    assert shown == list(simulator.arrived)


def test_a_message_whose_showing_fails_has_arrived_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    def fail(arrived: Arrived) -> None:
        raise RuntimeError(f"no paper for {arrived.reply}")

    simulator, _ = listening(on_delivery=fail)
    assert simulator.send(outbound()) == SENT_ID
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    first, *_, raised = record.getMessage().splitlines()
    assert first == "on_delivery failed for message 3EB0000000000000000A, which has arrived nevertheless: RuntimeError"
    assert "raise RuntimeError" in raised
    assert "Halo" not in record.getMessage()


def test_the_log_has_ids_and_kinds_and_no_number_or_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    simulator = standing()
    simulator.open(Recorder(failures=1))
    simulator.phone(BUDI, name="Budi").writes("rahasia")
    simulator.send(outbound(reply=Text("rahasia")))
    assert caplog.messages == [
        "the listener failed (OSError), and gets the event again in 1 seconds",
        "message 3EB0000000000000000A (Text) arrived at a simulated phone",
    ]


def test_it_keeps_a_bounded_number_of_messages() -> None:
    simulator, _ = listening()
    for number in range(KEPT + 2):
        simulator.send(outbound(f"3EB0{number}"))
    arrived, attempts = simulator.arrived, simulator.attempts
    assert (arrived[0].id, len(arrived)) == (attempts[0].id, len(attempts)) == ("3EB02", KEPT)


class Signalling(Recorder):
    """Says when it has heard the last receipt."""

    def __init__(self) -> None:
        super().__init__()
        self.is_read = Event()

    def receipt(self, receipt: Receipt) -> None:
        super().receipt(receipt)
        if receipt.ack is Ack.READ:
            self.is_read.set()


def test_by_real_time_receipts_come_by_themselves() -> None:
    simulator, heard = Simulator(receipts=Receipts(delivered=0.01, read=0.02)), Signalling()
    simulator.open(heard)
    simulator.send(outbound())
    assert heard.is_read.wait(10)
    simulator.close()
    assert heard.acks(SENT_ID) == [Ack.SENT, Ack.DELIVERED, Ack.READ]


def test_one_that_was_closed_and_opened_again_tells_by_itself() -> None:
    simulator, heard = Simulator(receipts=AT_ONCE), Signalling()
    simulator.open(Recorder())
    simulator.close()
    simulator.open(heard)
    simulator.send(outbound())
    assert heard.is_read.wait(10)
    simulator.close()


def test_a_phone_shows_that_an_answer_is_on_its_way_until_it_arrives_or_some_seconds_pass() -> None:
    simulator, _ = listening()
    budi, siti = simulator.phone(BUDI), simulator.phone("628222")
    simulator.group(GROUP, "Tim", [siti])
    for chat, phone in ((person_chat(BUDI), budi), (group_chat(GROUP), siti)):
        simulator.typing(chat, "M1")
        assert [each.typing_to for each in (budi, siti)] == ["M1" * (each is phone) for each in (budi, siti)]
        assert phone.waits_for_typing(seconds=0.01) == "M1"
        simulator.advance(11.0)
        assert phone.typing_to == ""
        with pytest.raises(TimeoutError, match=r"^The bot was not typing to \d+ within 0\.01 seconds\.$"):
            phone.waits_for_typing(seconds=0.01)
    simulator.typing(person_chat(BUDI), "M2")
    simulator.send(outbound())
    assert budi.typing_to == ""
    simulator.fails(TryLater("Nanti."), on="typing")
    with pytest.raises(TryLater, match=r"^Nanti\.$"):
        simulator.typing(person_chat(BUDI), "M3")


def test_a_test_can_wait_for_what_another_thread_sends() -> None:
    simulator, _ = listening()
    budi = simulator.phone(BUDI)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: [simulator.send(outbound(f"3EB0{number}")) for number in range(3)])
        assert [each.id for each in budi.waits_for(3)] == ["3EB00", "3EB01", "3EB02"]


def test_waiting_in_vain_tells_how_many_came() -> None:
    simulator, _ = listening()
    simulator.send(outbound())
    with pytest.raises(TimeoutError, match=r"1 of 2 messages arrived at 628123456789 within 0\.01 seconds\."):
        simulator.phone(BUDI).waits_for(2, seconds=0.01)


def test_with_a_window_a_customer_who_has_not_written_for_24_hours_gets_templates_only() -> None:
    simulator, _ = listening(capabilities=replace(EVERYTHING, window_24h=True))
    with pytest.raises(Refused, match="has not written for 24 hours"):
        simulator.send(outbound())
    simulator.send(replace(outbound(), reply=MessageTemplate("dikirim")))
    simulator.phone(BUDI).writes("halo")
    simulator.advance(86_399)
    simulator.send(replace(outbound(), id="3EB0B"))
    simulator.advance(1)
    with pytest.raises(Refused, match="WhatsApp takes templates only"):
        simulator.send(replace(outbound(), id="3EB0C"))

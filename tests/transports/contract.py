"""What every way to WhatsApp has to do: a test class subclasses `TransportContract` and says how its world is made."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack, Outbound, Receipt
from flask_chatbot.core.values.replies import ContactCard, Document, Image, Location, Reply, Text
from flask_chatbot.errors import Refused, TransportError, TryLater
from flask_chatbot.transports.base import Session, Transport

OURS = "6283111111111"
BUDI = "628123456789"
NOBODY = "628999999999"  # a number without WhatsApp
GROUP = "120363041234567890"  # Budi and the bot are in it
PICTURE = File(content=b"\x89PNG", kind="image", mime="image/png")
PAPER = File(content=b"%PDF", kind="document", mime="application/pdf", name="katalog.pdf")


class World(Protocol):
    """A transport with what is around it; it is not open yet."""

    transport: Transport

    def budi_writes(self, text: str, group: str = "", times: int = 1) -> None:
        """Budi writes to the bot, or in a group; it comes in so many times."""

    def settle(self) -> None:
        """Return when all that is on its way has been told."""

    def log_out(self) -> None:
        """Log the bot's phone out."""

    def scan(self) -> None:
        """Scan the QR code."""

    def disconnect(self) -> None:
        """Lose the connection to WhatsApp."""

    def reconnect(self) -> None:
        """Have it again."""


class Heard:
    """A listener that keeps what it hears, after it failed as often as it was told to."""

    def __init__(self, failures: int = 0) -> None:
        self.messages: list[Message] = []
        self.receipts: list[Receipt] = []
        self._failures = failures

    def received(self, message: Message) -> None:
        self._fail()
        self.messages.append(message)

    def receipt(self, receipt: Receipt) -> None:
        self._fail()
        self.receipts.append(receipt)

    def _fail(self) -> None:
        if self._failures:
            self._failures -= 1
            raise OSError("the disk is full")

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    def acks(self, transport_id: str) -> list[Ack]:
        return [receipt.ack for receipt in self.receipts if receipt.id == transport_id]


def outbound(id: str = "3EB0000000000000000A", chat: str = person_chat(BUDI), reply: Reply = Text("Halo")) -> Outbound:  # noqa: A002, B008
    """A message to Budi."""
    return Outbound(id=id, chat=chat, reply=reply)


class TransportContract:
    """The tests; a subclass has the fixture `world`."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError

    @pytest.fixture
    def heard(self, world: World) -> Heard:
        heard = Heard()
        world.transport.open(heard)
        return heard

    def test_receipts_carry_the_id_that_send_returned_and_go_forward(self, world: World, heard: Heard) -> None:
        transport_id = world.transport.send(outbound())
        world.settle()
        assert heard.acks(transport_id) == [Ack.SENT, Ack.DELIVERED, Ack.READ]

    @pytest.mark.parametrize(
        ("reply", "file"),
        [
            (Text("*Halo* # 😀"), None),
            (Image("https://example.com/a.png", caption="Ini"), PICTURE),
            (Document("https://example.com/a.pdf", filename="katalog.pdf"), PAPER),
            (Location(-6.2, 106.8, "Toko"), None),
            (ContactCard("Admin", ("628111111111",)), None),
        ],
    )
    @pytest.mark.parametrize("chat", [person_chat(BUDI), group_chat(GROUP)])
    @pytest.mark.usefixtures("heard")
    def test_every_kind_of_reply_is_taken(self, world: World, chat: str, reply: Reply, file: File | None) -> None:
        assert world.transport.send(outbound(chat=chat, reply=reply), file)

    @pytest.mark.usefixtures("heard")
    def test_a_message_may_be_sent_again_under_its_id(self, world: World) -> None:
        assert [bool(world.transport.send(outbound())) for _ in range(3)] == [True, True, True]

    @pytest.mark.usefixtures("heard")
    def test_threads_share_it(self, world: World) -> None:
        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda number: world.transport.send(outbound(f"3EB0{number:016X}")), range(200)))
        assert len(set(ids)) == 200

    def test_what_a_customer_writes_comes_in_with_number_and_line(self, world: World, heard: Heard) -> None:
        world.budi_writes("halo")
        world.settle()
        (message,) = heard.messages
        facts = (message.text, message.sender.number, message.chat, message.group, message.line, bool(message.id))
        assert facts == ("halo", BUDI, "private", "", world.transport.name, True)

    def test_what_is_written_in_a_group_comes_in_with_the_group(self, world: World, heard: Heard) -> None:
        world.budi_writes("halo", group=GROUP)
        world.settle()
        (message,) = heard.messages
        assert (message.sender.number, message.chat, message.group) == (BUDI, "group", GROUP)

    def test_a_message_that_comes_in_twice_has_one_id_and_another_message_another(self, world: World, heard: Heard) -> None:
        world.budi_writes("halo", times=2)
        world.budi_writes("halo")
        world.settle()
        first, again, other = (message.id for message in heard.messages)
        assert (first == again, first == other) == (True, False)

    def test_what_the_listener_did_not_keep_comes_again(self, world: World) -> None:
        forgetful = Heard(failures=3)
        world.transport.open(forgetful)
        world.budi_writes("halo")
        transport_id = world.transport.send(outbound())
        world.settle()
        assert forgetful.texts == ["halo"]
        assert sorted(forgetful.acks(transport_id)) == [Ack.SENT, Ack.DELIVERED, Ack.READ]

    def test_what_is_written_while_it_is_closed_comes_in_when_it_is_opened_again(self, world: World, heard: Heard) -> None:
        world.transport.close()
        world.budi_writes("masih buka?")
        world.settle()
        assert heard.messages == []
        world.transport.open(heard)
        world.settle()
        assert heard.texts == ["masih buka?"]

    def test_closing_twice_is_closing(self, world: World, heard: Heard) -> None:
        world.transport.close()
        world.transport.close()
        world.budi_writes("halo")
        assert heard.messages == []

    @pytest.mark.usefixtures("heard")
    def test_a_connected_phone_tells_its_number_and_no_code(self, world: World) -> None:
        session = world.transport.session()
        assert (session.is_authenticated, session.number, session.qrcode) == (True, OURS, "")

    @pytest.mark.usefixtures("heard")
    def test_a_phone_that_was_logged_out_shows_a_code_to_scan_and_then_is_connected(self, world: World) -> None:
        world.log_out()
        session = world.transport.session()
        assert (session, bool(session.qrcode)) == (Session(is_authenticated=False, qrcode=session.qrcode), True)
        world.scan()
        assert world.transport.session().is_authenticated

    def test_without_a_connection_everything_is_to_be_tried_later_and_nothing_is_lost(self, world: World, heard: Heard) -> None:
        world.disconnect()
        world.budi_writes("halo?")
        for ask in (lambda: world.transport.send(outbound()), world.transport.groups, lambda: world.transport.has_whatsapp(BUDI)):
            with pytest.raises(TryLater):
                ask()
        assert (world.transport.session().is_authenticated, heard.messages) == (False, [])
        world.reconnect()
        world.settle()
        assert heard.texts == ["halo?"]

    @pytest.mark.usefixtures("heard")
    def test_groups_are_listed_with_their_names(self, world: World) -> None:
        assert self.named(world) == [(GROUP, "Tim Toko")]

    @staticmethod
    def named(world: World) -> Sequence[tuple[str, str]]:
        return [(group.id, group.name) for group in world.transport.groups()]

    @pytest.mark.usefixtures("heard")
    def test_who_has_whatsapp_is_told(self, world: World) -> None:
        assert (world.transport.has_whatsapp(BUDI), world.transport.has_whatsapp(NOBODY)) == (True, False)

    @pytest.mark.parametrize("chat", [person_chat(NOBODY), group_chat("120363999999999999")])
    @pytest.mark.usefixtures("heard")
    def test_who_can_never_be_reached_is_refused_without_naming_them(self, world: World, chat: str) -> None:
        with pytest.raises(Refused) as refusal:
            world.transport.send(outbound(chat=chat))
        assert chat.partition("@")[0] not in str(refusal.value)

    @pytest.mark.usefixtures("heard")
    def test_no_error_shows_a_number_or_a_text(self, world: World) -> None:
        world.disconnect()
        with pytest.raises(TransportError) as failure:
            world.transport.send(outbound(reply=Text("rahasia")))
        assert not any(secret in str(failure.value) for secret in (BUDI, "rahasia"))

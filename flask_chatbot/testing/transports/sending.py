"""Tests of sending: each kind of reply, repeats, threads, and the receipts that come back."""

import concurrent.futures
from typing import cast

import pytest

from flask_chatbot.core.values.chats import group_chat, is_group
from flask_chatbot.core.values.contents import Choice, File, Reaction
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Sticker, Text, Video
from flask_chatbot.errors import Refused
from flask_chatbot.testing.transports.recorder import Recorder
from flask_chatbot.testing.transports.worlds import BUDI, GROUP, NOBODY, World, chats
from flask_chatbot.transports.base import Typing, capabilities_of

MESSAGES = 200  # that threads send
PICTURE = File(content=b"\x89PNG\r\n\x1a\n" + bytes(64), kind="image", mime="image/png", name="a.png")
SOUND = File(content=b"ID3" + bytes(64), kind="audio", mime="audio/mpeg", name="a.mp3")
FILM = File(content=bytes(4) + b"ftypmp42" + bytes(64), kind="video", mime="video/mp4", name="a.mp4")
PAPER = File(content=b"%PDF-1.7" + bytes(64), kind="document", mime="application/pdf", name="katalog.pdf")
STICKER = File(content=b"RIFF\x28\0\0\0WEBPVP8 " + bytes(32), kind="sticker", mime="image/webp", name="a.webp")
KINDS: dict[str, tuple[Reply, File | None]] = {
    "text": (Text("*Halo* # 😀\nbaris kedua"), None),
    "long text": (Text("a" * 4096), None),
    "image": (Image("https://example.com/a.png", caption="Ini"), PICTURE),
    "image without caption": (Image("https://example.com/a.png"), PICTURE),
    "audio": (Audio("https://example.com/a.mp3"), SOUND),
    "video": (Video("https://example.com/a.mp4", caption="Ini"), FILM),
    "document": (Document("https://example.com/a.pdf", filename="katalog.pdf"), PAPER),
    "location": (Location(-6.2, 106.8, "Toko"), None),
    "bare location": (Location(0.0, 0.0), None),
    "contact": (ContactCard("Admin", ("628111111111", "628222222222")), None),
    "sticker": (Sticker("https://example.com/a.webp"), STICKER),
    "reaction": (Reaction("\N{THUMBS UP SIGN}", "A1"), None),  # to what the other side may not know
    "buttons": (Buttons("Mau pesan?", (Choice("ya", "Ya"), Choice("tidak", "Tidak")), "Mau pesan?\n1. Ya\n2. Tidak"), None),
    "list": (List("Pilih.", tuple(Choice(str(row), f"Barang {row}") for row in range(10)), "Pilih.\n1. Barang 0", "Buka"), None),
    "template": (MessageTemplate("pesanan_dikirim", parameters=("Budi", "JP-12")), None),
}
# What is handed over only where the transport's capabilities have it.
NEEDED = {"buttons": "buttons", "list": "lists", "template": "templates", "sticker": "stickers", "reaction": "reactions"}


class SendingTests:
    """Messages that are handed over arrive, or are refused with a sentence."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.usefixtures("heard")
    def test_every_kind_of_reply_is_taken_or_refused_with_a_sentence(self, world: World, kind: str) -> None:
        if kind in NEEDED and not getattr(capabilities_of(world.transport), NEEDED[kind]):
            pytest.skip(f"Its capabilities have no {NEEDED[kind]}.")
        reply, file = KINDS[kind]
        for number, chat in enumerate(chats(world)):
            try:
                assert world.transport.send(world.outbound(number, chat, reply), file)
            except Refused as error:
                assert kind not in ("text", "long text"), "every transport sends texts"
                assert is_sentence(str(error))

    @pytest.mark.usefixtures("heard")
    def test_a_text_arrives_as_it_was_written(self, world: World) -> None:
        texts = ["*Halo* # 😀\nbaris kedua", '"kutip" \\ & <b> ${x} {{ y }}', "é ü ñ 中文 العربية"]
        for number, text in enumerate(texts):
            world.transport.send(world.outbound(number, reply=Text(text)))
        assert [text for _, text in world.arrived()] == texts

    @pytest.mark.parametrize("kind", ["image", "audio", "video", "document"])
    @pytest.mark.usefixtures("heard")
    def test_a_file_arrives_as_it_is(self, world: World, kind: str) -> None:
        if capabilities_of(world.transport).fetches_files:
            pytest.skip("Its other side fetches files from their addresses.")
        reply, file = KINDS[kind]
        try:
            world.transport.send(world.outbound(reply=reply), file)
        except Refused:
            pytest.skip("It sends no such files.")
        assert list(world.files_arrived()) == [file.content if file else b""]

    def test_a_message_quotes_one_that_came_in(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).quotes:
            pytest.skip("Its capabilities have no quotes.")
        for number, chat in enumerate(chats(world)):
            assert world.transport.send(world.outbound(number, chat, Text(f"Halo {number}"), reply_to=came_in(world, heard, chat)))
        assert [text for _, text in world.arrived()] == [f"Halo {number}" for number in range(len(chats(world)))]

    def test_a_reaction_goes_on_a_message_that_came_in_and_is_no_text(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).reactions:
            pytest.skip("Its capabilities have no reactions.")
        for number, chat in enumerate(chats(world)):
            assert world.transport.send(world.outbound(number, chat, Reaction("\N{THUMBS UP SIGN}", came_in(world, heard, chat))))
        assert list(world.arrived()) == []

    def test_it_shows_that_an_answer_is_on_its_way(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).typing:
            pytest.skip("Its capabilities have no typing.")
        for chat in chats(world):
            cast("Typing", world.transport).typing(chat, came_in(world, heard, chat))
        assert list(world.arrived()) == []

    @pytest.mark.usefixtures("heard")
    def test_a_message_may_be_sent_again_under_its_id(self, world: World) -> None:
        assert [bool(world.transport.send(world.outbound())) for _ in range(3)] == [True, True, True]
        if capabilities_of(world.transport).own_ids:
            assert len(world.arrived()) == 1

    @pytest.mark.usefixtures("heard")
    def test_threads_share_it(self, world: World) -> None:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda number: world.transport.send(world.outbound(number, reply=Text(str(number)))), range(MESSAGES)))
        assert len(set(ids)) == MESSAGES
        assert sorted(int(text) for _, text in world.arrived()) == list(range(MESSAGES))

    def test_receipts_carry_the_id_that_send_returned_and_never_more_than_was_told(self, world: World, heard: Recorder) -> None:
        if not capabilities_of(world.transport).receipts:
            pytest.skip("It tells nothing of what became of a message.")
        transport_id = world.transport.send(world.outbound())
        world.settle()
        acks = heard.acks(transport_id)
        assert acks == sorted(acks)
        assert {Ack.DELIVERED, Ack.READ} <= set(acks)
        assert {receipt.id for receipt in heard.receipts} == {transport_id}

    def test_receipts_may_come_before_the_answer_and_in_any_order(self, world: World, heard: Recorder) -> None:
        world.reports_early()
        transport_id = world.transport.send(world.outbound())
        world.settle()
        assert {Ack.DELIVERED, Ack.READ} <= set(heard.acks(transport_id))

    @pytest.mark.usefixtures("heard")
    def test_who_can_never_be_reached_is_refused_without_naming_them(self, world: World) -> None:
        capabilities = capabilities_of(world.transport)
        unreachable = [world.chat_of(NOBODY), *([group_chat("120363999999999999")] if capabilities.groups else [])]
        for chat in unreachable:
            with pytest.raises(Refused) as refusal:
                world.transport.send(world.outbound(chat=chat))
            assert chat.partition("@")[0] not in str(refusal.value)
            assert is_sentence(str(refusal.value))

    @pytest.mark.usefixtures("heard")
    def test_groups_are_listed_with_their_names(self, world: World) -> None:
        if not capabilities_of(world.transport).groups:
            pytest.skip("It has no groups.")
        assert [(group.id, bool(group.name)) for group in world.transport.groups()] == [(GROUP, True)]

    @pytest.mark.usefixtures("heard")
    def test_who_has_whatsapp_is_told(self, world: World) -> None:
        if not capabilities_of(world.transport).check_number:
            pytest.skip("It cannot check numbers.")
        assert (world.transport.has_whatsapp(BUDI), world.transport.has_whatsapp(NOBODY)) == (True, False)


def came_in(world: World, heard: Recorder, chat: str) -> str:
    """The transport's id of a message that Budi has just written in a chat."""
    world.writes("halo", group=GROUP if is_group(chat) else "")
    world.settle()
    return heard.messages[-1].id or ""


def is_sentence(text: str) -> bool:
    """True if a text reads as a sentence for whoever operates the bot.

    >>> is_sentence("This number does not use WhatsApp."), is_sentence("err 7")
    (True, False)
    """
    return text[:1].isupper() and text.endswith((".", "!", "?")) and " " in text

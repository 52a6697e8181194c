"""GOWA as the way to WhatsApp: all that every transport does, and what is GOWA's own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.contents import Attachment, File, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Sticker, Text, Video
from flask_chatbot.errors import BadPayload, NotConnected, Refused, Restricted, TryLater
from flask_chatbot.testing.transports import Recorder, TransportSuite
from flask_chatbot.testing.transports.recorder import door
from flask_chatbot.testing.transports.worlds import outbound
from flask_chatbot.transports.base import Passkey, Session
from flask_chatbot.transports.selfhosted.gowa import Gowa
from flask_chatbot.transports.webhooks import WebhookCall, WebhookContent
from tests.transports.selfhosted.gateway import GROUP, NOBODY, OURS, PAGE, Call, Trouble, answered
from tests.transports.selfhosted.gowas import OUR_ADDRESS, PASSWORD, SECRET, USER, WEB, GowaWorld, message
from tests.transports.selfhosted.worlds import BUDI, LID

CHAT = BUDI + WEB
PICTURE = File(content=b"\x89PNG", kind="image", mime="image/png", name="a.png")
SOUND = File(content=b"ID3", kind="audio", mime="audio/mpeg", name="a.mp3")
FILM = File(content=b"ftyp\r\n--x", kind="video", mime="video/mp4", name="a.mp4")
STICKER = File(content=b"RIFF", kind="sticker", mime="image/webp", name="a.webp")
PAPER = File(content=b"%PDF", kind="document", mime="application/pdf", name='Katalog "2026" é.pdf')
LOCKED = {"code": "WA_REACHOUT_TIMELOCK", "message": "WhatsApp rejected this send with error 463 (reach-out timelock).", "results": None}
CREDENTIAL = json.dumps(
    {
        "id": "XcnXe2W9",
        "rawId": "XcnXe2W9",
        "type": "public-key",
        "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
    }
)


class TestGowa(TransportSuite):
    @pytest.fixture
    def world(self) -> GowaWorld:
        return GowaWorld()


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def world(heard: Recorder) -> Iterator[GowaWorld]:
    world = GowaWorld()
    with door(world.transport, heard) as world.address:
        yield world
        world.close()


def test_the_caption_of_a_sound_follows_as_a_text(world: GowaWorld) -> None:
    world.transport.send(world.outbound(reply=Audio("u", "Ini suaranya.")), SOUND)
    assert [content for _, content in world.gowa.arrived] == [{"phone": CHAT, "audio": b"ID3"}, {"phone": CHAT, "message": "Ini suaranya."}]


def test_a_number_of_a_card_that_was_taken_is_not_sent_again_when_the_next_one_fails(world: GowaWorld) -> None:
    def takes_one(call: Call) -> None:
        world.gowa.trouble = answered(503, {"code": "BUSY", "message": "later"})
        world.gowa.answer(call)

    world.gowa.trouble = takes_one
    outbound = world.outbound(reply=ContactCard("Admin", ("628111", "628222", "628333")))
    with pytest.raises(TryLater) as failed:
        world.transport.send(outbound)
    assert len(failed.value.taken) == 1
    world.transport.send(replace(outbound, taken=failed.value.taken))
    assert [content["contact_phone"] for _, content in world.gowa.arrived] == ["628111", "628222", "628333"]


@pytest.mark.parametrize(
    ("reply", "sent", "endpoint", "content"),
    [
        (Text("Halo"), None, "message", {"phone": CHAT, "message": "Halo"}),
        (Image("u", caption="Ini"), PICTURE, "image", {"phone": CHAT, "caption": "Ini", "image": b"\x89PNG"}),
        (Audio("u"), SOUND, "audio", {"phone": CHAT, "audio": b"ID3"}),
        (Video("u"), FILM, "video", {"phone": CHAT, "video": b"ftyp\r\n--x"}),
        (Document("u", "Ini"), PAPER, "file", {"phone": CHAT, "caption": "Ini", "file": b"%PDF"}),
        (Document("https://x.id/a.pdf"), None, "file", {"phone": CHAT, "file_url": "https://x.id/a.pdf"}),
        (Sticker("u"), STICKER, "sticker", {"phone": CHAT, "sticker": b"RIFF"}),
        (Location(-6.2, 0.00001), None, "location", {"phone": CHAT, "latitude": "-6.200000", "longitude": "0.000010"}),
        (ContactCard("Admin", ("628111",)), None, "contact", {"phone": CHAT, "contact_name": "Admin", "contact_phone": "628111"}),
    ],
)
def test_each_kind_goes_by_its_own_call(world: GowaWorld, reply: Reply, sent: File | None, endpoint: str, content: object) -> None:
    assert world.ours.send(outbound(reply=reply), sent)
    assert ([path for _, path, _ in world.gowa.calls if world.gowa.is_send(path)], world.gowa.arrived) == (
        [f"/send/{endpoint}"],
        [(CHAT, content)],
    )


def test_quotes_and_reactions_name_messages_by_their_id(world: GowaWorld) -> None:
    world.ours.send(outbound(reply_to="AAAA"))
    world.ours.send(outbound(reply=Image("u"), reply_to="AAAA"), PICTURE)
    world.ours.send(outbound(reply=Reaction("👍", "AAAA")))
    assert [content.get("reply_message_id") for _, content in world.gowa.arrived] == ["AAAA", "AAAA"]
    assert world.gowa.calls[-1] == ("POST", "/message/AAAA/reaction", {"phone": CHAT, "emoji": "👍"})


@pytest.mark.parametrize(("chat", "to"), [(person_chat(BUDI), CHAT), (LID, LID), (group_chat(GROUP), group_chat(GROUP))])
def test_people_are_written_to_by_number_or_lid_and_groups_by_their_id(world: GowaWorld, chat: str, to: str) -> None:
    world.ours.send(outbound(chat=chat))
    assert world.gowa.arrived[0][0] == to


def test_a_card_with_several_numbers_goes_out_as_several_and_has_the_id_of_the_last(world: GowaWorld) -> None:
    sent = world.ours.send(outbound(reply=ContactCard("Admin", ("628111", "628222"))))
    assert [content["contact_phone"] for _, content in world.gowa.arrived] == ["628111", "628222"]
    assert sent.endswith("2")


@pytest.mark.parametrize(
    ("trouble", "kind", "words", "after"),
    [
        (answered(502, PAGE), TryLater, "GOWA answered 502.", 0.0),
        (answered(500, {"code": "INTERNAL_SERVER_ERROR", "message": "websocket closed"}), TryLater, "GOWA says: websocket closed.", 0.0),
        (answered(429, {}, Retry_After="7"), TryLater, "GOWA answered 429.", 7.0),
        (
            answered(401, "Unauthorized"),
            NotConnected,
            "GOWA refuses the key. Correct CHATBOT_GOWA_USER and CHATBOT_GOWA_PASSWORD.",
            60.0,
        ),
        (answered(404, PAGE), TryLater, "There is no GOWA at CHATBOT_GOWA_URL: it answered 404.", 0.0),
        (answered(200, PAGE), TryLater, "GOWA answered with something other than JSON. Is CHATBOT_GOWA_URL its address?", 0.0),
        (
            answered(400, {"code": "VALIDATION_ERROR", "message": "message: cannot be blank."}),
            Refused,
            "GOWA says: message: cannot be blank.",
            None,
        ),
        (
            answered(429, LOCKED),
            Restricted,
            "WhatsApp does not let this number write to people who have not written to it (error 463).",
            0.0,
        ),
        (Call.lose, TryLater, "127.0.0.1 broke off the connection.", 0.0),
    ],
)
def test_each_answer_is_final_only_if_it_is_about_the_message(
    world: GowaWorld, trouble: Trouble, kind: type[Exception], words: str, after: float | None
) -> None:
    world.gowa.trouble = trouble
    with pytest.raises(TryLater if issubclass(kind, TryLater) else kind) as failure:
        world.ours.send(outbound())
    assert (type(failure.value), str(failure.value), getattr(failure.value, "after", None)) == (kind, words, after)


def test_a_phone_that_is_not_linked_costs_no_message(world: GowaWorld) -> None:
    world.log_out()
    with pytest.raises(TryLater, match=r"^GOWA says: you are not loggin\.$"):
        world.ours.send(outbound())


def test_a_device_that_does_not_exist_costs_no_message(world: GowaWorld) -> None:
    world.gowa.is_connected = False
    world.gowa.trouble = answered(404, {"code": "DEVICE_NOT_FOUND", "message": "device not found"})
    with pytest.raises(TryLater, match=r"^GOWA says: device not found\. The gateway's phone is not connected\.$"):
        world.ours.send(outbound())


def test_a_number_without_whatsapp_is_refused_without_naming_it(world: GowaWorld) -> None:
    with pytest.raises(Refused, match=r"^This number does not use WhatsApp\.$"):
        world.ours.send(outbound(chat=person_chat(NOBODY)))


def test_the_phone_is_that_of_the_device_and_its_code_a_picture_at_the_address_of_the_settings(world: GowaWorld) -> None:
    assert world.ours.session() == Session(is_authenticated=True, number=OURS)
    world.log_out()
    link = f"{world.gowa.url}/statics/qrcode/scan-qr.png"
    world.gowa.files["/statics/qrcode/scan-qr.png"] = b"\x89PNG"
    assert [world.ours.session() for _ in range(3)] == [Session(is_authenticated=False, qr_link=link, qr_picture="iVBORw==")] * 3
    assert [path for _, path, _ in world.gowa.calls].count("/app/login") == 1  # each one would end the login before


def test_a_picture_that_cannot_be_had_is_known_by_its_address_alone(world: GowaWorld) -> None:
    world.log_out()
    link = f"{world.gowa.url}/statics/qrcode/scan-qr.png"
    assert world.ours.session() == Session(is_authenticated=False, qr_link=link)


def test_while_a_code_may_be_typed_no_other_login_is_begun_and_no_picture_of_before_is_shown(world: GowaWorld) -> None:
    world.log_out()
    assert world.ours.session().qr_link
    assert (world.ours.pair(BUDI), world.ours.session()) == ("ABCD-1234", Session(is_authenticated=False))


def test_a_passkey_is_asked_for_answered_and_confirmed(world: GowaWorld) -> None:
    challenge = {"challenge": "dGVzdA", "rpId": "whatsapp.com"}
    nothing = world.ours.passkey()
    world.gowa.passkey = {"status": "awaiting_response", "challenge": challenge}
    asked = world.ours.passkey()
    for wrong in ("", "{", "[]", '{"id": 1}'):
        with pytest.raises(Refused, match=r"^This is no answer of a passkey"):
            world.ours.answer_passkey(wrong)
    world.ours.answer_passkey(CREDENTIAL)
    code = world.ours.passkey()
    world.ours.confirm_passkey()
    assert (nothing, json.loads(asked.challenge), code, world.ours.passkey()) == (
        Passkey(),
        challenge,
        Passkey(code="WXYZ-1234"),
        Passkey(),
    )


def signed(world: GowaWorld, body: bytes) -> WebhookCall:
    headers = {name.lower(): value for name, value in world.gowa.headers_of(body).items()}
    return WebhookCall(method="POST", body=body, headers=headers)


def posted(world: GowaWorld, event: str, payload: object, *, device: str = OUR_ADDRESS, transport: Gowa | None = None) -> WebhookContent:
    """What the transport reads of an event."""
    body = json.dumps({"event": event, "device_id": device, "payload": payload}).encode()
    return (transport or world.ours).receive(signed(world, body))


def received(world: GowaWorld, event: str, payload: object) -> Message:
    (found,) = posted(world, event, payload).messages
    return found


def test_a_message_has_all_names_of_its_sender_and_the_id_that_an_edit_of_it_names(world: GowaWorld) -> None:
    chat = group_chat(GROUP)
    found = received(world, "message", message(chat, f"{BUDI}:4{WEB}", id_="AAAA", body="halo", from_lid=LID))
    sender = Sender(number=BUDI, name="Budi", aliases=(Alias("lid", LID.removesuffix("@lid")),))
    assert (found.sender, found.group, found.id, found.line, found.text) == (sender, GROUP, "AAAA", "gowa", "halo")
    edit = received(world, "message.edited", message(chat, CHAT, id_="BBBB", original_message_id="AAAA", body="halo!"))
    assert (edit.kind, edit.text, edit.edits) == ("edit", "halo!", found.id)
    deletion = received(world, "message.revoked", message(chat, CHAT, id_="CCCC", revoked_message_id="AAAA"))
    assert (deletion.kind, deletion.deletes) == ("deletion", found.id)


PLACE = {"degreesLatitude": -6.2, "degreesLongitude": 106.8, "name": "Toko", "address": "Jl. Sudirman"}
CARD = {"displayName": "Ani", "vcard": "BEGIN:VCARD\nVERSION:3.0\nTEL;type=Mobile:+62 811-1\nEND:VCARD"}


@pytest.mark.parametrize(
    ("more", "kind", "part", "value"),
    [
        ({"location": PLACE}, "location", "location", SharedLocation(-6.2, 106.8, "Toko", "Jl. Sudirman")),
        ({"live_location": PLACE}, "location", "text", ""),
        ({"contact": CARD}, "contact", "contacts", (SharedContact("Ani", ("628111",)),)),
        ({"contacts_array": [CARD, CARD]}, "contact", "contacts", (SharedContact("Ani", ("628111",)),) * 2),
        (
            {"image": "statics/media/1-a.jpeg"},
            "media",
            "attachments",
            (Attachment("image", mime="image/jpeg", handle="statics/media/1-a.jpeg"),),
        ),
        (
            {"document": {"path": "statics/media/1-a.pdf", "caption": "Ini"}, "body": "Ini"},
            "media",
            "attachments",
            (Attachment("document", mime="application/pdf", name="1-a.pdf", handle="statics/media/1-a.pdf"),),
        ),
        (
            {"document": {"url": "https://mmg.whatsapp.net/x", "filename": "laporan.pdf"}},
            "media",
            "attachments",
            (Attachment("document", mime="application/pdf", name="laporan.pdf", handle=f"AAAA {CHAT}"),),
        ),
        (
            {"audio": "statics/media/1.ogg"},
            "media",
            "attachments",
            (Attachment("audio", mime="audio/ogg", voice=True, handle="statics/media/1.ogg"),),
        ),
        ({"sticker": {"url": "https://mmg.whatsapp.net/x"}}, "media", "attachments", (Attachment("sticker", handle=f"AAAA {CHAT}"),)),
        ({"poll": {}}, "unsupported", "text", ""),
        ({"body": "ya", "replied_to_id": "3EB0A"}, "text", "reply_to", "3EB0A"),
        ({"body": "ya", "forwarded": True}, "text", "forwarded", True),
    ],
)
def test_each_kind_of_message_comes_in_with_its_content(
    world: GowaWorld, more: dict[str, Any], kind: str, part: str, value: object
) -> None:
    found = received(world, "message", message(CHAT, CHAT, id_="AAAA", **more))
    assert (found.kind, getattr(found, part)) == (kind, value)


def test_a_reaction_names_our_message_as_its_acks_do(world: GowaWorld) -> None:
    found = received(world, "message.reaction", message(CHAT, CHAT, reaction="👍", reacted_message_id="3EB0A"))
    assert (found.kind, found.reaction) == ("reaction", Reaction("👍", "3EB0A"))


@pytest.mark.parametrize(
    ("event", "payload", "left_out"),
    [
        ("message", message("status@broadcast", CHAT, body="halo"), ("message of no person",)),
        ("message", message(CHAT, "120363@newsletter", body="halo"), ("message of no person",)),
        ("message", {**message(CHAT, CHAT, body="halo"), "timestamp": "kemarin"}, ("unreadable message (ValueError)",)),
        ("message", 5, ("unreadable message (AttributeError)",)),
        ("group.participants", {"type": "join", "jids": []}, ("event group.participants",)),
        ("message.deleted", {}, ("event message.deleted",)),
        ("call.offer", {}, ("event call.offer",)),
        ("message.ack", {"ids": ["3EB0A"], "receipt_type": "read-self"}, ()),
        ("message.ack", {"ids": ["3EB0A"]}, ("unreadable message.ack (KeyError)",)),
    ],
)
def test_what_says_nothing_to_a_bot_is_answered_and_left_out(
    world: GowaWorld, event: str, payload: object, left_out: tuple[str, ...]
) -> None:
    content = posted(world, event, payload)
    assert (content.messages, content.receipts, content.left_out, content.answer.status) == ((), (), left_out, 200)


def test_what_the_owner_writes_is_told(world: GowaWorld) -> None:
    payload = {**message(CHAT, OUR_ADDRESS, id_="AAAA", body="Sebentar."), "is_from_me": True}
    (echo,) = posted(world, "message", payload).echoes
    assert (echo.id, echo.to, echo.text, echo.group) == ("AAAA", Sender(number=BUDI), "Sebentar.", "")
    (in_group,) = posted(world, "message", {**payload, "chat_id": group_chat(GROUP)}).echoes
    assert in_group.group == GROUP
    assert posted(world, "message.edited", {**payload, "original_message_id": "A"}).echoes == ()


def test_one_receipt_may_be_of_several_messages(world: GowaWorld) -> None:
    content = posted(world, "message.ack", {"ids": ["A", "B"], "receipt_type": "played"})
    assert [(receipt.id, receipt.ack) for receipt in content.receipts] == [("A", Ack.PLAYED), ("B", Ack.PLAYED)]


def test_another_device_of_the_same_gateway_is_left_out(world: GowaWorld) -> None:
    ours = Gowa(world.gowa.url, USER, PASSWORD, SECRET, "toko", deadline=1.0)
    with door(ours, Recorder()):
        payload = message(CHAT, CHAT, body="halo")
        found = [posted(world, "message", payload, device=each, transport=ours) for each in (OUR_ADDRESS, "toko", "628777@s.whatsapp.net")]
    assert [(len(each.messages), each.left_out) for each in found] == [(1, ()), (1, ()), (0, ("event of another device",))]
    assert [path for _, path, _ in world.gowa.calls] == ["/app/status", "/app/status"]


def test_without_a_device_only_the_number_that_the_gateway_says_is_its_own_counts(world: GowaWorld) -> None:
    payload = message(CHAT, CHAT, body="halo")
    found = [posted(world, "message", payload, device=each) for each in (OUR_ADDRESS, "toko", "", LID, "628777@s.whatsapp.net")]
    assert [len(each.messages) for each in found] == [1, 1, 1, 1, 0]
    assert found[-1].left_out == ("event of another device",)


def test_without_a_device_a_gateway_that_does_not_know_its_number_has_all_its_events_taken(world: GowaWorld) -> None:
    world.log_out()
    assert len(posted(world, "message", message(CHAT, CHAT, body="halo"), device="628777@s.whatsapp.net").messages) == 1


def test_an_event_is_posted_again_while_the_gateway_does_not_say_whose_it_is(world: GowaWorld) -> None:
    ours = Gowa(world.gowa.url, USER, PASSWORD, SECRET, "toko", deadline=1.0)
    world.gowa.is_down = True
    with door(ours, Recorder()), pytest.raises(BadPayload) as refusal:
        posted(world, "message", message(CHAT, CHAT, body="halo"), transport=ours)
    assert refusal.value.status == 503


def test_only_what_was_signed_with_the_secret_is_read(world: GowaWorld) -> None:
    body = json.dumps({"event": "message", "payload": message(CHAT, CHAT, body="halo")}).encode()
    good = signed(world, body).headers
    bare = {"x-hub-signature-256": good["x-hub-signature-256"].removeprefix("sha256=")}
    for headers, content in (({}, body), (bare, body), ({"x-hub-signature-256": "sha256=é"}, body), (good, body + b" "), (good, b"")):
        with pytest.raises(BadPayload) as refusal:
            world.ours.receive(WebhookCall(method="POST", body=content, headers=headers))
        assert refusal.value.status == 401


def test_a_file_that_the_gateway_keeps_is_fetched_and_one_outside_of_its_folder_is_not(world: GowaWorld) -> None:
    world.gowa.files["/statics/media/1 a.jpeg"] = b"\xff\xd8\xff isi"
    found = world.ours.download(Attachment("image", handle="statics/media/1 a.jpeg"))
    assert (found.kind, found.content) == ("image", b"\xff\xd8\xff isi")
    for handle in ("statics/../config.yaml", "statics/media/gone.jpeg", f"GONE {CHAT}", ""):
        with pytest.raises((Refused, TryLater)) as refusal:
            world.ours.download(Attachment("image", handle=handle))
        assert BUDI not in str(refusal.value)


def test_the_phone_is_logged_out(world: GowaWorld) -> None:
    before = world.ours.session().is_authenticated
    world.ours.log_out()
    assert (before, world.ours.session().is_authenticated) == (True, False)

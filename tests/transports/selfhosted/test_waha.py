"""WAHA as the way to WhatsApp: all that every transport does, and what is WAHA's own."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.contents import Attachment, File, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Text, Video
from flask_chatbot.errors import BadPayload, NotConnected, Refused, Restricted, TryLater
from flask_chatbot.testing.transports import Recorder, TransportSuite
from flask_chatbot.testing.transports.recorder import door
from flask_chatbot.testing.transports.worlds import outbound
from flask_chatbot.transports.base import Session
from flask_chatbot.transports.webhooks import WebhookCall, WebhookContent
from tests.transports.selfhosted.gateway import GROUP, NOBODY, PAGE, Call, Trouble, answered
from tests.transports.selfhosted.wahas import KEY, WahaWorld, message
from tests.transports.selfhosted.worlds import BUDI, LID

CHAT = person_chat(BUDI)
TO = {"session": "default", "chatId": CHAT}
ID = outbound().id
TEL = "TEL;type=CELL;type=VOICE;waid={0}:+{0}".format
VCARD = "\n".join(("BEGIN:VCARD", "VERSION:3.0", "FN:Admin", TEL("628111"), TEL("628222"), "END:VCARD"))
NO_STRANGERS = "WhatsApp does not let this number write to people who have not written to it (error {}).".format
PICTURE = File(content=b"\x89PNG", kind="image", mime="image/png", name="a.png")
SOUND = File(content=b"ID3", kind="audio", mime="audio/mpeg", name="a.mp3")
VOICE = File(content=b"OggS", kind="audio", mime="audio/ogg", name="a.ogg")
FILM = File(content=b"ftyp", kind="video", mime="video/mp4", name="a.mp4")
PAPER = File(content=b"%PDF", kind="document", mime="application/pdf", name="Katalog.pdf")
BUSY = {"statusCode": 500, "exception": {"message": "2 UNKNOWN: server returned error 500", "code": 2}}
LOCKED = {"statusCode": 500, "exception": {"message": "2 UNKNOWN: server returned error 463", "code": 2}}
CAPPED = {"statusCode": 500, "exception": {"message": "2 UNKNOWN: server returned error 475", "code": 2}}


class TestWaha(TransportSuite):
    @pytest.fixture
    def world(self) -> WahaWorld:
        return WahaWorld()


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def world(heard: Recorder) -> Iterator[WahaWorld]:
    world = WahaWorld()
    with door(world.transport, heard) as world.address:
        yield world
        world.close()


def sent_file(file: File) -> dict[str, str]:
    return {"mimetype": file.mime, "filename": file.name, "data": b64encode(file.content).decode()}


@pytest.mark.parametrize(
    ("reply", "sent", "endpoint", "body"),
    [
        (Text("Halo"), None, "sendText", {**TO, "id": ID, "text": "Halo"}),
        (Image("u", caption="Ini"), PICTURE, "sendImage", {**TO, "caption": "Ini", "file": sent_file(PICTURE)}),
        (Audio("u"), SOUND, "sendVoice", {**TO, "convert": True, "file": sent_file(SOUND)}),
        (Audio("u"), VOICE, "sendVoice", {**TO, "convert": False, "file": sent_file(VOICE)}),
        (Video("u"), FILM, "sendVideo", {**TO, "caption": "", "convert": False, "file": sent_file(FILM)}),
        (Document("u"), PAPER, "sendFile", {**TO, "caption": "", "file": sent_file(PAPER)}),
        (
            Document("https://x.id/a.pdf", filename="a.pdf"),
            None,
            "sendFile",
            {**TO, "caption": "", "file": {"mimetype": "application/octet-stream", "filename": "a.pdf", "url": "https://x.id/a.pdf"}},
        ),
        (Location(-6.2, 106.8, "Toko"), None, "sendLocation", {**TO, "id": ID, "latitude": -6.2, "longitude": 106.8, "title": "Toko"}),
        (ContactCard("Admin", ("628111", "+62 8222")), None, "sendContactVcard", {**TO, "id": ID, "contacts": [{"vcard": VCARD}]}),
    ],
)
def test_each_kind_goes_by_its_own_call(world: WahaWorld, reply: Reply, sent: File | None, endpoint: str, body: object) -> None:
    assert world.ours.send(outbound(reply=reply), sent)
    assert world.waha.calls == [("POST", f"/api/{endpoint}", body)]


def test_the_caption_of_a_sound_follows_as_a_text(world: WahaWorld) -> None:
    world.ours.send(outbound(reply=Audio("u", "Ini suaranya.")), SOUND)
    assert [(path.rpartition("/")[2], body.get("text")) for _, path, body in world.waha.calls] == [
        ("sendVoice", None),
        ("sendText", "Ini suaranya."),
    ]


def test_quotes_and_reactions_name_messages_of_both_sides_by_their_whole_id(world: WahaWorld) -> None:
    theirs = f"false_{CHAT}_AAAA"
    for reply_to in (theirs, "3EB0A"):
        world.ours.send(outbound(reply_to=reply_to))
        world.ours.send(outbound(reply=Reaction("👍", reply_to)))
    ids = [theirs, theirs, f"true_{CHAT}_3EB0A", f"true_{CHAT}_3EB0A"]
    assert [body.get("reply_to") or body.get("messageId") for _, _, body in world.waha.calls] == ids


@pytest.mark.parametrize(("chat", "to"), [(CHAT, CHAT), (LID, LID), (group_chat(GROUP), group_chat(GROUP))])
def test_people_are_written_to_by_number_or_lid_and_groups_by_their_id(world: WahaWorld, chat: str, to: str) -> None:
    world.ours.send(outbound(chat=chat))
    assert world.waha.arrived[0][0] == to


def test_the_acks_of_a_text_whose_answer_was_lost_find_it_since_its_id_is_ours(world: WahaWorld, heard: Recorder) -> None:
    world.loses_answer()
    with pytest.raises(TryLater):
        world.ours.send(outbound())
    world.settle()
    early = heard.acks(ID)
    assert (early, world.ours.send(outbound())) == ([Ack.SENT, Ack.DELIVERED, Ack.READ], ID)
    assert [body["id"] for _, body in world.waha.arrived] == [ID, ID]
    assert {receipt.message for receipt in heard.receipts} == {ID}  # so that it is not even sent again


@pytest.mark.parametrize(
    ("trouble", "kind", "words", "after"),
    [
        (answered(502, PAGE), TryLater, "WAHA answered 502.", 0.0),
        (answered(500, BUSY), TryLater, "WAHA says: 2 UNKNOWN: server returned error 500.", 0.0),
        (answered(429, {}, Retry_After="7"), TryLater, "WAHA answered 429.", 7.0),
        (answered(401, {"message": "Unauthorized"}), NotConnected, "WAHA refuses the key. Correct CHATBOT_WAHA_KEY.", 60.0),
        (answered(404, PAGE), TryLater, "There is no WAHA at CHATBOT_WAHA_URL: it answered 404.", 0.0),
        (answered(301, "", Location="/x"), TryLater, "WAHA redirects. Put its final address into CHATBOT_WAHA_URL.", 0.0),
        (answered(201, PAGE), TryLater, "WAHA answered with something other than JSON. Is CHATBOT_WAHA_URL its address?", 0.0),
        (answered(400, {"message": ["text must be a string"]}), Refused, "WAHA says: text must be a string.", None),
        (answered(400, {}), Refused, "WAHA answered 400.", None),
        (
            answered(500, LOCKED),
            Restricted,
            NO_STRANGERS(463),
            0.0,
        ),
        (
            answered(500, CAPPED),
            Restricted,
            NO_STRANGERS(475),
            0.0,
        ),
        (Call.lose, TryLater, "127.0.0.1 broke off the connection.", 0.0),
    ],
)
def test_each_answer_is_final_only_if_it_is_about_the_message(
    world: WahaWorld, trouble: Trouble, kind: type[Exception], words: str, after: float | None
) -> None:
    world.waha.trouble = trouble
    with pytest.raises(TryLater if issubclass(kind, TryLater) else kind) as failure:
        world.ours.send(outbound())
    assert (type(failure.value), str(failure.value), getattr(failure.value, "after", None)) == (kind, words, after)


def test_a_session_that_is_not_linked_costs_no_message(world: WahaWorld) -> None:
    world.log_out()
    with pytest.raises(TryLater, match=r"^WAHA says: .*as expected.* The gateway's phone is not connected\.$"):
        world.ours.send(outbound())
    assert world.ours.session() == Session(is_authenticated=False, qrcode="2@cuTD5E9F,abc=")


def test_a_session_that_does_not_exist_costs_no_message(world: WahaWorld) -> None:
    world.waha.session = "lain"
    world.waha.trouble = answered(404, {"statusCode": 404, "message": "Session not found"})
    with pytest.raises(TryLater, match=r"^WAHA says: Session not found\. WAHA says: Session not found\.$"):
        world.ours.send(outbound())


def test_a_number_without_whatsapp_is_refused_whatever_the_engine_says(world: WahaWorld) -> None:
    with pytest.raises(Refused, match=r"^This number does not use WhatsApp\.$"):
        world.ours.send(outbound(chat=person_chat(NOBODY)))


def test_the_phone_can_be_linked_by_a_code(world: WahaWorld) -> None:
    world.log_out()
    assert world.ours.pair(BUDI) == "ABCD-1234"


def signed(world: WahaWorld, body: bytes) -> WebhookCall:
    headers = {name.lower(): value for name, value in world.waha.headers_of(body).items()}
    return WebhookCall(method="POST", body=body, headers=headers)


def posted(world: WahaWorld, event: str, payload: object, session: str = "default") -> WebhookContent:
    """What the transport reads of an event."""
    body = json.dumps({"id": "evt_1", "event": event, "session": session, "payload": payload}).encode()
    return world.ours.receive(signed(world, body))


def received(world: WahaWorld, event: str, payload: object) -> Message:
    (found,) = posted(world, event, payload).messages
    return found


IN_GROUP: dict[str, Any] = {
    "id_": "AAAA",
    "participant": LID,
    "_data": {"Info": {"SenderAlt": f"{BUDI}:3@s.whatsapp.net", "PushName": "Budi"}},
}


def test_a_message_has_all_names_of_its_sender_and_the_id_that_an_edit_of_it_names(world: WahaWorld) -> None:
    chat = group_chat(GROUP)
    found = received(world, "message", message(chat, LID, body="halo", **IN_GROUP))
    sender = Sender(number=BUDI, name="Budi", aliases=(Alias("lid", LID.removesuffix("@lid")),))
    assert (found.sender, found.group, found.id, found.line) == (sender, GROUP, f"false_{chat}_AAAA_{LID}", "waha")
    assert found.sent_at is not None
    assert abs(found.sent_at.timestamp() - time.time()) < 60
    edit = received(world, "message.edited", message(chat, LID, editedMessageId="AAAA", body="halo!", **{**IN_GROUP, "id_": "BBBB"}))
    assert (edit.kind, edit.text, edit.edits) == ("edit", "halo!", found.id)
    gone = {"revokedMessageId": "AAAA", "after": message(chat, LID, **{**IN_GROUP, "id_": "CCCC"}), "before": None}
    deletion = received(world, "message.revoked", gone)
    assert (deletion.kind, deletion.deletes, deletion.id) == ("deletion", found.id, "evt_1")


PLACE = {"latitude": "-6.2", "longitude": 106.8, "live": False, "name": "Toko"}
CARD = "BEGIN:VCARD\nFN:Ani\nTEL;waid=628111:+62 8111\nEND:VCARD"


@pytest.mark.parametrize(
    ("more", "kind", "part", "value"),
    [
        ({"location": PLACE}, "location", "location", SharedLocation(-6.2, 106.8, "Toko")),
        ({"vCards": [CARD]}, "contact", "contacts", (SharedContact("Ani", ("628111",)),)),
        ({"hasMedia": True, "body": "Ini"}, "media", "attachments", (Attachment("document"),)),
        (
            {"hasMedia": True, "media": {"url": "http://localhost:3000/api/files/default/a.oga", "mimetype": "audio/ogg; codecs=opus"}},
            "media",
            "attachments",
            (Attachment("audio", mime="audio/ogg; codecs=opus", voice=True, handle="http://localhost:3000/api/files/default/a.oga"),),
        ),
        (
            {"hasMedia": True, "media": {"url": "https://s3.example.com/a.pdf", "mimetype": "application/pdf", "filename": "a.pdf"}},
            "media",
            "attachments",
            (Attachment("document", mime="application/pdf", name="a.pdf", handle="https://s3.example.com/a.pdf"),),
        ),
        ({"body": ""}, "unsupported", "text", ""),
        ({"body": "ya", "replyTo": {"id": f"true_{CHAT}_3EB0A", "hasMedia": False}}, "text", "reply_to", "3EB0A"),
        ({"body": "ya", "replyTo": {"id": "AAAA", "hasMedia": False}}, "text", "reply_to", f"false_{CHAT}_AAAA"),
    ],
)
def test_each_kind_of_message_comes_in_with_its_content(
    world: WahaWorld, more: dict[str, Any], kind: str, part: str, value: object
) -> None:
    found = received(world, "message", message(CHAT, CHAT, **more))
    assert (found.kind, getattr(found, part)) == (kind, value)


def test_a_reaction_names_our_message_as_its_acks_do(world: WahaWorld) -> None:
    found = received(world, "message.reaction", message(CHAT, CHAT, reaction={"text": "👍", "messageId": f"true_{CHAT}_3EB0A"}))
    assert (found.kind, found.reaction, found.id) == ("reaction", Reaction("👍", "3EB0A"), "evt_1")


@pytest.mark.parametrize(
    ("event", "payload", "left_out"),
    [
        ("message", message("status@broadcast", CHAT, body="halo"), ("message of no person",)),
        ("message", message("120363@newsletter", "120363@newsletter", body="halo"), ("message of no person",)),
        ("message", {"body": "halo"}, ("message of no person",)),
        ("message", 5, ("unreadable message (AttributeError)",)),
        ("presence.update", {}, ("event presence.update",)),
        ("session.status", {"name": "default", "status": "WORKING", "statuses": []}, ()),
        ("message.ack", {"id": f"true_{CHAT}_3EB0A", "fromMe": True, "ack": 7}, ("ack 7",)),
        ("message.ack", {"id": f"false_{CHAT}_3EB0A", "fromMe": False, "ack": 3}, ()),
        ("message.ack", {"id": f"true_{CHAT}_3EB0A", "fromMe": True, "ack": 0}, ()),
    ],
)
def test_what_says_nothing_to_a_bot_is_answered_and_left_out(
    world: WahaWorld, event: str, payload: object, left_out: tuple[str, ...]
) -> None:
    content = posted(world, event, payload)
    assert (content.messages, content.receipts, content.left_out, content.answer.status) == ((), (), left_out, 200)


def test_what_the_owner_writes_is_told_and_what_programs_send_by_the_gateway_is_not(world: WahaWorld) -> None:
    payload = {**message(CHAT, CHAT, body="Sebentar."), "id": f"true_{CHAT}_AAAA", "fromMe": True, "_data": {"Info": {"RecipientAlt": LID}}}
    (echo,) = posted(world, "message.any", payload).echoes
    to = Sender(number=BUDI, aliases=(Alias("lid", LID.removesuffix("@lid")),))
    assert echo == Echo(id="AAAA", to=to, at=float(payload["timestamp"]), text="Sebentar.")
    by_program = {**payload, "source": "api"}
    status = {**payload, "id": "true_status@broadcast_AAAA", "_data": {}}
    assert [posted(world, "message.any", each).echoes for each in (by_program, status)] == [(), ()]
    assert posted(world, "message.reaction", {**payload, "reaction": {"text": "x", "messageId": "y"}}).echoes == ()


LOCK = {"reachoutTimelock": {"enforcementType": "RESTRICT_ALL_COMPANIONS", "isActive": True, "timeEnforcementEnds": 1784477333}}
OPEN = {"reachoutTimelock": {"isActive": False, "timeEnforcementEnds": 1784477333}}


@pytest.mark.parametrize(
    ("data", "until"),
    [
        (LOCK, 1784477333.0),
        (OPEN, 0.0),
        ({"messageCapping": {"cappingStatus": "CAPPED", "cycleEnd": 1785553199}}, 1785553199.0),
        ({"messageCapping": {"cappingStatus": "FIRST_WARNING", "cycleEnd": 1785553199}}, 0.0),
        ({"messageCapping": {"cappingStatus": "NONE", "cycleEnd": 1785553199}}, 0.0),
        (None, None),
    ],
)
def test_it_is_told_until_when_whatsapp_takes_nothing_to_strangers(world: WahaWorld, data: object, until: float | None) -> None:
    payload = {"name": "default", "status": "WORKING", "statuses": [], "data": data}
    assert posted(world, "session.status", payload).restricted_until == until


def test_another_session_of_the_same_gateway_is_left_out(world: WahaWorld) -> None:
    content = posted(world, "message", message(CHAT, CHAT, body="halo"), session="lain")
    assert (content.messages, content.left_out) == ((), ("event of another session",))


@pytest.mark.parametrize("ack", [-1, 1, 2, 3, 4])
def test_acks_have_the_numbers_of_the_contract(world: WahaWorld, ack: int) -> None:
    payload = {"id": f"true_{group_chat(GROUP)}_3EB0A_{LID}", "fromMe": True, "ack": ack}
    (receipt,) = posted(world, "message.ack.group", payload).receipts
    assert (receipt.id, receipt.ack, bool(receipt.error)) == ("3EB0A", Ack(ack), ack == -1)


def test_only_what_was_signed_with_the_key_is_read(world: WahaWorld) -> None:
    body = json.dumps({"event": "message", "session": "default", "payload": message(CHAT, CHAT, body="halo")}).encode()
    good = signed(world, body).headers
    for headers, content in (({}, body), ({"x-webhook-hmac": ""}, body), ({"x-webhook-hmac": "é"}, body), (good, body + b" "), (good, b"")):
        with pytest.raises(BadPayload) as refusal:
            world.ours.receive(WebhookCall(method="POST", body=content, headers=headers))
        assert refusal.value.status == 401
    with pytest.raises(BadPayload) as refusal:
        world.ours.receive(WebhookCall(method="GET", body=body, headers=good))
    assert refusal.value.status == 405


def test_a_signed_body_that_is_no_event_is_refused(world: WahaWorld) -> None:
    for body in (b"", b"{", b"[]", b"5"):
        with pytest.raises(BadPayload) as refusal:
            world.ours.receive(signed(world, body))
        assert refusal.value.status == 400


def test_a_file_is_fetched_from_the_gateway_with_the_key_whatever_host_it_names(world: WahaWorld, heard: Recorder) -> None:
    world.sends_file(b"%PDF-1.7 isi", "Bukti")
    world.settle()
    found = world.ours.download(heard.messages[0].attachments[0])
    assert (found.kind, found.content) == ("document", b"%PDF-1.7 isi")


def test_a_file_elsewhere_is_fetched_as_anybodys_and_one_that_is_gone_is_refused(world: WahaWorld) -> None:
    for handle in ("http://127.0.0.1:1/bucket/a.pdf", "http://localhost:3000/api/files/default/gone.pdf", ""):
        with pytest.raises((Refused, TryLater)) as refusal:
            world.ours.download(Attachment("document", handle=handle))
        assert KEY not in str(refusal.value)


def test_the_phone_is_logged_out(world: WahaWorld) -> None:
    before = world.ours.session().is_authenticated
    world.ours.log_out()
    assert (before, world.ours.session().is_authenticated) == (True, False)


@pytest.mark.parametrize(("age", "until", "left_out"), [(60.0, 0.0, ()), (2 * 86_400.0, None, ("session.status older than a day",))])
def test_a_state_of_the_session_that_is_sent_again_days_later_counts_no_more(
    world: WahaWorld, age: float, until: float | None, left_out: tuple[str, ...]
) -> None:
    payload = {"name": "default", "status": "WORKING", "statuses": [], "data": OPEN}
    event = {
        "id": "evt_1",
        "event": "session.status",
        "session": "default",
        "timestamp": int((time.time() - age) * 1000),
        "payload": payload,
    }
    content = world.ours.receive(signed(world, json.dumps(event).encode()))
    assert (content.restricted_until, content.left_out) == (until, left_out)

"""A number of Meta's Cloud API: what is sent, what Meta's errors mean, and what becomes of files."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from flask_chatbot.core.values.contents import Attachment, Choice, File, Reaction
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Media, Reply, Sticker, Text, Video
from flask_chatbot.errors import Refused, TransportError, TryLater
from flask_chatbot.testing.transports import Recorder
from flask_chatbot.testing.transports.recorder import door
from flask_chatbot.testing.transports.worlds import outbound
from flask_chatbot.transports.base import Session
from flask_chatbot.transports.cloud.failures import BAD_ACCESS, BAD_ACCOUNT, BAD_PHONE_ID
from flask_chatbot.transports.cloud.formats import MIB
from flask_chatbot.transports.cloud.graph import ELSEWHERE, GONE, TOO_LARGE
from flask_chatbot.transports.cloud.transport import Cloud
from tests.transports.cloud.graph import APP_SECRET, OURS, PHONE_ID, TOKEN, VERIFY_TOKEN, Node, failing
from tests.transports.cloud.world import BSUID, CloudWorld

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PICTURE = File(content=PNG, kind="image", mime="image/png", name="harga.png")
CHOICES = (Choice("ya", "Ya"), Choice("tidak", "Tidak"))


@pytest.fixture
def world() -> Iterator[CloudWorld]:
    world = CloudWorld()
    with door(world.transport, Recorder()) as world.address:
        yield world
        assert world.graph.problems == []
    world.close()


def sent(world: CloudWorld, reply: Reply, chat: str = "", file: File | None = None) -> Node:
    """The body of a message at Meta, without what all have."""
    message = outbound(chat=chat, reply=reply)
    assert world.cloud.send(message, file).startswith("wamid.")
    body = dict(world.graph.calls[-1])
    assert (body.pop("messaging_product"), body.pop("biz_opaque_callback_data")) == ("whatsapp", message.id)
    return body


TO: Node = {"recipient_type": "individual", "to": "628123456789"}


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Text("Halo"), {"type": "text", "text": {"body": "Halo"}}),
        (Location(-6.2, 0.00001), {"type": "location", "location": {"latitude": "-6.200000", "longitude": "0.000010"}}),
        (
            Location(-6.2, 106.8, "Toko"),
            {"type": "location", "location": {"latitude": "-6.200000", "longitude": "106.800000", "name": "Toko"}},
        ),
        (
            ContactCard("Admin", ("628111111111", "0812-3456")),
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Admin", "first_name": "Admin"},
                        "phones": [{"phone": "+628111111111", "wa_id": "628111111111"}, {"phone": "0812-3456"}],
                    }
                ],
            },
        ),
        (
            Buttons("Jadi?", CHOICES, "Jadi?\n1. Ya\n2. Tidak"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "Jadi?"},
                    "action": {
                        "buttons": [
                            {"type": "reply", "reply": {"id": "ya", "title": "Ya"}},
                            {"type": "reply", "reply": {"id": "tidak", "title": "Tidak"}},
                        ]
                    },
                },
            },
        ),
        (
            List("Pilih.", (Choice("7", "Kopi", "a" * 90),), "Pilih.\n1. Kopi", "Buka"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Pilih."},
                    "action": {"button": "Buka", "sections": [{"rows": [{"id": "7", "title": "Kopi", "description": "a" * 72}]}]},
                },
            },
        ),
        (Buttons("a" * 1025, CHOICES, "1. Ya"), {"type": "text", "text": {"body": "1. Ya"}}),
        (
            MessageTemplate("pesanan_dikirim", "id", ("Budi\nSantoso", "JP   12")),
            {
                "type": "template",
                "template": {
                    "name": "pesanan_dikirim",
                    "language": {"policy": "deterministic", "code": "id"},
                    "components": [
                        {"type": "body", "parameters": [{"type": "text", "text": "Budi Santoso"}, {"type": "text", "text": "JP 12"}]}
                    ],
                },
            },
        ),
        (
            Reaction("\N{THUMBS UP SIGN}", "wamid.0"),
            {"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "\N{THUMBS UP SIGN}"}},
        ),
        (
            MessageTemplate("halo", "en_US"),
            {"type": "template", "template": {"name": "halo", "language": {"policy": "deterministic", "code": "en_US"}}},
        ),
    ],
)
def test_each_kind_is_sent_as_metas_description_has_it(world: CloudWorld, reply: Reply, wanted: Node) -> None:
    assert sent(world, reply) == {**TO, **wanted}


@pytest.mark.parametrize(
    ("chat", "address"),
    [
        ("628111@c.us", {"recipient_type": "individual", "to": "628111"}),
        (BSUID, {"recipient_type": "individual", "recipient": BSUID}),
        ("Y2FwaV9ncm91cDox@g.us", {"recipient_type": "group", "to": "Y2FwaV9ncm91cDox"}),
    ],
)
def test_people_are_written_to_by_number_or_by_metas_id(world: CloudWorld, chat: str, address: Node) -> None:
    assert sent(world, Text("Halo"), chat) == {**address, "type": "text", "text": {"body": "Halo"}}


def test_an_answer_quotes_the_message_that_it_is_for(world: CloudWorld) -> None:
    world.cloud.send(outbound(reply=Image("https://x.id/a.png"), reply_to="wamid.0"), PICTURE)
    assert world.graph.calls[-1]["context"] == {"message_id": "wamid.0"}


def test_a_group_gets_a_menu_with_numbers(world: CloudWorld) -> None:
    assert sent(world, Buttons("Jadi?", CHOICES, "1. Ya"), "Y2Fw@g.us")["text"] == {"body": "1. Ya"}


@pytest.mark.parametrize("chat", ["251500@lid", "77001@telegram", "6282386xxxxxx@c.us", "ID.ENT.1@c.us"])
def test_people_whom_meta_does_not_know_are_refused(world: CloudWorld, chat: str) -> None:
    with pytest.raises(Refused):
        world.cloud.send(outbound(chat=chat))
    assert world.graph.calls == []


WEBP = b"RIFF\x28\0\0\0WEBPVP8 " + bytes(32)
OPUS = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
FILES: dict[str, tuple[Media, File, str, Node]] = {
    "a picture": (Image("https://x.id/a.png", "Ini"), PICTURE, "image/png", {"type": "image", "image": {"caption": "Ini"}}),
    "a picture of a kind that Meta does not show": (
        Image("https://x.id/a.gif", "Ini"),
        File(content=b"GIF89a", kind="image", mime="image/gif", name="a.gif"),
        "image/gif",
        {"type": "document", "document": {"caption": "Ini", "filename": "a.gif"}},
    ),
    "a picture that is too large": (
        Image("https://x.id/a.png"),
        File(content=PNG.ljust(5 * MIB + 1), kind="image", mime="image/png", name="a.png"),
        "image/png",
        {"type": "document", "document": {"filename": "a.png"}},
    ),
    "a voice note": (
        Audio("https://x.id/a.ogg"),
        File(content=OPUS, kind="audio", mime="audio/ogg", name="a.ogg"),
        "audio/ogg; codecs=opus",
        {"type": "audio", "audio": {}},
    ),
    "an ogg of another kind": (
        Audio("https://x.id/a.ogg"),
        File(content=b"OggS" + bytes(99), kind="audio", mime="audio/ogg", name="a.ogg"),
        "audio/ogg; codecs=opus",
        {"type": "document", "document": {"filename": "a.ogg"}},
    ),
    "a sound with a caption": (
        Audio("https://x.id/a.mp3", "Salam"),
        File(content=b"ID3" + bytes(9), kind="audio", mime="audio/mpeg", name="a.mp3"),
        "audio/mpeg",
        {"type": "document", "document": {"caption": "Salam", "filename": "a.mp3"}},
    ),
    "a sticker": (
        Sticker("https://x.id/a.webp"),
        File(content=WEBP, kind="sticker", mime="image/webp", name="a.webp"),
        "image/webp",
        {"type": "sticker", "sticker": {}},
    ),
    "a sticker that is too large": (
        Sticker("https://x.id/a.webp"),
        File(content=WEBP.ljust(500 * 1024 + 1), kind="sticker", mime="image/webp", name="a.webp"),
        "image/webp",
        {"type": "document", "document": {"filename": "a.webp"}},
    ),
    "a film": (
        Video("https://x.id/a.mp4", "Cara"),
        File(content=bytes(4) + b"ftypmp42", kind="video", mime="video/mp4", name="a.mp4"),
        "video/mp4",
        {"type": "video", "video": {"caption": "Cara"}},
    ),
    "a document": (
        Document("https://x.id/1", filename='katalog \u2014 "baru"'),
        File(content=b"%PDF-1.7", kind="document", mime="application/pdf"),
        "application/pdf",
        {"type": "document", "document": {"filename": 'katalog \u2014 "baru".pdf'}},
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_uploaded_and_sent_as_what_meta_takes(world: CloudWorld, kind: str) -> None:
    reply, file, mime, wanted = FILES[kind]
    body = sent(world, reply, file=file)
    (upload,) = world.graph.uploads
    (media_id,) = world.graph.files
    assert body.pop(body["type"]) == {"id": media_id, **wanted.pop(wanted["type"])}
    assert body == {**TO, "type": wanted["type"]}
    assert (upload["type"], world.graph.files[media_id]) == (mime, (file.content, mime))


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Image("https://x.id/a.png", "Ini"), {"type": "image", "image": {"link": "https://x.id/a.png", "caption": "Ini"}}),
        (Audio("https://x.id/a.mp3"), {"type": "audio", "audio": {"link": "https://x.id/a.mp3"}}),
        (Audio("https://x.id/a.mp3", "Ini"), {"type": "document", "document": {"link": "https://x.id/a.mp3", "caption": "Ini"}}),
        (Document("https://x.id/a", filename="a.pdf"), {"type": "document", "document": {"link": "https://x.id/a", "filename": "a.pdf"}}),
    ],
)
def test_a_file_that_is_not_at_hand_is_sent_by_its_link(world: CloudWorld, reply: Media, wanted: Node) -> None:
    assert sent(world, reply) == {**TO, **wanted}


def test_a_file_that_goes_to_many_is_uploaded_once(world: CloudWorld) -> None:
    ids = [sent(world, Image("https://x.id/a.png"), f"62811{number}@c.us", PICTURE)["image"]["id"] for number in range(5)]
    assert (len(set(ids)), len(world.graph.uploads)) == (1, 1)


def test_an_upload_that_meta_refuses_later_is_uploaded_again(world: CloudWorld) -> None:
    first = sent(world, Image("https://x.id/a.png"), file=PICTURE)["image"]["id"]
    message = outbound(11, reply=Image("https://x.id/a.png"))
    world.graph.troubles.append(failing(131009, "(#131009) Parameter value is not valid"))
    with pytest.raises(TryLater):
        world.cloud.send(message, PICTURE)
    world.graph.troubles.append(failing(131009, "(#131009) Parameter value is not valid"))
    with pytest.raises(Refused):
        world.cloud.send(message, PICTURE)
    assert (len(world.graph.uploads), world.graph.calls[-1]["image"]["id"] != first) == (2, True)


ERRORS: list[tuple[int, dict[str, Any], type[TransportError], str, float | None]] = [
    (429, {"code": 4, "Retry_After": "90"}, TryLater, "Meta says: (#4) Something is wrong.", 90.0),
    (400, {"code": 130429}, TryLater, "Meta says: (#130429) Something is wrong.", 5.0),
    (429, {"code": 130429, "Retry_After": "7"}, TryLater, "Meta says: (#130429) Something is wrong.", 7.0),
    (400, {"code": 131056}, TryLater, "Meta says: (#131056) Something is wrong.", 6.0),
    (500, {"code": 131016}, TryLater, "Meta says: (#131016) Something is wrong.", 5.0),
    (500, {"code": 1}, TryLater, "Meta says: (#1) Something is wrong.", 0.0),
    (503, {"code": 9999, "Retry_After": "30"}, TryLater, "Meta says: (#9999) Something is wrong.", 30.0),
    (400, {"code": 131048}, TryLater, "Meta says: (#131048) Something is wrong.", 3600.0),
    (
        401,
        {"code": 190, "words": "Error validating access token"},
        TryLater,
        f"Meta says: (#190) Error validating access token. {BAD_ACCESS}",
        60.0,
    ),
    (403, {"code": 10}, TryLater, f"Meta says: (#10) Something is wrong. {BAD_ACCESS}", 60.0),
    (403, {"code": 200}, TryLater, f"Meta says: (#200) Something is wrong. {BAD_ACCESS}", 60.0),
    (400, {"code": 131042}, TryLater, f"Meta says: (#131042) Something is wrong. {BAD_ACCOUNT}", 3600.0),
    (400, {"code": 100, "subcode": 33}, TryLater, f"Meta says: (#100) Something is wrong. {BAD_PHONE_ID}", 60.0),
    (400, {"code": 131047, "details": "Send a template."}, Refused, "Meta says: (#131047) Something is wrong: Send a template.", None),
    (400, {"code": 132000}, Refused, "Meta says: (#132000) Something is wrong.", None),
    (404, {"code": 132001}, Refused, "Meta says: (#132001) Something is wrong.", None),
    (400, {"code": 100, "details": "to 628123456789 of kenari"}, Refused, "Meta says: (#100) Something is wrong: to [...] of [...].", None),
]


@pytest.mark.parametrize(("status", "error", "kind", "words", "after"), ERRORS, ids=[f"{each[1]['code']} {each[0]}" for each in ERRORS])
def test_each_error_is_final_only_if_it_is_about_the_message(
    world: CloudWorld, status: int, error: dict[str, Any], kind: type[TransportError], words: str, after: float | None
) -> None:
    world.graph.troubles.append(failing(status=status, **error))
    with pytest.raises(kind) as failure:
        world.cloud.send(outbound(reply=Text("kenari")))
    assert (str(failure.value), getattr(failure.value, "after", None)) == (words, after)
    assert world.cloud.send(outbound(11))


def test_a_token_in_metas_words_is_hidden(world: CloudWorld) -> None:
    world.graph.troubles.append(failing(190, f"Malformed access token {TOKEN}", status=401))
    with pytest.raises(TryLater, match=r"Malformed access token \[\.\.\.\]\."):
        world.cloud.send(outbound())


def test_an_error_that_meta_calls_transient_may_pass(world: CloudWorld) -> None:
    error = {"error": {"message": "Try again", "code": 9999, "is_transient": True}}
    world.graph.troubles.append(lambda call, body: call.write(error, status=400))
    with pytest.raises(TryLater, match=r"^Meta says: \(#9999\) Try again\.$"):
        world.cloud.send(outbound())


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ("<html>", 200, "Meta answered with something other than its JSON."),
        ("<html>", 502, "Meta answered 502 with something other than its JSON."),
        ("[]", 200, "Meta answered a message with something other than its id."),
        ('{"messages": [{}]}', 200, "Meta answered a message with something other than its id."),
        ("", 301, "Meta answered 301 with something other than its JSON."),
    ],
)
def test_an_answer_that_is_not_metas_is_to_be_tried_later(world: CloudWorld, found: str, status: int, words: str) -> None:
    world.graph.troubles.append(lambda call, body: call.write(found, status=status))
    with pytest.raises(TryLater) as failure:
        world.cloud.send(outbound())
    assert str(failure.value) == words


def test_typing_marks_the_message_as_read_once_and_never_in_groups(world: CloudWorld) -> None:
    for chat, name in (("628111@c.us", "wamid.1"), ("628111@c.us", "wamid.1"), ("Y2Fw@g.us", "wamid.2"), ("628111@c.us", "wamid.3")):
        world.cloud.typing(chat, name)
    mark = {"messaging_product": "whatsapp", "status": "read", "typing_indicator": {"type": "text"}}
    assert world.graph.calls == [{**mark, "message_id": "wamid.1"}, {**mark, "message_id": "wamid.3"}]


def test_the_phone_is_metas(world: CloudWorld) -> None:
    assert world.cloud.session() == Session(is_authenticated=True, number=OURS, name="Toko Maju")


def test_a_file_of_a_customer_takes_two_calls_both_with_the_token(world: CloudWorld) -> None:
    name = world.graph.add_file(PNG)
    assert world.cloud.download(Attachment("image", handle=name)) == File(content=PNG, kind="image", mime="image/png")
    assert world.graph.asked == [f"GET /v26.0/{name}?phone_number_id={PHONE_ID}", f"GET /bytes/{name}"]


def test_a_file_that_is_gone_or_too_large_is_refused(world: CloudWorld) -> None:
    with pytest.raises(Refused, match=re.escape(GONE)):
        world.cloud.download(Attachment("image", handle="7"))
    large = world.graph.add_file(bytes(16 * MIB + 1))
    with pytest.raises(Refused, match=re.escape(TOO_LARGE)):
        world.cloud.download(Attachment("image", handle=large))
    assert not [each for each in world.graph.asked if "/bytes/" in each]


def test_the_token_goes_nowhere_but_to_meta(world: CloudWorld) -> None:
    other = CloudWorld()
    name = world.graph.add_file(PNG)
    for url in (
        f"{other.graph.url}/bytes/{name}",
        "https://fbsbx.com.example.com/x",
        "http://lookaside.fbsbx.com/x",
        "file:///etc",
        "http://[",
        "",
    ):
        world.graph.files[name] = PNG, "image/png"
        world.graph.url = url.removesuffix(f"/bytes/{name}")
        with pytest.raises(Refused, match=re.escape(ELSEWHERE)):
            world.cloud.download(Attachment("image", handle=name))
    assert other.graph.asked == []
    other.close()


def test_before_it_has_a_client_everything_is_to_be_tried_later() -> None:
    cloud = Cloud(PHONE_ID, TOKEN, APP_SECRET, VERIFY_TOKEN)
    with pytest.raises(TryLater):
        cloud.send(outbound())
    with pytest.raises(Refused):
        cloud.has_whatsapp("628111")
    assert (cloud.groups(), hashlib.sha256(TOKEN.encode()).hexdigest() in repr(cloud), TOKEN in repr(vars(cloud))) == ((), False, False)

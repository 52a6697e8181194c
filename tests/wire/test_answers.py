"""Reading what other people's webhooks answer."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.replies import (
    REPLIES_LIMIT,
    TEXT_LIMIT,
    Audio,
    ContactCard,
    Document,
    Image,
    Location,
    Reply,
    Sticker,
    Text,
    Video,
)
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.answers import ForwardAnswer, read_answer
from flask_chatbot.wire.webhook import write_replies

URL = "https://example.com/file"
HALO = {"type": "message", "content": "Halo"}


def read(document: object) -> ForwardAnswer:
    return read_answer(json.dumps(document).encode())


def of(*items: object) -> ForwardAnswer:
    """What comes of these items, where the contract has them."""
    return read({"success": True, "message": {"reply": items}})


def test_the_contracts_own_answer_is_read() -> None:
    body = b"""{"success": true, "message": {"reply": [
        {"type": "message",  "content": "Webhook Response"},
        {"type": "location", "content": [{"coordinate": "0.525960-101.426866"}]},
        {"type": "audio",    "content": "https://yourdomain/your_audio_file.mp3"},
        {"type": "image",    "content": "https://yourdomain/your_image_file.png"},
        {"type": "document", "content": "https://yourdomain/your_document_file.pdf"}]}}"""
    assert read_answer(body) == ForwardAnswer(
        (
            Text("Webhook Response"),
            Location(0.52596, 101.426866),
            Audio("https://yourdomain/your_audio_file.mp3"),
            Image("https://yourdomain/your_image_file.png"),
            Document("https://yourdomain/your_document_file.pdf"),
        )
    )


@pytest.mark.parametrize(
    "document",
    [
        {"success": True, "message": {"reply": [HALO]}},
        {"success": True, "message": [HALO]},
        {"success": True, "message": [HALO], "reply": "reply"},
        {"success": True, "message": [HALO], "reply": [{"type": "message", "content": "other"}]},
        {"success": True, "message": [], "reply": [HALO]},
        {"success": True, "message": "", "reply": [HALO]},
        {"success": True, "message": {"0": HALO}},
        {"success": True, "message": {"reply": {"0": HALO}}},
        {"success": True, "message": {"reply": [HALO], "0": HALO}},
        {"success": True, "message": {"reply": [{**HALO, "more": 1}]}, "more": {}},
        {"success": True, "message": {"reply": [{"type": " Message ", "content": "Halo"}]}},
    ],
)
def test_the_replies_are_found_where_the_field_has_them(document: object) -> None:
    assert read(document) == ForwardAnswer((Text("Halo"),))


@pytest.mark.parametrize("document", [{"success": True, "message": {"reply": []}}, {"success": True, "message": []}])
def test_an_empty_list_is_silence(document: object) -> None:
    assert read(document) == ForwardAnswer()


@pytest.mark.parametrize("success", [False, None, "true", "false", 1, 0, [], {}])
def test_what_does_not_succeed_brings_nothing(success: object) -> None:
    unsuccessful = ForwardAnswer(problems=("it does not say 'success': true",))
    assert read({"success": success, "message": {"reply": [HALO]}}) == unsuccessful
    assert read({"message": {"reply": [HALO]}}) == unsuccessful


@pytest.mark.parametrize(
    "message", ["Halo", "", None, 5, True, {}, {"text": "Halo"}, HALO, {"reply": "Halo"}, {"reply": None}, {"reply": HALO}]
)
def test_a_message_that_holds_no_list_brings_nothing(message: object) -> None:
    assert read({"success": True, "message": message}) == ForwardAnswer(problems=("its 'message' has no list of replies",))


def test_an_item_that_cannot_be_read_is_left_out_and_told_by_its_place() -> None:
    rahasia = "rahasia pelanggan"
    answered = of(
        HALO,
        rahasia,
        None,
        {"type": "message", "content": " "},
        {"type": "message", "content": {"text": rahasia}},
        {"type": "message"},
        {"type": "image", "content": rahasia},
        {"type": "location", "content": rahasia},
        {"type": "contact", "content": {"name": rahasia, "numbers": []}},
        HALO,
    )
    assert answered == ForwardAnswer(
        (Text("Halo"), Text("Halo")),
        (
            "reply 2 of 10 is no object",
            "reply 3 of 10 is no object",
            "reply 4 of 10 has an empty text",
            "reply 5 of 10 has no text as its content",
            "reply 6 of 10 has no text as its content",
            "reply 7 of 10 has no web address as its content",
            "reply 8 of 10 has a coordinate that is not written as latitude-longitude",
            "reply 9 of 10 has no name with numbers as its content",
        ),
    )


def test_an_image_is_no_sticker_though_the_contract_has_one_word_for_both() -> None:
    image, sticker = {"type": "image", "content": URL}, {"type": "sticker", "content": URL}
    assert of(image, sticker) == ForwardAnswer((Image(URL), Sticker(URL)))


@pytest.mark.parametrize("unknown", [{"type": "poll", "content": "a"}, {"type": None, "content": "a"}, {"content": "a"}])
def test_an_item_of_an_unknown_type_keeps_all_of_the_answer_from_the_customer(unknown: object) -> None:
    assert of(HALO, unknown, HALO) == ForwardAnswer(problems=("reply 2 of 3 is of an unknown type, so nothing is sent",))


@pytest.mark.parametrize(
    ("coordinate", "place"),
    [
        ("0.525960-101.426866", (0.52596, 101.426866)),
        ("-6.2-106.8", (-6.2, 106.8)),
        ("-6.2--70.1", (-6.2, -70.1)),
        ("6.2--70.1", (6.2, -70.1)),
        ("0-0", (0.0, 0.0)),
        (" -90-180 ", (-90.0, 180.0)),
        ("90--180", (90.0, -180.0)),
    ],
)
def test_a_coordinate_is_read_with_its_minuses(coordinate: str, place: tuple[float, float]) -> None:
    for content in ([{"coordinate": coordinate}], {"coordinate": coordinate}, coordinate):
        assert of({"type": "location", "content": content}) == ForwardAnswer((Location(*place),))


@pytest.mark.parametrize(
    "coordinate", ["", "1", "1,2", "1-", "-1", "1--", "1---2", "1.-2", ".5-1", "1e1-2", "٣-٤", "1 - 2", "lat-lng", None, 5, [], {}]
)
def test_what_is_no_coordinate_is_told(coordinate: object) -> None:
    assert of({"type": "location", "content": [{"coordinate": coordinate}]}) == ForwardAnswer(
        problems=("reply 1 of 1 has a coordinate that is not written as latitude-longitude",)
    )


@pytest.mark.parametrize("coordinate", ["90.1-0", "-90.1-0", "0-180.1", "0--180.1", f"{'9' * 400}-0"])
def test_a_coordinate_that_is_nowhere_is_told(coordinate: str) -> None:
    assert of({"type": "location", "content": [{"coordinate": coordinate}]}) == ForwardAnswer(
        problems=("reply 1 of 1 has a coordinate that is nowhere on earth",)
    )


def test_several_coordinates_are_several_places() -> None:
    answered = of({"type": "location", "content": [{"coordinate": "1-2"}, {"coordinate": "3-4"}, {"coordinate": "5"}]})
    told = ("reply 1 of 1 has a coordinate that is not written as latitude-longitude",)
    assert answered == ForwardAnswer((Location(1, 2), Location(3, 4)), told)
    assert of({"type": "location", "content": []}) == ForwardAnswer(problems=("reply 1 of 1 has no coordinate",))


@pytest.mark.parametrize(("kind", "make"), [("image", Image), ("audio", Audio), ("document", Document), ("video", Video)])
def test_files_are_read_by_their_urls(kind: str, make: type[Image | Audio | Document | Video]) -> None:
    assert of({"type": kind, "content": f" {URL} "}) == ForwardAnswer((make(URL),))
    for content in ("", "file.png", "ftp://example.com/a", "https://", "https:///a", "https://a b", None, [URL], {"url": URL}):
        assert of({"type": kind, "content": content}) == ForwardAnswer(problems=("reply 1 of 1 has no web address as its content",))


def test_contacts_are_read() -> None:
    card = {"name": "Admin", "numbers": ["628111", 628222, None, " "]}
    known = ContactCard("Admin", ("628111", "628222"))
    assert of({"type": "contact", "content": card}, {"type": "contact", "content": [card, card]}) == ForwardAnswer((known, known, known))


@pytest.mark.parametrize(
    "content",
    [None, [], "Admin", {"name": "A"}, {"name": 5, "numbers": ["1"]}, {"name": " ", "numbers": ["1"]}, {"name": "A", "numbers": "1"}],
)
def test_a_contact_without_a_name_or_numbers_is_told(content: object) -> None:
    assert of({"type": "contact", "content": content}) == ForwardAnswer(problems=("reply 1 of 1 has no name with numbers as its content",))


def test_a_number_as_text_is_the_text_as_written() -> None:
    assert read_answer(b'{"success": true, "message": [{"type": "message", "content": 1.10}]}') == ForwardAnswer((Text("1.10"),))


def test_a_text_too_long_for_one_message_becomes_two() -> None:
    assert of({"type": "message", "content": "a" * TEXT_LIMIT}) == ForwardAnswer((Text("a" * TEXT_LIMIT),))
    assert of({"type": "message", "content": "a" * (TEXT_LIMIT + 1)}) == ForwardAnswer((Text("a" * TEXT_LIMIT), Text("a")))


def test_of_too_many_replies_the_first_are_sent_and_it_is_told() -> None:
    assert of(*[HALO] * REPLIES_LIMIT) == ForwardAnswer((Text("Halo"),) * REPLIES_LIMIT)
    assert of(*[HALO] * 12) == ForwardAnswer((Text("Halo"),) * REPLIES_LIMIT, ("of 12 replies, the first 10 are sent",))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"Halo"', b'{"success": true,}', b"[" * 1000, b'{"a": 1, "a": 2}', b"\xff"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read_answer(body)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet="ab-1. https:/", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("success message reply type content coordinate name numbers 0".split()), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(message=ANYTHING, beside=ANYTHING)
def test_no_answer_makes_it_fail(message: object, beside: object) -> None:
    answered = read({"success": True, "message": message, "reply": beside})
    assert len(answered.replies) <= REPLIES_LIMIT


FILES = st.sampled_from([Image, Audio, Document])
REPLIES = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip).map(Text)
    | FILES.map(lambda make: make(URL))
    | st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
)


@given(st.lists(REPLIES, max_size=REPLIES_LIMIT))
def test_what_our_own_webhook_answers_is_read_back(replies: list[Reply]) -> None:
    answered = read_answer(write_replies(replies))
    assert (len(answered.replies), answered.problems) == (len(replies), ())
    for reply, back in zip(replies, answered.replies, strict=True):
        if isinstance(reply, Location) and isinstance(back, Location):
            assert math.isclose(back.lat, reply.lat, abs_tol=1e-6)
            assert math.isclose(back.lng, reply.lng, abs_tol=1e-6)
        else:
            assert back == reply

"""Replies as rule files write them, and as a terminal shows them."""

import json

import pytest

from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Text, Video
from flask_chatbot.core.values.written import reply_data, reply_of, reply_text

URL = "https://example.com/a"


@pytest.mark.parametrize(
    ("reply", "written", "shown"),
    [
        (Text("Halo"), {"text": "Halo"}, "Halo"),
        (Image(URL), {"image": {"url": URL}}, f"[image] {URL}"),
        (Audio(URL, caption="Salam"), {"audio": {"url": URL, "caption": "Salam"}}, f"[audio] {URL}, Salam"),
        (Video(URL), {"video": {"url": URL}}, f"[video] {URL}"),
        (Document(URL, filename="a.pdf"), {"document": {"url": URL, "filename": "a.pdf"}}, f"[document] {URL}, a.pdf"),
        (Location(0, 101.5), {"location": {"lat": 0, "lng": 101.5}}, "[location] 0, 101.5"),
        (
            ContactCard("Admin", ("628111111111", "628222222222")),
            {"contact": {"name": "Admin", "numbers": ("628111111111", "628222222222")}},
            "[contact] Admin, 628111111111, 628222222222",
        ),
    ],
)
def test_each_kind_is_written_and_shown(reply: Reply, written: dict[str, object], shown: str) -> None:
    assert (reply_data(reply), reply_text(reply)) == (written, shown)
    assert reply_of(json.loads(json.dumps(written))) == reply


@pytest.mark.parametrize(
    ("written", "reply"),
    [
        ("  Halo\n", Text("Halo")),
        ({"text": " Halo "}, Text("Halo")),
        ({"image": f" {URL} "}, Image(URL)),
        ({"location": {"lat": 0, "lng": 101}}, Location(0.0, 101.0)),
        ({"contact": {"name": "Admin", "numbers": " 628111111111"}}, ContactCard("Admin", ("628111111111",))),
    ],
)
def test_the_short_forms_of_rule_files_are_read_and_texts_are_trimmed(written: object, reply: Reply) -> None:
    assert reply_of(written) == reply

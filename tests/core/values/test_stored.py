"""Replies survive the way into a database and back, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Text, Video
from flask_chatbot.core.values.stored import read_reply, type_of, write_reply

anything = st.text(st.characters(), max_size=30) | st.just("\0\ud83d")
degrees = st.floats(allow_nan=False, allow_infinity=False)
replies = (
    st.builds(Text, anything)
    | st.one_of(*(st.builds(kind, anything, anything, anything) for kind in (Image, Audio, Video, Document)))
    | st.builds(Location, degrees, degrees, anything)
    | st.builds(ContactCard, anything, st.lists(anything).map(tuple))
)


@given(replies)
def test_a_reply_is_read_as_it_was_written(reply: Reply) -> None:
    assert read_reply(write_reply(reply)) == reply


@given(replies)
def test_what_is_written_is_ascii_without_nul(reply: Reply) -> None:
    text = write_reply(reply)
    assert text.isascii()
    assert "\0" not in text


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Text("Halo"), "text"),
        (Image("u"), "image"),
        (Audio("u"), "audio"),
        (Video("u"), "video"),
        (Document("u"), "document"),
        (Location(0.0, 0.0), "chat"),
        (ContactCard("Admin", ("628111",)), "vcard"),
    ],
)
def test_the_type_is_the_contracts(reply: Reply, told: str) -> None:
    assert type_of(reply) == told


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "1", "{}", '{"kind":"hologram"}', '{"kind":"text"}', '{"kind":"text","text":"a","more":1}', "[" * 100_000],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is no reply that this version knows$"):
        read_reply(text)

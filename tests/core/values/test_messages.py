"""Messages: what they hold beside their text, and how their files are fetched."""

import pytest

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.errors import Refused

FIRST, SECOND = Attachment("image", handle="1"), Attachment("document", handle="2")


def fetch(attachment: Attachment) -> File:
    """A file that holds the name of its attachment."""
    return File(content=attachment.handle.encode(), kind=attachment.kind, mime="text/plain")


def test_a_message_is_a_text_unless_it_says_otherwise() -> None:
    message = Message(text="halo")
    contents = (message.choice, message.location, message.reaction, message.referral)
    assert (message.kind, contents, message.attachments, message.contacts) == ("text", (None,) * 4, (), ())
    assert (message.edits, message.deletes, message.reply_to, message.forwarded) == ("", "", "", False)


def test_download_fetches_the_first_file_or_the_one_that_is_asked_for() -> None:
    message = Message(text="", kind="media", attachments=(FIRST, SECOND), fetch=fetch)
    assert [message.download().content, message.download(1).content, message.download(-1).content] == [b"1", b"2", b"2"]


def test_how_files_are_fetched_is_no_part_of_what_a_message_is() -> None:
    with_fetch, without = Message(text="", attachments=(FIRST,), fetch=fetch), Message(text="", attachments=(FIRST,))
    assert (with_fetch == without, repr(with_fetch) == repr(without)) == (True, True)


@pytest.mark.parametrize(
    ("attachments", "index", "told"),
    [
        ((), 0, "This message has no files: there is none with the index 0."),
        ((FIRST,), 1, "This message has 1 file: there is none with the index 1."),
        ((FIRST, SECOND), -3, "This message has 2 files: there is none with the index -3."),
    ],
)
def test_a_file_that_a_message_does_not_have_is_refused(attachments: tuple[Attachment, ...], index: int, told: str) -> None:
    message = Message(text="", attachments=attachments, fetch=fetch)
    with pytest.raises(Refused) as refused:
        message.download(index)
    assert str(refused.value) == told


def test_where_nothing_can_fetch_a_file_the_error_says_where_it_can() -> None:
    message = Message(text="", attachments=(FIRST,))
    with pytest.raises(
        Refused, match=r"^The file of this message cannot be fetched here\. Call download\(\) on the message that a handler"
    ):
        message.download()

"""Files that simulated phones send: kept until somebody asks, and told for what they are."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from flask_chatbot.core.values.contents import FILE_LIMIT, Attachment, File
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.testing.transports import Recorder
from flask_chatbot.transports.kept_files import ROOM, KeptFiles
from flask_chatbot.transports.simulator import Simulator
from tests.transports.scenes import BUDI

PNG = b"\x89PNG\r\n\x1a\n and more"
WEBP = b"RIFF\x08\0\0\0WEBPVP8 "


def sent(**file: Any) -> tuple[Simulator, Recorder]:
    """A simulator in which Budi has sent a file, and who listens to it."""
    simulator, heard = Simulator(clock=lambda: 1.7e9), Recorder()
    simulator.open(heard)
    simulator.phone(BUDI).sends(**file)
    return simulator, heard


def test_a_picture_comes_in_as_an_attachment_with_its_caption_as_the_text() -> None:
    _, heard = sent(image=PNG, caption="Bukti transfer")
    (message,) = heard.messages
    hashed = sha256(PNG).hexdigest()
    assert (message.kind, message.text, message.media) == ("media", "Bukti transfer", None)
    assert message.attachments == (Attachment("image", mime="image/png", size=len(PNG), sha256=hashed, handle=hashed),)


def test_a_file_comes_in_with_its_name_and_a_recording_as_a_voice_note(tmp_path: Path) -> None:
    path = tmp_path / "daftar.pdf"
    path.write_bytes(b"%PDF-1.7")
    paper, voice = sent(document=path)[1].messages[0].attachments[0], sent(audio=b"OggS", voice=True)[1].messages[0].attachments[0]
    assert (paper.kind, paper.name, paper.mime, paper.voice) == ("document", "daftar.pdf", "application/pdf", False)
    assert (voice.kind, voice.mime, voice.voice) == ("audio", "audio/ogg", True)


def test_only_download_hands_out_the_bytes() -> None:
    simulator, heard = sent(image=PNG)
    (message,) = heard.messages
    assert message.download() == simulator.download(message.attachments[0]) == File(content=PNG, kind="image", mime="image/png")


@pytest.mark.parametrize(
    ("file", "kind", "mime"),
    [
        ({"image": b"no picture at all", "name": "foto.png"}, "document", "text/plain"),
        ({"sticker": WEBP}, "sticker", "image/webp"),
        ({"sticker": b"%PDF-1.7"}, "document", "application/pdf"),
        ({"document": PNG}, "image", "image/png"),
    ],
)
def test_the_content_tells_what_a_downloaded_file_is(file: dict[str, Any], kind: str, mime: str) -> None:
    found = sent(**file)[1].messages[0].download()
    assert (found.kind, found.mime) == (kind, mime)


def test_a_file_of_the_limit_is_fetched_and_one_byte_more_is_refused() -> None:
    allowed = sent(document=b"a" * FILE_LIMIT)[1].messages[0]
    assert len(allowed.download().content) == FILE_LIMIT
    message = sent(document=b"a" * (FILE_LIMIT + 1))[1].messages[0]
    assert message.attachments[0].size == FILE_LIMIT + 1
    with pytest.raises(Refused, match=r"^The file is larger than 16 MiB\.$"):
        message.download()


def test_an_empty_file_is_refused_when_it_is_fetched() -> None:
    with pytest.raises(Refused, match=r"^The file is empty\.$"):
        sent(image=b"")[1].messages[0].download()


def test_a_download_fails_as_other_calls_do() -> None:
    simulator, heard = sent(image=PNG)
    (attachment,) = heard.messages[0].attachments
    simulator.fails(TryLater("It is slow."), on="download")
    with pytest.raises(TryLater, match="It is slow"):
        simulator.download(attachment)
    simulator.disconnect()
    with pytest.raises(TryLater, match="There is no connection to WhatsApp"):
        simulator.download(attachment)
    simulator.reconnect()
    assert simulator.download(attachment).content == PNG


def test_the_oldest_files_are_dropped_when_there_is_no_more_room() -> None:
    files = KeptFiles()
    first, *_, last = [files.keep("document", bytes([number]) * FILE_LIMIT) for number in range(ROOM // FILE_LIMIT + 1)]
    assert files.fetch(last).content[:1] == bytes([ROOM // FILE_LIMIT])
    with pytest.raises(Refused, match=r"^The file is gone\.$"):
        files.fetch(first)


@pytest.mark.parametrize("files", [{}, {"image": PNG, "audio": b"OggS"}, {"picture": PNG}])
def test_sends_takes_one_file_by_its_kind(files: dict[str, Any]) -> None:
    sends: Callable[..., object] = Simulator().phone(BUDI).sends
    with pytest.raises(TypeError, match=r"^sends\(\) takes one file, by its kind: image=, audio=, video=, document= or sticker=\.$"):
        sends(**files)

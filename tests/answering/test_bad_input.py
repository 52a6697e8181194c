"""Bad input on the whole way, from a phone or the API to the phone: it is clear what is wrong, and nothing is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from flask import Flask

from flask_chatbot import Ack, Alias, Chatbot, Document, Image, Message, Text
from flask_chatbot.core.values.contents import FILE_LIMIT
from flask_chatbot.testing import working
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import API_KEY, BUDI, gateway_app, gateway_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WEBP = b"RIFF\x28\0\0\0WEBPVP8 " + bytes(32)
PAGE = b"<!doctype html><title>404</title>"
LONG = "x" * 4096  # letters, the most of a caption
RULES = """\
version: 1
rules:
  - {name: isi, keyword: isi, ask: [{nama: {question: Nama?}}, {bukti: {question: Bukti?, type: image}}], reply: "{{ nama }}, siap."}
  - {keyword: halo, reply: Halo.}
  - {keyword: panjang, reply: {image: {url: gambar.png, caption: CAPTION}}}
"""
UNFIT = "Maaf, berkas itu tidak bisa dipakai: rusak, lain jenisnya, atau lebih dari 16 MB."


@contextmanager
def app_with(folder: Path, whatsapp: Simulator, bot: Chatbot | None = None, **config: object) -> Iterator[Flask]:
    """A served app, whose worker answers and sends."""
    (folder / "gambar.png").write_bytes(PNG)
    app = gateway_app(folder, bot or Chatbot(), RULES.replace("CAPTION", LONG), CHATBOT_TRANSPORT=whatsapp, **config)
    gateway_of(app).clock = time.time  # as the worker's, which goes by the server's
    with working(app):
        yield app


class Talk:
    """A conversation on one phone: each thing done there gets one answer."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.heard = 0  # answers

    def answer(self, _: Message) -> str:
        """The one answer that arrives after something was sent."""
        count = self.heard + 1
        arrived = self.phone.waits_for(count)
        self.heard = len(arrived)
        reply = arrived[-1].reply
        return reply.text if isinstance(reply, Text) else repr(reply)


@contextmanager
def files(**contents: bytes) -> Iterator[str]:
    """The address of a server on loopback that has these files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = contents[self.path.strip("/").partition(".")[0]]
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def call(app: Flask, endpoint: str, **body: object) -> dict[str, Any]:
    """The API's answer to a send."""
    answer = app.test_client().post(f"/chatbot/api/{endpoint}", headers={"SecretKey": API_KEY}, json=body)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_caption_of_4096_letters_comes_whole_and_goes_out_whole(tmp_path: Path) -> None:
    bot, whatsapp = Chatbot(), Simulator()

    @bot.fallback
    def fallback(message: Message) -> str:
        return f"{message.kind} {len(message.text)}"

    with app_with(tmp_path, whatsapp, bot):
        budi = whatsapp.phone(BUDI)
        talk = Talk(budi)
        assert talk.answer(budi.sends(image=PNG, caption=LONG)) == "media 4096"
        assert talk.answer(budi.writes("panjang")) == repr(Image("gambar.png", caption=LONG))


def test_the_api_takes_a_caption_of_4096_letters_and_names_the_limit_to_a_longer_one(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with files(a=PNG) as address, app_with(tmp_path, whatsapp, CHATBOT_PRIVATE_HOSTS=address.removeprefix("http://")) as app:
        refused = call(app, "sendmedia", nohp=BUDI, mediaurl=f"{address}/a.png", pesan=f"{LONG}x")
        assert refused == {"success": False, "errorMessage": "'pesan' has 4,097 characters, and 4,096 is the limit. Send less."}
        assert call(app, "sendmedia", nohp=BUDI, mediaurl=f"{address}/a.png", pesan=LONG)["success"] is True
        (arrived,) = whatsapp.phone(BUDI).waits_for(1)
        assert (arrived.reply, arrived.file and arrived.file.kind) == (Image(f"{address}/a.png", caption=LONG), "image")


def test_a_form_says_what_is_no_answer_and_asks_again_until_it_has_all(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with app_with(tmp_path, whatsapp):
        budi = whatsapp.phone(BUDI)
        talk = Talk(budi)
        assert talk.answer(budi.writes("isi")) == "Nama?"
        no_text = "Maaf, {} belum bisa jadi jawaban di sini. Mohon dijawab dengan tulisan ya.\nNama?"
        assert talk.answer(budi.sends(sticker=WEBP)) == no_text.format("stiker")
        assert talk.answer(budi.shares(0.5333, 101.45)) == no_text.format("lokasi")
        unread = "Maaf, pesan seperti ini belum bisa kami baca. Mohon ditulis saja ya.\nNama?"
        assert talk.answer(budi.shares(float("nan"), 999.0)) == unread
        assert talk.answer(budi.sends_unsupported()) == unread
        assert talk.answer(budi.sends_unsupported()) == "Nama?"
        assert talk.answer(budi.writes("Budi")) == "Bukti?"
        no_image = "Mohon kirim fotonya di sini ya.\nBukti?"
        assert talk.answer(budi.sends(image=PAGE)) == no_image
        assert talk.answer(budi.sends(image=bytes(FILE_LIMIT + 1))) == f"{UNFIT}\n{no_image}"
        assert talk.answer(budi.sends(image=PNG, caption=LONG)) == "Budi, siap."
    kept = [path for path in (tmp_path / "instance" / "media").rglob("*") if path.is_file() and path.read_bytes() == PNG]
    assert len(kept) == 1


def test_what_the_api_sends_as_an_image_and_is_a_page_arrives_as_a_file(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with files(a=PAGE) as address, app_with(tmp_path, whatsapp, CHATBOT_PRIVATE_HOSTS=address.removeprefix("http://")) as app:
        id_ = call(app, "sendmedia", nohp=BUDI, mediaurl=f"{address}/a.png")["message"]["id"]
        (arrived,) = whatsapp.phone(BUDI).waits_for(1)
        assert arrived.file is not None
        assert (arrived.file.kind, arrived.file.mime, arrived.file.content) == ("document", "text/plain", PAGE)
        stored = settled(app, id_)
        assert (stored.type, stored.ack >= Ack.SENT) == ("document", True)


def test_a_file_of_16_mib_and_one_byte_fails_with_its_reason_and_holds_up_nothing(tmp_path: Path) -> None:
    whatsapp = Simulator()
    contents = {"a": PNG + bytes(FILE_LIMIT - len(PNG)), "b": PNG + bytes(FILE_LIMIT - len(PNG) + 1)}
    with files(**contents) as address, app_with(tmp_path, whatsapp, CHATBOT_PRIVATE_HOSTS=address.removeprefix("http://")) as app:
        too_large = call(app, "sendmedia", nohp=BUDI, mediaurl=f"{address}/b.pdf")["message"]["id"]
        call(app, "sendmedia", nohp=BUDI, mediaurl=f"{address}/a.pdf")
        (arrived,) = whatsapp.phone(BUDI).waits_for(1)
        assert (arrived.reply, arrived.file and len(arrived.file.content)) == (Document(f"{address}/a.pdf"), FILE_LIMIT)
        stored = settled(app, too_large)
        assert (stored.ack, stored.error) == (Ack.ERROR, "The answer of 127.0.0.1 is larger than 16 MiB.")


def test_a_deletion_of_what_was_never_seen_is_no_answer_and_changes_nothing(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with app_with(tmp_path, whatsapp):
        budi = whatsapp.phone(BUDI)
        talk = Talk(budi)
        assert talk.answer(budi.writes("isi")) == "Nama?"
        budi.deletes("false_628123@c.us_NEVER")
        budi.deletes("x" * 400)
        assert talk.answer(budi.writes("Budi")) == "Bukti?"


def test_who_is_known_by_the_longest_ids_there_are_is_answered_once_and_written_to(tmp_path: Path) -> None:
    own, parent, message_id = f"ID.{'7' * 128}", f"ID.ENT.{'7' * 128}", "w" * 135
    assert len(parent) == 135
    whatsapp = Simulator()
    with app_with(tmp_path, whatsapp) as app:
        siti = whatsapp.phone(user_id=own)
        talk = Talk(siti)
        first = siti.writes("halo")
        assert talk.answer(first) == "Halo."
        sender = replace(first.sender, aliases=(*first.sender.aliases, Alias("parent_bsuid", parent, whatsapp.name)))
        for _ in range(2):
            whatsapp.deliver(replace(first, id=message_id, sender=sender, text="isi"))
        assert talk.answer(first) == "Nama?"
        assert call(app, "sendwa", nohp=own, pesan="Sudah dikirim.")["success"] is True
        assert [each.reply for each in siti.waits_for(3)] == [Text("Halo."), Text("Nama?"), Text("Sudah dikirim.")]
        refused = call(app, "sendwa", nohp=parent, pesan="Sudah dikirim.")
        assert refused["success"] is False


def settled(app: Flask, id_: str) -> Any:
    """The stored message, once it is sent or given up."""
    deadline, pause = time.monotonic() + 20.0, threading.Event()
    while (stored := gateway_of(app).message(id_)) is None or stored.ack is Ack.PENDING:
        assert time.monotonic() < deadline
        pause.wait(0.01)
    return stored

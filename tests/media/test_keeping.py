"""Files of customers: fetched once and only for a rule that takes them, kept, and asked for again where they cannot be used."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flask_chatbot import Chatbot
from flask_chatbot.answering.history import KEPT, History
from flask_chatbot.answering.transport import Inbound
from flask_chatbot.core.values.contents import FILE_LIMIT, Attachment, File
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import files
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import Refused, StoreError, TryLater
from flask_chatbot.media.folder import LEFT_FREE, PARTS, MediaFolder
from flask_chatbot.media.keeping import PATIENCE, Keeper
from flask_chatbot.startup.state import make_actions
from flask_chatbot.startup.worker import make_sweep
from flask_chatbot.store import forgetting, inbox, outbox, people, saved
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, START, gateway_app, gateway_of, lines_of

PNG = b"\x89PNG\r\n\x1a\nbukti"
HASHED = sha256(PNG).hexdigest()
DAY = 86_400.0
RULES = """\
version: 1
rules:
  - {keyword: halo, reply: Halo.}
  - name: bayar
    keyword: bayar
    ask: [{bukti: {question: Kirim fotonya., type: image}}, {nama: {question: Atas nama?}}]
    save: bayar
    reply: "Nomor {{ saved.number }}."
  - {name: foto, keyword: foto, ask: [{bukti: {question: Kirim fotonya., type: image}}], reply: "{{ hasil }}", needs: [hasil]}
  - {name: arsip, sends: document, save: arsip, reply: Disimpan.}
  - {name: film, sends: video, save: film, reply: Disimpan.}
  - {name: suara, sends: audio, reply: Terdengar.}
"""
UNFIT = "Maaf, berkas itu tidak bisa dipakai: rusak, lain jenisnya, atau lebih dari 16 MB."
NO_IMAGE = "Mohon kirim fotonya di sini ya."


class Counting(Simulator):
    """A WhatsApp whose files are given by name; `fetched` are those that were asked for."""

    def __init__(self) -> None:
        super().__init__(runs_anywhere=True, clock=lambda: START)
        self.contents: dict[str, bytes | Exception] = {"f1": PNG}
        self.fetched: list[str] = []

    def download(self, attachment: Attachment) -> File:
        self.fetched.append(attachment.handle)
        content = self.contents[attachment.handle]
        if isinstance(content, Exception):
            raise content
        kind = "image" if content.startswith(PNG[:8]) else "document"
        return File(content=content, kind=kind, mime="image/png" if kind == "image" else "text/plain")  # type: ignore[arg-type]


class Shop:
    """A bot on a database of its own; nobody sends its answers."""

    def __init__(self, folder: Path, url: str = "", rules: str = RULES, **config: object) -> None:
        self.bot, self.transport = Chatbot(), Counting()
        self.handled: list[bytes] = []
        if rules == RULES:
            self.bot.rule("foto")(self.photo)
        database = {"CHATBOT_DATABASE_URL": url} if url else {}
        self.app = gateway_app(folder, self.bot, rules, CHATBOT_TRANSPORT=self.transport, **database, **config)
        self.gateway: Gateway = gateway_of(self.app)
        self.now = START
        self.gateway.bot.clock = lambda: datetime.fromtimestamp(self.now, UTC)
        self.seconds, self.free = 0.0, float(LEFT_FREE + FILE_LIMIT)
        settings = self.gateway.bot.settings
        self.folder = MediaFolder(settings.media, free=lambda _: int(self.free))
        self.inbound = Inbound(
            self.gateway,
            actions=make_actions(settings, self.database, lines_of(self.app)),
            history=History(KEPT),
            keeper=Keeper(self.folder, self.database, clock=lambda: self.now, timer=lambda: self.seconds),
            context=self.app.app_context,
        )
        self._count = 0

    def photo(self, message: Message, bukti: Any) -> dict[str, str]:
        self.handled.append(message.download().content)
        return {"hasil": bukti.file}

    def receives(self, text: str = "", handle: str = "", *, kind: Any = "image", again: bool = False, size: int | None = None) -> list[str]:
        """The texts that answer a message, with a file if there is a `handle`; `again` if it is the last one once more."""
        self._count += not again
        sent = {"kind": "media", "attachments": (Attachment(kind, mime="image/png", handle=handle, size=size),)} if handle else {}
        message = Message(text=text, sender=Sender(number=BUDI), id=f"M{self._count}", **sent)  # type: ignore[arg-type]
        self.inbound.received(message)
        with self.database.writing() as connection:
            claims = outbox.claim(connection, self.transport.name, START, 60.0, 100)
            outbox.settle_sent(connection, claims, START)
        return [claim.outbound.reply.text for claim in claims]  # type: ignore[union-attr]

    @property
    def database(self) -> Database:
        return self.gateway.database

    @property
    def kept(self) -> list[str]:
        """The names of the files in the folder."""
        return sorted(path.name for path in self.folder.path.rglob("*") if path.is_file())

    @property
    def noted(self) -> list[tuple[str, float | None]]:
        """Each file that is noted, and until when it is kept."""
        with self.database.reading() as connection:
            return [(row.hash, row.kept_until) for row in connection.execute(select(files.c.hash, files.c.kept_until))]

    def rows(self, name: str) -> list[dict[str, Any]]:
        with self.database.reading() as connection:
            return [json.loads(json.dumps(row.fields)) for row in saved.rows(connection, name)]

    def sweep(self) -> None:
        """Sweep through the whole folder."""
        sweep = make_sweep(self.gateway)
        self.gateway.clock = lambda: self.now
        for _ in PARTS:
            with self.database.writing() as connection:
                sweep(connection)


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, url)
    yield shop
    shop.database.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.database.close()


def test_the_photo_of_a_form_is_kept_when_it_comes_and_its_row_refers_to_it(shop: Shop) -> None:
    shop.receives("bayar")
    assert (shop.receives(handle="f1"), shop.kept) == (["Atas nama?"], [HASHED])
    ((_, until),) = shop.noted
    assert until is not None
    assert until >= START + 30 * DAY
    assert shop.receives("Budi") == ["Nomor 1."]
    assert shop.rows("bayar")[0]["bukti"] == {"kind": "image", "mime": "image/png", "size": len(PNG), "file": HASHED, "handle": "f1"}
    assert (shop.noted, shop.transport.fetched) == ([(HASHED, None)], ["f1"])


def test_a_rule_that_saves_what_is_sent_keeps_it_in_its_row(small: Shop) -> None:
    assert small.receives(handle="f1", kind="document") == ["Disimpan."]
    assert (small.rows("arsip")[0]["media"]["file"], small.noted) == (HASHED, [(HASHED, None)])


def test_nothing_is_fetched_that_no_rule_takes(small: Shop) -> None:
    small.receives("halo", handle="f1")
    small.receives(handle="f1", kind="audio")
    small.receives(handle="f1")
    assert (small.transport.fetched, small.folder.path.exists()) == ([], False)


def test_a_handler_gets_the_file_that_the_rule_has_fetched(small: Shop) -> None:
    small.receives("foto")
    assert small.receives(handle="f1") == [HASHED]
    assert (small.handled, small.transport.fetched) == ([PNG], ["f1"])


def test_an_image_that_is_none_is_asked_for_again(small: Shop) -> None:
    small.transport.contents["f2"] = b"bukan foto"
    small.receives("bayar")
    assert small.receives(handle="f2") == [f"{NO_IMAGE}\nKirim fotonya."]
    assert small.receives(handle="f1") == ["Atas nama?"]


def test_what_no_rule_answers_once_its_content_is_known_is_told(small: Shop) -> None:
    assert (small.receives(handle="f1", kind="video"), small.rows("film")) == ([UNFIT], [])


def test_the_content_of_a_file_decides_which_rule_answers(small: Shop) -> None:
    small.transport.contents["f2"] = b"bukan film"
    assert (small.receives(handle="f2", kind="video"), len(small.rows("arsip"))) == (["Disimpan."], 1)


def test_no_handler_runs_for_an_image_that_is_none(small: Shop) -> None:
    small.transport.contents["f2"] = b"bukan foto"
    small.receives("foto")
    assert (small.receives(handle="f2"), small.handled) == ([f"{NO_IMAGE}\nKirim fotonya."], [])


@pytest.mark.parametrize("content", [Refused("It is gone."), b"", PNG + b"x" * FILE_LIMIT], ids=["gone", "empty", "large"])
def test_a_file_that_cannot_be_had_is_asked_for_again_with_a_sentence(small: Shop, content: bytes | Exception) -> None:
    small.transport.contents["f2"] = content
    small.receives("bayar")
    assert small.receives(handle="f2") == [f"{UNFIT}\n{NO_IMAGE}\nKirim fotonya."]
    assert (small.receives(handle="f1"), small.kept) == (["Atas nama?"], [HASHED])


def test_a_file_that_says_it_is_too_large_is_not_fetched(small: Shop) -> None:
    assert small.receives(handle="f1", kind="document", size=FILE_LIMIT + 1) == [UNFIT]
    assert (small.transport.fetched, small.rows("arsip")) == ([], [])


def test_a_file_that_cannot_be_had_now_is_fetched_when_the_message_comes_again(small: Shop) -> None:
    small.transport.contents["f2"] = TryLater("The server is down.")
    small.receives("bayar")
    with pytest.raises(TryLater):
        small.receives(handle="f2")
    small.transport.contents["f2"] = PNG
    assert small.receives(handle="f2", again=True) == ["Atas nama?"]
    assert small.receives(handle="f2", again=True) == []


def test_a_file_that_fails_for_minutes_is_asked_for_again(small: Shop) -> None:
    small.transport.contents["f2"] = TryLater("The server is down.")
    small.receives("bayar")
    with pytest.raises(TryLater):
        small.receives(handle="f2")
    small.seconds = PATIENCE + 1
    assert small.receives(handle="f2", again=True) == [f"{UNFIT}\n{NO_IMAGE}\nKirim fotonya."]


def test_a_full_disk_keeps_the_message_for_later(small: Shop) -> None:
    small.receives("bayar")
    small.free = LEFT_FREE
    with pytest.raises(StoreError):
        small.receives(handle="f1")
    small.free += FILE_LIMIT
    assert small.receives(handle="f1", again=True) == ["Atas nama?"]


def test_a_message_that_comes_again_is_not_fetched_again_unless_its_file_is_gone(tmp_path: Path, database: Database) -> None:
    fetched: list[Attachment] = []

    def fetch(attachment: Attachment) -> File:
        fetched.append(attachment)
        return File(content=PNG, kind="image", mime="image/png")

    folder, sent = MediaFolder(tmp_path), Attachment("image", handle="f1")
    keeper = Keeper(folder, database)
    kept = [keeper.keep(sent, "M1", fetch).file for _ in range(2)]
    assert (kept, fetched) == ([HASHED, HASHED], [sent])
    folder.delete(HASHED)
    assert (keeper.keep(sent, "M1", fetch).file, folder.read(HASHED), fetched) == (HASHED, PNG, [sent, sent])


def test_a_file_goes_with_the_last_that_refers_to_it(small: Shop) -> None:
    small.receives("bayar")
    small.receives(handle="f1")
    small.receives("batal")
    small.now = START + 29 * DAY
    age(small)
    small.sweep()
    assert small.kept == [HASHED]
    small.now = START + 500 * DAY
    small.sweep()
    assert (small.kept, small.noted) == ([], [])


def test_the_file_of_a_saved_row_stays_until_its_person_is_forgotten(shop: Shop) -> None:
    shop.receives(handle="f1", kind="document")
    age(shop)
    shop.now = START + 500 * DAY
    shop.sweep()
    assert shop.kept == [HASHED]
    with shop.database.writing() as connection:
        (person,) = people.named(connection, BUDI)
        forgetting.forget(connection, person)
    shop.sweep()
    assert shop.kept == []


def age(shop: Shop) -> None:
    """Let the files in the folder look as old as the message."""
    for path in shop.folder.path.rglob("*"):
        os.utime(path, (START, START))


def test_the_log_names_neither_the_file_nor_its_sender(small: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    small.transport.contents["f2"] = Refused("It is gone.")
    with suppress(TryLater):
        small.receives(handle="f2", kind="document")
    assert "a file of message" in caplog.text
    assert BUDI not in caplog.text


def test_messages_are_known_to_the_inbox_once_their_file_is_kept(small: Shop) -> None:
    small.receives(handle="f1", kind="document")
    with small.database.reading() as connection:
        (kept,) = inbox.of_sender(connection, BUDI, 10)
    assert (kept.rule, kept.kind) == ("arsip", "media")


def test_another_folder_is_counted_from_the_instance_folder(tmp_path: Path) -> None:
    shop = Shop(tmp_path, CHATBOT_MEDIA="berkas")
    shop.receives(handle="f1", kind="document")
    assert MediaFolder(tmp_path / "instance" / "berkas").read(HASHED) == PNG
    shop.database.close()

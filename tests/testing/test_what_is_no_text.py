"""What a test's customer sends that is no text: answered as on a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flask_chatbot import Chatbot, ChatbotError, Message
from flask_chatbot.core.values.contents import Choice, SharedContact, SharedLocation
from flask_chatbot.testing import Chat
from tests.bots import app_of, chat_of

RULES = """\
settings: {timezone: Asia/Jakarta}
rules:
  - {name: foto, sends: image, reply: "Foto {{ media.name }} diterima."}
  - {name: berkas, sends: [audio, video, document, sticker], reply: "{{ media.kind }} {{ media.mime }}"}
  - {name: tempat, sends: location, reply: "Di {{ location.lat }}, {{ location.lng }}: {{ location.name }}."}
  - {name: kartu, sends: contact, reply: "{{ contact.name }} {{ contact.number }}"}
  - {keyword: menu, reply: Silakan., menu: [Harga: harga, Lokasi toko: lokasi]}
  - {name: harga, reply: Mulai Rp65.000.}
  - {name: lokasi, reply: Jl. Melati 5.}
  - {name: pesan, keyword: pesan, ask: [{nama: {question: Nama?}}, {barang: {question: Apa?}}, {bukti: {question: Fotonya?, type: image}}],
     reply: "{{ barang }} untuk {{ nama }}, {{ bukti }}."}
  - {name: entah, fallback: true, reply: Entah.}
"""
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def chat(tmp_path: Path, bot: Chatbot) -> Chat:
    return chat_of(tmp_path, RULES, bot)


def test_a_file_is_sent_by_its_content_or_its_path(chat: Chat, tmp_path: Path) -> None:
    path = tmp_path / "bukti.png"
    path.write_bytes(PNG)
    assert chat.sends(image=PNG) == "Foto  diterima."
    assert chat.sends(image=path) == "Foto bukti.png diterima."
    assert chat.last.rule == "foto"
    assert chat.sends(document=b"%PDF-1.7", name="daftar.pdf") == "document application/pdf"
    assert chat.sends(audio=b"OggS", voice=True) == "audio audio/ogg"
    assert chat.last.message.attachments[0].voice


def test_a_caption_is_what_keywords_match(chat: Chat) -> None:
    assert (chat.sends(image=PNG, caption="menu").text[:8], chat.last.message.text) == ("Silakan.", "menu")


def test_one_file_is_sent_at_a_time(chat: Chat) -> None:
    with pytest.raises(TypeError, match="takes one file, by its kind"):
        chat.sends(image=PNG, audio=PNG)
    with pytest.raises(TypeError, match="takes one file, by its kind"):
        chat.sends(gambar=PNG)  # type: ignore[call-arg]


def test_a_handler_downloads_the_file(tmp_path: Path, bot: Chatbot) -> None:
    @bot.sends("image", name="isi")
    def size(message: Message) -> str:
        return f"{len(message.download().content)} byte"

    app = app_of(tmp_path, "rules: []", bot)
    assert [Chat(app).sends(image=PNG), Chat(app).person("628222").sends(image=PNG + PNG)] == [f"{len(PNG)} byte", f"{2 * len(PNG)} byte"]


def test_a_place_and_a_contact_are_answered(chat: Chat) -> None:
    assert chat.shares(0.5, 101.25, name="Pasar Bawah") == "Di 0.5, 101.25: Pasar Bawah."
    assert chat.last.message.location == SharedLocation(0.5, 101.25, "Pasar Bawah")
    assert chat.shares_contact("Ani", "0812-3456-7890", "0811") == "Ani 0812-3456-7890"
    assert chat.last.message.contacts == (SharedContact("Ani", ("0812-3456-7890", "0811")),)


def test_what_cannot_be_passed_on_gets_its_sentence_once_a_day(chat: Chat) -> None:
    ten = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert len(chat.sends_unsupported(at=ten)) == 1
    assert chat.sends_unsupported(at=ten + timedelta(hours=1)) == []
    assert chat.last.rule is None


def test_an_entry_of_the_last_menu_is_tapped_though_something_else_was_said_since(chat: Chat) -> None:
    assert chat.says("menu") == "Silakan.\n1. Harga\n2. Lokasi toko"
    assert chat.last.choices == (Choice("harga", "Harga"), Choice("lokasi", "Lokasi toko"))
    assert [chat.taps("Lokasi toko"), chat.taps("Harga")] == ["Jl. Melati 5.", "Mulai Rp65.000."]
    assert chat.last.rule == "harga"
    assert chat.last.message.kind == "choice"
    assert not chat.last.choices


def test_what_is_not_shown_cannot_be_tapped(chat: Chat) -> None:
    with pytest.raises(ChatbotError, match=r"^'Harga' cannot be tapped\. The bot has shown this customer no menu yet\.$"):
        chat.taps("Harga")
    chat.says("menu")
    with pytest.raises(ChatbotError, match=r"^'Jam' cannot be tapped\. The last menu shows 'Harga', 'Lokasi toko'\.$"):
        chat.taps("Jam")
    with pytest.raises(ChatbotError, match="no menu yet"):
        chat.person("628222").taps("Harga")


def test_functions_hear_of_reactions_edits_and_deletions_and_nothing_answers(chat: Chat, bot: Chatbot) -> None:
    heard: list[tuple[str, ...]] = []

    @bot.on_reaction
    def liked(message: Message, message_id: str) -> None:
        assert message.reaction is not None
        heard.append((message.kind, message.reaction.emoji, message_id))

    @bot.on_edit
    def changed(message: Message) -> None:
        heard.append((message.kind, message.text, message.edits))

    @bot.on_delete
    def gone(message: Message) -> None:
        heard.append((message.kind, message.text, message.deletes))

    chat.says("halo")
    first = chat.last
    chat.says("menu")
    chat.reacts("\N{THUMBS UP SIGN}", "3EB01")
    chat.edits("harga")
    chat.edits("hai", first)
    chat.deletes()
    one, two = first.message.id, chat.last.message.id
    assert heard == [
        ("reaction", "\N{THUMBS UP SIGN}", "3EB01"),
        ("edit", "harga", two),
        ("edit", "hai", one),
        ("deletion", "", two),
    ]
    assert (one == two, chat.last.message.text) == (False, "menu")


def test_a_form_forgets_what_was_deleted_and_asks_for_it_again(chat: Chat) -> None:
    chat.says("pesan")
    chat.says("Siti")
    named = chat.last
    chat.says("beras")
    chat.deletes(named)
    assert "Nama?" in chat.sends(image=PNG)
    assert chat.says("Ani") == "beras untuk Ani, foto."


def test_nothing_is_edited_or_deleted_before_something_was_said(chat: Chat) -> None:
    with pytest.raises(ChatbotError, match=r"Nothing has been said yet\. Call says\(\) first"):
        chat.deletes()
    with pytest.raises(ChatbotError, match=r"Nothing has been said yet\. Call says\(\) first"):
        chat.edits("halo")


def test_what_a_function_raises_is_raised_where_tests_want_it(tmp_path: Path, bot: Chatbot, caplog: pytest.LogCaptureFixture) -> None:
    @bot.on_reaction
    def fails() -> None:
        raise RuntimeError("salah")

    app = app_of(tmp_path, RULES, bot)
    with pytest.raises(RuntimeError, match="salah"):
        Chat(app, raises=True).reacts("x")
    caplog.clear()
    Chat(app).reacts("x")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_text_may_quote_and_be_forwarded(chat: Chat) -> None:
    chat.says("halo", reply_to="A1", forwarded=True, line="toko")
    message = chat.last.message
    assert (message.reply_to, message.forwarded, message.line) == ("A1", True, "toko")

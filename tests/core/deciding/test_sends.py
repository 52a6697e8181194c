"""Messages that are no text: the rules that answer them, and what their templates say of them."""

from pathlib import Path

import pytest

from flask_chatbot.core.conversation.memory import NOTHING
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.contents import Attachment
from flask_chatbot.core.values.messages import Message
from tests.core.books import BUDI, NOW, in_rule, load
from tests.core.conversation.talks import SentKind, Talk, one_text, sent

TOKO = """
rules:
  - {keyword: harga, reply: Harga kami.}
  - {contains: transfer, reply: Cara transfer.}
  - {name: foto, sends: image, reply: "Foto diterima. {{ media }}"}
  - {name: foto harga, keyword: harga, sends: image, reply: Foto barang apa ini?}
  - {name: berkas, sends: media, reply: "{{ media.kind }} {{ media.mime or '-' }} {{ media.name or '-' }} {{ media.size or 0 }}"}
  - {name: tempat, sends: [location, contact], reply: "{% if location %}{{ location.lat }} {{ location }}{% endif %}{{ contact }}"}
  - {name: bukti, keyword: 'bukti#', sends: image, reply: "Nota {{ data | join }}"}
  - {fallback: true, reply: "Maaf?"}
"""
UNSUPPORTED = "Maaf, pesan seperti ini belum bisa kami baca. Mohon ditulis saja ya."


@pytest.fixture(scope="module")
def toko(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    return load(tmp_path_factory.mktemp("rules"), TOKO)


@pytest.mark.parametrize(
    ("kind", "caption", "answer"),
    [
        ("image", "", "Foto diterima. foto"),
        ("image", "ini bukti transfer kak", "Foto diterima. foto"),  # its kind goes before what a caption contains
        ("image", "Harga?", "Foto barang apa ini?"),
        ("image", "bukti#12", "Nota 12"),
        ("document", "", "document - - 2048"),
        ("document", "harga", "Harga kami."),
        ("video", "bukti#12", "video - - 2048"),
        ("location", "", "-6.2 Kantor, Jl. Melati 5 (-6.2, 106.816)"),
        ("contact", "", "Ani 0812-3456-7890"),
        ("sticker", "", UNSUPPORTED),  # `media` is any file but a sticker, and nothing without words is for the fallback
    ],
)
def test_a_message_is_answered_by_its_kind_or_its_caption(toko: RuleBook, kind: SentKind, caption: str, answer: str) -> None:
    assert Talk(toko).sends(kind, caption) == answer


def test_a_picture_sent_as_a_document_is_a_picture(toko: RuleBook) -> None:
    assert Talk(toko).sends("document", mime="image/png", name="bukti.png") == "Foto diterima. dokumen bukti.png"


def test_no_text_leads_to_a_rule_that_sends(toko: RuleBook) -> None:
    assert Talk(toko).hears("harga", "bukti#12", "foto") == ["Harga kami.", "Maaf?", "Maaf?"]


def test_a_caption_is_answered_where_no_rule_has_sends(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, "rules: [{keyword: harga, reply: Harga kami.}, {fallback: true, reply: 'Maaf?'}]"))
    assert [talk.sends("image", "harga"), talk.sends("image", "ini apa"), talk.sends("image")] == ["Harga kami.", "Maaf?", UNSUPPORTED]


def test_of_several_files_the_first_is_in_the_templates(toko: RuleBook) -> None:
    files = (Attachment("audio", mime="audio/ogg"), Attachment("document", name="a.pdf"))
    assert one_text(Talk(toko).decided(Message(text="", sender=BUDI, kind="media", attachments=files))) == "audio audio/ogg - 0"


def test_a_rule_waits_for_its_conditions_and_its_priority(tmp_path: Path) -> None:
    rules = """
rules:
  - {name: satu, sends: image, when: {chat: group}, reply: Satu.}
  - {name: dua, sends: media, once_per: 1 hour, priority: 1, reply: Dua.}
  - {name: tiga, keyword: harga, reply: Tiga.}
"""
    talk = Talk(load(tmp_path, rules))
    assert [talk.sends("image", "harga"), talk.sends("image"), talk.says("harga")] == ["Dua.", None, "Tiga."]


def test_in_groups_that_hear_keywords_a_bare_file_is_not_answered(tmp_path: Path) -> None:
    rules = "settings: {groups: keywords}\nrules: [{sends: image, reply: Foto.}, {keyword: harga, sends: image, reply: Harga.}]"
    book = load(tmp_path, rules)
    files = (Attachment("image"),)
    said = [Message(text=text, sender=BUDI, kind="media", attachments=files, chat="group", group="1203630") for text in ("", "harga")]
    assert [one_text(Talk(book).decided(message)) for message in said] == [None, "Harga."]


def test_it_is_explained_which_rule_takes_a_file(toko: RuleBook) -> None:
    found = [str(each).replace(str(toko.files[0]), "rules.yaml") for each in explain(toko, sent("image", "harga"), NOTHING, NOW)]
    assert found == [
        "foto harga (rules.yaml:6:5) by keyword 'harga', priority 0: wins",
        "harga (rules.yaml:3:5) by keyword 'harga', priority 0: of two that are equal, the one with 'sends' goes first",
        "foto (rules.yaml:5:5) by message kind 'image', priority 0: a keyword goes first",
        "berkas (rules.yaml:7:5) by message kind 'media', priority 0: a keyword goes first",
        "fallback (rules.yaml:10:5) as fallback, priority 0: a fallback answers only what no other rule does",
    ]
    alone = [each.why for each in explain(toko, sent("image"), NOTHING, NOW)]
    assert alone == ["wins", "'image' is one kind, and 'media' several"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("sends: foto\nreply: x", "3:12: 'foto' is no kind of message. Write 'image'."),
        (
            "sends: xyz\nreply: '{{ media.kind }}'",
            "3:12: 'xyz' is no kind of message. The kinds are: image, audio, video, document, location, contact, sticker, media.",
        ),
        ("sends: [image, image]\nreply: x", "3:20: 'image' is in the list already. Remove it."),
        ("sends: [media, image]\nreply: x", "3:20: 'media' is any file, 'image' too. Keep one of them."),
        ("sends: image\nsimilar: abc\nreply: x", "4:5: 'similar' is for texts, and a rule with 'sends' answers none. Remove it."),
        (
            "sends: image\nfallback: true\nreply: x",
            "4:5: 'fallback' is for words that no rule takes, and 'sends' for what is no text. Remove one of them, or make two rules.",
        ),
        ("sends: image\nreply: '{{ media.nmae }}'", "4:22: 'media' has no 'nmae'. Did you mean 'name'?"),
        (
            "sends: image\nreply: '{{ media.size * 2 }}'",
            "4:27: media.size may have been left out, and '*' needs a value. Write `media.size | default(0)`.",
        ),
        ("sends: image\nreply: '{{ location.lat }}'", "4:16: unknown name 'location'. A rule with `sends: location` knows it."),
        ("keyword: a\nreply: '{{ media }}'", "4:16: unknown name 'media'. A rule with `sends: media`, or a kind of file, knows it."),
        (
            "sends: [image, location]\nreply: '{{ location.lat }}'",
            "4:25: 'location' may be nothing here, and then it has no 'lat'. Ask `{% if location %}` first.",
        ),
    ],
)
def test_a_mistake_is_told_at_load(tmp_path: Path, lines: str, problem: str) -> None:
    assert in_rule(tmp_path, lines) == [problem]


@pytest.mark.parametrize(
    ("sends", "reply"),
    [
        ("[image, contact]", "{% if media %}{{ media.mime }}{% else %}{{ contact.name }}{% endif %}"),
        ("[image, contact]", "{% if contact %}{{ contact.name }}{% else %}{{ media.mime }}{% endif %}"),
        ("[image, document, contact]", "{% if contact is none %}{{ media.mime }}{% else %}{{ contact.name }}{% endif %}"),
        ("[location, contact]", "{{ location.lat if location else contact.number }}"),
        (
            "[image, location, contact]",
            "{% if location %}{{ location.lat }}{% elif media %}{{ media.mime }}{% else %}{{ contact.name }}{% endif %}",
        ),
        ("[image, location, contact]", "{% if location or media %}x{% else %}{{ contact.name }}{% endif %}"),
    ],
)
def test_where_all_other_kinds_are_ruled_out_the_last_one_is_there(tmp_path: Path, sends: str, reply: str) -> None:
    assert in_rule(tmp_path, f'sends: {sends}\nreply: "{reply}"') == []


def test_as_long_as_two_kinds_are_left_either_may_be_missing(tmp_path: Path) -> None:
    reply = "{% if location %}{{ location.lat }}{% else %}{{ contact.name }}{% endif %}"
    lacking = "'contact' may be nothing here, and then it has no 'name'. Ask `{% if contact %}` first."
    assert in_rule(tmp_path, f'sends: [image, location, contact]\nreply: "{reply}"') == [f"4:69: {lacking}"]
    asking = f'sends: [location, contact]\nask: [nama: Siapa?]\nreply: "{reply}"'  # by then, nothing of what was sent is left
    assert in_rule(tmp_path, asking) == [f"5:69: {lacking}"]

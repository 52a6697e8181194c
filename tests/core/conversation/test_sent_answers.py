"""Files and places as the values of fields: asked for, told where something else is wanted, and kept through the form."""

from pathlib import Path

import pytest

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.sent import FileValue, PlaceValue
from tests.core.books import NOW, in_rule, load
from tests.core.conversation.talks import Talk, sent

PESAN = """
rules:
  - name: pesan
    keyword: pesan
    ask:
      - nama: Atas nama siapa?
      - bayar: {question: Tunai atau transfer?, options: [tunai, transfer]}
      - bukti: {question: Kirim foto bukti transfernya ya., type: image, if: bayar == 'transfer'}
      - alamat: {question: Kirim lokasinya ya., type: location, optional: true}
    confirm: "{{ nama }}, {{ bukti }}, {{ alamat }}. Benar?"
    reply: "Siap. {% if bukti %}{{ bukti.mime }}{% endif %} {% if alamat %}{{ alamat.lat }}{% endif %}"
  - {keyword: jam, reply: Buka jam 8.}
  - name: setor
    keyword: setor#
    sends: image
    fields: [{nomor: {type: integer}}, {bukti: {type: image}}]
    reply: "{{ nomor }}: {{ bukti }}"
  - {name: berkas, keyword: berkas, ask: [{ktp: {question: Kirim KTP-nya., type: document}}], reply: "{{ ktp }}"}
"""
ASKS_NAMA = "Atas nama siapa?"
ASKS_BUKTI = "Kirim foto bukti transfernya ya."
NO_IMAGE = f"Mohon kirim fotonya di sini ya.\n{ASKS_BUKTI}"


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(load(tmp_path, PESAN))


def test_a_picture_is_the_answer_to_a_question_for_one(talk: Talk) -> None:
    assert talk.hears("pesan", "Budi", "transfer")[-1] == ASKS_BUKTI
    assert talk.sends("image", mime="image/jpeg", name="bukti.jpg") == "Kirim lokasinya ya.\n(Kalau tidak ada, ketik *-*.)"
    assert talk.sends("location") == "Budi, foto bukti.jpg, Kantor, Jl. Melati 5 (-6.2, 106.816). Benar?"
    decision = talk.decision("ya")
    assert decision.match is not None
    assert decision.match.fields == {
        "nama": "Budi",
        "bayar": "transfer",
        "bukti": FileValue(kind="image", mime="image/jpeg", name="bukti.jpg", size=2048, handle="handle of image"),
        "alamat": PlaceValue(lat=-6.2, lng=106.816, name="Kantor", address="Jl. Melati 5"),
    }
    assert decision.match.data == ("Budi", "transfer")


def test_a_text_is_no_picture_whatever_it_says(talk: Talk) -> None:
    talk.hears("pesan", "Budi", "transfer")
    assert talk.says('{"kind": "image", "handle": "x"}') == f"{NO_IMAGE}\n(Mau berhenti? Ketik *batal*.)"
    assert talk.says("bukti: foto") == f"{NO_IMAGE}\n(Mau berhenti? Ketik *batal*.)"


def test_what_else_is_sent_is_no_wrong_answer(talk: Talk) -> None:
    talk.hears("pesan", "Budi", "transfer")
    for _ in range(5):
        assert talk.sends("sticker") == talk.sends("video") == talk.sends("contact") == NO_IMAGE
    assert (talk.sends("image") or "").startswith("Kirim lokasinya")


def test_a_picture_is_no_text_unless_its_caption_is(talk: Talk) -> None:
    talk.says("pesan")
    assert talk.sends("sticker") == f"Maaf, stiker belum bisa jadi jawaban di sini. Mohon dijawab dengan tulisan ya.\n{ASKS_NAMA}"
    assert talk.sends("document", "Budi") == "Tunai atau transfer?"
    said = talk.sends("document", "pakai apa ya")
    assert said == "Maaf, dokumen belum bisa jadi jawaban di sini. Mohon dijawab dengan tulisan ya.\nTunai atau transfer?"
    assert talk.sends("document", "tunai") == "Kirim lokasinya ya.\n(Kalau tidak ada, ketik *-*.)"


def test_what_comes_early_is_kept_for_its_question(talk: Talk) -> None:
    talk.says("pesan")
    assert talk.sends("image") == f"Baik, sudah kami catat. Bukti: foto\n{ASKS_NAMA}"
    assert talk.hears("Budi", "transfer", "-")[-1] == "Budi, foto, . Benar?"


def test_what_comes_early_and_is_not_needed_is_named(talk: Talk) -> None:
    talk.says("pesan")
    talk.sends("image")
    assert talk.hears("Budi", "tunai", "-")[-1] == "Tidak perlu diisi, jadi tidak kami catat: Bukti: foto\nBudi, , . Benar?"


def test_a_picture_with_the_keyword_begins_the_form_and_is_its_value(talk: Talk) -> None:
    assert talk.sends("image", "pesan") == ASKS_NAMA
    assert talk.hears("Budi", "transfer", "-")[-1] == "Budi, foto, . Benar?"


def test_another_picture_replaces_the_first_at_the_end(talk: Talk) -> None:
    talk.sends("image", "pesan", name="salah.jpg")
    talk.hears("Budi", "transfer", "-")
    assert talk.sends("image", name="benar.jpg") == "Budi, foto benar.jpg, . Benar?"
    assert (
        talk.sends("sticker")
        == "Maaf, stiker belum bisa jadi jawaban di sini. Mohon dijawab dengan tulisan ya.\nMohon dijawab *ya* atau *tidak*."
    )
    assert talk.hears("tidak", "3") == [
        "Bagian mana yang mau diganti?\n1. Nama\n2. Bayar\n3. Bukti\n4. Alamat\n(Mau berhenti? Ketik *batal*.)",
        ASKS_BUKTI,
    ]
    assert talk.sends("image", name="lagi.jpg") == "Budi, foto lagi.jpg, . Benar?"


def test_words_that_cancel_do_so_in_a_caption(talk: Talk) -> None:
    talk.hears("pesan", "Budi", "transfer")
    assert talk.sends("image", "batal") == "Baik, *pesan* dibatalkan."


def test_other_rules_answer_while_a_picture_is_asked_for(talk: Talk) -> None:
    talk.hears("pesan", "Budi", "transfer")
    assert talk.says("jam") == f"Buka jam 8.\n\n{ASKS_BUKTI}"


def test_a_form_set_aside_keeps_what_was_sent(talk: Talk) -> None:
    talk.sends("image", "pesan")
    talk.says("Budi")
    talk.wait(hours=2)
    assert talk.hears("lanjut", "transfer", "-")[-1] == "Budi, foto, . Benar?"


def test_the_caption_fills_the_other_fields(talk: Talk) -> None:
    assert talk.sends("image", "setor#12") == "12: foto"
    assert talk.sends("image", "setor 12") == "12: foto"


def test_nobody_sends_a_picture_again_for_a_number(talk: Talk) -> None:
    said = talk.sends("image", "setor#x")
    assert said == 'Maaf, "x" belum bisa kami baca sebagai jumlah. Contoh: 3.\nSilakan tulis *Nomor*.'
    assert talk.says("12") == "12: foto"


def test_a_document_is_no_picture(talk: Talk) -> None:
    talk.says("berkas")
    assert talk.sends("image") == "Mohon kirim dokumennya di sini ya, sebagai berkas.\nKirim KTP-nya."
    assert talk.sends("document", name="ktp.pdf") == "dokumen ktp.pdf"


def test_what_is_stored_is_plain_json(talk: Talk) -> None:
    talk.sends("image", "pesan", name="a.jpg")
    form = (talk.memory.recall(sent("image").sender.number, NOW.timestamp()).dialogue or {})["private"]["form"]
    assert form["sent"] == {"bukti": {"kind": "image", "name": "a.jpg", "size": 2048, "handle": "handle of image"}}


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    rules = """
settings: {language: en}
sentences: {not_location: "Share it by the clip."}
rules:
  - keyword: a
    ask:
      - x: {question: Photo?, type: image}
      - y: {question: Where?, type: location}
      - z: {question: File?, type: media}
    reply: "{{ x }}, {{ z }}"
"""
    return load(tmp_path_factory.mktemp("rules"), rules)


def test_the_sentences_are_in_the_language_of_the_rules_or_their_own(english: RuleBook) -> None:
    talk = Talk(english)
    talk.says("a")
    assert talk.says("here") == "Please send the photo here.\nPhoto?\n(Want to stop? Write *cancel*.)"
    assert talk.sends("image") == "Where?"
    assert talk.says("here") == "Share it by the clip.\nWhere?\n(Want to stop? Write *cancel*.)"
    assert talk.sends("location") == "File?"
    assert talk.sends("sticker") == "Please send the file here, such as a photo or a document.\nFile?"
    assert talk.sends("audio") == "photo, recording"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            "keyword: 'a#'\nfields: [{b: {type: image}}]\non_invalid: explain\nreply: '{{ b }}'",
            "4:5: what is sent, as a file or a location, cannot stand behind a #. Write 'ask', or `sends:` with its kind.",
        ),
        (
            "sends: image\nfields: [nomor, {b: {type: image}}]\nreply: '{{ b }} {{ nomor }}'",
            "4:5: nothing fills the field 'nomor'. Ask for it under 'ask', or give the rule a keyword with a # for captions.",
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: image, default: x}}]\nreply: '{{ b }}'",
            "4:43: a field of type 'image' has no 'default', since its value is sent. Remove it.",
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: image, min: 2}}]\nreply: '{{ b }}'",
            "4:43: a field of type 'image' has no 'min'. Remove it, or change the type.",
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: foto}}]\nreply: '{{ b }}'",
            "4:36: unknown field type 'foto'. Write 'image'.",
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: location}}]\nreply: '{{ b.mime }}'",
            "5:18: 'b' has no 'mime'. It has lat, lng, name, address.",
        ),
        (
            "keyword: a\nask: [{b: {question: B?, type: image, optional: true}}]\nreply: '{{ b.mime }}'",
            "5:18: 'b' may be nothing here, and then it has no 'mime'. Ask `{% if b %}` first.",
        ),
        (
            "sends: image\nask: [{b: B?}]\nreply: '{{ b }} {{ media.kind }}'",
            "5:30: 'media' may be nothing here, and then it has no 'kind'. Ask `{% if media %}` first.",
        ),
    ],
)
def test_a_mistake_is_told_at_load(tmp_path: Path, lines: str, problem: str) -> None:
    assert in_rule(tmp_path, lines) == [problem]

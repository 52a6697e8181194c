"""A shop that takes orders by a form, and customers who change their minds, name values themselves, wait, skip and call off."""

from pathlib import Path

import pytest

from tests.core.books import load
from tests.core.conversation.talks import Talk

SHOP = """\
settings: {guess: never}
synonyms: {alamat: [almt]}
rules:
  - name: pesan
    keyword: pesan
    ask:
      - nama: Atas nama siapa?
      - alamat: Diantar ke mana?
      - email: {question: "Emailnya?", type: email, optional: true}
      - produk: {question: "Teh atau kopi?", type: choice, options: [teh, kopi]}
      - jumlah: {question: "Berapa?", type: integer, min: 1, max: 9}
      - kado: {question: "Dibungkus kado?", type: yesno, optional: true}
      - tanggal: {question: "Hari apa?", type: date}
    confirm: "{{ nama }}, {{ alamat }}, {{ email or '-' }}, {{ jumlah }} {{ produk }}, {{ tanggal | date }}. Benar?"
    reply: "Siap {{ nama }}: {{ jumlah }} {{ produk }}, {{ alamat }}, {{ kado }}."
  - {fallback: true, reply: Entah.}
"""
NAME, ADDRESS, AMOUNT, DAY = "Atas nama siapa?", "Diantar ke mana?", "Berapa?", "Hari apa?"
MAIL, GIFT = (f"{asked}\n(Kalau tidak ada, ketik *-*.)" for asked in ("Emailnya?", "Dibungkus kado?"))
PRODUCT = "Teh atau kopi?"
GIVEN = ["pesan", "Ani", "Jl. Melati 5", "-", "teh", "2", "-"]
FIELDS = ("Nama", "Alamat", "Email", "Produk", "Jumlah", "Kado", "Tanggal")
WHICH = "\n".join(
    ["Bagian mana yang mau diganti?", *(f"{number}. {title}" for number, title in enumerate(FIELDS, 1)), "(Mau berhenti? Ketik *batal*.)"]
)


def shown(address: str = "Jl. Melati 5", email: str = "-", amount: int = 2, product: str = "teh", day: str = "23 November 2026") -> str:
    return f"Ani, {address}, {email}, {amount} {product}, {day}. Benar?"


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(load(tmp_path, SHOP))


@pytest.mark.parametrize("text", ["gak jadi kak", "Ga jadi deh", "batal", "nggak jadi", "tidak jadi ya kak", "cancel", "batal pesan"])
@pytest.mark.parametrize("before", [1, 2, 3, 5])
def test_a_word_that_calls_off_drops_the_order_and_is_never_a_value(talk: Talk, text: str, before: int) -> None:
    talk.hears(*GIVEN[:before])
    assert talk.hears(text, "halo") == ["Baik, *pesan* dibatalkan.", "Entah."]


def test_at_confirm_too_it_drops_the_order(talk: Talk) -> None:
    assert talk.hears(*GIVEN, "besok", "gak jadi kak", "ya")[-3:] == [shown(), "Baik, *pesan* dibatalkan.", "Entah."]


@pytest.mark.parametrize("text", ["gak jadi", "batal", "tidak ada", "gak usah"])
def test_to_a_yes_or_no_question_it_means_no(talk: Talk, text: str) -> None:
    assert talk.hears(*GIVEN[:-1], text, "besok", "ya")[-3:] == [DAY, shown(), "Siap Ani: 2 teh, Jl. Melati 5, tidak."]


def test_the_way_out_of_a_yes_or_no_question_is_one_that_leads_out(talk: Talk) -> None:
    wrong = f"Mohon dijawab *ya* atau *tidak*.\n{GIFT}\n(Mau berhenti? Ketik *stop*.)"
    assert talk.hears(*GIVEN[:-1], "entahlah", "stop")[-2:] == [wrong, "Baik, *pesan* dibatalkan."]


@pytest.mark.parametrize("text", ["sebentar", "tunggu ya kak", "nanti dulu", "bentar"])
def test_a_word_for_waiting_is_no_wrong_answer(talk: Talk, text: str) -> None:
    talk.hears(*GIVEN[:5])
    assert talk.hears(*[text] * 5, "2") == [f"Baik, kami tunggu ya.\n{AMOUNT}"] * 5 + [GIFT]


@pytest.mark.parametrize("text", ["-", "ga punya", "gak punya kak", "tidak ada", "belum punya", "kosong", "Skip", "makasih"])
def test_a_question_that_need_not_be_answered_is_skipped_in_many_words(talk: Talk, text: str) -> None:
    assert talk.hears("pesan", "Ani", "Jl. Melati 5", text) == [NAME, ADDRESS, MAIL, PRODUCT]


@pytest.mark.parametrize(
    "text",
    [
        "eh salah, emailnya budi@x.id",
        "ganti email budi@x.id",
        "Email: budi@x.id",
        "email = budi@x.id",
        "maaf kak salah, email yang benar budi@x.id",
        "emailnya budi@x.id",
    ],
)
def test_what_was_given_is_corrected_and_the_question_asked_again(talk: Talk, text: str) -> None:
    assert talk.hears(*GIVEN, text, "besok")[-2:] == [f"Baik, sudah kami catat. Email: budi@x.id\n{DAY}", shown(email="budi@x.id")]


@pytest.mark.parametrize("text", ["Email: -", "ganti email ga punya", "emailnya tidak ada"])
def test_what_need_not_be_given_is_left_out_by_a_correction_too(talk: Talk, text: str) -> None:
    answers = talk.hears(*GIVEN, "ganti email jadi budi@x.id", text, "besok")
    assert answers[-2:] == [f"Baik, sudah kami catat. Email: -\n{DAY}", shown()]


def test_a_wrong_correction_is_asked_for(talk: Talk) -> None:
    assert talk.hears(*GIVEN, "ganti jumlah jadi 50", "5", "besok")[-3:] == [
        f"Mohon isi angka dari 1 sampai 9.\n{AMOUNT}",
        DAY,
        shown(amount=5),
    ]


@pytest.mark.parametrize("text", ["bukan, tanggalnya salah", "tanggal salah kak", "salah tanggal", "ganti tanggal dong"])
def test_a_no_that_names_the_value_asks_for_it(talk: Talk, text: str) -> None:
    assert talk.hears(*GIVEN, "besok", text, "lusa")[-3:] == [shown(), DAY, shown(day="24 November 2026")]


@pytest.mark.parametrize("pick", ["2", "alamat", "alamatnya", "almt"])
def test_a_no_asks_which_value_to_change(talk: Talk, pick: str) -> None:
    assert talk.hears(*GIVEN, "besok", "tidak", pick, "Jl. Mawar 1", "ya")[-4:] == [
        WHICH,
        ADDRESS,
        shown(address="Jl. Mawar 1"),
        "Siap Ani: 2 teh, Jl. Mawar 1, .",
    ]


def test_who_wants_no_change_after_all_is_shown_the_order_again(talk: Talk) -> None:
    assert talk.hears(*GIVEN, "besok", "tidak", "99", "ya", "ya")[-4:] == [
        WHICH,
        WHICH,
        shown(),
        "Siap Ani: 2 teh, Jl. Melati 5, .",
    ]


PASTED = ["Nama: Ani", "Alamat : Jl. Melati 5", "Produk: teh", "Jumlah= 2"]


@pytest.mark.parametrize("lines", [PASTED, PASTED[::-1], ["Pesan kak", "", *PASTED]], ids=["in order", "backwards", "below a greeting"])
def test_lines_with_labels_fill_their_fields(talk: Talk, lines: list[str]) -> None:
    said = talk.hears("pesan", "\n".join(lines))[1]
    assert said is not None
    assert said.startswith("Baik, sudah kami catat. Nama: Ani; Alamat: Jl. Melati 5; Produk: teh; Jumlah: 2\nEmailnya?")
    assert talk.hears("-", "-", "besok", "ya") == [GIFT, DAY, shown(), "Siap Ani: 2 teh, Jl. Melati 5, ."]


def test_a_line_without_a_label_goes_on_with_the_one_above(talk: Talk) -> None:
    said = talk.hears("pesan", "Alamat: Jl. Melati 5\nRT 3\nNama: Ani", "-", "teh", "2", "-", "besok")[-1]
    assert said == shown(address="Jl. Melati 5\nRT 3")


def test_nothing_that_was_written_is_passed_over_in_silence(talk: Talk) -> None:
    assert talk.hears("pesan", "Nama: Ani\nWarna: biru\nAlamat: A\nJumlah: 2\nJumlah: 3\nProduk: susu")[1] == (
        "Yang ini belum bisa kami catat: Warna: biru\n"
        "Baik, sudah kami catat. Nama: Ani; Alamat: A\n"
        'Maaf, "susu" tidak ada di pilihan. Pilihannya: teh, kopi.\nTeh atau kopi?'
    )
    assert talk.says("teh") == f"Jumlah tertulis dua kali dan isinya berbeda. Mohon tulis lagi yang benar ya.\n{AMOUNT}"


@pytest.mark.parametrize("text", ["Jl. Melati: pagar hijau", "http://x.id/a", "Ganti aja sendiri", "salah satu warung di pojok"])
def test_a_text_that_names_no_field_is_a_value(talk: Talk, text: str) -> None:
    assert talk.hears("pesan", "Ani", text) == [NAME, ADDRESS, MAIL]


def test_the_label_of_the_question_itself_is_set_aside(talk: Talk) -> None:
    assert talk.hears("pesan", "Nama: Ani", "alamat: A", "-", "teh", "2", "-", "besok")[-1] == shown(address="A")


def test_two_hundred_lines_with_labels_are_read(talk: Talk) -> None:
    said = talk.hears("pesan", "\n".join(["Nama: Ani"] * 200))
    assert said == [NAME, ADDRESS]


FILLED = f"Baik, sudah kami catat. Nama: Ani; Alamat: Jl. Melati 5; Produk: teh; Jumlah: 2\n{MAIL}"


@pytest.mark.parametrize("lines", [PASTED, PASTED[::-1], ["Halo, pesan", *PASTED]], ids=["in order", "backwards", "below a greeting"])
def test_pasted_lines_begin_the_form_they_fill_in(talk: Talk, lines: list[str]) -> None:
    assert talk.hears("\n".join(lines), "-", "-", "besok", "ya") == [FILLED, GIFT, DAY, shown(), "Siap Ani: 2 teh, Jl. Melati 5, ."]


@pytest.mark.parametrize("text", ["Nama: Ani", "Nama: Ani\nWarna: biru", "Jam: 5\nHari: senin", "Nama Ani\nAlamat Melati"])
def test_one_label_alone_begins_no_form(talk: Talk, text: str) -> None:
    assert talk.says(text) == "Entah."


OTHERS = """\
settings: {guess: never}
rules:
  - {keyword: "tamu#", fields: [{nama: {min: 2}}, {kota: {type: choice, options: [Dumai, Medan]}}], reply: "{{ nama }}, {{ kota }}."}
  - {name: teman, keyword: "teman#", fields: [nama, kota, {umur: {type: integer}}], on_invalid: ask, reply: "{{ nama }} {{ umur }}."}
  - {keyword: "diam#", paste: false, fields: [warna, rasa], reply: "{{ warna }}."}
  - {keyword: harga, reply: Murah.}
  - {contains: kota, reply: Kota kami Dumai.}
  - {fallback: true, reply: Entah.}
"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Nama: Ani\nKota: Dumai\nUmur: 30", "Ani 30."),
        ("Nama: Ani\nUmur: 30", "Baik, sudah kami catat. Nama: Ani; Umur: 30\nSilakan tulis *Kota*."),
        ("Nama: Ani\nKota: Dumai", "Kota kami Dumai."),
        ("tamu#Nama: Ani\nKota: dumai", "Ani, Dumai."),
        ("tamu#\nKota: Medan\nNama: Ani", "Ani, Medan."),
        ("Warna: biru\nRasa: manis", "Entah."),
    ],
)
def test_lines_belong_to_the_one_form_with_most_of_their_labels(tmp_path: Path, text: str, answer: str) -> None:
    assert Talk(load(tmp_path, OTHERS)).says(text) == answer


def test_of_a_form_that_never_asks_what_is_wrong_is_explained(tmp_path: Path) -> None:
    said = Talk(load(tmp_path, OTHERS)).says("tamu#Nama: A\nKota: Jambi")
    assert said is not None
    assert said.startswith("Maaf, masih ada yang perlu diperbaiki:\n- Nama: ")
    assert "- Kota: " in said


def test_patience_and_tries_are_of_the_settings_or_of_one_rule(tmp_path: Path) -> None:
    rules = """settings: {guess: never, patience: 1 hour, tries: 2}
rules:
  - {keyword: isi, ask: [{umur: {question: Umur?, type: integer}}], reply: "{{ umur }}."}
  - {keyword: cepat, patience: 1 menit, tries: 1, ask: [{umur: {question: Umur?, type: integer}}], reply: "{{ umur }}."}
  - {keyword: menu, menu: [{Isi: isi}]}
  - {fallback: true, reply: Entah.}
"""
    talk = Talk(load(tmp_path, rules))
    given_up = "Tidak apa-apa, kita lanjutkan nanti ya. Ketik *lanjut* kalau sudah siap."
    assert (talk.hears("isi", "x", "y")[-1], talk.hears("cepat", "x")[-1]) == (given_up, given_up)
    talk.hears("menu", "isi")
    talk.wait(minutes=59)
    assert talk.says("5") == "5."
    talk.says("cepat")
    talk.wait(minutes=1)
    assert talk.hears("5", "1") == ["Entah.", "1. Isi"]


PAID = """settings: {guess: never}
rules:
  - keyword: bayar
    ask:
      - cara: {question: Tunai atau transfer?, options: [tunai, transfer]}
      - bank: {question: Bank apa?, if: cara == 'transfer'}
      - nama: Nama?
    confirm: "{{ cara }} {{ bank or '-' }} {{ nama }}?"
    reply: "{{ cara }} {{ bank or '-' }} {{ nama }}."
  - {fallback: true, reply: Entah.}
"""


def test_a_question_whose_condition_fails_is_not_asked(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, PAID))
    assert talk.hears("bayar", "tunai", "Ani", "ya") == ["Tunai atau transfer?", "Nama?", "tunai - Ani?", "tunai - Ani."]
    assert talk.hears("bayar", "transfer", "BNI", "Ani", "ya") == [
        "Tunai atau transfer?",
        "Bank apa?",
        "Nama?",
        "transfer BNI Ani?",
        "transfer BNI Ani.",
    ]


def test_a_correction_that_makes_a_condition_hold_has_it_asked(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, PAID))
    assert talk.hears("bayar", "tunai", "Ani", "ganti cara jadi transfer", "BNI")[-2:] == ["Bank apa?", "transfer BNI Ani?"]

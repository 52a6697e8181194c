"""Forms and menus as customers live through them, from one message to the next."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.core.conversation.memory import CHATS_LIMIT
from flask_chatbot.core.deciding.decision import HandlerFailed, Outcome, no_handler
from flask_chatbot.core.matching.match import Kind, Match
from flask_chatbot.core.values.actions import Notify, Save, Subscribe
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Image, Menu, Text
from flask_chatbot.errors import Invalid, Skip
from tests.core.books import BUDI, load
from tests.core.conversation.talks import Talk

RULES = """\
settings: {groups: all, guess: never}
rules:
  - name: menu
    keyword: menu
    reply: Silakan balas dengan angka.
    menu:
      - Daftar harga: harga
      - Lokasi toko: lokasi
      - Minta penawaran: penawaran
      - Lainnya: lain
  - name: lain
    reply: Pilih satu.
    menu:
      - Isi survei: survei
      - Menu utama: menu
  - {name: harga, keyword: harga, reply: Harga 1000.}
  - {name: lokasi, reply: [{image: "https://x.id/a.png"}, Di sini.]}
  - name: penawaran
    keyword: penawaran#
    fields: [nama, {email: {type: email}}]
    reply: "Baik, {{ nama }}."
  - name: survei
    keyword: survei
    ask:
      - nilai: {question: "Puas? (1-5)", type: integer, min: 1, max: 5}
      - saran: {question: "Ada saran?", optional: true}
    confirm: "Nilai {{ nilai }}. Benar? (ya/tidak)"
    save: survei
    notify: "0811-7601-234"
    reply: "Terima kasih: {{ nilai }}, {{ saran or 'tanpa saran' }}, {{ data | join('+') }}."
  - name: janji
    keyword: janji#
    fields: [{nama: {min: 2}}, {tanggal: {type: date, question: "Tanggal berapa?"}}, {jam: {default: "9"}}]
    on_invalid: ask
    reply: "{{ nama }} {{ tanggal }} {{ jam }}"
  - {name: entah, fallback: true, reply: Entah.}
"""
A, B, C = "120363000000000001", "120363000000000002", "628111111111-1510000000"  # groups
MENU = "Silakan balas dengan angka.\n1. Daftar harga\n2. Lokasi toko\n3. Minta penawaran\n4. Lainnya"
OTHER = "Pilih satu.\n1. Isi survei\n2. Menu utama\n0. Kembali"
FIRST = "Puas? (1-5)"
SECOND = "Ada saran?\n(Kalau tidak ada, ketik *-*.)"
WRONG = f"Mohon isi angka dari 1 sampai 5.\n{FIRST}\n(Mau berhenti? Ketik *batal*.)"
CANCELLED = "Baik, *{}* dibatalkan."
GIVEN_UP = "Tidak apa-apa, kita lanjutkan nanti ya. Ketik *lanjut* kalau sudah siap."
UNFINISHED = "*{}* tadi belum selesai. Ketik *lanjut* untuk melanjutkan, atau *{}* untuk mulai dari awal."
YES_OR_NO = "Mohon dijawab *ya* atau *tidak*.\n(Mau berhenti? Ketik *batal*.)"
THANKS = "Terima kasih: 5, Buka Minggu, 5+Buka Minggu."
APOLOGY = "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(load(tmp_path, RULES))


def talk_of(folder: Path, rules: str) -> Talk:
    return Talk(load(folder, f"{rules}\n  - {{name: entah, fallback: true, reply: Entah.}}\n"))


# -- forms -------------------------------------------------------------------------------------------


def test_a_form_asks_one_question_at_a_time_and_ends_with_the_reply(talk: Talk) -> None:
    assert talk.hears("survei", "5", "Buka Minggu", "ya") == [FIRST, SECOND, "Nilai 5. Benar? (ya/tidak)", THANKS]
    assert talk.says("5") == "Entah."


def test_what_is_to_be_done_is_named_at_the_end_and_not_before(talk: Talk) -> None:
    assert [talk.decision(text).actions for text in ("survei", "5", "-")] == [()] * 3
    decision = talk.decision("ya")
    assert decision.actions == (Save("survei"), Notify("628117601234"))
    assert decision.match == Match(
        rule=talk.book.by_name["survei"], kind=Kind.FORM, literal="survei", data=("5",), fields={"nilai": 5, "saran": None}, invalid={}
    )


def test_a_wrong_answer_is_told_together_with_the_question_and_the_way_out(talk: Talk) -> None:
    assert talk.hears("survei", "7", "5") == [FIRST, WRONG, SECOND]


@pytest.mark.parametrize("text", ["1", "survei", "daftar harga", "harga berapa", "Jl. Mawar #12", "kalau batal bagaimana?"])
def test_a_value_that_fits_the_question_wins(talk: Talk, text: str) -> None:
    talk.hears("menu", "survei", "5")
    assert talk.says(text) == "Nilai 5. Benar? (ya/tidak)"


@pytest.mark.parametrize("text", ["batal", "BATAL!", "Batal kak", "cancel", "stop dong", "berhenti"])
@pytest.mark.parametrize("before", [[], ["5"], ["5", "-"]], ids=["at a number", "at a text", "at the confirmation"])
def test_a_word_for_it_leaves_a_form(talk: Talk, text: str, before: list[str]) -> None:
    talk.hears("survei", *before)
    assert talk.hears(text, "5") == [CANCELLED.format("survei"), "Entah."]


@pytest.mark.parametrize("text", ["penawaran#Budi#a@b.co", "PENAWARAN #Budi#a@b.co"])
def test_a_keyword_with_its_mark_leaves_a_form(talk: Talk, text: str) -> None:
    talk.hears("survei", "5")
    assert talk.hears(text, "Buka Minggu", "Buka Minggu", "lanjut") == [
        "Baik, Budi.",
        UNFINISHED.format("Survei", "survei"),
        "Entah.",
        SECOND,
    ]


@pytest.mark.parametrize("text", ["tutup#A", "Blok tutup#5"])
def test_a_keyword_whose_rule_may_not_answer_now_leaves_no_form(tmp_path: Path, text: str) -> None:
    closed = '  - {name: tutup, keyword: [tutup#, blok tutup#], when: {time: "01.00-01.01"}, reply: Tutup.}\n'
    talk = Talk(load(tmp_path, RULES.replace("  - {name: entah", f"{closed}  - {{name: entah")))
    assert talk.hears("survei", "5", text, "ya") == [FIRST, SECOND, "Nilai 5. Benar? (ya/tidak)", f"Terima kasih: 5, {text}, 5+{text}."]


LAMPS = """\
settings: {groups: keywords}
rules:
  - name: nyala
    keyword: nyala
    pattern: "^nyalakan lampu (?P<area>[a-z]+)(?: (?P<jam>[0-9]+))?$"
    fields: [{area: {type: choice, options: [dapur, kamar]}}, {jam: {type: integer, optional: true}}]
    reply: "{{ area }} {{ jam }}"
  - {name: terang, pattern: "^atur [a-z]+$", reply: Diatur.}
  - {name: mati, keyword: mati, reply: Mati.}
  - {name: pagi, keyword: pagi, when: {time: "01.00-01.01"}, reply: Pagi.}
  - {name: jenis, contains: lampu, reply: Ada dua.}
"""
AREA = "Silakan tulis *Area*.\n1. dapur\n2. kamar"
NO_AREA = 'Maaf, "{}" tidak ada di pilihan. Pilihannya: dapur, kamar.\n' + AREA


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("atur dapur", "Diatur."),
        ("mati", "Mati."),
        ("nyalakan lampu kamar 5", "kamar 5"),
        ("kamar", "kamar"),
        ("lampu apa", NO_AREA.format("lampu apa") + "\n(Mau berhenti? Ketik *batal*.)"),
        ("pagi", NO_AREA.format("pagi") + "\n(Mau berhenti? Ketik *batal*.)"),
    ],
)
def test_who_was_asked_by_a_rule_with_a_pattern_may_write_another_command_instead(tmp_path: Path, text: str, answer: str) -> None:
    talk = Talk(load(tmp_path, LAMPS))
    assert talk.hears("nyala", text) == [AREA, answer]


def test_where_only_keywords_are_answered_no_pattern_takes_a_text_from_a_form(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, LAMPS))
    assert [talk.says(text, group=A) for text in ("nyala", "atur dapur", "mati")] == [
        AREA,
        NO_AREA.format("atur dapur") + "\n(Mau berhenti? Ketik *batal*.)",
        "Mati.",
    ]


def test_three_wrong_answers_to_one_question_end_a_form(talk: Talk) -> None:
    assert talk.hears("survei", "7", "banyak", "0", "5") == [
        FIRST,
        WRONG,
        f'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.\n{FIRST}\n(Mau berhenti? Ketik *batal*.)',
        GIVEN_UP,
        UNFINISHED.format("Survei", "survei"),
    ]


def test_a_good_answer_begins_the_count_of_wrong_ones_anew(talk: Talk) -> None:
    assert talk.hears("survei", "7", "7", "5", "-", "mungkin", "entahlah", "ya")[-3:] == [
        YES_OR_NO,
        YES_OR_NO,
        "Terima kasih: 5, tanpa saran, 5.",
    ]


def test_a_form_waits_a_quarter_of_an_hour_from_each_question_on(talk: Talk) -> None:
    talk.says("survei")
    talk.wait(minutes=14, seconds=59)
    assert talk.says("5") == SECOND
    talk.wait(minutes=14, seconds=59)
    assert talk.says("Buka Minggu") == "Nilai 5. Benar? (ya/tidak)"
    talk.wait(minutes=15)
    assert talk.says("ya") == UNFINISHED.format("Survei", "survei")


@pytest.mark.parametrize("text", ["-", "lewati", "Skip", "lewat aja kak"])
def test_a_question_that_need_not_be_answered_may_be_skipped(talk: Talk, text: str) -> None:
    talk.book = load(talk.book.files[0].parent, f"{RULES}words: {{ignore: [aja, kak]}}\n")
    assert talk.hears("survei", "5", text, "ya")[-1] == "Terima kasih: 5, tanpa saran, 5."


def test_a_question_that_must_be_answered_is_not_skipped(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, "rules:\n  - {keyword: isi, ask: [{nama: {question: Nama?, min: 2}}], reply: '{{ nama }}.'}")
    wanted = "Mohon diisi ya.\nNama?\n(Mau berhenti? Ketik *batal*.)"
    assert talk.hears("isi", "-", "lewati", "Lewa") == ["Nama?", wanted, wanted, "Lewa."]


def test_a_question_that_is_skipped_gets_its_default(tmp_path: Path) -> None:
    talk = talk_of(
        tmp_path, "rules:\n  - {keyword: isi, ask: [{jumlah: {question: Berapa?, type: integer, default: 1}}], reply: '{{ jumlah + 1 }}'}"
    )
    assert talk.hears("isi", "-") == ["Berapa?\n(Kalau tidak ada, ketik *-*.)", "2"]


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_silence_is_no_answer_even_where_none_is_needed(talk: Talk, text: str) -> None:
    assert talk.hears("survei", "5", text)[-1] == f"Mohon diisi ya.\n{SECOND}\n(Mau berhenti? Ketik *batal*.)"


@pytest.mark.parametrize("text", ["ya", "Iya!", "Y", "ya kak", "betul ya", "OK", "yes"])
def test_a_yes_is_said_in_many_ways(talk: Talk, text: str) -> None:
    assert talk.hears("survei", "5", "Buka Minggu", text)[-1] == THANKS


@pytest.mark.parametrize("text", ["tidak", "Gak kak", "bukan", "no", "salah!"])
def test_a_no_asks_which_value_to_change(talk: Talk, text: str) -> None:
    which = "Bagian mana yang mau diganti?\n1. Nilai\n2. Saran\n(Mau berhenti? Ketik *batal*.)"
    assert talk.hears("survei", "5", "-", text, "1", "4", "ya")[-4:] == [
        which,
        FIRST,
        "Nilai 4. Benar? (ya/tidak)",
        "Terima kasih: 4, tanpa saran, 4.",
    ]


def test_an_empty_text_to_confirm_asks_for_yes_or_no(tmp_path: Path) -> None:
    confirm = "{% if nama == 'Ani' %}Ani?{% endif %}"
    talk = talk_of(tmp_path, f'rules:\n  - {{keyword: isi, ask: [{{nama: {{question: Nama?}}}}], confirm: "{confirm}", reply: ok}}')
    assert talk.hears("isi", "Budi", "ya") == ["Nama?", "Mohon dijawab *ya* atau *tidak*.", "ok"]


def test_options_are_shown_unless_the_question_names_them(tmp_path: Path) -> None:
    rules = "rules:\n  - {keyword: isi, ask: [{a: {question: Warna?, type: choice, options: [stop, {biru: [blue]}]}}], reply: '{{ a }}.'}"
    asked = "Warna?\n1. stop\n2. biru"
    wrong = f'Maaf, "merah" tidak ada di pilihan. Pilihannya: stop, biru.\n{asked}\n(Mau berhenti? Ketik *batal*.)'
    assert talk_of(tmp_path, rules).hears("isi", "merah", "blue") == [asked, wrong, "biru."]
    assert talk_of(tmp_path, rules.replace("Warna?", "Stop atau BIRU?")).hears("isi", "biru") == ["Stop atau BIRU?", "biru."]


def test_options_are_shown_with_the_numbers_that_choose_them(tmp_path: Path) -> None:
    rules = "rules:\n  - {keyword: isi, ask: [{a: {question: Ukuran?, options: [SIZES]}}], reply: '{{ a }}.'}"
    talk = talk_of(tmp_path, rules.replace("SIZES", "S, M, L"))
    assert talk.hears("isi", "no 2") == ["Ukuran?\n1. S\n2. M\n3. L", "M."]
    talk = talk_of(tmp_path, rules.replace("SIZES", "'38', '39'"))
    assert talk.hears("isi", "2", "39")[::2] == ["Ukuran?\n- 38\n- 39", "39."]


def test_a_keyword_alone_asks_what_may_be_left_out_too_where_it_has_a_question(tmp_path: Path) -> None:
    rules = """rules:
  - name: isi
    keyword: [isi, "isi#"]
    on_invalid: ask
    fields: [{nama: {question: Nama?}}, {email: {question: Email?, type: email, optional: true}}, {kota: {optional: true}}]
    reply: "{{ nama }}, {{ email or '-' }}, {{ kota or '-' }}."
"""
    talk = talk_of(tmp_path, rules)
    assert talk.hears("isi", "Budi", "ga punya") == ["Nama?", "Email?\n(Kalau tidak ada, ketik *-*.)", "Budi, -, -."]
    assert talk.hears("isi#Budi", "isi##a@x.id", "Ani") == ["Budi, -, -.", "Nama?", "Ani, a@x.id, -."]


def test_an_option_wins_over_the_words_that_leave_or_skip(tmp_path: Path) -> None:
    rules = (
        "rules:\n  - {keyword: isi, ask: [{a: {question: Apa?, type: choice, options: [stop, skip], optional: true}}], reply: '{{ a }}.'}"
    )
    talk = talk_of(tmp_path, rules)
    assert [talk.hears("isi", text)[1] for text in ("stop", "skip", "batal", "-")] == ["stop.", "skip.", CANCELLED.format("isi"), "."]


def test_the_longest_answers_are_kept_whole_and_questions_end_at_the_limit(tmp_path: Path) -> None:
    rules = (
        "rules:\n  - {keyword: isi, ask: [{a: {question: A?}}, {b: {question: B?}}], confirm: '{{ a }}{{ b }}', reply: '{{ a | length }}'}"
    )
    talk = talk_of(tmp_path, rules)
    assert talk.hears("isi", "a" * 5000) == ["A?", "B?"]
    assert talk.says("b" * 5000) == "a" * 4096
    assert talk.says("ya") == "4096"


MIDNIGHT = """\
rules:
  - name: antar
    keyword: antar
    ask: [{hari: {question: "Hari apa?", type: date}}, {nama: {question: "Nama?"}}, {lagi: {question: "Lagi?", type: date, default: besok}}]
    confirm: "{{ hari }}, {{ nama }}, {{ lagi }}?"
    reply: "{{ hari }}, {{ nama }}, {{ lagi }}."
  - {name: ambil, keyword: "ambil#", fields: [{hari: {type: date}}, {nama: {min: 2}}], on_invalid: ask, reply: "{{ hari }}, {{ nama }}."}
"""


def test_a_day_said_before_midnight_is_the_same_day_after_it(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, MIDNIGHT)
    talk.now = datetime(2026, 11, 22, 23, 55, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert talk.hears("antar", "besok") == ["Hari apa?", "Nama?"]
    talk.wait(minutes=6)
    shown = "23 November 2026, Budi, 24 November 2026"
    assert talk.hears("Budi", "-") == ["Lagi?\n(Kalau tidak ada, ketik *-*.)", f"{shown}?"]
    talk.now = datetime(2026, 11, 23, 23, 59, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert talk.hears("antar", "23/11/2026", "Budi", "-")[-1] == f"{shown}?"
    talk.wait(minutes=2)
    assert talk.says("ya") == f"{shown}."


CLOCK = "rules:\n  - {keyword: janji, ask: [{jam: {question: Jam berapa?, type: time}}], reply: 'Jam {{ jam | time }}.'}"
WHICH = 'Maaf, "{}" bisa berarti {}. Maksudnya yang mana?\nJam berapa?\n(Mau berhenti? Ketik *batal*.)'


@pytest.mark.parametrize("text", ["siang", "yang siang kak", "Siang!", "jam 2 siang", "14.00"])
def test_an_hour_in_either_half_of_the_day_is_asked_about_and_answered_by_the_part_alone(tmp_path: Path, text: str) -> None:
    talk = talk_of(tmp_path, CLOCK)
    assert talk.hears("janji", "jam 2", text) == ["Jam berapa?", WHICH.format("jam 2", "2 pagi atau 2 siang"), "Jam 14.00."]


def test_a_part_of_the_day_alone_is_no_time(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, CLOCK)
    assert "belum bisa kami baca sebagai jam" in (talk.hears("janji", "siang")[-1] or "")
    talk.says("9")
    assert talk.hears("janji", "jam 3", "kapan-kapan", "sore", "lanjut", "3 sore")[-3:] == [GIVEN_UP, "Jam berapa?", "Jam 15.00."]


def test_a_day_written_with_a_keyword_stays_while_the_rest_is_asked_for(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, MIDNIGHT)
    talk.now = datetime(2026, 11, 22, 23, 55, tzinfo=ZoneInfo("Asia/Jakarta"))
    talk.says("ambil#besok#B")
    talk.wait(minutes=6)
    assert talk.says("Budi") == "23 November 2026, Budi."


PARCEL = """\
rules:
  - name: resi
    keyword: cek resi
    pattern: '^cek resi (?P<kurir>[a-z]+) (?P<nomor>[0-9]+)$'
    fields: [kurir, {nomor: {type: integer, min: 100}}]
    reply: "{{ kurir }} {{ nomor }}"
  - {name: menu, keyword: menu, reply: Pilih., menu: [{Cek resi: resi}]}
"""


@pytest.mark.parametrize("way_in", [("cek resi",), ("menu", "1"), ("menu", "cek resi")])
def test_a_rule_that_has_no_form_to_show_asks(tmp_path: Path, way_in: tuple[str, ...]) -> None:
    talk = talk_of(tmp_path, PARCEL)
    assert talk.hears(*way_in)[-1] == "Silakan tulis *Kurir*."
    assert talk.hears("jnt", "2", "0200") == [
        "Silakan tulis *Nomor*.",
        "Minimal 100.\nSilakan tulis *Nomor*.\n(Mau berhenti? Ketik *batal*.)",
        "jnt 200",
    ]


def test_what_a_pattern_found_and_is_wrong_is_explained_and_the_next_text_is_a_new_one(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, PARCEL)
    wrong = "Maaf, masih ada yang perlu diperbaiki:\n- Nomor: Minimal 100."
    assert talk.hears("cek resi jnt 0200", "cek resi jnt 2", "cek resi jnt 300") == ["jnt 200", wrong, "jnt 300"]


def test_what_a_handler_refuses_of_a_rule_without_a_form_is_asked_for_again(tmp_path: Path) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        if match.fields.get("kurir") == "jne":
            raise Invalid(kurir="Kami tidak pakai jne.")
        return None

    talk = Talk(load(tmp_path, PARCEL), handle)
    explained = "Maaf, masih ada yang perlu diperbaiki:\n- Kurir: Kami tidak pakai jne."
    asked = ["Silakan tulis *Kurir*.", "Silakan tulis *Nomor*.", "Kami tidak pakai jne.\nSilakan tulis *Kurir*.", "jnt 200"]
    assert talk.hears("cek resi jne 200", "cek resi", "jne", "200", "jnt") == [explained, *asked]


def test_a_rule_with_a_keyword_for_its_fields_shows_them_however_it_was_found(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, PARCEL.replace("keyword: cek resi", "keyword: [cek resi, 'resi#']"))
    form = "*resi#Kurir#Nomor*"
    assert talk.hears("cek resi", "menu", "1") == [
        f"Silakan kirim dengan format:\n{form}", "Pilih.\n1. Cek resi", f"Silakan kirim dengan format:\n{form}",
    ]  # fmt: skip
    assert (talk.says("cek resi jnt 2") or "").endswith(f"\n{form}")


def test_a_form_found_by_a_pattern_does_not_ask_for_what_the_pattern_read(tmp_path: Path) -> None:
    rules = """rules:
  - name: pesan
    keyword: pesan
    pattern: "pesan (?P<jumlah>[0-9]+) (?P<barang>kopi|teh)"
    ask: [{jumlah: {question: Berapa?, type: integer, max: 5}}, {nama: {question: Nama?}}]
    reply: "{{ nama }}: {{ jumlah }} {{ barang or 'apa saja' }}."
"""
    talk = talk_of(tmp_path, rules)
    assert talk.hears("pesan 3 kopi", "Budi") == ["Nama?", "Budi: 3 kopi."]
    assert talk.hears("pesan 9 teh", "2", "Budi") == ["Maksimal 5.\nBerapa?", "Nama?", "Budi: 2 teh."]
    assert talk.hears("pesan", "2", "Budi") == ["Berapa?", "Nama?", "Budi: 2 apa saja."]


@pytest.mark.parametrize("text", ["harga", "Harga dong kak", "HARGA?"])
def test_another_rules_keyword_is_answered_and_the_question_comes_again_below_it(talk: Talk, text: str) -> None:
    talk.hears("survei", "5")
    assert talk.hears(text, text, "ya") == [
        f"Harga 1000.\n\n{SECOND}",
        "Nilai 5. Benar? (ya/tidak)",
        f"Terima kasih: 5, {text}, 5+{text}.",
    ]


def test_where_a_value_would_be_wrong_and_at_the_confirmation_it_is_answered_too(talk: Talk) -> None:
    confirm = "Nilai 5. Benar? (ya/tidak)"
    assert talk.hears("survei", "harga", "5", "-", "harga", "ya") == [
        FIRST, f"Harga 1000.\n\n{FIRST}", SECOND, confirm, f"Harga 1000.\n\n{confirm}", "Terima kasih: 5, tanpa saran, 5.",
    ]  # fmt: skip


def test_a_rule_that_begins_something_itself_sets_the_form_aside(talk: Talk) -> None:
    assert talk.hears("survei", "5", "menu", "1", "lanjut") == [FIRST, SECOND, MENU, "Harga 1000.", SECOND]


def test_below_a_picture_the_question_is_a_text_of_its_own(tmp_path: Path) -> None:
    rules = """rules:
  - {keyword: isi, ask: [{nama: Nama?}], reply: "{{ nama }}."}
  - {keyword: foto, reply: {image: "https://x.id/a.png"}}
  - {keyword: halo, reply: Hai.}
"""
    talk = talk_of(tmp_path, rules)
    talk.says("isi")
    assert talk.replies("foto") == (Image("https://x.id/a.png"), Text("Nama?"))
    assert talk.says("halo") == "halo."  # small talk may be a value


def test_a_similar_sentence_is_answered_though_a_word_in_it_finds_the_rule_too(tmp_path: Path) -> None:
    rules = """rules:
  - {keyword: isi, ask: [{nama: Nama?}], reply: "{{ nama }}."}
  - {contains: harga*, similar: berapa harganya, reply: Murah.}
"""
    assert talk_of(tmp_path, rules).hears("isi", "Berapa harganya kak?", "toko serba harga") == [
        "Nama?",
        "Murah.\n\nNama?",
        "toko serba harga.",
    ]


def test_where_no_rule_is_to_interrupt_every_text_is_an_answer(tmp_path: Path) -> None:
    rules = """rules:
  - {keyword: isi, ask: [{nama: {question: Nama?, interrupt: false}}, {kota: Kota?}], reply: "{{ nama }} {{ kota }}."}
  - {keyword: tulis, interrupt: false, ask: [{apa: Apa?}], reply: "{{ apa }}."}
  - {keyword: harga, reply: Murah.}
"""
    talk = talk_of(tmp_path, rules)
    assert talk.hears("isi", "harga", "harga", "Dumai") == ["Nama?", "Kota?", "Murah.\n\nKota?", "harga Dumai."]
    assert talk.hears("tulis", "harga") == ["Apa?", "harga."]


@pytest.mark.parametrize("before", [1, 2, 3])
def test_who_opts_out_leaves_the_form(tmp_path: Path, before: int) -> None:
    rules = """rules:
  - {keyword: isi, ask: [{nama: Nama?}, {umur: {question: Umur?, type: integer}}], confirm: Benar?, reply: "{{ nama }} {{ umur }}."}
  - {keyword: [stop, berhenti], subscribe: false, reply: Tidak kami kirimi lagi.}
"""
    talk = talk_of(tmp_path, rules)
    talk.hears(*["isi", "Ani", "30"][:before])
    decision = talk.decision("STOP")
    assert (decision.replies, decision.actions) == ((Text("Tidak kami kirimi lagi."),), (Subscribe(False),))
    assert talk.says("Ani") == "Entah."


def test_a_text_under_ask_is_the_question(tmp_path: Path) -> None:
    rules = 'rules:\n  - {keyword: isi, ask: [{nama: "Atas nama siapa, Kak?"}, {umur: "2"}], reply: "{{ nama }}, {{ umur }}."}'
    assert talk_of(tmp_path, rules).hears("isi", "Budi", "30") == ["Atas nama siapa, Kak?", "2", "Budi, 30."]


# -- asking for the rest -----------------------------------------------------------------------------


def test_what_is_wrong_or_missing_is_asked_for_and_the_rest_is_kept(talk: Talk) -> None:
    assert talk.hears("janji#Budi#kapan-kapan#10", "24/11/2026") == [
        'Maaf, "kapan-kapan" belum bisa kami baca sebagai tanggal. Contoh: 22 November atau besok.\nTanggal berapa?',
        "Budi 24 November 2026 10",
    ]
    assert talk.says("janji#Budi#24/11/2026") == "Budi 24 November 2026 9"


def test_each_question_says_what_was_wrong_with_its_own_text(talk: Talk) -> None:
    assert talk.hears("janji#B#kapan-kapan", "Budi", "24/11/2026") == [
        "Mohon ditulis lebih lengkap ya.\nSilakan tulis *Nama*.",
        'Maaf, "kapan-kapan" belum bisa kami baca sebagai tanggal. Contoh: 22 November atau besok.\nTanggal berapa?',
        "Budi 24 November 2026 9",
    ]


@pytest.mark.parametrize("text", ["janji", "janji#", "Janji kak", "janji##"])
def test_a_keyword_alone_asks_for_all_that_is_needed(talk: Talk, text: str) -> None:
    assert talk.hears(text, "Budi", "24/11/2026") == ["Silakan tulis *Nama*.", "Tanggal berapa?", "Budi 24 November 2026 9"]


def test_parts_too_many_are_explained_since_no_question_mends_them(talk: Talk) -> None:
    said = talk.says("janji#Budi#24/11/2026#9#dan#lagi")
    assert said is not None
    assert said.startswith("Maaf, masih ada yang perlu diperbaiki:\n- Isiannya ada 5, sedangkan formatnya hanya 3.")
    assert talk.says("Budi") == "Entah."


def test_a_form_with_everything_filled_in_is_still_confirmed(tmp_path: Path) -> None:
    rules = "rules:\n  - {keyword: 'isi#', fields: [nama], on_invalid: ask, confirm: '{{ nama }}?', reply: 'Baik, {{ nama }}.'}"
    talk = talk_of(tmp_path, rules)
    assert talk.hears("isi#Budi", "ya") == ["Budi?", "Baik, Budi."]
    assert talk.hears("isi", "Ani", "tidak") == ["Silakan tulis *Nama*.", "Ani?", "Silakan tulis *Nama*."]


# -- menus -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1", "1.", " 1 ", "1\ufe0f\u20e3", "daftar harga", "*Daftar Harga*", "1 kak", "Daftar harga dong"])
def test_numbers_and_words_of_a_menu_choose(talk: Talk, text: str) -> None:
    assert talk.hears("menu", text) == [MENU, "Harga 1000."]


@pytest.mark.parametrize("text", ["0", "001", "00", "1 2", "2 kilo", "5000", "daftar"])
def test_other_texts_are_ordinary_and_the_menu_stays(talk: Talk, text: str) -> None:
    assert talk.hears("menu", text, "1") == [MENU, "Entah.", "Harga 1000."]


def test_outside_of_a_menu_a_number_is_an_ordinary_text(talk: Talk) -> None:
    assert talk.hears("1", "0", "daftar harga") == ["Entah."] * 3


def test_a_menu_counts_for_a_quarter_of_an_hour(talk: Talk) -> None:
    talk.says("menu")
    talk.wait(minutes=14, seconds=59)
    assert talk.says("1") == "Harga 1000."
    talk.wait(seconds=1)
    assert talk.hears("kapan", "Daftar harga", "7") == ["Entah."] * 3
    assert talk.hears("no 1", "1") == [MENU, "Harga 1000."]
    talk.wait(hours=24, minutes=15)
    assert talk.says("1") == "Entah."


@pytest.mark.parametrize(
    "text", ["no 2", "yang nomor 2", "2. Lokasi", "dua", "pilih 2 kak", "Nomor dua ya", "yg kedua", "2 aja", "2 lokasi toko", "No. 2", "02"]
)
def test_a_menu_is_answered_as_people_do(talk: Talk, text: str) -> None:
    talk.says("menu")
    assert talk.replies(text) == (Image("https://x.id/a.png"), Text("Di sini."))


@pytest.mark.parametrize("text", ["6", "no 6", "enam", "pilih 6 dong", "6\ufe0f\u20e3"])
def test_a_number_that_a_menu_does_not_have_is_answered_with_the_choices(talk: Talk, text: str) -> None:
    lines = MENU.partition("\n")[2]
    assert talk.hears("menu", text, "1") == [MENU, f"Maaf, nomor 6 tidak ada. Silakan pilih:\n{lines}", "Harga 1000."]


@pytest.mark.parametrize("text", ["0", "kembali", "balik kak"])
def test_a_word_for_it_goes_back(talk: Talk, text: str) -> None:
    assert talk.hears("menu", "4", text) == [MENU, OTHER, MENU]


def test_a_choice_may_be_made_again(talk: Talk) -> None:
    assert talk.hears("menu", "1", "harga", "1") == [MENU, "Harga 1000.", "Harga 1000.", "Harga 1000."]


def test_a_zero_goes_back_to_the_menu_before(talk: Talk) -> None:
    assert talk.hears("menu", "4", "0", "0", "4", "0", "1") == [MENU, OTHER, MENU, "Entah.", OTHER, MENU, "Harga 1000."]


def test_a_zero_leads_back_from_a_choice_to_its_menu(talk: Talk) -> None:
    assert talk.hears("menu", "4", "1", "5", "-", "ya", "0", "0", "1", "0") == [
        MENU, OTHER, FIRST, SECOND, "Nilai 5. Benar? (ya/tidak)", "Terima kasih: 5, tanpa saran, 5.", OTHER, MENU, "Harga 1000.", MENU,
    ]  # fmt: skip


def test_menus_in_a_circle_do_not_pile_up(talk: Talk) -> None:
    talk.says("menu")
    assert talk.hears(*["4", "2"] * 30) == [OTHER, MENU] * 30
    assert talk.says("0") == "Entah."


def test_the_way_back_is_ten_menus_long(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(f"  - {{name: m{n}, keyword: m{n}, reply: Menu {n}., menu: [{{Lanjut: m{n + 1}}}]}}\n" for n in range(14))
    talk = talk_of(tmp_path, rules + "  - {name: m14, reply: Akhir.}")
    talk.hears("m0", *["1"] * 13)
    assert [(said or "").split("\n")[0] for said in talk.hears(*["0"] * 10)] == [*(f"Menu {n}." for n in range(12, 3, -1)), "Entah."]


def test_a_form_is_answered_before_a_menu_and_the_menu_counts_after_it(talk: Talk) -> None:
    assert talk.hears("menu", "survei", "1", "-", "ya", "1") == [
        MENU, FIRST, SECOND, "Nilai 1. Benar? (ya/tidak)", "Terima kasih: 1, tanpa saran, 1.", "Harga 1000.",
    ]  # fmt: skip


def test_a_menu_may_lead_to_a_rule_with_fields(talk: Talk) -> None:
    assert talk.hears("menu", "3") == [MENU, "Silakan kirim dengan format:\n*penawaran#Nama#Email*"]


def test_a_menu_may_lead_to_several_replies(talk: Talk) -> None:
    talk.says("menu")
    assert talk.replies("2") == (Image("https://x.id/a.png"), Text("Di sini."))


def test_a_rule_passed_over_in_a_menu_leaves_the_text_to_the_others(tmp_path: Path) -> None:
    rules = """settings: {hours: {mon-fri: 08.00-17.00}}
rules:
  - {keyword: menu, reply: Pilih., menu: [{A: a}, {B: b}]}
  - {name: a, when: {open: true}, reply: buka}
  - {name: b, when: {open: true}, otherwise: tutup, reply: buka}
"""
    talk = talk_of(tmp_path, rules)  # on a Sunday
    assert talk.hears("menu", "1", "2", "0") == ["Pilih.\n1. A\n2. B", "Entah.", "tutup", "Pilih.\n1. A\n2. B"]


def test_a_menu_stands_below_the_last_text_or_alone(tmp_path: Path) -> None:
    rules = """rules:
  - {keyword: a, reply: [Satu., Dua.], menu: [{X: x}]}
  - {keyword: b, reply: [Satu., {image: "https://x.id/a.png"}], menu: [{X: x}]}
  - {keyword: c, menu: [{X: x}]}
  - {keyword: d, reply: "{% if nama %}Halo{% endif %}", menu: [{X: x}]}
  - {name: x, reply: x}
"""
    talk = talk_of(tmp_path, rules)
    assert talk.replies("a") == (Text("Satu."), Text("Dua.\n1. X"))
    assert talk.replies("b") == (Text("Satu."), Image("https://x.id/a.png"), Text("1. X\n0. Kembali"))
    assert [talk.says("c"), talk.says("d")] == ["1. X\n0. Kembali"] * 2


def test_a_menu_that_does_not_fit_below_a_long_text_is_a_message_of_its_own(tmp_path: Path) -> None:
    talk = talk_of(tmp_path, "rules:\n  - {keyword: 'a#', reply: '{{ text }}', menu: [{X: x}, {Y: x}]}\n  - {name: x, reply: x}")
    assert talk.replies("a#" + "b" * 4094) == (Text("a#" + "b" * 4094), Text("1. X\n2. Y"))


def test_synonyms_count_in_menus_and_not_in_yes_and_no(tmp_path: Path) -> None:
    rules = """synonyms: {harga: [hrg], baik: [ok]}
rules:
  - {keyword: menu, reply: Pilih., menu: [{Daftar hrg: isi}]}
  - {name: isi, ask: [{a: {question: A?}}], confirm: Benar?, reply: Selesai.}
"""
    assert talk_of(tmp_path, rules).hears("menu", "daftar harga", "x", "ok")[1:] == ["A?", "Benar?", "Selesai."]


# -- people, chats -----------------------------------------------------------------------------------


def test_two_people_are_never_mixed(talk: Talk) -> None:
    said = [talk.says(text, number) for text, number in [("survei", "1"), ("menu", "2"), ("5", "1"), ("1", "2"), ("1", "1"), ("-", "2")]]
    assert said == [FIRST, MENU, SECOND, "Harga 1000.", "Nilai 5. Benar? (ya/tidak)", "Entah."]


def test_a_form_in_private_does_not_hear_what_is_written_in_a_group(talk: Talk) -> None:
    assert [talk.says("survei"), talk.says("5", chat="group"), talk.says("menu", chat="group")] == [FIRST, "Entah.", MENU]
    assert [talk.says("1"), talk.says("1", chat="group"), talk.says("-"), talk.says("ya")] == [
        SECOND, "Harga 1000.", "Nilai 1. Benar? (ya/tidak)", "Terima kasih: 1, tanpa saran, 1.",
    ]  # fmt: skip


def test_what_is_begun_in_one_group_is_answered_in_that_group_alone(talk: Talk) -> None:
    assert [talk.says("survei", group=A), talk.says("menu", group=B), talk.says("menu")] == [FIRST, MENU, MENU]
    assert [talk.says("x", group=B), talk.says("x"), talk.says("1", group=C), talk.says("ya", number="628222", group=A)] == ["Entah."] * 4
    assert [talk.says("1", group=B), talk.says("4")] == ["Harga 1000.", OTHER]
    assert [talk.says(text, group=A) for text in ("5", "-", "ya")] == [
        SECOND, "Nilai 5. Benar? (ya/tidak)", "Terima kasih: 5, tanpa saran, 5.",
    ]  # fmt: skip
    assert [talk.says("0"), talk.says("0", group=B)] == [MENU, MENU]


def test_a_form_left_in_one_group_goes_on_in_the_other(talk: Talk) -> None:
    assert [talk.says("survei", group=group) for group in (A, B)] == [FIRST, FIRST]
    said = [talk.says("batal", group=A), talk.says("5", group=B), talk.says("5", group=A)]
    assert said == [CANCELLED.format("survei"), SECOND, "Entah."]


def test_each_chat_has_patience_of_its_own(talk: Talk) -> None:
    talk.says("survei", group=A)
    talk.wait(minutes=10)
    talk.says("survei", group=B)
    talk.wait(minutes=5)
    assert [talk.says("5", group=A), talk.says("5", group=B)] == ["Entah.", SECOND]
    kept = talk.memory.recall(BUDI.number, talk.now.timestamp()).dialogue
    assert kept is not None
    assert list(kept) == [f"{A}@g.us", f"{B}@g.us"]


def test_in_more_chats_than_fifty_the_dialogues_that_end_first_are_dropped(talk: Talk) -> None:
    groups = [f"1203630000000{number:05}" for number in range(CHATS_LIMIT + 2)]
    for group in groups:
        assert talk.says("survei", group=group) == FIRST
        talk.wait(seconds=1)
    assert [talk.says("5", group=group) for group in groups] == ["Entah."] * 2 + [SECOND] * CHATS_LIMIT


def test_pauses_notes_and_what_is_said_once_belong_to_the_person_in_every_chat(tmp_path: Path) -> None:
    rules = "settings: {groups: all}\nrules:\n  - {keyword: diam, pause: 1 hour, reply: Baik.}\n"
    talk = talk_of(tmp_path, rules + "  - {keyword: sekali, once_per: 1 hour, reply: Sekali.}")
    assert [talk.says("sekali", group=A), talk.says("sekali", group=B), talk.says("sekali")] == ["Sekali.", None, None]
    assert [talk.says("diam", group=A), talk.says("halo", group=B), talk.says("halo")] == ["Baik.", None, None]


def test_where_groups_get_keywords_alone_menus_and_forms_go_on_there(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, RULES.replace("groups: all", "groups: keywords")))
    said = [talk.says(text, chat="group") for text in ("menu", "apa", "4", "1", "5")]
    assert said == [MENU, None, OTHER, FIRST, SECOND]


def test_where_groups_get_nothing_nothing_is_remembered_of_them(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, RULES.replace("groups: all", "groups: never")))
    talk.says("survei")
    decision = talk.decision("5", chat="group")
    assert (decision.match, decision.replies, decision.remember) == (None, (), None)
    assert talk.says("5") == SECOND


# -- a reload in the middle --------------------------------------------------------------------------


def reloaded(talk: Talk, *changes: tuple[str, str]) -> None:
    """Replace pieces of the rules, as a reload does."""
    rules = RULES
    for old, new in changes:
        assert old in rules
        rules = rules.replace(old, new)
    talk.book = load(talk.book.files[0].parent, rules)


def test_a_form_whose_rule_is_gone_is_left(talk: Talk) -> None:
    talk.says("survei")
    reloaded(talk, ("name: survei", "name: angket"), ("Isi survei: survei", "Isi survei: angket"))
    assert talk.hears("5", "5") == ["Entah.", "Entah."]


def test_a_form_whose_rule_has_no_fields_any_more_is_left(talk: Talk) -> None:
    talk.says("janji")
    start, end = RULES.index("    fields: [{nama"), RULES.index("  - {name: entah")
    reloaded(talk, (RULES[start:end], "    reply: Baik.\n"))
    assert talk.says("Budi") == "Entah."


def test_a_question_that_is_gone_is_passed_over(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    talk.says("janji")
    reloaded(talk, ("{nama: {min: 2}}, {tanggal", "{tanggal"), ("{{ nama }} {{ tanggal", "{{ tanggal"))
    assert talk.hears("Budi", "24/11/2026") == ["Tanggal berapa?", "24 November 2026 9"]
    assert caplog.records == []


def test_a_field_that_is_new_is_asked_for_at_the_end(talk: Talk) -> None:
    talk.hears("survei", "5")
    reloaded(talk, ("      - saran:", '      - kota: {question: "Kota?"}\n      - saran:'))
    assert talk.hears("Buka Minggu", "Dumai", "ya") == [
        "Kota?",
        "Nilai 5. Benar? (ya/tidak)",
        "Terima kasih: 5, Buka Minggu, 5+Dumai+Buka Minggu.",
    ]


def test_a_value_that_fits_no_more_is_asked_for_again(talk: Talk) -> None:
    talk.hears("survei", "5", "-")
    reloaded(talk, ("max: 5", "max: 4"))
    assert talk.hears("ya", "4", "ya") == [
        "Mohon isi angka dari 1 sampai 4.\nPuas? (1-5)",
        "Nilai 4. Benar? (ya/tidak)",
        "Terima kasih: 4, tanpa saran, 4.",
    ]


def test_an_entry_whose_rule_is_gone_chooses_nothing(talk: Talk) -> None:
    talk.says("menu")
    reloaded(talk, ("      - Daftar harga: harga\n", ""), ("{name: harga, keyword", "{name: daftar, keyword"))
    assert talk.hears("1", "4") == ["Entah.", OTHER]


def test_a_menu_whose_rule_is_gone_can_be_gone_back_to(talk: Talk) -> None:
    talk.hears("menu", "4")
    reloaded(talk, ("- name: menu", "- name: utama"), ("Menu utama: menu", "Menu utama: utama"))
    decision = talk.decision("0")
    assert (decision.match, decision.replies) == (None, (Text(MENU),))
    assert talk.says("1") == "Harga 1000."


# -- handlers ----------------------------------------------------------------------------------------


def test_a_handler_that_finds_a_value_wrong_has_it_asked_for_again(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        if match.fields["nilai"] == 3:
            raise Invalid(nilai="Tiga tidak bisa.", saran="Yang lain, ya.")
        return None

    talk.handle = handle
    talk.book = load(talk.book.files[0].parent, RULES.replace('    confirm: "Nilai {{ nilai }}. Benar? (ya/tidak)"\n', ""))
    assert talk.hears("survei", "3", "-", "5", "Buka Minggu") == [
        FIRST,
        SECOND,
        f"Tiga tidak bisa.\n{FIRST}",
        f"Yang lain, ya.\n{SECOND}",
        THANKS,
    ]


def test_a_handler_that_is_never_content_ends_the_form_at_the_third_time(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        if match.rule.name == "janji":
            raise Invalid(nama="Tidak dikenal.")
        return None

    talk.handle = handle
    again = "Tidak dikenal.\nSilakan tulis *Nama*."
    assert talk.hears("janji#Budi#24/11/2026", "Ani", "Ayu", "Budi") == [again, again, GIVEN_UP, UNFINISHED.format("Janji", "janji")]


def test_a_handler_that_fails_sets_the_form_aside_and_nothing_is_done(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        raise HandlerFailed((Text("Gangguan."),))

    talk.handle = handle
    talk.hears("survei", "5", "-")
    decision = talk.decision("ya")
    assert (decision.replies, decision.actions) == ((Text("Gangguan."),), ())
    talk.handle = lambda match, message, notes: None
    assert talk.hears("lanjut", "ya") == ["Nilai 5. Benar? (ya/tidak)", "Terima kasih: 5, tanpa saran, 5."]


def test_pasted_lines_go_on_with_the_form_of_theirs_that_was_set_aside(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: isi, keyword: isi, ask: [{a: A?}, {b: B?}, {c: C?}], reply: '{{ a }}{{ b }}{{ c }}'}"
    talk = talk_of(tmp_path, rules)
    talk.hears("isi", "1")
    talk.wait(minutes=20)
    assert talk.says("B: 2\nC: 3") == "123"


@pytest.mark.parametrize("text", ["siap, benar", "ya sudah betul", "iya betul kak", "oke siap"])
def test_a_yes_to_the_confirmation_may_be_of_several_words(talk: Talk, text: str) -> None:
    assert talk.hears("survei", "5", "Buka Minggu", text)[-1] == THANKS


@pytest.mark.parametrize("text", ["yang nomor 1", "satu", "no 1 kak", "nilai"])
def test_the_value_to_change_is_chosen_as_in_a_menu(talk: Talk, text: str) -> None:
    assert talk.hears("survei", "5", "-", "tidak", text)[-1] == FIRST


def test_a_value_that_is_called_right_stays_as_it_is(talk: Talk) -> None:
    assert talk.hears("survei", "5", "Buka Minggu", "sarannya benar")[-1] == YES_OR_NO
    assert talk.says("ya") == THANKS


@pytest.mark.parametrize("text", ["oh iya sarannya salah, harusnya Tutup Senin", "iya maaf, sarannya keliru: Tutup Senin"])
def test_a_correction_may_begin_with_what_one_says_when_something_comes_to_mind(talk: Talk, text: str) -> None:
    talk.hears("survei", "5", "Buka Minggu", text)
    assert talk.says("ya") == "Terima kasih: 5, Tutup Senin, 5+Tutup Senin."


def test_several_forms_set_aside_are_gone_on_with_the_last_one_first(talk: Talk) -> None:
    talk.hears("survei", "5", "janji#Budi", "menu")
    assert talk.hears("lanjut", "besok", "lanjut", "-") == [
        "Tanggal berapa?",
        "Budi 23 November 2026 9",
        SECOND,
        "Nilai 5. Benar? (ya/tidak)",
    ]


def test_a_handler_that_skips_at_the_end_of_a_form_leaves_the_text_to_the_rules_and_loses_nothing(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        if match.kind is Kind.FORM:
            raise Skip
        return None

    talk.handle = handle
    unfinished = "*Survei* tadi belum selesai. Ketik *lanjut* untuk melanjutkan, atau *survei* untuk mulai dari awal."
    assert talk.hears("survei", "5", "-", "ya", "ya")[-2:] == [unfinished, "Entah."]
    talk.handle = no_handler
    assert talk.hears("lanjut", "ya") == ["Nilai 5. Benar? (ya/tidak)", "Terima kasih: 5, tanpa saran, 5."]


@pytest.mark.parametrize("text", ["batal", "gak jadi deh kak"])
def test_a_word_that_cancels_drops_a_form_that_was_set_aside(talk: Talk, text: str) -> None:
    talk.hears("survei", "5")
    talk.wait(minutes=20)
    assert talk.hears(text, "lanjut") == ["Baik, *survei* dibatalkan.", "Entah."]


def test_a_handler_may_return_a_menu(talk: Talk) -> None:
    def handle(match: Match, message: Message, notes: dict[str, Any]) -> Outcome:
        return (
            (Text("Ini:"), Menu("Pilih.", {"Kopi": "harga", "Lain": "lain"}))
            if match.rule.name == "harga" and message.text == "harga"
            else None
        )

    talk.handle = handle
    assert talk.replies("harga") == (Text("Ini:"), Text("Pilih.\n1. Kopi\n2. Lain"))
    assert talk.hears("2", "0", "kopi") == [OTHER, "Pilih.\n1. Kopi\n2. Lain", "Harga 1000."]


def test_the_menu_of_a_rule_joins_the_text_of_its_handler_and_no_silence_and_no_other_menu(talk: Talk) -> None:
    answers: dict[str, Outcome] = {"text": (Text("Halo."),), "silence": (), "menu": (Menu("Ini.", {"X": "harga"}),), "names": {"a": 1}}
    talk.handle = lambda match, message, notes: answers.pop(next(iter(answers))) if match.rule.name == "menu" else None
    assert talk.hears("menu", "menu", "menu", "menu") == [MENU.replace("Silakan balas dengan angka.", "Halo."), None, "Ini.\n1. X", MENU]


def test_a_menu_of_a_handler_that_leads_nowhere_is_an_apology(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    talk.handle = lambda match, message, notes: (Menu("Ini.", {"Ada": "harga", "X": "hrga"}),)
    assert talk.hears("harga", "1") == [APOLOGY, APOLOGY]
    assert (
        caplog.records[0]
        .getMessage()
        .endswith("cannot answer: its handler returned a menu that leads to 'hrga', and there is no such rule. Did you mean 'harga'?")
    )


# -- what cannot be ----------------------------------------------------------------------------------


def test_where_a_confirmation_cannot_be_made_the_values_are_shown_as_given(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    talk = talk_of(tmp_path, "rules:\n  - {keyword: isi, ask: [{a: {question: A?}}], confirm: '{{ {1: data[0]}[1] | rupiah }}', reply: ok}")
    assert talk.hears("isi", "banyak", "ya") == ["A?", "A: banyak\nMohon dijawab *ya* atau *tidak*.", "ok"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "banyak" not in caplog.text

"""What a rule looks up: in its answer, in a form between questions, and where it is not there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.lookups.find import Find, Row
from flask_chatbot.core.lookups.short_rows import ShortRows
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.messages import Message
from tests.core.books import BUDI, NOW, ask, load, problems, replies, said
from tests.core.conversation.talks import Talk

SHEET = {"harga.csv": "kode;nama;harga\nA1;Kopi;25000\nB2;Teh;15000\nB2;Teh tarik;18000\n"}
SHOP = """\
tables: {harga: harga.csv}
rules:
  - keyword: harga#
    fields: [kode]
    find: {in: harga, by: kode}
    not_found: "Barang {{ kode }} tidak ada."
    reply: "{% for row in found.rows %}{{ row.nama }} {{ row.harga | rupiah }} {% endfor %}"
  - keyword: semua
    find: {in: harga}
    reply: "{{ found.rows | length }}: {{ (found.rows | first).nama }}, {{ found.rows[0].harga }}"
  - keyword: diam#
    fields: [kode]
    find: {in: harga, by: kode}
    reply: "{{ found.nama }}{{ found.rows | length }}"
  - keyword: pesan
    ask:
      - kode: Kode barangnya?
      - jumlah: {question: Berapa?, type: integer}
    find: {in: harga, by: kode}
    not_found: "Barang {{ kode }} tidak ada."
    confirm: "{{ jumlah }} {{ found.nama }}, {{ (jumlah * found.harga) | rupiah }}. {{ found.rows | length }}? (ya/tidak)"
    save: pesanan
    reply: "{{ found.nama }} nomor {{ saved.number }}."
  - keyword: status
    find: {in: pesanan}
    reply: "{{ found.kode }} {{ found.jumlah }} {{ found.nomor }} {{ found.number }}"
"""


def test_all_rows_with_the_key_are_found_in_the_order_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, SHOP, SHEET)
    assert [said(book, text) for text in ("harga#a1", "harga#b2", "harga#c3")] == [
        "Kopi Rp25.000",
        "Teh Rp15.000 Teh tarik Rp18.000",
        "Barang c3 tidak ada.",
    ]
    assert said(book, "semua") == "3: Kopi, 25000"


def test_how_many_rows_there_are_beside_ten_can_be_said_and_check_asks_for_it(tmp_path: Path) -> None:
    sheet = {"harga.csv": "kode;nama;harga\n" + "".join(f"A{number};Kopi {number};1000\n" for number in range(13))}
    shows = "{% for row in found.rows %}{{ row.nama }}, {% endfor %}"
    rules = f"tables: {{harga: harga.csv}}\nrules:\n  - keyword: semua\n    find: {{in: harga}}\n    reply: '{shows}'\n"
    (warned,) = problems(tmp_path, rules, sheet)
    assert "warning: rule 'semua' shows 10 of the 13 rows of 'harga'. Say so:" in warned
    book = load(tmp_path, rules.replace(shows, shows + "dan {{ found.more }} lagi"), sheet)
    assert (said(book, "semua") or "").endswith("Kopi 9, dan 3 lagi")


IN_FORM = '{in: harga, by: kode}\n    not_found: "Barang {{ kode }} tidak ada."\n    confirm'
WHERE = SHOP.replace(IN_FORM, IN_FORM.replace("by: kode", "by: kode, where: harga > 15000"))


def test_rows_for_which_a_condition_fails_are_not_found(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, WHERE, {"harga.csv": SHEET["harga.csv"] + "C3;Susu;15000\n"}))
    assert talk.hears("pesan", "c3", "b2", "2") == [
        "Kode barangnya?",
        "Barang c3 tidak ada.\nKode barangnya?\n(Mau berhenti? Ketik *batal*.)",
        "Berapa?",
        "2 Teh tarik, Rp36.000. 1? (ya/tidak)",
    ]


LISTED = """\
tables: {barang: barang.csv}
rules:
  - keyword: ada#
    fields: [jenis]
    find: {in: barang, by: jenis, where: sisa > 0}
    not_found: habis
    reply: "{{ found.nama }}, {{ found.rows | length }}, dan {{ found.more }} lagi"
"""


@pytest.mark.parametrize(("sold_out", "in_stock", "answer"), [(250, 1, "K250, 1, dan 0 lagi"), (120, 130, "K120, 10, dan 120 lagi")])
def test_a_condition_is_put_on_all_rows_of_a_file_however_many_fail(tmp_path: Path, sold_out: int, in_stock: int, answer: str) -> None:
    goods = "".join(f"kaos;K{place};{int(place >= sold_out)}\n" for place in range(sold_out + in_stock))
    assert said(load(tmp_path, LISTED, {"barang.csv": "jenis;nama;sisa\n" + goods}), "ada#kaos") == answer


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("harga > 15000", "hrga > 15000"), "unknown name 'hrga'. Did you mean 'harga'?"),
        (("harga > 15000", "nama > 15000"), "nama"),
        (("by: kode, where: harga > 15000", "where: harga > 15000"), "'where' picks among rows that are looked up by something."),
    ],
)
def test_a_condition_that_cannot_be_put_on_rows_is_told_at_load(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert any(told in problem for problem in problems(tmp_path, WHERE.replace(*change), SHEET))


STATES = """\
rules:
  - {keyword: janji#, fields: [jam], save: {to: janji, states: [dipesan, hadir, batal oleh klinik]}, reply: "{{ saved.number }}"}
  - {keyword: buka, find: {in: janji, state: open}, reply: "{% for row in found.rows %}{{ row.number }} {% endfor %}"}
"""


@pytest.mark.parametrize(
    ("state", "found"), [("open", "3 1"), ("dipesan", "3 1"), ("[hadir, Batal oleh  klinik]", "4 2"), ("[open, hadir]", "4 3 1")]
)
def test_rows_are_found_by_their_states_and_open_is_what_is_neither_done_nor_cancelled(tmp_path: Path, state: str, found: str) -> None:
    book = load(tmp_path, STATES.replace("state: open", f"state: {state}"))
    rows: list[Row] = [
        {"nomor": 1, "state": "dipesan"},
        {"nomor": 2, "state": "batal oleh klinik"},
        {"nomor": 3},
        {"nomor": 4, "state": "hadir"},
    ]
    kept = ShortRows({"janji": rows}, owner=BUDI.number)

    def look_up(find: Find, wanted: Mapping[str, object], message: Message) -> Sequence[Row] | None:
        return kept.find(find, wanted, message.sender.number)

    decision = decide(book, Message(text="buka", sender=BUDI), NO_MEMORY, NOW, Random(1), look_up=look_up)
    assert [getattr(reply, "text", "").strip() for reply in decision.replies] == [found]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("state: open", "state: dipsan"), "'dipsan' is not a state of 'janji'. Did you mean 'dipesan'?"),
        ((", states: [dipesan, hadir, batal oleh klinik]", ""), "the rows of 'janji' have no states. Add some where they are saved"),
        (("{in: janji, state: open}", "{in: harga, state: open}"), "'state' is about saved rows, and 'harga' is another table. Remove it."),
    ],
)
def test_a_state_that_there_is_not_is_told_at_load(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert told in problems(tmp_path, ("tables: {harga: harga.csv}\n" + STATES).replace(*change), SHEET)[0]


def test_without_words_of_its_own_a_rule_says_the_built_in_sentence(tmp_path: Path) -> None:
    book = load(tmp_path, SHOP, SHEET)
    assert said(book, "diam#c3") == "Maaf, datanya tidak ada. Mohon dicek lagi ya."


def test_a_rule_whose_rows_are_not_there_does_nothing_else(tmp_path: Path) -> None:
    book = load(tmp_path, SHOP.replace("  - keyword: diam#\n", "  - keyword: diam#\n    save: tanya\n"), SHEET)
    assert (ask(book, "diam#a1").actions, ask(book, "diam#c3").actions) == ((Save("tanya"),), ())


def test_a_form_looks_up_between_its_questions_and_asks_again_for_what_is_not_there(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, SHOP, SHEET))
    assert talk.hears("pesan", "c3", "A1", "2", "ya") == [
        "Kode barangnya?",
        "Barang c3 tidak ada.\nKode barangnya?\n(Mau berhenti? Ketik *batal*.)",
        "Berapa?",
        "2 Kopi, Rp50.000. 1? (ya/tidak)",
        "Kopi nomor 1.",
    ]


def test_what_is_not_there_three_times_sets_the_form_aside(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, SHOP, SHEET))
    assert talk.hears("pesan", "c3", "c4", "c5")[-1] == "Tidak apa-apa, kita lanjutkan nanti ya. Ketik *lanjut* kalau sudah siap."


def test_a_correction_is_looked_up_too(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, SHOP, SHEET))
    assert talk.hears("pesan", "A1", "2", "ganti kode c3")[-1] == "Barang c3 tidak ada.\nKode barangnya?\n(Mau berhenti? Ketik *batal*.)"
    assert talk.hears("B2")[-1] == "2 Teh, Rp30.000. 2? (ya/tidak)"


def test_another_rules_look_up_answers_between_the_questions_of_a_form(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, SHOP, SHEET))
    assert talk.hears("pesan", "semua")[-1] == "3: Kopi, 25000\n\nKode barangnya?"


def test_rows_from_elsewhere_go_before_those_of_a_file_and_are_asked_for_once(tmp_path: Path) -> None:
    book, calls = load(tmp_path, SHOP, SHEET), []

    def look_up(find: Find, wanted: dict[str, object], message: Message) -> list[Row]:
        calls.append((find.table, find.by, wanted, message.sender))
        return [{"nama": "Susu", "harga": 5, "kode": "a1"}]

    decision = decide(book, Message(text="harga#a1", sender=BUDI), NO_MEMORY, NOW, Random(1), look_up=look_up)  # type: ignore[arg-type]
    assert [getattr(reply, "text", "") for reply in decision.replies] == ["Susu Rp5"]
    assert calls == [("harga", ("kode",), {"kode": "a1"}, BUDI)]


def test_rules_without_a_look_up_never_ask_for_rows(tmp_path: Path) -> None:
    book = load(tmp_path, "rules:\n  - {keyword: halo, reply: Halo}\n  - {keyword: a#, fields: [b], reply: '{{ b }}'}\n")
    asked: list[Find] = []

    def look_up(find: Find, wanted: object, message: object) -> list[Row]:
        asked.append(find)
        return []

    for text in ("halo", "a#b", "x"):
        decide(book, Message(text=text, sender=BUDI), NO_MEMORY, NOW, Random(1), look_up=look_up)
    assert asked == []


def test_a_table_that_nobody_has_finds_nothing(tmp_path: Path) -> None:
    assert len(replies(load(tmp_path, SHOP, SHEET), "status")) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("found.jumlah }}", "found.jumlh }}"), "found has no 'jumlh'. Did you mean 'jumlah'?"),
        (("{in: pesanan}", "{in: pesanan, by: nomor}"), "the rule has no field 'nomor'. Give it `fields:` or `ask:` with that name."),
        (
            ("{in: pesanan}", "{in: pesanan, anyone: true}"),
            "'anyone' without 'by' would show what others wrote. Add 'by' with a field that they know.",
        ),
        (
            ("find: {in: pesanan}", "not_found: x"),
            "'not_found' is sent when 'find' finds nothing, but this rule has no 'find'. Add one, or remove 'not_found'.",
        ),
    ],
)
def test_columns_of_saved_rows_are_fields_of_the_rules_that_save_them(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    found = [each.split(": ", 1)[1] for each in problems(tmp_path, SHOP.replace(*change), SHEET) if "warning" not in each]
    assert found[:1] == [told]


def test_rows_are_not_saved_to_a_table_of_the_name_of_a_file(tmp_path: Path) -> None:
    rules = SHOP.replace("save: pesanan", "save: harga").replace("find: {in: pesanan}", "find: {in: harga}")
    assert any(
        "rule 'pesan' saves rows to 'harga', and `tables` gives that name to the file harga.csv. Give one of them another name." in each
        for each in problems(tmp_path, rules, SHEET)
    )


TOLD = "with 'anyone', whoever leaves out 'hp' would be shown what others wrote. Make it required, or remove it from 'by'."
OPEN_TO_ALL = """\
rules:
  - {keyword: simpan#, fields: [hp, isi], save: p, reply: ok}
  - {keyword: lihat#, fields: [isi, HP], find: {in: p, by: [isi, hp], anyone: true}, reply: "{{ found.isi }}"}
"""


@pytest.mark.parametrize(
    ("field", "told"),
    [("{hp: {optional: true}}", [TOLD]), ("{hp: {if: isi == 'a'}}", [TOLD]), ("{hp: {optional: true, default: x}}", []), ("hp", [])],
)
def test_rows_of_anyone_are_not_looked_up_by_a_field_that_may_be_left_out(tmp_path: Path, field: str, told: list[str]) -> None:
    assert [each.split(": ", 1)[1] for each in problems(tmp_path, OPEN_TO_ALL.replace("HP", field))] == told


@pytest.mark.parametrize(("text", "found"), [("lihat 1 628111", "bolu"), ("lihat 1", "tidak ada"), ("lihat", "tidak ada")])
def test_whoever_knows_a_part_only_of_what_rows_of_anyone_are_looked_up_by_finds_none(tmp_path: Path, text: str, found: str) -> None:
    find = "{in: p, by: [nomor, hp], anyone: true}, not_found: tidak ada"
    looks = f"  - {{pattern: 'lihat ?(?P<nomor>[0-9]*)( (?P<hp>[0-9]+))?', find: {find}, reply: '{{{{ found.isi }}}}'}}\n"
    book = load(tmp_path, "".join(OPEN_TO_ALL.splitlines(True)[:2]) + looks)
    kept = ShortRows({"p": [{"nomor": 1, "hp": "628111", "isi": "bolu"}]}, owner="62899")

    def look_up(find: Find, wanted: Mapping[str, object], message: Message) -> Sequence[Row] | None:
        return kept.find(find, wanted, message.sender.number)

    decision = decide(book, Message(text=text, sender=BUDI), NO_MEMORY, NOW, Random(1), look_up=look_up)
    assert [getattr(reply, "text", "") for reply in decision.replies] == [found]

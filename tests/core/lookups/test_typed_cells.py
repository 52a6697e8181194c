"""Cells of tables are compared with fields of a type as values of that type."""

from pathlib import Path

import pytest

from flask_chatbot.core.checks.runner import cases, run
from tests.core.books import NO_FILES, load, problems, said

RULES = """\
settings: {{language: id}}
tables: {{jadwal: jadwal.csv}}
rules:
  - keyword: cek#
    fields: [{{kunci: {{type: {kind}}}}}]
    find: {{in: jadwal, by: kunci}}
    not_found: Tidak ada.
    reply: "{{{{ found.isi }}}}"
"""


@pytest.mark.parametrize(
    ("kind", "cells", "written", "answer"),
    [
        ("date", ["28/11/2026", "2026-11-29", "30 November 2026"], ["28 nov 2026", "29/11/2026", "30-11-2026"], ["0", "1", "2"]),
        (
            "phone",
            ["0812-3456-7890", "6281234567891", "+62 812 3456 7892"],
            ["081234567890", "0812 3456 7891", "62812-34567892"],
            ["0", "1", "2"],
        ),
        ("time", ["10.00", "2:30", "14.30"], ["jam 10 pagi", "02.30", "2.30 siang"], ["0", "1", "2"]),
        ("yesno", ["ya", "TIDAK"], ["iya", "nggak"], ["0", "1"]),
        ("integer", ["007", "12", "XL"], ["7", "dua belas", "8"], ["0", "1", "Tidak ada."]),
        ("money", ["15.000", "20000"], ["15rb", "Rp20.000"], ["0", "1"]),
        ("number", ["2,5", "3"], ["2.5 kg", "3"], ["0", "1"]),
    ],
)
def test_a_field_of_a_type_finds_the_cells_that_mean_its_value(
    tmp_path: Path, kind: str, cells: list[str], written: list[str], answer: list[str]
) -> None:
    sheet = "kunci;isi\n" + "".join(f"{cell};{number}\n" for number, cell in enumerate(cells))
    book = load(tmp_path, RULES.format(kind=kind), {"jadwal.csv": sheet})
    assert [said(book, f"cek#{each}") for each in written] == answer


@pytest.mark.parametrize(
    ("kind", "cells", "told"),
    [
        (
            "date",
            ["28/11", "besok"],
            (
                "rules.yaml:6:28: the field 'kunci' is of type date, and no cell of the column is: line 2 has '28/11'. "
                "A date needs its year, such as 28/11/2026. Correct the file, or write the field without a type."
            ),
        ),
        (
            "phone",
            ["081234567890", "nanti"],
            "jadwal.csv:3:1: warning: 'nanti' in the column 'kunci' is not of type phone, so nobody finds this line by it. Correct it.",
        ),
        (
            "integer",
            ["A1", "B2"],
            (
                "rules.yaml:6:28: the field 'kunci' is of type integer, and no cell of the column is: line 2 has 'A1'. "
                "Correct the file, or write the field without a type."
            ),
        ),
    ],
)
def test_cells_that_are_no_values_of_the_type_are_reported(tmp_path: Path, kind: str, cells: list[str], told: str) -> None:
    sheet = "kunci;isi\n" + "".join(f"{cell};x\n" for cell in cells)
    assert problems(tmp_path, RULES.format(kind=kind), {"jadwal.csv": sheet}) == [told]


def test_one_value_written_in_two_ways_stands_there_twice(tmp_path: Path) -> None:
    sheet = "kunci;isi\n28/11/2026;a\n2026-11-28;b\n"
    assert problems(tmp_path, RULES.format(kind="date"), {"jadwal.csv": sheet}) == [
        (
            "jadwal.csv:3:1: warning: kunci '28/11/2026' stands in line 2 already, and rule 'cek#' shows that one. "
            "Remove one of them, or show all: {% for row in found.rows %}"
        )
    ]


SAVED = """\
rules:
  - {keyword: "pesan#", fields: [hp], save: pesanan, reply: ok}
  - {keyword: "cek#", fields: [{hp: {type: phone}}], find: {in: pesanan, by: hp}, reply: "{{ found.hp }}"}
"""


def test_a_field_of_another_type_than_the_one_that_was_saved_is_an_error(tmp_path: Path) -> None:
    told = "'hp' is of type phone here, and text where 'pesanan' is saved, so nothing is found. Write the same type in both."
    assert problems(tmp_path, SAVED, NO_FILES) == [f"rules.yaml:3:78: {told}"]
    assert problems(tmp_path, SAVED.replace("fields: [hp]", "fields: [{hp: {type: phone}}]"), NO_FILES) == []


@pytest.mark.parametrize(("cell", "written"), [("KP 250", "kp250"), ("KP250", "kp 250"), ("K P", "kp"), ("12 34", "12 34")])
def test_spaces_do_not_count_where_nothing_is_found_with_them(tmp_path: Path, cell: str, written: str) -> None:
    sheet = f"kunci;isi\n{cell};ada\n"
    assert said(load(tmp_path, RULES.format(kind="text"), {"jadwal.csv": sheet}), f"cek#{written}") == "ada"


def test_what_is_found_with_its_spaces_is_found_alone_and_digits_are_never_joined(tmp_path: Path) -> None:
    book = load(tmp_path, RULES.format(kind="text"), {"jadwal.csv": "kunci;isi\nA 1;dua\nA1;satu\n12 34;x\n"})
    assert [said(book, f"cek#{each}") for each in ("a1", "a 1", "1234")] == ["satu", "dua", "Tidak ada."]


GIVEN = """\
    tests:
      - {send: "cek#28 nov 2026", given: {rows: {jadwal: [{kunci: 28/11/2026, isi: a}, {kunci: 28/11/2026, isi: b}]}}, reply: a}
"""


def test_rows_that_a_test_gives_for_a_file_are_read_and_in_order_as_those_of_the_file(tmp_path: Path) -> None:
    book = load(tmp_path, RULES.format(kind="date") + GIVEN, {"jadwal.csv": "kunci;isi\n1/1/2026;x\n"})
    assert [failure for case in cases(book) for failure in run(case, book)] == []


PLACES = """\
rules:
  - keyword: janji#
    fields: [{tanggal: {type: date}}, {jam: {type: time, options: ["09.30"]}}]
    save: {to: janji, at_most: 1, per: [tanggal, jam], full: Penuh.}
    reply: Dapat.
    tests:
      - {send: "janji#24 nov 2026#9.30", given: {rows: {janji: [{tanggal: besok, jam: "9.30"}]}}, reply: Penuh.}
      - {send: "janji#24 nov 2026#9.30", given: {rows: {janji: [{tanggal: "2026-11-24", jam: "09:30:00"}]}}, reply: Penuh.}
      - {send: "janji#24 nov 2026#9.30", given: {rows: {janji: [{tanggal: "25-11-2026", jam: "9.30"}]}}, reply: Dapat.}
"""


def test_rows_that_a_test_gives_have_the_values_that_their_rule_would_have_saved(tmp_path: Path) -> None:
    book = load(tmp_path, PLACES)
    assert [failure for case in cases(book) for failure in run(case, book)] == []

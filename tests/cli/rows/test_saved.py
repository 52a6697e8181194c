"""`saved`: rows for people, for programs and for spreadsheets."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flask_chatbot.core.lookups.spreadsheets import csv_line, harmless
from flask_chatbot.store import saved
from flask_chatbot.store.saved import SavedRow
from tests.cli.shops import Shop, open_shop

NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta


def save(shop: Shop, number: int, sender_name: str = "Budi", **fields: object) -> None:
    row = SavedRow(name="survei", number=number, fields=fields, sender="628111", sender_name=sender_name, at=NOON)
    with shop.database.writing() as connection:
        saved.add(connection, row)


def test_rows_are_shown_as_a_table(shop: Shop) -> None:
    save(shop, 1, nilai="5", saran=None)
    save(shop, 2, nilai="4", saran="lebih\ncepat")
    assert shop.printed("saved", "survei") == [
        "NUMBER  AT                   SENDER  SENDER_NAME  NILAI  SARAN",
        "1       2025-11-25 11:00:00  628111  Budi         5",
        r"2       2025-11-25 11:00:00  628111  Budi         4      lebih\ncepat",
    ]


def test_files_and_places_are_written_out(shop: Shop) -> None:
    save(shop, 1, bukti={"kind": "image", "name": "bukti.jpg"}, alamat={"lat": -6.2, "lng": 106.8}, lain={"a": 1})
    assert shop.printed("saved", "survei")[1].endswith('Budi         image bukti.jpg  -6.2, 106.8  {"a": 1}')


def test_rows_as_json_keep_the_types_of_their_fields(shop: Shop) -> None:
    save(shop, 1, nilai=5, saran=None)
    row = {"number": 1, "at": "2025-11-25T11:00:00+07:00", "sender": "628111", "sender_name": "Budi", "fields": {"nilai": 5, "saran": None}}
    assert shop.data("saved", "survei") == [row]


@pytest.mark.parametrize("option", [["--csv"], ["--format", "csv"]])
def test_rows_as_csv_have_a_column_for_each_field_there_ever_was(shop: Shop, option: list[str]) -> None:
    save(shop, 1, nilai=5)
    save(shop, 2, nilai=-4, saran='kata "bagus", tapi mahal')
    outcome = shop.run("saved", "survei", *option)
    assert outcome.stdout_bytes.decode() == (
        '\ufeff"number","at","sender","sender_name","nilai","saran"\r\n'
        '"1","2025-11-25T11:00:00+07:00","628111","Budi","5",""\r\n'
        '"2","2025-11-25T11:00:00+07:00","628111","Budi","-4","kata ""bagus"", tapi mahal"\r\n'
    )


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\ta", "\na", "＝1+1", "+62 812", "-1+1"])  # noqa: RUF001
def test_what_a_spreadsheet_takes_for_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bagus;=cmd|'/C calc'!A0", "bagus;'=cmd|'/C calc'!A0"),
        ("a,+b", "a,'+b"),
        ("a\t-b", "a\t'-b"),
        ("a\n@b", "a\n'@b"),
        ("a\r\n=b", "a\n'=b"),
        ("a|=b", "a|'=b"),
        ('a; "=b', "a; \"'=b"),
        ("a;-5+b", "a;'-5+b"),
        ("=a;=b", "'=a;'=b"),
        ("a;\uff1db", "a;'\uff1db"),
    ],
)
def test_a_formula_is_disarmed_behind_each_sign_at_which_a_spreadsheet_may_split(text: str, told: str) -> None:
    assert harmless(text) == told


@pytest.mark.parametrize(
    "text", ["halo", "a=1", "5", "-5", "+6281234567890", "-6.2", "1,5", "-6.2, -106.8", "a;-5;b", "hp,+6281234567890", "", " =1"]
)
def test_what_is_no_formula_stays(text: str) -> None:
    assert harmless(text) == text


def test_the_names_of_customers_are_made_harmless_too(shop: Shop) -> None:
    save(shop, 1, "=HYPERLINK(1)")
    assert shop.printed("saved", "survei", "--csv")[1].endswith(',"628111","\'=HYPERLINK(1)"')


@given(some.lists(some.text(), min_size=2))
def test_any_text_comes_back_from_csv(cells: list[str]) -> None:
    assert next(csv.reader(io.StringIO(csv_line(cells), newline=""))) == [harmless(cell) for cell in cells]


def test_a_name_without_rows_is_said_to_have_none(shop: Shop) -> None:
    assert shop.printed("saved", "survei") == ["no rows yet"]
    assert shop.data("saved", "survei") == []
    assert shop.printed("saved", "survei", "--csv") == ['\ufeff"number","at","sender","sender_name"']


def test_a_name_that_no_rule_saves_under_is_told_with_a_guess(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    assert shop.refused("saved", "surve") == "Error: nothing is saved under 'surve'. Did you mean 'survei'?\n"
    assert shop.refused("saved", "pesanan") == "Error: nothing is saved under 'pesanan'. The names are: survei.\n"
    assert not (tmp_path / "instance").exists()


def test_rows_of_a_rule_that_is_gone_are_still_shown(shop: Shop) -> None:
    row = SavedRow(name="lama", number=1, fields={"a": True}, sender="628111", sender_name="", at=NOON)
    with shop.database.writing() as connection:
        saved.add(connection, row)
    assert shop.printed("saved", "lama")[1].split() == ["1", "2025-11-25", "11:00:00", "628111", "true"]

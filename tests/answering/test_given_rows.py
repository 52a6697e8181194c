"""Rows that tests and trials give are found as those of a file, of a function and of a database."""

from collections.abc import Mapping

import pytest

from flask_chatbot.bot.signatures import inspected
from flask_chatbot.bot.supplied import SuppliedTable
from flask_chatbot.core.lookups.csv_table import Column, CsvTable
from flask_chatbot.core.lookups.find import NUMBERS, Find
from flask_chatbot.core.lookups.short_rows import ShortRows
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.store.rows.finding import SavedRows
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.store.saved import add as save
from tests.core.books import BUDI


@pytest.mark.parametrize("written", ["A1", "a 1", "A-1", "*a1*", "a  1", "A3", "a 3", "A.3", "b2", "B 2", "12 34", "1234", ""])
@pytest.mark.parametrize("by", [("kode",), ("kode", "isi")])
def test_given_rows_are_found_as_those_of_a_file_a_function_and_a_database(database: Database, by: tuple[str, ...], written: str) -> None:
    codes = ["A 1", "A1", "A-1", "*A1*", "a 3", "B2", "B 2", "12 34"]
    rows = [{"kode": code, "isi": "x y"} for code in codes]
    wanted: dict[str, object] = dict(zip(by, (written, "xy"), strict=False))
    file = CsvTable([Column(name="kode"), Column(name="isi")], [(code, "x y") for code in codes], range(len(codes)))
    find, saving = Find(table="t", by=by, readers={}), Find(table="t", by=by)
    expected = file.look_up(find, wanted)[0]
    handler = inspected(lambda: rows)
    assert ShortRows({"t": rows}).find(find, wanted, "") == [{**row, **numbers(codes, row)} for row in expected]
    assert SuppliedTable(name="t", handler=handler).find(find, wanted, Message(text="")) == expected
    with database.writing() as connection:
        for number, row in enumerate(rows, 1):
            save(connection, SavedRow(name="t", number=number, fields=row, sender=BUDI.number, sender_name="", at=1.0))
    found = SavedRows(database).find(saving, wanted, BUDI.number)
    assert [row["number"] for row in ShortRows({"t": rows}, BUDI.number).find(saving, wanted, BUDI.number) or ()] == [
        row["number"] for row in found
    ]


def numbers(codes: list[str], row: Mapping[str, object]) -> dict[str, object]:
    """The number that a given row gets."""
    return dict.fromkeys(NUMBERS, codes.index(str(row["kode"])) + 1)

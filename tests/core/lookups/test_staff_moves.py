"""Texts of staff as moves of saved rows."""

import pytest

from flask_chatbot.core.lookups.staff_moves import move_of, moves_like
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.saving.numbering import read_numbering

TABLES = {
    "cucian": Save("cucian", ("baru", "siap diambil", "diambil")),
    "janji": Save("janji", ("dipesan", "batal"), numbering=read_numbering("J-{number}")),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12 siap diambil", [("cucian", "12", "siap diambil"), ("cucian", "12 siap", "diambil")]),
        ("#12: diambil!", [("cucian", "#12", "diambil")]),
        ("cucian no. 12 diambil (Budi)", [("cucian", "12", "diambil"), ("cucian", "cucian no. 12", "diambil")]),
        ("J-6 batal", [("janji", "J-6", "batal")]),
        ("inv/2026/7-B batal", [("janji", "inv/2026/7-B", "batal")]),
        ("batal", []),
        ("siap diambil", []),
        ("dua batal", []),
        ("12 batal " * 40, []),
    ],
)
def test_a_number_is_read_in_all_ways_that_leave_a_state_behind_it(text: str, found: list[tuple[str, str, str]]) -> None:
    move = move_of(TABLES, text)
    assert [(each.table, each.number, *each.states) for each in (move.readings if move else ())] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("diambil 12", [("cucian", "12", ("diambil",))]),
        ("batal janji nomor J-6", [("janji", "J-6", ("batal",)), ("janji", "janji nomor J-6", ("batal",))]),
        ("12 siap", [("cucian", "12", ("siap diambil",))]),
        ("12 lunas", [("cucian", "12", TABLES["cucian"].states), ("janji", "12", TABLES["janji"].states)]),
        ("lunas no 12", [("cucian", "12", TABLES["cucian"].states), ("janji", "12", TABLES["janji"].states)]),
        ("12 mau ke sana besok pagi", []),
        ("saya mau pesan 12", []),
        ("12", []),
    ],
)
def test_what_no_rule_answers_may_mean_a_row_by_another_order_or_any_state(
    text: str, found: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    best = next(iter(moves_like(TABLES, text)), None)
    assert [(each.table, each.number, each.states) for each in (best.readings if best else ())] == found

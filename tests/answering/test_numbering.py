"""Rows with numbers of the rules' own: in replies, look-ups, messages of staff, commands and the API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.lookups.find import Find
from flask_chatbot.core.values.saving.numbering import read_numbering
from flask_chatbot.database.database import Database
from flask_chatbot.store import saved
from flask_chatbot.store.rows.finding import SavedRows, find_numbered
from tests.answering.test_moving import KEY, says
from tests.answering.test_moving import shop as moving_shop
from tests.core.books import problems

STAFF, BUDI, ANI = "628117601234", "6281234567890", "6285550000001"
RULES = f"""\
version: 1
settings: {{staff: {{kasir: "{STAFF}"}}}}
rules:
  - keyword: pesan#
    fields: [kue]
    save:
      to: pesanan
      states: [baru, siap diambil, selesai]
      numbering: "INV-{{year}}-{{number:4}}"
      on_state: {{selesai: "{{{{ saved.number }}}} selesai."}}
    notify: {{to: kasir, text: "Baru: {{{{ saved.number }}}}"}}
    reply: Nomor {{{{ saved.number }}}}.
  - keyword: status#
    fields: [nomor]
    find: {{in: pesanan, by: nomor}}
    reply: "{{{{ found.number }}}} {{{{ found.kue }}}}"
    not_found: Tidak ada.
  - {{fallback: true, reply: Maaf.}}
"""
NUMBERING = read_numbering("INV-{year}-{number:4}")
OLD, NEW = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC)


def shop(folder: Path, rules: str) -> Flask:
    """A shop whose year is that of `code`."""
    app = moving_shop(folder, rules)
    app.extensions["chatbot"].bot.clock = lambda: NEW
    return app


def code(number: int) -> str:
    return f"INV-{NEW.year}-{number:04}"


def keep(database: Database, now: datetime, state: str = "baru", numbered: bool = True) -> str:
    """Save a row of Budi, and return its number as he reads it."""
    with database.writing() as connection:
        number = saved.reserve_number(connection, "pesanan", NUMBERING if numbered else None, now)
        row = saved.SavedRow(
            name="pesanan", number=number.number, code=number.code, fields={}, sender=BUDI, sender_name="Budi", at=0.0, state=state
        )
        saved.add(connection, row, number.running)
    return str(number.shown)


def test_a_customer_reads_the_number_and_finds_the_row_by_it(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES)
    assert [says(app, "pesan#bolu"), says(app, "pesan#nastar")] == [f"Nomor {code(1)}.", f"Nomor {code(2)}."]
    found = [says(app, f"status#{text}") for text in (code(2), code(2).lower().replace("-", " "), "2", "0002", "3")]
    assert found == [*[f"{code(2)} nastar"] * 4, "Tidak ada."]
    assert says(app, f"status#{code(2)}", ANI) == "Tidak ada."


def test_staff_move_a_row_by_its_number_or_the_running_one(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES)
    says(app, "pesan#bolu")
    said = [says(app, text, STAFF) for text in (f"{code(1)} siap diambil", "1 selesai", f"pesanan {code(1).lower()} selesai", "9 selesai")]
    said[2] = said[2].partition(" sejak ")[0]
    who = "(+62 812-3456-7890)"
    assert said == [
        f"pesanan {code(1)} {who}: *siap diambil*.",
        f"pesanan {code(1)} {who}: *selesai*.",
        f"pesanan {code(1)} {who} sudah *selesai*",
        "Tidak ada nomor 9 di pesanan.",
    ]


@pytest.mark.parametrize("text", ["1 siap diambl", "1 siap"])
def test_a_state_that_is_nearly_one_is_asked_about_and_moves_nothing(tmp_path: Path, text: str) -> None:
    app = shop(tmp_path, RULES)
    says(app, "pesan#bolu")
    line = f"pesanan {code(1)} siap diambil (+62 812-3456-7890)"
    state = text.split(" ", 1)[1]
    assert says(app, text, STAFF) == f"Tidak ada keadaan *{state}*. Kalau ini maksudnya, balas dengan:\n{line}"
    assert says(app, line, STAFF) == f"pesanan {code(1)} (+62 812-3456-7890): *siap diambil*."


@pytest.mark.parametrize("text", ["7 siap diambl", "7 lunas", "1", "selesai 7", "2 bolu dan 3 nastar", "1 besok mau ke sana, ya"])
def test_a_text_of_staff_that_means_no_row_or_no_state_is_for_the_rules(tmp_path: Path, text: str) -> None:
    app = shop(tmp_path, RULES)
    says(app, "pesan#bolu")
    assert says(app, text, STAFF) == "Maaf."


def test_the_api_lists_the_number_and_takes_it(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES.replace("INV-{year}-{number:4}", "{number:3}/INV/{year}"))
    says(app, "pesan#bolu")
    client, written = app.test_client(), f"001/INV/{NEW.year}"
    rows = (client.get("/chatbot/api/saved/pesanan", headers=KEY).json or {})["message"]["rows"]
    assert [(row["number"], row["code"]) for row in rows] == [(1, written)]
    for number, state in (("1", "siap diambil"), (written, "selesai"), (f"{written}/", "baru")):
        answer = client.post(f"/chatbot/api/saved/pesanan/{number}", json={"state": state}, headers=KEY).json or {}
        assert (answer["message"]["code"], answer["message"]["state"]) == (written, state)
    wrong = client.post("/chatbot/api/saved/pesanan/009/INV/2020", json={"state": "baru"}, headers=KEY)
    assert (wrong.status_code, (wrong.json or {})["errorMessage"]) == (404, "There is no row 009/INV/2020 in 'pesanan'.")


def test_the_notice_and_the_command_have_the_number(tmp_path: Path) -> None:
    app = shop(tmp_path, RULES)
    says(app, "pesan#bolu")
    runner = app.test_cli_runner()
    assert runner.invoke(chatbot, ["row", "pesanan", code(1).lower(), "selesai"]).output.startswith(f"pesanan {code(1)} is selesai now")
    assert runner.invoke(chatbot, ["row", "pesanan", "1"]).output.startswith(f"pesanan {code(1)}: selesai")
    assert code(1) in runner.invoke(chatbot, ["saved", "pesanan"]).output
    assert f'"{code(1)}"' in runner.invoke(chatbot, ["saved", "pesanan", "--csv"]).output
    assert '"number": 1' in (listed := runner.invoke(chatbot, ["saved", "pesanan", "--format", "json"]).output)
    assert f'"code": "{code(1)}"' in listed


def test_numbers_begin_anew_each_year_and_none_is_given_twice(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        old = sorted(pool.map(lambda _: keep(database, OLD), range(24)))
    assert old == [f"INV-2025-{number:04}" for number in range(1, 25)]
    assert [keep(database, NEW), keep(database, NEW)] == ["INV-2026-0001", "INV-2026-0002"]


def test_a_running_number_means_the_row_that_is_open_and_several_are_asked_about(database: Database) -> None:
    for now, state in ((OLD, "selesai"), (OLD, "baru"), (NEW, "baru"), (NEW, "baru")):
        keep(database, now, state)
    with database.reading() as connection:
        meant = {
            text: [row.code for row in find_numbered(connection, "pesanan", text, ["selesai"])]
            for text in ("1", "2", "INV-2025-0002", "2025-1", "9")
        }
    assert meant == {
        "1": ["INV-2026-0001"],
        "2": ["INV-2026-0002", "INV-2025-0002"],
        "INV-2025-0002": ["INV-2025-0002"],
        "2025-1": ["INV-2025-0001"],
        "9": [],
    }


UNNUMBERED = RULES.replace('      numbering: "INV-{year}-{number:4}"\n', "")
OTHERWISE = RULES.replace("INV-{year}-{number:4}", "J-{number}")


def renumbered(folder: Path, *rules: str) -> Flask:
    """A shop that has changed its numbering, with a row from each of its rules."""
    for each in rules:
        app = shop(folder, each)
        says(app, f"pesan#kue {rules.index(each) + 1}")
    return app


def test_a_number_that_two_rows_may_have_since_the_numbering_came_later_is_asked_about_and_both_are_reached(tmp_path: Path) -> None:
    app = renumbered(tmp_path, UNNUMBERED, RULES)
    who = "(+62 812-3456-7890)"
    lines = [f"pesanan {code(1)} siap diambil {who}", f"pesanan #1 siap diambil {who}"]
    assert says(app, "1 siap diambil", STAFF) == "Nomor 1 ada lebih dari satu. Balas dengan salah satu:\n" + "\n".join(lines)
    assert [says(app, line, STAFF) for line in reversed(lines)] == [
        f"pesanan 1 {who}: *siap diambil*.",
        f"pesanan {code(1)} {who}: *siap diambil*.",
    ]
    shown = app.test_cli_runner().invoke(chatbot, ["row", "pesanan", "1"])
    assert (shown.exit_code, shown.output) == (1, f"Error: 1 may be {code(1)}, #1 in 'pesanan'. Write the whole number.\n")
    assert app.test_cli_runner().invoke(chatbot, ["row", "pesanan", "#1"]).output.startswith("pesanan 1: siap diambil")


def test_a_call_that_two_rows_may_be_meant_by_is_refused_and_names_both(tmp_path: Path) -> None:
    app = renumbered(tmp_path, UNNUMBERED, RULES)
    client = app.test_client()

    def moved(number: str) -> tuple[int, object]:
        answer = client.post(f"/chatbot/api/saved/pesanan/{number}", json={"state": "selesai"}, headers=KEY)
        said = answer.json or {}
        return answer.status_code, said.get("errorMessage") or said["message"]["fields"]["kue"]

    assert [moved(number) for number in ("1", "%231", "2", code(1))] == [
        (409, f"1 may be {code(1)}, #1 in 'pesanan'. Write the whole number."),
        (200, "kue 1"),
        (200, "kue 2"),
        (200, "kue 2"),
    ]


def test_a_row_is_found_by_the_number_printed_with_it_after_the_numbering_has_changed_or_gone(tmp_path: Path) -> None:
    app = renumbered(tmp_path, OTHERWISE, RULES)
    assert [says(app, text) for text in ("status#J-1", f"status#{code(1)}")] == ["J-1 kue 1", f"{code(1)} kue 2"]
    assert says(app, "J-1 siap diambil", STAFF) == "pesanan J-1 (+62 812-3456-7890): *siap diambil*."
    app = renumbered(tmp_path, UNNUMBERED)
    assert [says(app, text) for text in ("status#J-1", "status#3")] == ["J-1 kue 1", "3 kue 1"]
    assert says(app, "j 1 selesai", STAFF) == "pesanan J-1 (+62 812-3456-7890): *selesai*."


def test_rows_from_before_are_found_by_their_own_number(database: Database) -> None:
    assert [keep(database, OLD, numbered=False), keep(database, NEW)] == ["1", "INV-2026-0001"]
    keep(database, NEW, numbered=False)
    find = Find(table="pesanan", by=("nomor",), numbering=NUMBERING)
    found = {text: [row["number"] for row in SavedRows(database).find(find, {"nomor": text}, BUDI)] for text in ("1", "3", "INV-2026-1")}
    assert found == {"1": ["1", "INV-2026-0001"], "3": ["3"], "INV-2026-1": ["INV-2026-0001"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("{number:4}", "{numbr}"), "{numbr} is unknown here. Did you mean 'number'?"),
        (("[nomor]", "[{nomor: {type: integer}}]"), "the rows of 'pesanan' are numbered 'INV-{year}-{number:4}', and only a text"),
        (("Nomor {{ saved.number }}", "Nomor {{ saved.number + 1 }}"), "saved.number"),
    ],
)
def test_mistakes_are_told_at_load(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert told in problems(tmp_path, RULES.replace(*change))[0]


def test_two_rules_number_one_table_alike(tmp_path: Path) -> None:
    other = "  - {keyword: lain#, fields: [kue], save: {to: pesanan, states: [baru, siap diambil, selesai]}, reply: Ya.}\n"
    (told,) = problems(tmp_path, RULES + other)
    assert told.endswith("both save to 'pesanan', with different numbers. Write the same `numbering:` in both.")

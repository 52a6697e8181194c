"""`flask chatbot row`: one row with its history, and moving it on; `saved` by states."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot.store import saved
from flask_chatbot.store.saved import SavedRow
from tests.cli.shops import RULES, Shop, open_shop

NOON = 1_764_043_200.0  # 2025-11-25 11:00:00 in Jakarta
STATES = """\
  - name: cuci
    keyword: cuci#
    fields: [berat]
    save: {to: cucian, states: [baru, siap diambil], on_state: {siap diambil: "Siap, {{ berat }} kg."}}
    reply: Terima kasih!
"""


@pytest.fixture
def laundry(url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop with two rows that have states, and one that has none."""
    shop = open_shop(tmp_path, url, rules=RULES + STATES, CHATBOT_WORKER="off")
    with shop.database.writing() as connection:
        for number, name in ((1, "Budi"), (2, "Ani")):
            row = SavedRow(
                name="cucian", number=number, fields={"berat": "2"}, sender="6281234567890", sender_name=name, at=NOON, state="baru"
            )
            saved.add(connection, row)
        saved.add(connection, SavedRow(name="survei", number=1, fields={"nilai": "5"}, sender="628111", sender_name="", at=NOON))
    yield shop
    shop.database.close()


def test_a_row_is_shown_with_its_history(laundry: Shop) -> None:
    assert laundry.printed("row", "cucian", "1") == [
        "cucian 1: baru",
        "saved 2025-11-25 11:00:00 by Budi +62 812-3456-7890",
        "berat: 2",
        "STATE  SINCE                BY",
        "baru   2025-11-25 11:00:00  the customer",
    ]
    assert laundry.printed("row", "survei", "1") == ["survei 1", "saved 2025-11-25 11:00:00 by 628111", "nilai: 5"]


def test_a_row_is_moved_and_its_customer_gets_a_message_once(laundry: Shop) -> None:
    first, second = laundry.printed("row", "cucian", "1", "Siap diambil")
    assert first == "cucian 1 is siap diambil now; it was baru since 2025-11-25 11:00:00, by the customer."
    assert second == "Budi +62 812-3456-7890 gets a message."
    (again,) = laundry.printed("row", "cucian", "1", "siap diambil")
    assert again.startswith("cucian 1 was siap diambil already, since 20")
    assert again.endswith(" by the command line. Budi +62 812-3456-7890 gets nothing more.")
    assert laundry.printed("row", "cucian", "1", "baru")[1] == (
        "Budi +62 812-3456-7890 gets no message: the rules have no text for this state."
    )


def test_a_row_is_shown_and_moved_in_the_language_of_the_rules(url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, url, rules=RULES.replace("settings: {", "settings: {language: id, ") + STATES, CHATBOT_WORKER="off")
    row = SavedRow(name="cucian", number=1, fields={"berat": "2"}, sender="6281234567890", sender_name="", at=NOON, state="baru")
    with shop.database.writing() as connection:
        saved.add(connection, row)
    assert shop.printed("row", "cucian", "1")[1:] == [
        "disimpan 2025-11-25 11:00:00, milik +62 812-3456-7890",
        "berat: 2",
        "KEADAAN  SEJAK                OLEH",
        "baru     2025-11-25 11:00:00  pelanggan",
    ]
    assert shop.printed("saved", "cucian")[0].split() == ["NOMOR", "WAKTU", "PENGIRIM", "NAMA", "KEADAAN", "BERAT"]
    assert shop.printed("saved", "survei") == ["belum ada baris"]
    assert shop.printed("row", "cucian", "1", "siap diambil") == [
        "cucian 1 sekarang siap diambil; sebelumnya baru sejak 2025-11-25 11:00:00, oleh pelanggan.",
        "+62 812-3456-7890 mendapat pesan.",
    ]
    assert shop.run("row", "cucian", "9").stderr.endswith("Tidak ada baris 9 di 'cucian'.\n")
    shop.database.close()


def test_a_moved_row_as_json_says_whether_its_customer_is_told(laundry: Shop) -> None:
    data = laundry.data("row", "cucian", "2", "siap diambil")
    assert {name: data[name] for name in ("number", "state", "moved", "told")} == {
        "number": 2,
        "state": "siap diambil",
        "moved": True,
        "told": True,
    }
    assert [(step["state"], step["by"]) for step in data["history"]] == [("baru", None), ("siap diambil", "command line")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cucian", "1", "siap"), "'siap' is not a state of 'cucian'. Did you mean 'siap diambil'?"),
        (("cucian", "9"), "There is no row 9 in 'cucian'."),
        (("cucian", "9", "baru"), "There is no row 9 in 'cucian'."),
        (("cucia", "1", "baru"), "nothing is saved under 'cucia'. Did you mean 'cucian'?"),
        (("survei", "1", "baru"), "The rows of 'survei' have no states. Give them some: `save: {to: survei, states: [...]}`"),
    ],
)
def test_what_is_not_there_is_told(laundry: Shop, arguments: tuple[str, ...], told: str) -> None:
    outcome = laundry.run("row", *arguments)
    assert (outcome.exit_code, outcome.stderr) == (1, f"Error: {told}\n")


def test_saved_rows_are_shown_with_their_states_and_by_them(laundry: Shop) -> None:
    laundry.printed("row", "cucian", "2", "siap diambil")
    assert laundry.printed("saved", "cucian", "--state", "SIAP diambil") == [
        "NUMBER  AT                   SENDER         SENDER_NAME  STATE         BERAT",
        "2       2025-11-25 11:00:00  6281234567890  Ani          siap diambil  2",
    ]
    assert laundry.run("saved", "cucian", "--state", "selesai").stderr == (
        "Error: 'selesai' is not a state of 'cucian'. The states are: baru, siap diambil.\n"
    )
    assert [row["state"] for row in laundry.data("saved", "cucian")] == ["baru", "siap diambil"]
    assert laundry.run("saved", "cucian", "--csv").stdout_bytes.decode().splitlines()[0] == (
        '\ufeff"number","at","sender","sender_name","state","berat"'
    )


REMINDING = (
    STATES.replace("reply: Terima kasih!", "").replace(
        "states: [baru, siap diambil],",
        "states: [baru, siap diambil], remind: {after: 3 days, while: {state: siap diambil}, reply: Masih menunggu.},",
    )
    + "    reply: Terima kasih!\n"
)


def test_a_row_shows_what_its_customer_is_reminded_of_and_the_list_when(url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, url, rules=RULES + REMINDING, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off")
    with shop.database.writing() as connection:
        row = SavedRow(name="cucian", number=1, fields={"berat": "2"}, sender="6281234567890", sender_name="Budi", at=NOON, state="baru")
        saved.add(connection, row)
    assert not any("REMINDER" in line for line in shop.printed("row", "cucian", "1"))
    shop.printed("row", "cucian", "1", "siap diambil")
    head, reminder = shop.printed("row", "cucian", "1")[-2:]
    assert (head.split(), reminder.split()[2:]) == (["REMINDER", "STATUS", "TEXT"], ["waits", "Masih", "menunggu."])
    heads, line = shop.printed("saved", "cucian")
    assert heads.split()[-3:] == ["STATE", "NEXT_REMINDER", "BERAT"]
    assert " ".join(reminder.split()[:2]) in line
    data = json.loads("\n".join(shop.printed("row", "cucian", "1", "--format", "json")))
    assert [(each["text"], each["fate"]) for each in data["reminders"]] == [("Masih menunggu.", "queued")]
    shop.database.close()

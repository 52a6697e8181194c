"""The pages about saved rows: the table of each form, moving rows on, their files and CSV."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from flask_chatbot.answering.moving import move_row
from flask_chatbot.core.values.replies import Text
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.settings.accounts import Role
from flask_chatbot.store import saved
from flask_chatbot.store.console import audit
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import CONSOLE, HASHED, PASSWORD, Browser, console_app, text_of

BUDI, SITI = "6281200000001", "6281200000002"
DAY = 1_780_000_000.0  # 29 May 2026, in Jakarta
RULES = """\
version: 1
settings: {timezone: Asia/Jakarta}
rules:
  - name: cuci
    keyword: cuci#
    fields: [{berat: {type: number}}, {catatan: {optional: true}}]
    save:
      to: cucian
      states: [baru, dicuci, siap diambil]
      on_state: {siap diambil: "Cucian {{ saved.number }} siap diambil."}
    reply: Nomor {{ saved.number }}.
  - {name: survei, keyword: survei#, fields: [nilai], save: survei, reply: Terima kasih.}
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000100ffff03000006000557bfabd4"
)


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Iterator[Flask]:
    app = console_app(
        tmp_path,
        rules=RULES,
        CHATBOT_TRANSPORT=phones,
        CHATBOT_WORKER="off",
        CHATBOT_API_KEY="k" * 20,
        CHATBOT_MEDIA=str(tmp_path / "media"),
    )
    with working(app):
        yield app


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def keep(
    app: Flask, table: str = "cucian", *, number: str = BUDI, at: float = DAY, state: str = "baru", name: str = "Budi", **given: object
) -> int:
    """Save a row as a rule would; return its number."""
    with app.extensions["chatbot"].make_database().writing() as connection:
        row = saved.reserve(connection, table)
        kept = SavedRow(
            name=table, number=row, fields=given, sender=number, sender_name=name, at=at, state="" if table == "survei" else state
        )
        saved.add(connection, kept)
    return row


def listed(browser: Browser, query: str = "") -> list[int]:
    page = browser.get(f"/orders?table=cucian{query}").text
    return [int(number) for number in re.findall(r'<tr id="row-(\d+)">', page)]


def press(browser: Browser, number: int, state: str, seen: str, **headers: str) -> TestResponse:
    browser.get(f"/orders/{number}?table=cucian")
    return browser.post(f"/orders/{number}", headers=headers, table="cucian", state=state, seen=seen, columns="berat")


def test_what_customers_filled_in_is_listed_in_the_table_of_its_form(app: Flask, browser: Browser, phones: Simulator) -> None:
    budi = phones.phone(BUDI)
    budi.writes("cuci#2,5#<b>putih</b>")
    budi.waits_for(1)
    keep(app, "survei", nilai="5")
    assert browser.get("/orders").headers["Location"] == f"{CONSOLE}/orders?table=cucian"
    said = text_of(browser.get("/orders?table=cucian"))
    assert [
        each for each in ("cucian", "survei", "berat", "catatan", "2.5", "<b>putih</b>", "6281******001", "baru") if each not in said
    ] == []
    assert "State" not in text_of(browser.get("/orders?table=survei"))


def test_rows_of_a_form_that_the_rules_no_longer_have_are_still_there(app: Flask, browser: Browser) -> None:
    keep(app, "lama", nilai="5")
    assert "lama" in text_of(browser.get("/orders?table=cucian"))
    assert "lama 1" in text_of(browser.get("/orders/1?table=lama"))


def test_rows_are_found_by_state_person_and_day(app: Flask, browser: Browser) -> None:
    keep(app, berat=1)
    keep(app, berat=2, number=SITI, state="dicuci")
    keep(app, berat=3, at=DAY + 86_400)
    queries = (
        "",
        "&state=dicuci",
        f"&number=0{BUDI[2:]}",
        "&number=62899",
        "&day=2026-05-30",
        "&day=2026-05-31",
        "&day=gestern",
        f"&state=baru&number={BUDI}&day=2026-05-29",
    )
    assert {query: listed(browser, query) for query in queries} == {
        "": [3, 2, 1],
        "&state=dicuci": [2],
        f"&number=0{BUDI[2:]}": [3, 1],
        "&number=62899": [],
        "&day=2026-05-30": [3],
        "&day=2026-05-31": [],
        "&day=gestern": [3, 2, 1],
        f"&state=baru&number={BUDI}&day=2026-05-29": [1],
    }


def test_pages_hold_so_many_rows_and_lead_to_the_older_ones_of_the_same_filter(app: Flask, browser: Browser) -> None:
    for number in range(60):
        keep(app, berat=number)
        keep(app, berat=number, state="dicuci")
    first = browser.get("/orders?table=cucian&state=dicuci").text
    older = re.search(rf'href="{CONSOLE}/orders\?([^"]+before=\d+)"', first)
    assert older is not None
    second = browser.get(f"/orders?{older[1].replace('&amp;', '&')}").text
    found = [re.findall(r'<tr id="row-(\d+)">', page) for page in (first, second)]
    assert [len(each) for each in found] == [25, 25]
    assert [int(each) for page in found for each in page] == list(range(120, 20, -2))


def test_a_click_moves_a_row_on_tells_its_customer_and_is_kept_in_its_history(app: Flask, browser: Browser, phones: Simulator) -> None:
    number = keep(app, berat=2)
    assert "The customer gets no message" in text_of(press(browser, number, "dicuci", "baru"))
    assert "The customer gets a message" in text_of(press(browser, number, "siap diambil", "dicuci"))
    assert [each.reply for each in phones.phone(BUDI).waits_for(1)] == [Text("Cucian 1 siap diambil.")]
    said = text_of(browser.get(f"/orders/{number}?table=cucian"))
    assert re.search(r"baru \S+ \S+ the customer dicuci \S+ \S+ the console siap diambil \S+ \S+ the console", said)
    with app.extensions["chatbot"].make_database().reading() as connection:
        acts = [(act.action, act.about) for act in audit.latest(connection, 2)]
    assert acts == [("row moved", "cucian 1: siap diambil"), ("row moved", "cucian 1: dicuci")]


def test_a_click_in_the_list_changes_its_line_alone(app: Flask, browser: Browser) -> None:
    answer = press(browser, keep(app, berat=2), "dicuci", "baru", **{"HX-Request": "true", "HX-Target": "row-1"})
    assert answer.text.lstrip().startswith('<tr id="row-1">')
    assert (answer.status_code, "<html" in answer.text, "2" in answer.text) == (200, False, True)
    assert 'name="seen" value="dicuci"' in answer.text


def test_of_two_who_move_a_row_at_once_the_second_hears_of_the_first(app: Flask, browser: Browser, phones: Simulator) -> None:
    number = keep(app, berat=2)
    chatbot = app.extensions["chatbot"]
    move_row(chatbot.make_database(), chatbot.lines, chatbot.bot.book, "cucian", number, state="siap diambil", actor="Ani", now=DAY)
    other = press(browser, number, "dicuci", "baru", **{"HX-Request": "true", "HX-Target": "row-1"})
    assert (
        other.status_code,
        "It is siap diambil since 29/05/2026" in text_of(other),
        "by Ani. Nothing was changed." in text_of(other),
    ) == (409, True, True)
    same = press(browser, number, "siap diambil", "baru")
    assert (same.status_code, "by Ani. Nothing was changed." in text_of(same)) == (200, True)
    assert [each.reply for each in phones.phone(BUDI).waits_for(1)] == [Text("Cucian 1 siap diambil.")]


@pytest.mark.parametrize(
    ("path", "table", "state", "status", "told"),
    [
        ("1", "cucian", "hilang", 409, "'hilang' is not a state of 'cucian'"),
        ("1", "survei", "baru", 404, "There is no such row"),
        ("2", "cucian", "baru", 404, "There is no such row"),
        ("x", "cucian", "baru", 404, "There is no such row"),
        ("9" * 30, "cucian", "baru", 404, "There is no such row"),
    ],
)
def test_what_cannot_be_moved_is_told(app: Flask, browser: Browser, path: str, table: str, state: str, status: int, told: str) -> None:
    keep(app, berat=2)
    browser.get("/orders?table=cucian")
    answer = browser.post(f"/orders/{path}", table=table, state=state)
    assert (answer.status_code, told in text_of(answer)) == (status, True)


def test_a_row_that_is_gone_from_an_open_list_leads_to_the_page_that_says_so(app: Flask, browser: Browser) -> None:
    answer = press(browser, 7, "baru", "baru", **{"HX-Request": "true", "HX-Target": "row-7"})
    assert answer.headers["HX-Redirect"] == f"{CONSOLE}/orders/7?table=cucian"


@pytest.mark.parametrize(("role", "status"), [("look", 403), ("answer", 200)])
def test_only_who_may_answer_moves_rows(tmp_path: Path, role: Role, status: int) -> None:
    accounts = {"ani": {"role": role, "password": HASHED}}
    app = console_app(tmp_path, rules=RULES, CHATBOT_CONSOLE_PASSWORD=accounts)
    number = keep(app, berat=2)
    browser = Browser(app)
    browser.log_in(PASSWORD, "ani")
    assert ("<button" in browser.get("/orders?table=cucian").text.partition("<tbody>")[2]) == (status == 200)
    answer = press(browser, number, "dicuci", "baru")
    assert answer.status_code == status
    assert ("dicuci" in re.sub("<form.*</form>", "", answer.text, flags=re.DOTALL)) == (status == 200)
    if status == 200:
        assert "ani" in text_of(browser.get(f"/orders/{number}?table=cucian"))


def test_rows_are_saved_as_csv_that_no_spreadsheet_runs(app: Flask, browser: Browser) -> None:
    keep(app, berat=1, catatan="=1+1")
    keep(app, berat=2, number=SITI, state="dicuci", name="@Siti", warna="biru")
    answer = browser.get("/orders/csv?table=cucian")
    assert answer.headers["Content-Disposition"] == "attachment; filename=cucian.csv"
    assert answer.get_data().decode("utf-8-sig").splitlines() == [
        '"number","at","sender","sender_name","state","berat","catatan","warna"',
        '"1","2026-05-29T03:26:40+07:00","6281******001","Budi","baru","1","\'=1+1",""',
        '"2","2026-05-29T03:26:40+07:00","6281******002","\'@Siti","dicuci","2","","biru"',
    ]
    browser.get("/orders?table=cucian")
    browser.post("/numbers", show="yes")
    only = browser.get("/orders/csv?table=cucian&state=dicuci").text
    assert (SITI in only, BUDI in only) == (True, False)


def test_a_long_table_is_exported_whole(app: Flask, browser: Browser) -> None:
    with app.extensions["chatbot"].make_database().writing() as connection:
        for number in range(1, 1101):
            row = SavedRow(name="cucian", number=number, fields={"berat": number}, sender=BUDI, sender_name="", at=DAY, state="baru")
            saved.add(connection, row)
    assert len(browser.get("/orders/csv?table=cucian").text.splitlines()) == 1101


def test_files_are_shown_or_saved_and_only_those_of_a_row(app: Flask, browser: Browser, tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    picture, page = folder.keep(PNG), folder.keep(b"<script>alert(1)</script>")
    keep(
        app,
        bukti={"kind": "image", "mime": "image/png", "name": "bukti.png", "file": picture},
        ktp={"kind": "document", "mime": "text/html", "name": "ktp.html", "file": page},
        berat={"file": "../../x", "kind": "image"},
        catatan={"kind": "image", "file": "0" * 64},
    )
    shown = browser.client.get(f"{CONSOLE}/orders/file/1?table=cucian&field=bukti")
    assert (shown.data, shown.content_type, shown.headers["Content-Disposition"]) == (PNG, "image/png", "inline; filename=bukti.png")
    kept = browser.client.get(f"{CONSOLE}/orders/file/1?table=cucian&field=ktp")
    assert (kept.data, kept.content_type) == (b"<script>alert(1)</script>", "application/octet-stream")
    assert kept.headers["Content-Disposition"].startswith("attachment; filename=ktp")
    assert [browser.get(f"/orders/file/1?table=cucian&field={field}").status_code for field in ("berat", "catatan", "lain", "")] == [
        404
    ] * 4
    assert browser.get("/orders/file/2?table=cucian&field=bukti").status_code == 404
    row = browser.get("/orders/1?table=cucian").text
    assert '<img class="sent"' in row
    assert "field=ktp" in row


def test_a_bot_that_saves_nothing_says_so(tmp_path: Path) -> None:
    app = console_app(tmp_path)
    browser = Browser(app)
    browser.log_in()
    assert "No rule keeps anything yet" in text_of(browser.get("/orders"))

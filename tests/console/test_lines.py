"""Lines with rules of their own: the pages about rules show, check, change and try those of each."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from flask_chatbot.database.tables import inbox
from tests.console.browsers import RULES, Browser, console_app, text_of
from tests.console.test_editor import opened

RETAIL = RULES + "include: bersama.yaml\n"
WHOLESALE = """\
version: 1
include: bersama.yaml
rules:
  - name: salam
    keyword: halo
    reply: Halo, grosir di sini.
  - name: karton
    keyword: karton
    similar: [berapa harga satu karton]
    reply: Satu karton 500 ribu.
  - name: entah
    fallback: true
    reply: Tanya lagi.
"""
SHARED = "rules:\n  - name: alamat\n    keyword: alamat\n    reply: Jalan Merdeka 1.\n"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A shop with two lines, of which one has rules of its own; both include a third file."""
    (tmp_path / "grosir.yaml").write_text(WHOLESALE, "utf-8")
    (tmp_path / "bersama.yaml").write_text(SHARED, "utf-8")
    lines = {"toko": {"transport": "simulator"}, "grosir": {"transport": "simulator", "rules": str(tmp_path / "grosir.yaml")}}
    return console_app(
        tmp_path,
        rules=RETAIL,
        CHATBOT_API_KEY="kunci-api-toko",
        CHATBOT_LINES=lines,
        CHATBOT_WORKER="off",
        CHATBOT_CONSOLE_EDIT=True,
        CHATBOT_RELOAD=False,
    )


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


@pytest.fixture
def keep(app: Flask) -> Any:
    """Puts messages into the log, by the line by which they came."""

    def keep(line: str, text: str, rule: str) -> None:
        now = app.extensions["chatbot"].bot.clock()
        row = {"session": line, "chat": "c", "sender": "628111", "kind": "text", "replies": 1, "person": "p" * 26}
        times = {"at": now.timestamp(), "expires_at": (now + timedelta(days=30)).timestamp()}
        with app.extensions["chatbot"].make_database().writing() as connection:
            connection.execute(insert(inbox), {**row, **times, "message_id": f"{line}{text}", "text": text, "rule": rule})

    return keep


def names_on(page: str) -> list[str]:
    return re.findall(r"<h2>([^<]+)</h2>", page)


def test_the_rules_of_each_line_are_listed_with_their_own_hits(browser: Browser, keep: Any) -> None:
    keep("grosir", "halo", "salam")
    keep("webhook:grosir", "halo", "salam")
    keep("toko", "halo", "salam")
    own, line = browser.get("/rules"), browser.get("/rules?of=grosir.yaml")
    assert names_on(own.text) == ["salam", "pesan", "daftar", "orang", "fallback", "alamat"]
    assert names_on(line.text) == ["salam", "karton", "entah", "alamat"]
    assert [re.search(r"(\d+) today", text_of(page))[0] for page in (own, line)] == ["1 today", "2 today"]  # type: ignore[index]
    assert "Edit: grosir.yaml , bersama.yaml" in text_of(line)
    assert '<option value="grosir.yaml" selected>grosir.yaml (grosir)</option>' in line.text


def test_the_charts_know_the_fallbacks_of_each_line(app: Flask, browser: Browser, keep: Any) -> None:
    for line, rule in (("grosir", "entah"), ("webhook:grosir", "entah"), ("toko", "fallback"), ("grosir", "karton"), ("toko", "salam")):
        keep(line, rule, rule)
    rows = re.findall(r'<tr><th scope="row">[\d/]+</th><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td></tr>', browser.get("/charts").text)
    assert rows[-1] == ("2", "3", "0")


def test_each_bot_tells_the_fallbacks_of_all_lines(app: Flask) -> None:
    asked = [("grosir", "entah"), ("webhook:grosir", "entah"), ("toko", "entah"), ("toko", "fallback"), ("grosir", "fallback")]
    expected = [True, True, False, True, False]
    bots = list(app.extensions["chatbot"].bots)
    assert [[bot.is_fallback(*each) for each in asked] for bot in bots] == [expected, expected]


def test_an_app_with_one_rule_file_has_nothing_to_choose(tmp_path: Path) -> None:
    browser = Browser(console_app(tmp_path))
    browser.log_in()
    assert 'name="of"' not in browser.get("/rules").text


def test_a_lines_file_is_checked_tested_and_saved_for_that_line_alone(browser: Browser, tmp_path: Path) -> None:
    form = opened(browser, "grosir.yaml")
    wrong = browser.post("/edit", None, **{**form, "text": form["text"].replace("reply: Tanya", "repply: Tanya"), "do": "save"})
    assert (wrong.status_code, "unknown key 'repply'" in text_of(wrong)) == (422, True)
    text = form["text"].replace("Tanya lagi.", "Belum paham, grosir.")
    saved = browser.post("/edit", None, **{**form, "text": text, "do": "save"})
    assert (saved.status_code, (tmp_path / "rules.yaml").read_text("utf-8")) == (200, RETAIL)
    assert (tmp_path / "grosir.yaml").read_text("utf-8") == WHOLESALE.replace("Tanya lagi.", "Belum paham, grosir.")
    *_, first = re.findall(r'href="[^"]+(/edit/versions\?[^"]+)"', browser.get("/edit?file=grosir.yaml").text)
    assert "- reply: Tanya lagi. + reply: Belum paham, grosir." in text_of(browser.get(first.replace("&amp;", "&")))


def test_a_file_that_both_include_must_pass_for_both(browser: Browser, tmp_path: Path) -> None:
    assert "Several rule files include this one: rules.yaml, grosir.yaml." in text_of(browser.get("/edit?file=bersama.yaml"))
    form = opened(browser, "bersama.yaml")
    more = form["text"] + "  - name: karton\r\n    keyword: dus\r\n    reply: Ya.\r\n"  # a name of the other file's
    refused = browser.post("/edit", None, **{**form, "text": more, "do": "save"})
    assert (refused.status_code, "karton" in text_of(refused)) == (422, True)
    assert (tmp_path / "bersama.yaml").read_text("utf-8") == SHARED


def test_texts_are_tried_by_each_and_real_ones_by_the_line_they_came_by(browser: Browser, keep: Any) -> None:
    keep("toko", "alamat", "alamat")
    keep("grosir", "alamat", "alamat")
    keep("grosir", "halo", "salam")
    form = opened(browser, "bersama.yaml")
    text = form["text"].replace("Merdeka", "Sudirman")
    tried = browser.post("/edit", {"HX-Request": "true"}, **{**form, "text": text, "texts": "alamat", "do": "try"})
    assert re.findall(r"<small>([\w.]+)</small>", tried.text) == ["rules.yaml", "grosir.yaml"]
    replayed = browser.post("/edit", {"HX-Request": "true"}, **{**form, "text": text, "do": "yesterday"})
    assert "3 texts were answered. 2 answers change." in text_of(replayed)
    own = opened(browser)
    replayed = browser.post("/edit", {"HX-Request": "true"}, **{**own, "do": "yesterday"})
    assert "1 text was answered." in text_of(replayed)


def test_a_text_that_fell_through_goes_to_the_rules_of_its_line(browser: Browser, keep: Any, tmp_path: Path) -> None:
    keep("grosir", "harga satu karton besar", "entah")
    keep("toko", "harga satu karton besar", "fallback")
    page = browser.get("/unmatched").text
    assert re.findall(r"<strong>(\w+)</strong>", page).count("karton") == 1
    assert re.findall(r'name="of" value="([^"]+)"><input type="hidden" name="rule" value="karton"', page) == ["grosir.yaml"]
    added = browser.post("/unmatched/add", None, of="grosir.yaml", rule="karton", text="harga satu karton besar")
    assert added.status_code == 200, text_of(added)
    assert (tmp_path / "grosir.yaml").read_text("utf-8") == WHOLESALE.replace("karton]", 'karton, "harga satu karton besar"]')
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RETAIL
    made = browser.post("/unmatched/new", None, of="grosir.yaml", text="ada parkir?", reply="Ada.")
    assert made.status_code == 200, text_of(made)
    assert "ada parkir?" in (tmp_path / "grosir.yaml").read_text("utf-8")


def test_the_chat_answers_by_the_rules_of_the_line_that_is_chosen(browser: Browser) -> None:
    browser.get("/chat?line=grosir")
    said = browser.post("/chat", None, line="grosir", text="karton", time="10:00")
    assert "Satu karton 500 ribu." in text_of(said)
    assert "Satu karton" not in text_of(browser.post("/chat", None, line="toko", text="karton", time="10:00"))


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rules.yaml").write_text(WHOLESALE.replace("include: bersama.yaml\n", ""), "utf-8")
    lines = {name: {"transport": "simulator", "rules": str(tmp_path / name / "rules.yaml")} for name in ("a", "b")}
    browser = Browser(console_app(tmp_path, CHATBOT_LINES=lines, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_WORKER="off"))
    browser.log_in()
    assert len(set(re.findall(r'<option value="([^"]*rules.yaml)"', browser.get("/rules").text))) == 3

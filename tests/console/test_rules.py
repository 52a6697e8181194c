"""The page about rules."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert

from flask_chatbot.console.editing.counted import CountedHits
from flask_chatbot.core.loading.loader import load_rules, read_rules
from flask_chatbot.database.tables import inbox
from tests.apps import KEY
from tests.console.browsers import HASHED, RULES, Browser, console_app, text_of

NOON = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)  # in Jakarta
DAY = 86_400


def entered(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def test_each_rule_is_listed_with_what_finds_it_its_fields_and_its_words(tmp_path: Path) -> None:
    page = text_of(entered(console_app(tmp_path)).get("/rules"))
    assert f"{len(load_rules(tmp_path / 'rules.yaml').rules)} rules" in page
    assert "keyword with # pesan#" in page
    assert "barang (text) , jumlah (integer)" in page
    assert "Says {{ jumlah }} {{ barang }}." in page
    assert "- keyword: daftar ask: [{kota: Kota mana?}]" not in page  # with its name, as the file has it:
    assert "- name: daftar keyword: daftar ask: [{kota: Kota mana?}]" in page


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dicatat", ["daftar"]),
        ("KEYWORD", []),
        ("pesan jumlah", ["pesan"]),
        ("", ["salam", "pesan", "daftar", "orang", "fallback"]),
        ("zzz", []),
    ],
)
def test_a_search_looks_at_names_words_fields_and_answers(tmp_path: Path, words: str, found: list[str]) -> None:
    app = console_app(tmp_path)
    page = entered(app).get(f"/rules?q={words}").text
    names = [rule.name for rule in app.extensions["chatbot"].bot.book.rules if f"<h2>{rule.name}</h2>" in page]
    assert names == found
    assert ("No rule has these words." in page) == (not found)


def test_problems_and_warnings_stand_with_the_rule_that_has_them(tmp_path: Path) -> None:
    app = console_app(tmp_path)
    path = tmp_path / "rules.yaml"
    path.write_text(RULES + "  - name: sunyi\n    keyword: sunyi\n", "utf-8")
    app.extensions["chatbot"].bot.use(load_rules(path))
    browser = entered(app)
    assert "rule 'sunyi' says nothing" in text_of(browser.get("/rules"))
    only = browser.get("/rules?wrong=yes").text
    assert "<h2>sunyi</h2>" in only
    assert "<h2>salam</h2>" not in only


def test_a_broken_file_is_reported_above_the_rules_in_use(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_RELOAD=False)
    bot = app.extensions["chatbot"].bot
    (tmp_path / "rules.yaml").write_text(RULES.replace("reply: Maaf", "repply: Maaf"), "utf-8")
    from flask_chatbot.bot.reloading import take
    from flask_chatbot.core.loading.loader import read_rules

    take(bot, read_rules(bot.path, bot.handlers.additions))
    page = text_of(entered(app).get("/rules"))
    assert "older than they" in page
    assert "unknown key 'repply'" in page
    assert f"{RULES.count(chr(10) + '  - ')} rules" in page


def keep(app: Flask, count: int, at: float, rule: str = "salam", start: int = 0) -> None:
    """Put messages into the log that a rule has answered."""
    row = {"session": "webhook", "chat": "c", "sender": "628111", "kind": "text", "replies": 1, "expires_at": at + 90 * DAY, "rule": rule}
    rows = [{**row, "message_id": f"{rule}{at}{start + number}", "at": at} for number in range(count)]
    with app.extensions["chatbot"].make_database().writing() as connection:
        connection.execute(insert(inbox), rows)


def test_hits_are_those_of_today_in_the_bots_own_time_and_of_30_days(tmp_path: Path) -> None:
    app = console_app(tmp_path)
    app.extensions["chatbot"].bot.clock = lambda: NOON
    now = NOON.timestamp()
    keep(app, 2, now - 31 * DAY)
    keep(app, 3, now - 28 * DAY)
    keep(app, 4, now - 13 * 3600)  # yesterday at 23:00
    keep(app, 5, now - 11 * 3600)
    browser = entered(app)
    assert "5 today, 12 in 30 days" in text_of(browser.get("/rules"))
    keep(app, 1, now - 1, start=100)
    assert "6 today, 13 in 30 days" in text_of(browser.get("/rules"))
    assert "6 today, 13 in 30 days" in text_of(browser.get("/rules"))
    app.extensions["chatbot"].bot.clock = lambda: datetime.fromtimestamp(now + DAY, UTC)
    assert "0 today, 13 in 30 days" in text_of(browser.get("/rules"))
    app.extensions["chatbot"].bot.clock = lambda: datetime.fromtimestamp(now + 2 * DAY, UTC)
    assert "0 today, 10 in 30 days" in text_of(browser.get("/rules"))


def test_what_was_counted_is_not_counted_again(tmp_path: Path) -> None:
    app = console_app(tmp_path)
    now = NOON.timestamp()
    keep(app, 300, now - 3600)
    hits = CountedHits()
    timezone = app.extensions["chatbot"].bot.book.locale.timezone
    database = app.extensions["chatbot"].make_database()
    with database.reading() as connection:
        assert hits.by_rule(connection, NOON, timezone, "webhook".__eq__) == {"salam": (300, 300)}
    with database.writing() as connection:
        connection.execute(inbox.delete().where(inbox.c.message_id != f"salam{now - 3600}299"))
    with database.reading() as connection:
        assert hits.by_rule(connection, NOON, timezone, "webhook".__eq__) == {"salam": (300, 300)}


def test_nobody_without_the_setting_is_offered_to_edit(tmp_path: Path) -> None:
    assert "/edit?" not in entered(console_app(tmp_path)).get("/rules").text


@pytest.mark.parametrize("role", ["look", "answer", "edit"])
def test_no_page_says_where_the_rules_lie_on_the_server(tmp_path: Path, role: str) -> None:
    accounts = {"ani": {"role": role, "password": HASHED}}
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days", CHATBOT_CONSOLE_EDIT=True, CHATBOT_CONSOLE_PASSWORD=accounts)
    app.test_client().post("/chatbot/webhook", json={"keyword": "halo pesan", "data": [], "webhookkey": KEY, "from": "628111"})
    (tmp_path / "rules.yaml").write_text(RULES.replace("keyword: halo", "keywrd: halo"), "utf-8")
    app.extensions["chatbot"].bot.refuse(read_rules(tmp_path / "rules.yaml").problems)
    browser = Browser(app)
    browser.log_in(name="ani")
    pages = {path: text_of(browser.get(path)) for path in ("/rules", "/unmatched?near=yes", "/connection", "/edit")}
    pages["/chat"] = text_of(browser.post("/chat", number="6281234567890", text="halo"))
    assert [path for path, page in pages.items() if str(tmp_path) in page] == []
    assert "rules.yaml:4:5: unknown key 'keywrd'" in pages["/rules"]
    assert "rules.yaml:4:5: unknown key 'keywrd'" in pages["/connection"]

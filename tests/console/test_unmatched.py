"""The page about what was not understood."""

import re
from html import unescape
from pathlib import Path
from textwrap import indent

import pytest
from flask import Flask

from flask_chatbot.console.unmatched.groupings import Likeness
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.loading.loader import load_rules
from flask_chatbot.store.console.conversations import FellThrough
from tests.apps import KEY
from tests.console.browsers import RULES, Browser, console_app, text_of


def wrote(app: Flask, *texts: str, sender: str = "628111") -> None:
    """Let a customer write to the webhook."""
    for text in texts:
        call = {"keyword": text, "data": [], "webhookkey": KEY, "from": sender}
        assert app.test_client().post("/chatbot/webhook", json=call).status_code == 200


def page_of(app: Flask) -> str:
    browser = Browser(app)
    browser.log_in()
    return browser.get("/unmatched").text


def test_texts_that_fell_through_stand_together_where_they_are_alike(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    wrote(app, "ada parkir?", "halo", "bisa cod")
    wrote(app, "parkir ada kak", "ADA PARKIRNYA?", sender="628222")
    page = page_of(app)
    assert re.findall(r'class="said">([^<]+)<', page) == ["ADA PARKIRNYA?", "bisa cod"]
    assert "3 times, by 2 people" in text_of_page(page)
    assert "3 of the last messages" not in page
    assert "halo" not in re.findall(r'class="said">([^<]+)<', page)


def test_a_single_text_is_counted_in_words(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    wrote(app, "bisa cod")
    assert "once, by one person, last on" in text_of_page(page_of(app))


def text_of_page(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_line_to_add_makes_the_rule_answer(tmp_path: Path) -> None:
    rules = RULES.replace("    keyword: halo\n", "    keyword: halo\n    similar: [apakah toko sudah buka]\n")
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.use(load_rules(tmp_path / "rules.yaml"))
    wrote(app, 'toko "kak" apa sudah pada buka')
    page = page_of(app)
    assert "<strong>salam</strong>" in page
    line = re.search(r"<code>(similar: .+?)</code>", page)
    assert line is not None
    added = line[1].replace("&#34;", '"')
    (tmp_path / "rules.yaml").write_text(RULES.replace("    keyword: halo\n", f"    keyword: halo\n    {added}\n"), "utf-8")
    app.extensions["chatbot"].bot.use(load_rules(tmp_path / "rules.yaml"))
    call = {"keyword": 'toko "kak" apa sudah pada buka', "data": [], "webhookkey": KEY, "from": "628333"}
    assert "Halo" in app.test_client().post("/chatbot/webhook", json=call).text


def test_nothing_that_fell_through_is_told(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    browser = Browser(app)
    browser.log_in()
    assert "Nothing fell through of late" in text_of(browser.get("/unmatched"))


@pytest.mark.parametrize("text", ["<script>x</script>", "gratis\u202e", "{{ 7 * 7 }}", '"]\n- fallback: true', "a" * 4096, "#", "👍"])
def test_any_text_is_only_text(tmp_path: Path, text: str) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    wrote(app, text)
    page = page_of(app)
    assert re.search("<script>|\u202e", page) is None
    assert "49" not in "".join(re.findall(r'class="said">([^<]+)<', page))
    rule = unescape(re.findall(r"<details>.*?<code>(.*?)</code>", page, re.DOTALL)[0])
    path = tmp_path / "new.yaml"
    path.write_text(f"version: 1\nrules:\n{indent(rule, '  ')}\n", "utf-8")
    assert len(load_rules(path).rules) == 1


TEXTS = ("ada parkir", "bisa cod", "jual payung", "kapan libur")


def test_what_rules_make_of_many_new_texts_is_asked_for_once_the_page_is_there(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    wrote(app, *TEXTS)
    browser = Browser(app)
    browser.log_in()
    page = browser.get("/unmatched").text
    assert (page.count('class="said"'), "Or write a rule of its own" in page) == (4, False)
    (later,) = re.findall(r'hx-get="/chatbot/console([^"]+)" hx-trigger="load"', page)
    assert browser.get(unescape(later)).text.count("Or write a rule of its own") == 4
    wrote(app, "di mana toilet")
    assert browser.get("/unmatched").text.count("Or write a rule of its own") == 5  # what is known already is kept


def test_rules_that_came_meanwhile_are_asked_anew(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    wrote(app, "ada parkir")
    assert "Or write a rule of its own" in page_of(app)
    (tmp_path / "rules.yaml").write_text(RULES + "  - {name: parkir, keyword: ada parkir, reply: Ada.}\n", "utf-8")
    app.extensions["chatbot"].bot.use(load_rules(tmp_path / "rules.yaml"))
    assert "The rule parkir answers this by now." in text_of_page(page_of(app))


def test_groups_are_the_same_however_often_texts_come_between() -> None:
    texts = [FellThrough(session="toko", rule="entah", at=float(-place), person="budi", text=text) for place, text in enumerate(TEXTS * 3)]
    kept = Likeness(Folding())
    for start in range(len(texts), -1, -1):
        kept.groups(texts[start:])
    assert kept.groups(texts) == Likeness(Folding()).groups(texts)
    assert kept.groups(texts[:1]) == Likeness(Folding()).groups(texts[:1])

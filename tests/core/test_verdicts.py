from pathlib import Path

import pytest

from flask_chatbot import Chatbot, Skip
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.core.verdicts import explain
from flask_chatbot.testing import Chat
from tests.bots import chat_of
from tests.core.books import load, rule_name

RULES = """\
rules:
  - {name: harga, keyword: harga, reply: x}
  - {name: harga kaos, keyword: [harga kak, harga], reply: x}
  - {name: mendesak, keyword: harga, priority: 5, reply: x}
  - {name: isi, keyword: "harga#", reply: x}
  - {name: isi besar, keyword: "harga#besar#", reply: x}
  - {name: umum, fallback: true, reply: x}
  - {name: umum lain, fallback: true, reply: x}
settings: {ignore_words: [kak]}
"""


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return load(tmp_path, RULES)


def whys(book: RuleBook, text: str) -> list[tuple[str, str]]:
    return [(verdict.candidate.rule.name, verdict.why) for verdict in explain(book, text)]


def test_each_reason_is_told_in_the_documented_order(book: RuleBook) -> None:
    assert whys(book, "harga kak") == [
        ("mendesak", "wins"),
        ("harga kaos", "its priority is lower than 5"),
        ("harga", "its priority is lower than 5"),
        ("harga kaos", "its priority is lower than 5"),
        ("umum", "a fallback answers only what no other rule does"),
        ("umum lain", "a fallback answers only what no other rule does"),
    ]


def test_a_longer_keyword_wins_and_a_rule_may_lose_to_itself(tmp_path: Path) -> None:
    book = load(tmp_path, RULES.replace("priority: 5, ", ""))
    assert whys(book, "harga kak")[:4] == [
        ("harga kaos", "wins"),
        ("harga", "its keyword is shorter than 'harga kak'"),
        ("harga kaos", "its keyword is shorter than 'harga kak'"),
        ("mendesak", "its keyword is shorter than 'harga kak'"),
    ]


def test_of_two_keywords_with_marks_the_longer_wins(book: RuleBook) -> None:
    assert whys(book, "harga#besar#3")[:2] == [("isi besar", "wins"), ("isi", "its keyword is shorter than 'harga#besar'")]


def test_the_order_in_the_files_decides_at_last(book: RuleBook) -> None:
    assert whys(book, "zzz") == [("umum", "wins"), ("umum lain", "it stands after umum in the files")]


def test_a_whole_keyword_goes_before_one_with_fields(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{name: a, keyword: 'x#', reply: x}, {name: b, keyword: 'x#y', reply: x}]")
    assert whys(book, "x#y") == [("b", "wins"), ("a", "a keyword goes first")]


def test_the_winner_is_the_rule_that_answers(book: RuleBook) -> None:
    for text in ("harga", "harga kak", "harga#1", "harga#besar#1", "zzz"):
        assert whys(book, text)[0][0] == rule_name(book, text)


def test_nothing_matches_nothing(tmp_path: Path) -> None:
    assert explain(load(tmp_path, "rules: [{keyword: a, reply: x}]"), "b") == ()


def test_a_verdict_names_rule_place_keyword_priority_and_reason(book: RuleBook, tmp_path: Path) -> None:
    lines = [str(verdict).replace(f"{tmp_path}/", "") for verdict in explain(book, "HARGA#1")]
    assert lines == [
        "isi (rules.yaml:5:5) by keyword with # 'harga', priority 0: wins",
        "umum (rules.yaml:7:5) as fallback, priority 0: a fallback answers only what no other rule does",
        "umum lain (rules.yaml:8:5) as fallback, priority 0: a fallback answers only what no other rule does",
    ]


# -- with handlers -----------------------------------------------------------------------------------


def skip() -> None:
    raise Skip


def explained(chat: Chat, text: str) -> list[str]:
    """The rules that match, with why; as a test of an app would ask."""
    chat.says(text)
    verdicts = explain(chat.app.extensions["chatbot"].book, text, chat.last.decision)
    assert chat.last.explain() == "\n".join(map(str, verdicts))
    return [f"{verdict.candidate.rule.name}: {verdict.why}" for verdict in verdicts]


def test_a_rule_whose_handler_skipped_did_not_win(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("mendesak")(bot.rule("harga")(skip))
    assert explained(chat_of(tmp_path, RULES, bot), "harga") == [
        "mendesak: its handler skipped",
        "harga: its handler skipped",
        "harga kaos: wins",
        "umum: a fallback answers only what no other rule does",
        "umum lain: a fallback answers only what no other rule does",
    ]


def test_a_fallback_of_python_that_skipped_leaves_the_next(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(skip)
    assert explained(chat_of(tmp_path, RULES, bot), "zzz") == [
        f"{__name__}.skip: its handler skipped",
        "umum: wins",
        "umum lain: it stands after umum in the files",
    ]


def test_a_fallback_of_python_goes_first_by_its_priority(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.fallback(lambda: "x")
    chat = chat_of(tmp_path, RULES, bot)
    assert explained(chat, "zzz")[1:] == ["umum: its priority is lower than 1", "umum lain: its priority is lower than 1"]


@pytest.mark.parametrize("decorator", ["before", "fallback"])
def test_where_no_rule_answered_none_won(tmp_path: Path, decorator: str) -> None:
    bot = Chatbot()
    if decorator == "before":
        bot.before(lambda: "tutup")
    else:
        bot.fallback(bot.rule("umum")(bot.rule("umum lain")(skip)))
    verdicts = explained(chat_of(tmp_path, RULES, bot), "zzz")
    assert {verdict.partition(": ")[2] for verdict in verdicts} == {"no answer: skipped by its handler, or not asked"}

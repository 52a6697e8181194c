"""``check`` with its warnings, and ``try --explain``, as typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot, Skip
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.loading.loader import read_rules
from tests.bots import app_of

RULES = """\
version: 1
rules:
  - {name: promo, keyword: harga, priority: 5, reply: x}
  - {name: harga, keyword: harga, when: {days: [mon]}, reply: x}
  - {name: cek, keyword: "cek#", fields: [kode]}
  - {name: bayar}
"""
NEVER = (
    "rules.yaml:4:5: {}rule 'harga' can never be reached: its keyword 'harga' goes to rule 'promo' at rules.yaml:3:5,"
    " whose priority is higher. Change or remove it."
)
SILENT = "rules.yaml:{}: {}rule {!r} says nothing{}. Give it a `reply:`; if silence is intended, write `reply: []`."
LOST = "rules.yaml:6:5: {}nothing leads to rule 'bayar'{}. Give it a keyword, or an entry in a menu."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with RULES in it, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    return tmp_path


def run(*arguments: str, app: Flask | None = None) -> Result:
    """The outcome of ``flask chatbot`` with these arguments, with an app or without one."""
    info = ScriptInfo(create_app=lambda: app) if app else ScriptInfo()
    return CliRunner().invoke(chatbot, arguments, obj=info, catch_exceptions=False)


def shop(folder: Path, bot: Chatbot) -> Flask:
    """An app with RULES, whose bot answers for one of them."""
    bot.rule("cek")(lambda kode: kode)
    return app_of(folder, RULES, bot)


def told(kind: str, unless: str) -> list[str]:
    """All warnings of RULES but those of what a handler answers."""
    return [NEVER.format(kind), SILENT.format("6:5", kind, "bayar", unless), LOST.format(kind, unless)]


def test_check_warns_and_passes() -> None:
    outcome = run("check")
    unless = ", unless Python does"
    first, *others = told("warning: ", unless)
    cek = SILENT.format("5:5", "warning: ", "cek", unless)
    assert outcome.output.splitlines() == [first, cek, *others, "rules.yaml: 4 rules, 4 warnings"]
    assert outcome.exit_code == 0


def test_check_strict_makes_every_warning_an_error() -> None:
    outcome = run("check", "--strict")
    unless = ", unless Python does"
    first, *others = told("", unless)
    assert outcome.output.splitlines() == [first, SILENT.format("5:5", "", "cek", unless), *others, "rules.yaml: 4 errors"]
    assert outcome.exit_code == 1


def test_check_strict_passes_what_has_no_warnings(folder: Path) -> None:
    (folder / "rules.yaml").write_text("version: 1\nrules: [{keyword: a, reply: x}]\n", "utf-8")
    outcome = run("check", "--strict")
    assert (outcome.exit_code, outcome.output) == (0, "rules.yaml: 1 rule, no problems\n")


def test_check_strict_tells_github_of_errors() -> None:
    assert [line.split(" ")[0] for line in run("check", "--strict", "--format", "github").output.splitlines()] == ["::error"] * 4


def test_with_the_app_what_its_handlers_answer_is_known(folder: Path) -> None:
    outcome = run("check", app=shop(folder, Chatbot()))
    never, silent, _ = told("warning: ", "")  # the handler may return a menu that leads to it
    assert outcome.output.splitlines() == [never, silent, "rules.yaml: 4 rules, 2 warnings"]


def test_with_the_app_it_is_known_that_only_texts_come_in(folder: Path) -> None:
    rules = "rules:\n- {name: bukti, sends: image, reply: Ok}\n"
    said = (
        "rules.yaml:2:3: warning: rule 'bukti' waits for a file, a location or a contact, and only texts come by the webhook. "
        "Set CHATBOT_TRANSPORT."
    )
    assert run("check", app=app_of(folder, rules, Chatbot())).output.splitlines() == [said, "rules.yaml: 1 rule, 1 warning"]
    hosted = {
        "CHATBOT_HOSTED_URL": "https://gw.example.com",
        "CHATBOT_HOSTED_KEY": "kunci",
        "CHATBOT_PUBLIC_URL": "https://toko.example.com",
    }
    said = (
        "rules.yaml:2:3: warning: rule 'bukti' waits for a file, a location or a contact, and none come by the lines that it answers: "
        "hosted and the webhook bring texts only. Another CHATBOT_TRANSPORT brings them."
    )
    app = app_of(folder, rules, Chatbot(), CHATBOT_TRANSPORT="hosted", **hosted)
    assert run("check", app=app).output.splitlines() == [said, "rules.yaml: 1 rule, 1 warning"]
    app = app_of(folder, rules, Chatbot(), CHATBOT_TRANSPORT="simulator")
    assert run("check", app=app).output.splitlines() == ["rules.yaml: 1 rule, no problems"]


def test_of_files_that_are_not_the_apps_own_nothing_is_known(folder: Path) -> None:
    app = shop(folder, Chatbot())
    (folder / "other.yaml").write_text("version: 1\nrules: [{name: cek, keyword: 'cek#', fields: [kode]}]\n", "utf-8")
    message = SILENT.format("2:9", "warning: ", "cek", ", unless Python does").replace("rules.yaml", "other.yaml")
    assert run("check", "other.yaml", app=app).output.splitlines() == [message, "other.yaml: 1 rule, 1 warning"]


def test_files_with_errors_are_not_searched_for_warnings(folder: Path) -> None:
    (folder / "rules.yaml").write_text(f"{RULES}  - {{keyword: a, repply: x}}\n", "utf-8")
    outcome = run("check", "--strict")
    message = "rules.yaml:7:18: unknown key 'repply'. Did you mean 'reply'?"
    assert (outcome.exit_code, outcome.output.splitlines()) == (1, [message, "rules.yaml: 1 error"])


def test_serving_does_not_search_for_warnings(folder: Path) -> None:
    assert read_rules(folder / "rules.yaml").problems == ()


def test_try_explains_every_rule_that_matches() -> None:
    assert run("try", "--explain", "Harga", "--at", "2026-11-22 10:00").output.splitlines() == [
        "rule   promo  (rules.yaml:3:5, by its keyword)",
        "reply  x",
        "why    promo (rules.yaml:3:5) by keyword 'harga', priority 5: wins",
        "why    harga (rules.yaml:4:5) by keyword 'harga', priority 0: its priority is lower than 5",
    ]


def test_try_explains_conditions_at_the_time_and_for_the_number_asked_about(folder: Path) -> None:
    rules = "version: 1\nrules:\n  - {keyword: a, when: {days: [mon], from: '62811*'}, reply: x}\n"
    (folder / "rules.yaml").write_text(rules, "utf-8")
    said = run("try", "a", "--explain", "--at", "2026-11-22 10:00", "--from", "628123456789").output.splitlines()
    reasons = "its conditions do not hold. days: wanted mon, is sun; from: wanted 62811*, is 6281*****789"
    assert said[0] == "no rule answers this"
    assert said[1].startswith(f"why    a (rules.yaml:3:5) by keyword 'a', priority 0: {reasons[:60]}")
    assert run("try", "a", "--explain", "--at", "2026-11-23 10:00", "--from", "628111111111").output.splitlines()[-1].endswith(": wins")


def test_try_explains_in_json() -> None:
    assert json.loads(run("try", "harga", "--explain", "--format", "json").output)["candidates"] == [
        {"rule": "promo", "place": "rules.yaml:3:5", "kind": "keyword", "literal": "harga", "priority": 5, "why": "wins"},
        {
            "rule": "harga",
            "place": "rules.yaml:4:5",
            "kind": "keyword",
            "literal": "harga",
            "priority": 0,
            "why": "its priority is lower than 5",
        },
    ]


def test_try_without_explain_says_nothing_of_candidates() -> None:
    assert "candidates" not in json.loads(run("try", "harga", "--format", "json").output)


def test_try_explains_that_nothing_matches() -> None:
    assert run("try", "zzz", "--explain").output.splitlines() == ["no rule answers this", "why    no rule matches"]
    assert json.loads(run("try", "zzz", "--explain", "--format", "json").output)["candidates"] == []


def test_try_explains_what_handlers_may_do_and_with_run_what_they_did(folder: Path) -> None:
    bot = Chatbot()

    @bot.rule("promo")
    def promo() -> None:
        raise Skip

    app = shop(folder, bot)
    at = ("--at", "2026-11-23 10:00")  # a Monday
    assert [line.rpartition(": ")[2] for line in run("try", "harga", "--explain", *at, app=app).output.splitlines()[-2:]] == [
        "wins, unless its handler skips",
        "its priority is lower than 5",
    ]
    assert [line.rpartition(": ")[2] for line in run("try", "harga", "--explain", "--run", *at, app=app).output.splitlines()[-2:]] == [
        "its handler skipped",
        "wins",
    ]

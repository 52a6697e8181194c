"""``flask chatbot test``: what is printed of tests in rule files, in each format, with and without an app."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot

pytestmark = pytest.mark.usefixtures("folder")

GOOD = """\
version: 1
rules:
  - name: salam
    keyword: halo
    reply: Halo!
    tests:
      - {send: halo, reply: Halo!}
      - {send: HALO, count: 1}
"""
BAD = """\
tests:
  - {send: halo, reply: Hai!}
  - {send: halo, reply_has: [Hai, Kak], count: 2}
  - send: halo
    reply: |
      Halo!
      Ketik *menu*.
"""
MESSAGES = [
    ("10:25", 'test tests::1 on "halo": expected reply "Hai!", got "Halo!".'),
    ("11:29", 'test tests::2 on "halo": expected reply_has "Hai Kak", got "Halo!".'),
    ("11:48", 'test tests::2 on "halo": expected count "2", got "1: Halo!".'),
    ("13:12", 'test tests::3 on "halo": expected reply "Halo! Ketik *menu*.", got "Halo!".'),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good rules in it, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(GOOD, "utf-8")
    return tmp_path


def run(*arguments: str, app: Flask | None = None, color: bool = False) -> Result:
    """The outcome of ``flask chatbot test`` with these arguments."""
    info = ScriptInfo(create_app=lambda: app) if app else ScriptInfo()
    return CliRunner().invoke(chatbot, ["test", *arguments], obj=info, catch_exceptions=False, color=color)


def test_tests_that_pass_are_counted() -> None:
    outcome = run()
    assert (outcome.exit_code, outcome.output) == (0, "2 tests, none failed\n")


def test_rules_without_tests_pass(folder: Path) -> None:
    (folder / "rules.yaml").write_text("version: 1\nrules: [{keyword: a, reply: b}]\n")
    outcome = run()
    assert (outcome.exit_code, outcome.output) == (0, "0 tests, none failed\n")


def test_a_failure_is_a_line_with_its_place_and_below_it_what_the_line_has_no_room_for(folder: Path) -> None:
    (folder / "rules.yaml").write_text(GOOD + BAD)
    outcome = run("rules.yaml")
    lines = [f"rules.yaml:{place}: {message}" for place, message in MESSAGES]
    lines[2:2] = ["    - Hai", "    - Kak", "    + Halo!"]
    lines[6:6] = ["    - 2", "    + 1:", "    + Halo!"]
    assert outcome.exit_code == 1
    assert outcome.output.splitlines() == [*lines, "      Halo!", "    - Ketik *menu*.", "5 tests, 3 failed"]


def test_a_terminal_gets_colours(folder: Path) -> None:
    (folder / "rules.yaml").write_text(GOOD + BAD)
    assert "\x1b[31m    - Hai\x1b[0m\n" in run(color=True).output


def test_failures_as_json(folder: Path) -> None:
    (folder / "rules.yaml").write_text(GOOD + BAD.replace("- send: halo\n    reply: |", "- send: x\n    rule: salam\n    reply: |"))
    outcome = run("--format", "json")
    data = json.loads(outcome.output)
    assert (outcome.exit_code, data["tests"], data["failed"], len(data["failures"]), data["errors"]) == (1, 5, 3, 4, [])
    assert data["failures"][-1] == {
        "file": "rules.yaml",
        "line": 13,
        "column": 11,
        "test": "tests::3",
        "sent": "x",
        "key": "rule",
        "expected": "salam",
        "got": "no rule",
        "hint": "",
    }


def test_failures_as_marks_for_github(folder: Path) -> None:
    (folder / "rules.yaml").write_text(GOOD + BAD)
    outcome = run("--format", "github")
    marks = [(*place.split(":"), message) for place, message in MESSAGES]
    assert outcome.exit_code == 1
    assert outcome.output.splitlines() == [f"::error file=rules.yaml,line={line},col={column}::{text}" for line, column, text in marks]


def test_rules_that_cannot_be_used_are_told_and_the_other_files_tested(folder: Path) -> None:
    (folder / "bad.yaml").write_text("version: 1\nrules:\n  - {name: a, keywrd: a}\n")
    outcome = run("bad.yaml", "rules.yaml", "none.yaml")
    assert (outcome.exit_code, outcome.output.splitlines()) == (
        1,
        [
            "bad.yaml:3:15: unknown key 'keywrd'. Did you mean 'keyword'?",
            "none.yaml:1:1: there is no such file. That folder has bad.yaml, rules.yaml.",
            "2 errors: no tests were run, since the rules cannot be used",
            "2 tests, none failed",
        ],
    )


def test_rules_that_cannot_be_used_are_told_in_the_other_formats(folder: Path) -> None:
    (folder / "rules.yaml").write_text("version: 1\nrules:\n  - {name: a, keywrd: a}\n")
    message = "unknown key 'keywrd'. Did you mean 'keyword'?"
    assert json.loads(run("--format", "json").output) == {
        "tests": 0,
        "failed": 0,
        "failures": [],
        "errors": [{"file": "rules.yaml", "line": 3, "column": 15, "severity": "error", "message": message}],
    }
    assert run("--format", "github").output == f"::error file=rules.yaml,line=3,col=15::{message}\n"


def test_warnings_are_for_check(folder: Path) -> None:
    (folder / "rules.yaml").write_text(
        "version: 1\nrules: [{keyword: a, needs: [x], reply: '{{ x }}', tests: [{send: a, given: {x: 1}, reply: '1'}]}]\n"
    )
    outcome = run()
    assert (outcome.exit_code, outcome.output) == (0, "1 test, none failed\n")


def test_what_the_app_adds_is_known_and_its_handlers_do_not_run(folder: Path) -> None:
    rule = "{name: a, keyword: a#, fields: [{x: {type: ganda}}], needs: [y], reply: '{{ x }} {{ y | seru }}', tests: [TEST]}"
    test = "{send: a#b, given: {y: c}, fields: {x: bb}, reply: bb c!}"
    (folder / "shop.yaml").write_text(f"version: 1\nrules: [{rule.replace('TEST', test)}]\n")
    bot = Chatbot(rules="shop.yaml")

    @bot.field_type("ganda")
    def double(text: str) -> str:
        return text * 2

    @bot.template_filter("seru")
    def loud(text: str) -> str:
        return f"{text}!"

    @bot.rule("a")
    def answer() -> str:
        raise AssertionError("a handler ran")

    app = Flask(__name__, root_path=str(folder))
    app.config["CHATBOT_WEBHOOK_KEY"] = "a-key-of-this-test"
    bot.init_app(app)
    outcome = run(app=app)
    assert (outcome.exit_code, outcome.output) == (0, "1 test, none failed\n")


def test_a_wrong_option_is_another_exit_code() -> None:
    assert run("--format", "xml").exit_code == 2

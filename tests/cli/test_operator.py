"""What all of an operator's commands do where there is no app, or it cannot work."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from flask_chatbot.cli.operator import NAME_ONE
from tests.cli.shops import open_shop, runner

COMMANDS = [["failed"], ["resend", "3EB0A"], ["saved", "survei"], ["resume", "628111"], ["why", "628111"], ["db", "upgrade"], ["worker"]]
COMMANDS += [["people"], ["chat", "--phone", "6281234567890"]]


def run(app: Flask | None, arguments: list[str]) -> Result:
    info = ScriptInfo(create_app=lambda: app) if app else ScriptInfo()
    return runner().invoke(chatbot, arguments, obj=info, catch_exceptions=False)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_without_an_app_it_is_told_how_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run(None, arguments)
    said = f"Error: there is no app here. {NAME_ONE}\n"
    assert (outcome.exit_code, outcome.stderr) == (1, said)


def test_without_an_app_the_rules_of_the_folder_are_worked_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: survei#, fields: [nilai], save: survei, reply: Ok}]\n", "utf-8")
    outcome = run(None, ["saved", "survei"])
    assert (outcome.exit_code, outcome.stdout) == (0, "no rows yet\n")


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["saved", "survei"], "no rows yet"),
        (["check"], "toko.yaml: 1 rule, no problems"),
        (["test"], "0 tests, none failed"),
        (["try", "survei#5"], "reply  Ok"),
        (["rules"], "survei#  survei#     nilai             toko.yaml:2:9"),
        (["doctor"], "ok     rules          toko.yaml: 1 rule"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_without_an_app_the_rules_that_the_environment_names_are_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], printed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_RULES", "toko.yaml")
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{keyword: halo, reply: Halo}]\n", "utf-8")
    (tmp_path / "toko.yaml").write_text("version: 1\nrules: [{keyword: survei#, fields: [nilai], save: survei, reply: Ok}]\n", "utf-8")
    assert printed in map(str.rstrip, run(None, arguments).stdout.splitlines())


@pytest.mark.parametrize(("arguments", "culprit"), [(["run"], "CHATBOT_RULES"), (["run", "--rules", "toko.yaml"], "--rules")])
def test_rules_that_are_not_there_are_said_to_be_named_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], culprit: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_RULES", "toko.yaml")
    outcome = run(None, arguments)
    assert (outcome.exit_code, outcome.stderr) == (1, f"Error: there is no toko.yaml. Correct {culprit}.\n")


def test_an_app_without_a_bot_is_told_of() -> None:
    outcome = run(Flask("toko"), ["failed"])
    assert (outcome.exit_code, outcome.stderr) == (1, "Error: app 'toko' has no Chatbot: call Chatbot(app) or bot.init_app(app)\n")


def test_an_app_that_does_not_start_is_told_of_with_its_mistakes() -> None:
    def create_app() -> Flask:
        raise RuntimeError("no warehouse")

    outcome = runner().invoke(chatbot, ["failed"], obj=ScriptInfo(create_app=create_app), catch_exceptions=False)
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Error: the app does not start. It says:\nRuntimeError: no warehouse (")


def test_an_app_that_sends_nothing_has_no_worker(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None, CHATBOT_API_KEY=None, CHATBOT_TRANSPORT=None, CHATBOT_WEBHOOK_KEY="kunci-toko-maju")
    assert shop.refused("worker") == (
        "Error: this app sends nothing by itself: it has no connection to WhatsApp. Set CHATBOT_API_KEY, which serves the API, or "
        "CHATBOT_TRANSPORT ('simulator' needs no account).\n"
    )


@pytest.mark.parametrize("arguments", [each for each in COMMANDS if each != ["db", "upgrade"]], ids=" ".join)
def test_a_database_without_tables_is_told_of_with_the_mend(server: str, tmp_path: Path, arguments: list[str]) -> None:
    assert "Run: flask chatbot db upgrade" in open_shop(tmp_path, server).refused(*arguments)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_file_that_is_no_database_is_told_of(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "shop.sqlite").write_text("This is no database. " * 100)
    said = open_shop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite").refused(*arguments)
    assert said.startswith("Error: ")
    assert str(tmp_path / "shop.sqlite") in said


def test_trying_a_rule_by_a_file_that_is_no_database_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").write_text("This is no database. " * 100)
    said = open_shop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite").refused("try", "--run", "halo")
    assert said.startswith(f"Error: The database {tmp_path}/shop.sqlite is a file of another kind.")


def test_an_upgrade_makes_the_tables(server: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, server)
    (said,) = shop.printed("db", "upgrade")
    assert said.endswith(" is up to date")
    assert shop.printed("db", "upgrade") == [said]
    assert shop.printed("failed") == ["nothing was given up"]


def test_what_is_there_stays_over_an_upgrade(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    shop.lose("3EB0A", 1_764_043_200.0)
    shop.printed("db", "upgrade")
    assert [each["id"] for each in shop.data("failed")] == ["3EB0A"]

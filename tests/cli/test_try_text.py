"""Texts that look like options, and folders without a rule file."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot

RULES = "version: 1\nrules:\n  - {keyword: menu, reply: Menunya}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(chatbot, arguments, obj=ScriptInfo(), catch_exceptions=False)


@pytest.mark.parametrize(
    "arguments", [["- menu"], ["- menu", "--nama", "Budi"], ["--nama", "Budi", "- menu"], ["--", "- menu"], ["--", "-menu"]]
)
def test_try_takes_a_text_that_begins_with_a_dash(folder: Path, arguments: list[str]) -> None:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    outcome = run("try", *arguments)
    assert (outcome.exit_code, "Menunya" in outcome.output) == (0, True)


@pytest.mark.parametrize("text", ["-menu", "--menu"])
def test_try_says_how_a_text_like_an_option_is_written(folder: Path, text: str) -> None:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    outcome = run("try", text)
    assert outcome.exit_code == 2
    assert "If it is the text, put -- before it: chatbot try -- ..." in outcome.output


def test_check_in_an_empty_folder_says_what_to_do(folder: Path) -> None:
    outcome = run("check")
    assert (outcome.exit_code, outcome.output.splitlines()) == (
        1,
        [
            "rules.yaml:1:1: there is no such file. Write the first rules with `flask chatbot init`, or name another file.",
            "rules.yaml: 1 error",
        ],
    )

"""Texts that look like options, and folders without a rule file."""

import json
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


def test_try_taps_an_entry_of_a_menu(folder: Path) -> None:
    rules = "version: 1\nrules:\n  - {name: menu, keyword: menu, reply: Apa?, menu: [Harga: harga]}\n  - {name: harga, reply: Rp5.000}\n"
    (folder / "rules.yaml").write_text(rules, "utf-8")
    assert run("try", "--taps", "harga", "Harga", "--explain").output.splitlines() == [
        "rule   harga  (rules.yaml:4:5, by its menu)",
        "reply  Rp5.000",
        "why    harga (rules.yaml:4:5) by the menu, priority 0: wins: 'Harga' was tapped",
    ]


SENDS = """\
version: 1
rules:
  - {name: bukti, keyword: 'bukti#', sends: image, fields: [{no: {type: integer}}, {foto: {type: image}}], reply: "{{ no }} {{ foto }}"}
  - {name: tempat, sends: location, reply: "{{ location }}"}
"""


def test_try_sends_what_is_no_text(folder: Path) -> None:
    (folder / "rules.yaml").write_text(SENDS, "utf-8")
    assert run("try", "--sends", "location", "--explain").output.splitlines() == [
        "rule   tempat  (rules.yaml:4:5, by its message kind)",
        "reply  -6.2, 106.816",
        "why    tempat (rules.yaml:4:5) by message kind 'location', priority 0: wins",
    ]
    assert run("try", "--sends", "image", "bukti#12").output.splitlines()[-1] == "reply  12 foto"
    fields = json.loads(run("try", "--sends", "image", "bukti#12", "--format", "json").output)["fields"]
    assert fields == {"no": 12, "foto": "foto"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Write the TEXT of the message, or --sends with its kind, or --taps with the rule of an entry."),
        (["--taps", "temat"], "There is no rule 'temat'. Did you mean 'tempat'?"),
        (["--taps", "tempat", "--sends", "location"], "Give --sends or --taps, not both."),
        (["--sends", "location", "rumah"], "a location has no caption: leave TEXT out."),
    ],
)
def test_try_says_what_there_is_to_send(folder: Path, arguments: list[str], said: str) -> None:
    (folder / "rules.yaml").write_text(SENDS, "utf-8")
    outcome = run("try", *arguments)
    assert (outcome.exit_code, said in outcome.output) == (2, True)

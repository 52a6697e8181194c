"""`chat` without a phone: a conversation with the rules alone."""

from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from tests.cli.shops import runner

RULES = """\
version: 1
rules:
  - keyword: [halo, hai]
    reply: Halo {{ nama or 'Kak' }}!
  - keyword: diam
    reply: []
  - keyword: admin
    save: admin
    pause: 2 hours
    reply: Sebentar ya.
"""
HOW_TO = (
    "Write as a customer would. /help says how to send pictures and places, /why explains the last answer; an empty line or Ctrl+D ends "
    "the conversation."
)
PAUSED = "the bot is paused for this person: 2 hours left"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    return tmp_path


def chat(*lines: str) -> Result:
    """A conversation in a folder without an app."""
    return runner().invoke(chatbot, ["chat", "--nama", "Budi"], input="".join(f"{line}\n" for line in lines), obj=ScriptInfo())


def test_it_begins_with_the_rules_and_how_to_end() -> None:
    assert chat("").stderr == f"rules.yaml: 3 rules. Nothing is saved or sent.\n{HOW_TO}\n"


def test_each_line_is_answered_until_an_empty_one() -> None:
    outcome = chat("halo", "diam", "", "halo")
    assert (outcome.exit_code, outcome.stdout) == (0, "> Halo Budi!\n> (no reply)\n> \n")


def test_it_ends_with_its_input() -> None:
    assert chat("hai").stdout == "> Halo Budi!\n> \n"


def test_a_pause_is_shown_when_it_begins_and_as_long_as_it_lasts() -> None:
    assert chat("admin", "halo", "").stdout.splitlines() == ["> Sebentar ya.", "  save: admin", f"  {PAUSED}", f"> ({PAUSED})", "> "]


def test_the_last_answer_is_explained() -> None:
    assert chat("/why", "halo", "/why", "entah", "/why", "").stdout.splitlines() == [
        "> Nothing has been answered yet.",
        "> Halo Budi!",
        "> why    halo (rules.yaml:3:5) by keyword 'halo', priority 0: wins",
        "> (no reply)",
        "> why    no rule matches",
        "> ",
    ]


def test_silence_during_a_pause_is_explained() -> None:
    assert (
        f"> why    halo (rules.yaml:3:5) by keyword 'halo', priority 0: {PAUSED}" in chat("admin", "halo", "/why", "").stdout.splitlines()
    )

"""What commands print: a terminal shows what people wrote, and obeys none of it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.cli.terminal import Styled, echo, styled, together
from flask_chatbot.core.conversation.memory import State
from flask_chatbot.store import inbox, saved
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.saved import SavedRow
from tests.cli.shops import DAY, Shop, open_shop, runner
from tests.cli.test_people import BUDI, HALO

# A colour, the title of the window, C1 forms of both, a turned text, a new line of the log, a half of a surrogate pair.
HOSTILE = "a\x1b[2Jb\x1b]0;x\x07c\x9b31md\u202ee\u2066f\rg\x7fh\u2028i\x85j"
LONE = HOSTILE + "\ud83d"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
QUOTED = json.dumps(HOSTILE)  # which YAML reads as JSON does
TAKEN = json.dumps("a\u202eb\u2066c\u2028d")  # what of it a rule file may hold
RULES = f"""\
version: 1
vars: {{sapa: {TAKEN}}}
rules:
  - name: {TAKEN}
    keyword: ["halo", {TAKEN}]
    reply: "{{{{ sapa }}}} {{{{ nama }}}} {{{{ text }}}}"
    tests:
      - {{send: halo, reply: {TAKEN}}}
  - name: survei
    keyword: survei#
    fields: [{{nilai: {{type: integer, label: {TAKEN}}}}}]
    save: survei
    notify: "6281234567890"
    reply: Terima kasih!
"""
BROKEN = f"""\
version: 1
rules:
  - {{keyword: a, {QUOTED}: x, {TAKEN}: x, reply: {{{TAKEN}: y}}}}
  - {{keyword: [a], notify: {TAKEN}, forward: {TAKEN}}}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Shop:
    """A shop in whose rules, rows and messages all is hostile."""
    shop = open_shop(tmp_path, None)
    row = SavedRow(name="survei", number=1, fields={"nilai": LONE, HOSTILE: 5}, sender=HOSTILE, sender_name=LONE, at=1.0)
    with shop.database.writing() as connection:
        saved.add(connection, row)
        inbox.add(connection, replace(HALO, text=LONE, rule=HOSTILE, place=HOSTILE, session=HOSTILE, explanations=(HOSTILE,)))
    shop.lose("3EB0A", shop.later - DAY, HOSTILE)
    shop.lose_callback("msg_1", shop.later - DAY, HOSTILE)
    StoreMemory(shop.database).commit(BUDI, State(paused_until=shop.later), shop.later - 120)
    return shop


def obeyed(outcome: Result) -> list[str]:
    """What a terminal would obey of all that a command printed; CSV ends its lines with CR LF."""
    return OBEYED.findall((outcome.stdout_bytes + (outcome.stderr_bytes or b"")).decode().replace("\r\n", "\n"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["why", BUDI],
        ["why", BUDI, "--format", "json"],
        ["why", HOSTILE],
        ["saved", "survei"],
        ["saved", "survei", "--format", "json"],
        ["saved", "survei", "--csv"],
        ["saved", HOSTILE],
        ["failed"],
        ["failed", "--format", "json"],
        ["resend", HOSTILE],
        ["resume", BUDI],
        ["resume", HOSTILE],
        ["chat", "--phone", HOSTILE],
        [HOSTILE],
        ["saved", f"--{HOSTILE}"],
    ],
    ids=ascii,
)
def test_no_command_for_operators_prints_what_a_terminal_obeys(hostile: Shop, arguments: list[str]) -> None:
    assert obeyed(hostile.run(*arguments)) == []


def test_a_conversation_by_phone_prints_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, None)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    shop.app.extensions["chatbot"].bot.reload()
    outcome = shop.run("chat", "--phone", BUDI, "--nama", HOSTILE, typed="halo\n\n")
    assert (outcome.exit_code, obeyed(outcome)) == (0, [])
    assert r"a\u202eb" in outcome.stdout


@pytest.fixture
def in_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder, the current one, with hostile rules and no app."""
    before = Path.cwd()
    os.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "broken.yaml").write_text(BROKEN, "utf-8")
    yield tmp_path
    os.chdir(before)


@pytest.mark.parametrize("form", [[], ["--format", "json"]], ids=str)
@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "broken.yaml"],
        ["test"],
        ["test", "broken.yaml"],
        ["try", "halo", "--nama", HOSTILE, "--explain"],
        ["try", "survei#5", "--from", HOSTILE, "--explain"],
        ["try", f"survei#{HOSTILE}"],
        ["try", HOSTILE],
    ],
    ids=ascii,
)
def test_no_command_about_rules_prints_what_a_terminal_obeys(in_folder: Path, arguments: list[str], form: list[str]) -> None:
    outcome = runner().invoke(chatbot, [*arguments, *form])
    assert (isinstance(outcome.exception, SystemExit | None), outcome.output != "", obeyed(outcome)) == (True, True, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "github"],
        ["check", "broken.yaml", "--format", "github"],
        ["test", "--format", "github"],
        ["try", "halo", "--rules", "broken.yaml"],
        ["try", "halo", "--rules", HOSTILE],
        ["rules"],
        ["chat", "--nama", HOSTILE],
        ["schema"],
        [HOSTILE],
        ["check", f"--{HOSTILE}"],
        ["check", "--format", HOSTILE],
    ],
    ids=ascii,
)
def test_nor_does_one_in_another_form_or_for_a_wrong_option(in_folder: Path, arguments: list[str]) -> None:
    outcome = runner().invoke(chatbot, arguments, input="halo\n\n")
    assert (isinstance(outcome.exception, SystemExit | None), obeyed(outcome)) == (True, [])


def test_json_holds_what_was_written(hostile: Shop) -> None:
    (row,) = hostile.data("saved", "survei")
    assert row["fields"] == {"nilai": LONE, HOSTILE: 5}


def test_an_app_that_does_not_start_is_quoted_harmlessly(in_folder: Path) -> None:
    def create() -> Flask:
        raise RuntimeError(HOSTILE)

    outcome = runner().invoke(chatbot, ["check"], obj=ScriptInfo(create_app=create, set_debug_flag=False))
    assert ("RuntimeError" in outcome.stderr, obeyed(outcome)) == (True, [])


def test_the_traceback_of_a_handler_shows_what_it_quotes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.rule("halo")
    def fail() -> None:
        raise RuntimeError(HOSTILE)

    shop = open_shop(tmp_path, None)
    app = Flask("lain", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.config.update(shop.app.config)
    bot.init_app(app)
    info = ScriptInfo(create_app=lambda: app, set_debug_flag=False)
    outcome = runner().invoke(chatbot, ["try", "--run", "halo"], obj=info)
    assert (outcome.exit_code, obeyed(outcome)) == (0, [])
    assert "RuntimeError" in caplog.text
    assert OBEYED.findall(caplog.text) == []


def test_our_own_colours_pass_and_nobody_elses(capsys: pytest.CaptureFixture[str]) -> None:
    assert together(styled("a\x1b[31m", bold=True), "b\x1b[31m") == Styled("\x1b[1ma\\x1b[31m\x1b[0mb\\x1b[31m")
    echo("a\x1b[31m\nb\tc")
    assert capsys.readouterr().out == "a\\x1b[31m\nb\tc\n"

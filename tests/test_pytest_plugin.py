"""The pytest plugin, in a pytest of its own: the fixture, and what a failing test prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = """\
import pytest
from flask import Flask

from flask_chatbot import Chatbot

bot = Chatbot()


@bot.fallback
def count(memory):
    memory["n"] = memory.get("n", 0) + 1
    return str(memory["n"])


@pytest.fixture(scope="{scope}")
def app():
    app = Flask("shop", root_path="{folder}")
    app.config["CHATBOT_WEBHOOK_KEY"] = "a-key-for-tests"
    bot.init_app(app)
    return app
"""
RULES = """\
version: 1
rules:
  - {name: halo, keyword: halo, reply: [Halo Kak, {image: https://x.id/a.png}]}
"""


def run(folder: Path, test: str, *arguments: str, scope: str = "function", conftest: str = CONFTEST) -> tuple[int, str]:
    """The exit code and the output of pytest over one test file."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "conftest.py").write_text(conftest.replace("{scope}", scope).replace("{folder}", str(folder)), encoding="utf-8")
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def errors(output: str) -> list[str]:
    """What pytest says is wrong, less its indent."""
    return [line[1:].strip() for line in output.splitlines() if line.startswith("E  ")]


@pytest.mark.parametrize("plugins", [(), ("-p", "no:flask")], ids=["with pytest-flask", "without it"])
def test_chat_is_a_customer_of_the_app_fixture(tmp_path: Path, plugins: tuple[str, ...]) -> None:
    test = (
        "from flask_chatbot import Image\n\n"
        "def test_it(chat, app):\n"
        "    assert chat.app is app\n"
        "    assert chat.says('halo') == ['Halo Kak', Image('https://x.id/a.png')]\n"
        "    assert 'Kak' in chat.last.replies\n"
    )
    code, output = run(tmp_path, test, *plugins)
    assert (code, output.splitlines()[0].split()[0]) == (0, "."), output


def test_each_test_begins_with_somebody_the_bot_has_not_met(tmp_path: Path) -> None:
    test = "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_it(chat, n):\n    assert chat.says('x') == '1'\n"
    code, output = run(tmp_path, test, scope="session")
    assert code == 0, output


def test_a_failing_comparison_shows_what_was_wanted_and_what_was_answered(tmp_path: Path) -> None:
    test = "def test_it(chat):\n    assert chat.says('halo') == ['Halo Kak', 'Apa kabar?']\n"
    code, output = run(tmp_path, test)
    assert code == 1
    assert errors(output) == [
        "AssertionError: assert the bot answered otherwise",
        "'Halo Kak'",
        "- 'Apa kabar?'",
        "+ Image(url='https://x.id/a.png', caption='', filename='')",
        "(- wanted, + answered)",
    ]


def test_a_comparison_the_other_way_round_shows_the_same(tmp_path: Path) -> None:
    _, output = run(tmp_path, "def test_it(chat):\n    assert 'Hai' == chat.says('x')\n")
    assert errors(output) == [
        "AssertionError: assert the bot answered otherwise",
        "- 'Hai'",
        "+ '1'",
        "(- wanted, + answered)",
    ]


def test_a_text_that_is_missing_shows_the_replies(tmp_path: Path) -> None:
    _, output = run(tmp_path, "def test_it(chat):\n    assert 'Hai' in chat.says('x')\n")
    assert errors(output)[0] == "AssertionError: assert 'Hai' in ['1']"


def test_a_wrong_rule_shows_the_whole_turn(tmp_path: Path) -> None:
    _, output = run(tmp_path, "def test_it(chat):\n    chat.says('x')\n    assert chat.last.rule == 'halo'\n")
    assert errors(output)[-1] == "+    where 'conftest.count' = <'x' -> rule 'conftest.count': ['1']>.rule"


def test_other_comparisons_print_as_they_always_did(tmp_path: Path) -> None:
    _, output = run(tmp_path, "def test_it(chat):\n    chat.says('x')\n    assert [1] == [2]\n")
    assert errors(output)[0] == "assert [1] == [2]"


def test_without_an_app_fixture_pytest_says_what_is_missing(tmp_path: Path) -> None:
    code, output = run(tmp_path, "def test_it(chat):\n    pass\n", conftest="")
    assert code == 1
    assert errors(output)[0] == "fixture 'app' not found"

"""The pytest plugin, seen from a project of its own: the fixture, and what a failing test prints."""

import pytest

pytest_plugins = ["pytester"]

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


def run(pytester: pytest.Pytester, test: str, *arguments: str, scope: str = "function", conftest: str = CONFTEST) -> tuple[int, list[str]]:
    """The exit code and the output of pytest over one test file."""
    folder = pytester.path
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "conftest.py").write_text(conftest.replace("{scope}", scope).replace("{folder}", str(folder)), encoding="utf-8")
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    result = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", *arguments)
    return int(result.ret), result.outlines


def errors(output: list[str]) -> list[str]:
    """What pytest says is wrong, less its indent."""
    return [line[1:].strip() for line in output if line.startswith("E  ")]


@pytest.mark.parametrize("plugins", [(), ("-p", "no:flask")], ids=["with pytest-flask", "without it"])
def test_chat_is_a_customer_of_the_app_fixture(pytester: pytest.Pytester, plugins: tuple[str, ...]) -> None:
    test = (
        "from flask_chatbot import Image\n\n"
        "def test_it(chat, app):\n"
        "    assert chat.app is app\n"
        "    assert chat.says('halo') == ['Halo Kak', Image('https://x.id/a.png')]\n"
        "    assert 'Kak' in chat.last.replies\n"
    )
    code, output = run(pytester, test, *plugins)
    assert (code, output[0].split()[0]) == (0, ".")


def test_each_test_begins_with_somebody_the_bot_has_not_met(pytester: pytest.Pytester) -> None:
    test = "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_it(chat, n):\n    assert chat.says('x') == '1'\n"
    code, output = run(pytester, test, scope="session")
    assert code == 0, output


def test_a_failing_comparison_shows_what_was_wanted_and_what_was_answered(pytester: pytest.Pytester) -> None:
    test = "def test_it(chat):\n    assert chat.says('halo') == ['Halo Kak', 'Apa kabar?']\n"
    code, output = run(pytester, test)
    assert code == 1
    assert errors(output) == [
        "AssertionError: assert the bot answered otherwise",
        "'Halo Kak'",
        "- 'Apa kabar?'",
        "+ Image(url='https://x.id/a.png', caption='', filename='')",
        "(- wanted, + answered)",
    ]


def test_a_comparison_the_other_way_round_shows_the_same(pytester: pytest.Pytester) -> None:
    _, output = run(pytester, "def test_it(chat):\n    assert 'Hai' == chat.says('x')\n")
    assert errors(output) == [
        "AssertionError: assert the bot answered otherwise",
        "- 'Hai'",
        "+ '1'",
        "(- wanted, + answered)",
    ]


def test_a_text_that_is_missing_shows_the_replies(pytester: pytest.Pytester) -> None:
    _, output = run(pytester, "def test_it(chat):\n    assert 'Hai' in chat.says('x')\n")
    assert errors(output)[0] == "AssertionError: assert 'Hai' in ['1']"


def test_a_wrong_rule_shows_the_whole_turn(pytester: pytest.Pytester) -> None:
    _, output = run(pytester, "def test_it(chat):\n    chat.says('x')\n    assert chat.last.rule is None\n")
    assert errors(output) == [
        "AssertionError: assert 'conftest.count' is None",
        "+  where 'conftest.count' = <'x' -> rule 'conftest.count': ['1']>.rule",
        "+    where <'x' -> rule 'conftest.count': ['1']> = <Chat of 6281200000000>.last",
    ]


def test_other_comparisons_print_as_they_always_did(pytester: pytest.Pytester) -> None:
    _, output = run(pytester, "def test_it(chat):\n    chat.says('x')\n    assert [1] == [2]\n")
    assert errors(output)[0] == "assert [1] == [2]"


def test_without_an_app_fixture_pytest_says_what_is_missing(pytester: pytest.Pytester) -> None:
    code, output = run(pytester, "def test_it(chat):\n    pass\n", conftest="")
    assert code == 1
    assert errors(output)[-1] == "fixture 'app' not found"

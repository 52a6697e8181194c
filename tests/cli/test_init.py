"""`init`: the first rule files, and what is printed."""

from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from tests.cli.shops import runner


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return runner().invoke(chatbot, arguments, obj=ScriptInfo(), catch_exceptions=False)


def test_a_file_is_written_and_the_next_steps_are_printed(folder: Path) -> None:
    outcome = run("init")
    assert (outcome.exit_code, outcome.stdout.splitlines()) == (
        0,
        [
            "rules.yaml sudah ditulis. Isi nama, jam buka dan jawaban toko Anda, lalu:",
            "  flask chatbot check  cari kesalahan",
            "  flask chatbot chat   menulis ke bot sebagai pelanggan",
            "  flask chatbot run    sajikan ke platform",
        ],
    )
    assert [path.name for path in folder.iterdir()] == ["rules.yaml"]


@pytest.mark.parametrize(
    ("language", "setting", "checked", "tested"),
    [
        ("id", "  language: id", "rules.yaml: 6 aturan, tidak ada masalah\n", "5 tes, tidak ada yang gagal\n"),
        ("en", "  language: en", "rules.yaml: 6 rules, no problems\n", "5 tests, none failed\n"),
    ],
)
def test_what_is_written_has_no_problems_and_passes_its_tests(folder: Path, language: str, setting: str, checked: str, tested: str) -> None:
    run("init", "--language", language)
    assert setting in (folder / "rules.yaml").read_text("utf-8").splitlines()
    assert run("check", "--strict").stdout == checked
    assert run("test").stdout == tested


def test_english_rules_come_with_english_steps() -> None:
    assert run("init", "--language", "en").stdout.splitlines()[:2] == [
        "rules.yaml is written. Fill in your shop's name, hours and answers, then:",
        "  flask chatbot check  find mistakes",
    ]


def test_a_file_that_is_there_stays_as_it_is(folder: Path) -> None:
    (folder / "rules.yaml").write_text("mine", "utf-8")
    outcome = run("init", "--language", "en")
    said = "Error: rules.yaml already exists, and is left unchanged. Name another: flask chatbot init FILE\n"
    assert (outcome.exit_code, outcome.stderr) == (1, said)
    assert (folder / "rules.yaml").read_text("utf-8") == "mine"


def test_another_file_is_named_in_the_next_steps() -> None:
    assert [line.split("  ")[1] for line in run("init", "bot.yaml").stdout.splitlines()[1:]] == [
        "flask chatbot check bot.yaml",
        "flask chatbot chat --rules bot.yaml",
        "flask chatbot run --rules bot.yaml",
    ]


def test_a_folder_that_is_not_there_is_an_error() -> None:
    outcome = run("init", "toko/rules.yaml", "--language", "en")
    said = "Error: toko/rules.yaml cannot be written: No such file or directory. Name another: flask chatbot init FILE\n"
    assert (outcome.exit_code, outcome.stderr) == (1, said)


@pytest.mark.parametrize("command", ["chat", "run", "try halo"])
def test_without_rules_a_command_names_init(command: str) -> None:
    outcome = run(*command.split())
    said = (
        "Error: there is no rules.yaml in this folder. Name the app that has them (flask --app shop ...) or a file (--rules FILE), "
        "or write a first one: flask chatbot init\n"
    )
    assert (outcome.exit_code, outcome.stderr) == (1, said)

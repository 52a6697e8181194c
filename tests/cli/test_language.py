"""The language that commands speak: the one asked for, the configured one, the one of the rule file, else English."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from tests.cli.shops import runner

WRONG = "version: 1\nsettings: {language: id}\nrules:\n  - keyword: a\n    repply: x\n"
BROKEN = 'version: 1\nsettings:\n  timezone: Asia/Jakarta\n  language: id\nrules: [{keyword: "a}]\n'
INDONESIAN = "rules.yaml:5:5: kunci 'repply' tidak dikenal. Maksudnya 'reply'?\nrules.yaml: 1 kesalahan\n"
ENGLISH = "rules.yaml:5:5: unknown key 'repply'. Did you mean 'reply'?\nrules.yaml: 1 error\n"


def run(*arguments: str) -> Result:
    return runner().invoke(chatbot, arguments, obj=ScriptInfo(), catch_exceptions=False)


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATBOT_LANGUAGE", raising=False)
    path = tmp_path / "rules.yaml"
    path.write_text(WRONG, "utf-8")
    return path


@pytest.mark.parametrize(
    ("asked", "configured", "written", "told"),
    [
        ("", "", "id", INDONESIAN),
        ("", "", "en", ENGLISH),
        ("", "en", "id", ENGLISH),
        ("", "id", "en", INDONESIAN),
        ("id", "en", "en", INDONESIAN),
        ("en", "id", "id", ENGLISH),
        ("xx", "id", "id", ENGLISH),
    ],
)
def test_the_language_that_is_asked_for_counts_first_and_that_of_the_file_last(
    rules: Path, monkeypatch: pytest.MonkeyPatch, asked: str, configured: str, written: str, told: str
) -> None:
    rules.write_text(WRONG.replace("language: id", f"language: {written}"), "utf-8")
    if configured:
        monkeypatch.setenv("CHATBOT_LANGUAGE", configured)
    assert run("check", *(["--language", asked] if asked else [])).stdout == told


@pytest.mark.usefixtures("rules")
def test_all_formats_speak_the_language() -> None:
    (problem,) = json.loads(run("check", "--format", "json").stdout)
    assert problem["message"] == "kunci 'repply' tidak dikenal. Maksudnya 'reply'?"
    assert run("check", "--format", "github").stdout.endswith("::kunci 'repply' tidak dikenal. Maksudnya 'reply'?\n")


def test_a_file_that_names_no_language_is_told_of_in_english(rules: Path) -> None:
    rules.write_text(WRONG.replace("settings: {language: id}", "settings: {country: ID}"), "utf-8")
    assert run("check").stdout == ENGLISH


def test_a_file_that_is_no_yaml_is_told_of_in_the_language_that_it_seems_to_name(rules: Path) -> None:
    rules.write_text(BROKEN, "utf-8")
    told = 'tanda kutip " yang dibuka di sini tidak ditutup. Tulis " di akhir teksnya.'
    assert run("check").stdout.splitlines()[0] == f"rules.yaml:5:19: {told}"


def test_failed_tests_are_told_of_in_the_language_of_the_file(rules: Path) -> None:
    rules.write_text("version: 1\nsettings: {language: id}\nrules:\n  - {keyword: a, reply: b, tests: [{send: c, reply: b}]}\n", "utf-8")
    first, *_, last = run("test").stdout.splitlines()
    assert first == 'rules.yaml:4:43: tes a::1 untuk "c": rule seharusnya "a", ternyata "tidak ada aturan".'
    assert last == "1 tes, 1 gagal"


def test_a_message_is_tried_and_explained_in_the_language_of_the_file(rules: Path) -> None:
    rules.write_text(
        "version: 1\nsettings: {language: id}\nrules:\n  - {keyword: halo, reply: Hai!}\n  - {contains: halo, name: b, reply: Ya}\n",
        "utf-8",
    )
    assert run("try", "halo", "--explain").stdout.splitlines() == [
        "aturan halo  (rules.yaml:4:5, lewat kata kunci)",
        "balasan Hai!",
        "sebab  halo (rules.yaml:4:5) lewat kata kunci 'halo', prioritas 0: menang",
        "sebab  b (rules.yaml:5:5) lewat contains 'halo', prioritas 0: kata kunci didahulukan",
    ]
    assert run("try", "halo", "--language", "en").stdout.splitlines()[0] == "rule   halo  (rules.yaml:4:5, by its keyword)"


def test_rules_that_cannot_be_used_are_told_of_in_the_language_of_the_file(rules: Path) -> None:
    assert run("try", "halo").stderr == f"Error: aturan ini tidak bisa dipakai.\n{INDONESIAN.splitlines()[0]}\n"


def test_the_language_asked_of_init_counts_before_the_configured_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_LANGUAGE", "en")
    assert run("init", "--language", "id", "a.yaml").stdout.startswith("a.yaml sudah ditulis.")
    assert run("init", "b.yaml").stdout.startswith("b.yaml is written.")

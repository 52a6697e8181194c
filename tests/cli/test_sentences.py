"""`sentences`: what the bot says by itself, printed so that it can be pasted back."""

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import ScriptInfo

from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.language.sentences import SENTENCES, built_in
from flask_chatbot.core.loading.loader import load_rules
from tests.cli.shops import runner

RULES = "version: 1\nrules: [{keyword: a, reply: b}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return runner().invoke(chatbot, ["sentences", *arguments], obj=ScriptInfo(), catch_exceptions=False)


@pytest.mark.parametrize("language", ["id", "en"])
def test_all_sentences_are_printed_and_are_taken_when_they_are_pasted(folder: Path, language: str) -> None:
    outcome = run("--language", language)
    assert outcome.exit_code == 0
    (folder / "rules.yaml").write_text(f"settings: {{language: {language}}}\n{outcome.stdout}{RULES}", "utf-8")
    assert load_rules(folder / "rules.yaml").locale.language.sentences == built_in(language, addresses=False)
    assert len(re.findall("^  [a-z_]+: ", outcome.stdout, re.MULTILINE)) == len(SENTENCES["en"])


def test_the_output_is_a_file_of_sentences(folder: Path) -> None:
    (folder / "kalimat.yaml").write_text(run("--language", "en").stdout, "utf-8")
    (folder / "rules.yaml").write_text(f"sentences: kalimat.yaml\n{RULES}", "utf-8")
    assert load_rules(folder / "rules.yaml").locale.language.sentences == built_in("en", addresses=False)


def test_placeholders_and_what_may_be_empty_stand_behind_each(folder: Path) -> None:
    lines = run().stdout.splitlines()
    assert lines[:2] == ["# language: id", "sentences:"]
    assert (
        '  not_choice: "Maaf, {value} tidak ada di pilihan. Pilihannya: {options}."  # needs {options}, may have {value} {sapaan}' in lines
    )
    assert '  form_skip: "(Kalau tidak ada, ketik *-*.)"  # may have {sapaan}, may be empty' in lines
    assert lines[-1] == '  no: "tidak"'


@pytest.mark.parametrize("arguments", [("rules.yaml",), ()])
def test_the_files_own_sentences_are_in_their_place(folder: Path, arguments: tuple[str, ...]) -> None:
    own = 'settings: {call: Kak}\nsentences: {missing: "Diisi \\"dulu\\" ya.\\nBoleh?"}\n'
    (folder / "rules.yaml").write_text(own + RULES, "utf-8")
    lines = run(*arguments).stdout.splitlines()
    assert '  missing: "Diisi \\"dulu\\" ya.\\nBoleh?"  # may have {sapaan}' in lines
    assert '  form_waits: "Baik {sapaan}, kami tunggu ya."  # may have {sapaan}, may be empty' in lines


def test_a_language_beside_rules_is_that_of_all_but_their_own_sentences(folder: Path) -> None:
    (folder / "rules.yaml").write_text("sentences: {missing: Diisi dulu ya.}\n" + RULES, "utf-8")
    lines = run("--language", "en", "rules.yaml").stdout.splitlines()
    assert lines[0] == "# language: en"
    assert '  missing: "Diisi dulu ya."  # may have {sapaan}' in lines
    assert '  no: "no"' in lines


def test_rules_with_errors_are_told(folder: Path) -> None:
    (folder / "rules.yaml").write_text("version: 1\nrules: [{keyword: a, reply: '{{ x }}'}]\n", "utf-8")
    outcome = run()
    assert (outcome.exit_code, "unknown name 'x'" in outcome.stderr) == (1, True)

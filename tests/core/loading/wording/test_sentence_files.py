"""A file of sentences, which the rule file names: where it lies, what it may hold, and that it is read again with the rules."""

from pathlib import Path

import pytest

from flask_chatbot.core.loading.loader import read_rules
from tests.core.books import load, problems, told, write
from tests.core.conversation.talks import Talk

RULES = "sentences: kalimat.yaml\nrules: [{name: a, keyword: pesan, ask: [{nama: 'Siapa?'}], reply: x}]\n"
NAMES = "a file of sentences holds their names, each with its text. Write lines such as missing: Mohon diisi ya."


@pytest.mark.parametrize("content", ["form_cancelled: Ok.\n", "# dari `flask chatbot sentences`\nsentences:\n  form_cancelled: Ok.\n"])
@pytest.mark.parametrize("name", ["kalimat.yaml", "bahasa/kalimat.yml"])
def test_the_file_lies_beside_the_rules_with_a_key_above_its_sentences_or_without(tmp_path: Path, content: str, name: str) -> None:
    book = load(tmp_path, RULES.replace("kalimat.yaml", name), {name: content})
    assert Talk(book).hears("pesan", "batal") == ["Siapa?", "Ok."]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("apolgy: x\n", ["kalimat.yaml:1:1: unknown key 'apolgy'. Did you mean 'apology'?"]),
        ("missing: x\nmissing: y\n", None),
        ("not_choice: '{pilihan}'\n", None),
        ("- x\n", [f"kalimat.yaml:1:1: {NAMES}"]),
        ("halo\n", [f"kalimat.yaml:1:1: {NAMES}"]),
        ("sentences: lain.yaml\n", [f"kalimat.yaml:1:12: {NAMES}"]),
        ("sentences:\n", [f"kalimat.yaml:1:11: {NAMES}"]),
        ("", ["kalimat.yaml:1:1: the file is empty. Write something into it, or delete it."]),
        (
            "sentences: {missing: x}\nrules: []\n",
            ["kalimat.yaml:2:1: a file of sentences holds nothing else. Move 'rules' to the rule file."],
        ),
        (
            "settings: {language: en}\nmissing: x\n",
            ["kalimat.yaml:1:1: unknown sentence 'settings'. `flask chatbot sentences` prints all that there are."],
        ),
        ("missing: [x\n", None),
    ],
)
def test_what_is_wrong_in_the_file_is_told_there(tmp_path: Path, content: str, found: list[str] | None) -> None:
    reported = problems(tmp_path, RULES, {"kalimat.yaml": content})
    assert reported == found if found is not None else [each.partition(":")[0] for each in reported] == ["kalimat.yaml"]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, RULES)
    (tmp_path / "kalimat.yaml").write_bytes(b"\xff\xfe\x00\x01")
    (problem,) = told(path)
    assert problem.startswith("kalimat.yaml:1:1: the byte 0xff is not UTF-8.")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "tidak.yaml",
            "there is no file 'tidak.yaml' beside rules.yaml. Correct its name, or write the sentences here, as a map of names and texts.",
        ),
        ("folder", "'folder' is no file. Name a file of sentences, or write them here."),
        ("rules.yaml", "'rules.yaml' is this file itself. Write the sentences here, or name a file that holds nothing else."),
        (
            "/etc/kalimat.yaml",
            "'/etc/kalimat.yaml' is an absolute path, and `sentences` counts from the folder of rules.yaml. Write the path from there.",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told_where_it_stands(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "folder").mkdir()
    assert problems(tmp_path, RULES.replace("kalimat.yaml", name)) == [f"rules.yaml:1:12: {problem}"]


def test_only_the_root_file_names_a_file(tmp_path: Path) -> None:
    files = {"lain.yaml": "sentences: kalimat.yaml\n", "kalimat.yaml": "missing: x\n"}
    assert problems(tmp_path, "include: lain.yaml\nrules: [{keyword: a, reply: b}]\n", files) == [
        "lain.yaml:1:1: only the file that includes this one may name a file of sentences. Name it there, or write the sentences here."
    ]


def test_a_glob_that_takes_the_file_too_does_not_read_it_as_rules(tmp_path: Path) -> None:
    files = {"kalimat.yaml": "missing: x\n", "lain.yaml": "rules: [{keyword: b, reply: c}]\n"}
    assert problems(tmp_path, "include: '*.yaml'\n" + RULES, files) == []


def test_the_file_belongs_to_the_sources_that_are_watched_even_if_it_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path, RULES)
    missing = read_rules(path).sources
    (tmp_path / "kalimat.yaml").write_text("missing: x\n")
    read = read_rules(path).sources
    assert missing.named == read.named == (tmp_path / "kalimat.yaml",)
    assert (missing.digests[tmp_path / "kalimat.yaml"], set(read.digests)) == (None, {path, tmp_path / "kalimat.yaml"})
    assert read.digests[tmp_path / "kalimat.yaml"] is not None

"""The catalogue of Indonesian: every message of the package has its translation, and the mistakes people make are told in it."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import flask_chatbot
from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.translation.catalogue import messages, translate
from flask_chatbot.core.translation.translatable import Translatable, tr
from tests.core.checks.test_mistakes import MISTAKES, Mistake

ROOT = Path(flask_chatbot.__file__).parent
MARKS = ("tr", "msgid")  # the functions whose first argument is a template
IN_WORDS = re.compile(r"[A-Za-z]{2,}")
_QUOTED = r"""(?:"[^"]+"|'[^']+')"""
IN_PAGES = re.compile(rf"\b_\(({_QUOTED}(?:, {_QUOTED})*)")
ENGLISH = re.compile(r"\b(?:the|an|is|are|of|it|not|with|and|or|than|there|this|that|write|add|remove|put)\b", re.IGNORECASE)
TODAY = date(2026, 11, 23)


def templates() -> Iterator[tuple[str, str]]:
    """Every template of the package that has words in it, with its place."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and IN_WORDS.search(bare(first.value)):
                    yield first.value, f"{path.relative_to(ROOT)}:{node.lineno}"

    for path in sorted((ROOT / "console/templates").rglob("*.html")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for found in IN_PAGES.finditer(line):
                yield from ((form[1:-1], f"{path.relative_to(ROOT)}:{number}") for form in re.findall(_QUOTED, found[1]))


def bare(template: str) -> str:
    """A template without its placeholders."""
    return "".join(text for text, *_ in Formatter().parse(template))


def placeholders(template: str) -> set[tuple[str | None, str | None, str | None]]:
    return {(name, form, conversion) for _, name, form, conversion in Formatter().parse(template) if name is not None}


def ends(text: str) -> tuple[str, str]:
    """The white space at both ends, which pieces of sentences need."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


TEMPLATES = dict(templates())


def test_every_message_has_a_translation() -> None:
    assert {template: place for template, place in TEMPLATES.items() if template not in messages("id")} == {}


def test_nothing_is_translated_that_nothing_says() -> None:
    assert [template for template in messages("id") if template not in TEMPLATES] == []


def test_the_catalogue_is_read_as_babel_reads_it() -> None:
    with (ROOT / "core/translation/id.po").open("rb") as file:
        read = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    assert messages("id") == read


def test_a_translation_has_the_values_of_its_message() -> None:
    translated = messages("id").items()
    assert [template for template, said in translated if placeholders(template) != placeholders(said)] == []
    assert [template for template, said in translated if ends(template) != ends(said)] == []


def test_a_language_without_a_catalogue_is_english() -> None:
    problem = tr("unknown key {key!r}.{way_out}", key="repply", way_out=tr(" Did you mean {word!r}?", word="reply"))
    said = [translate(problem, language) for language in ("id", "en", "ms", "", "../id", "ID")]
    english = "unknown key 'repply'. Did you mean 'reply'?"
    assert said == ["kunci 'repply' tidak dikenal. Maksudnya 'reply'?", *[english] * 5]


def untranslated_parts(text: object, source: str) -> Iterator[str]:
    """The parts of a message that would be read in English, though they are not what its author wrote."""
    if isinstance(text, Translatable):
        if IN_WORDS.search(bare(text.msgid)) and text.msgid not in messages("id"):
            yield text.msgid
        for value in text.values.values():
            yield from untranslated_parts(value, source)
    elif isinstance(text, str):
        yield from (f"{found[0]!r} in {text!r}" for found in ENGLISH.finditer(text) if found[0].lower() not in source.lower())


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.title for mistake in MISTAKES])
def test_a_mistake_is_told_in_indonesian(tmp_path: Path, mistake: Mistake) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(mistake.text, "utf-8", newline="")
    loaded = read_rules(path)
    problems = [*loaded.problems, *(lint(loaded.book, today=TODAY) if loaded.book else ())]
    assert [part for problem in problems for part in untranslated_parts(problem.message, mistake.text)] == []
    assert [translate(problem.message, "id") for problem in problems if translate(problem.message, "id") == problem.message] == []


@pytest.mark.parametrize(
    ("keyword", "signs"), [("kopi, teh", "koma"), ("kopi | teh", "garis tegak"), ("kopi; teh", "titik koma"), ("kopi/teh", "garis miring")]
)
def test_a_sign_between_keywords_is_called_by_its_own_name(tmp_path: Path, keyword: str, signs: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"version: 1\nrules:\n  - keyword: {keyword}\n    reply: Ada\n", "utf-8")
    said = [translate(problem.message, "id") for problem in read_rules(path).problems]
    assert [text.partition(". ")[0] for text in said] == [f"ini satu kata kunci, termasuk {signs}"]


@pytest.mark.parametrize(("escape", "meaning"), [(r"\n", "pindah baris"), (r"\t", "tab")])
def test_an_escape_is_called_by_its_own_name(tmp_path: Path, escape: str, meaning: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"version: 1\nrules:\n  - keyword: halo\n    reply: 'satu{escape}dua'\n", "utf-8")
    said = [translate(problem.message, "id") for problem in read_rules(path).problems]
    assert [text.partition(" di dalam ")[0] for text in said] == [f"{escape} hanya berarti {meaning}"]


def test_a_folder_in_place_of_a_file_is_refused_in_indonesian(tmp_path: Path) -> None:
    assert [translate(problem.message, "id") for problem in read_rules(tmp_path).problems] == [
        "berkas ini tidak bisa dibaca: ini sebuah folder."
    ]

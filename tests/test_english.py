"""The English of docstrings and messages, as far as a machine can tell."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import flask_chatbot

ROOT = Path(flask_chatbot.__file__).parent
BEGINNINGS = {
    "Whether": "begin with 'True if'",
    "What": "name the thing, or begin with a verb",
    "Which": "name the thing, or begin with a verb",
    "Who": "name the person or the part of the program",
    "Whom": "name the person or the part of the program",
    "Whose": "name the owner",
    "How": "name the way, the number or the time",
    "Where": "name the place",
    "When": "name the time or the condition",
    "Why": "name the reason",
}
PHRASES = {
    r"\b[Mm]end(s|ed|ing)?\b": "fix, correct or repair",
    r"(?<!there )\bis none\b(?!`)": "is not a ..., or: is invalid",
    r"\btold\b": "printed, logged, reported or answered",
    r"\b(hardly|so) meant\b": "probably a mistake, or: intended",
    r"\bto be had\b": "available",
    r"\bin words\b": "written out",
    r"\bas far as there are\b": "if there is a ...",
    r"\bby our fault\b": "an internal error",
}
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Found = Iterator[tuple[str, int, str]]


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT.parent).as_posix(), ast.parse(path.read_text("utf-8"))


def docstrings() -> Found:
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, Documented) and (text := ast.get_docstring(node)):
                yield file, node.body[0].lineno, text


def sentences() -> Found:
    """Every text in the code, docstrings among them, but no doctests: what they print is quoted."""
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                yield file, node.lineno, node.value.partition(">>>")[0]


def test_a_docstring_begins_with_the_thing_or_a_verb() -> None:
    begun = ((file, line, text.split()[0].rstrip(",:")) for file, line, text in docstrings())
    assert [f"{file}:{line}: not {word!r}: {BEGINNINGS[word]}" for file, line, word in begun if word in BEGINNINGS] == []


def test_docstrings_and_messages_use_the_words_of_an_engineer() -> None:
    flaws = [
        f"{file}:{line + text.count(chr(10), 0, found.start())}: not {found[0]!r}: {better}"
        for file, line, text in sentences()
        for phrase, better in PHRASES.items()
        for found in re.finditer(phrase, text)
    ]
    assert flaws == []

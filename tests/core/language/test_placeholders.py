"""The placeholders of sentences: what the rules of wording say is what the code fills in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import flask_chatbot
from flask_chatbot.core.language.placeholders import LEFT_OUT, MAY_BE_EMPTY, TO_NOBODY, UNUSED, allowed, needed
from flask_chatbot.core.language.sentences import SENTENCES

PACKAGE = Path(flask_chatbot.__file__).parent


def calls() -> Iterator[tuple[str, set[str]]]:
    """Each sentence that the package says by its name, with the values that it fills in."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and len(node.args) == 2:
                key = node.args[1]
                if isinstance(key, ast.Constant):
                    yield str(key.value), {str(keyword.arg) for keyword in node.keywords}


def test_each_sentence_gets_all_the_placeholders_that_it_may_have() -> None:
    said = dict(calls())
    assert len(said) > 40
    assert {key: values for key, values in said.items() if values - {"sapaan"} != set(allowed(key)) - {"sapaan"}} == {}


def test_a_sentence_may_have_what_it_needs_and_those_that_may_be_empty_need_nothing() -> None:
    assert [key for key in SENTENCES["en"] if not set(needed(key)) <= set(allowed(key))] == []
    assert [key for key in MAY_BE_EMPTY if needed(key)] == []


def test_what_is_said_of_single_sentences_is_said_of_sentences_there_are() -> None:
    assert {*MAY_BE_EMPTY, *TO_NOBODY, *LEFT_OUT, *UNUSED} - set(SENTENCES["en"]) == set()

"""One word, one meaning, as far as a machine can tell."""

import ast
from collections import defaultdict
from pathlib import Path

import flask_chatbot

ROOT = Path(flask_chatbot.__file__).parent


def test_no_two_classes_have_one_name() -> None:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name.removeprefix("_")].add(path.relative_to(ROOT).as_posix())
    assert {name: files for name, files in found.items() if len(files) > 1} == {}

"""Modules, functions and folders stay small enough to be read at once."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import flask_chatbot

PACKAGE = Path(flask_chatbot.__file__).parent
MODULE_LIMIT = 350  # lines
MODULE_LEAST = 25  # lines: what is shorter belongs to another module
FUNCTION_LIMIT = 25  # lines below its docstring
FOLDER_LIMIT = 20  # modules beside __init__.py
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)  # which are history


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module, with its lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield f"{path.relative_to(PACKAGE)}:{node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_module_is_long() -> None:
    assert len(MODULES) > 100
    assert [str(path.relative_to(PACKAGE)) for path in MODULES if len(path.read_text("utf-8").splitlines()) > MODULE_LIMIT] == []


def test_no_module_is_a_scrap() -> None:
    found = [path for path in MODULES if path.stem != "__init__" and len(path.read_text("utf-8").splitlines()) < MODULE_LEAST]
    assert [str(path.relative_to(PACKAGE)) for path in found] == []


def test_no_function_is_long() -> None:
    found = [each for path in MODULES for each in functions(path)]
    assert len(found) > 1000
    assert [each for each in found if each[1] > FUNCTION_LIMIT] == []


def test_no_folder_is_full() -> None:
    counted = Counter(str(path.parent.relative_to(PACKAGE)) for path in MODULES if path.stem != "__init__")
    assert [folder for folder, count in counted.items() if count > FOLDER_LIMIT] == []

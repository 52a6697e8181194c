import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from flask_chatbot.core.schema.gate import gate, schema_complaints
from flask_chatbot.core.schema.shape import SCHEMA, plain
from flask_chatbot.core.yamltext.nodes import read_yaml
from tests.core.schema.schemas import resolved, schemas

VALIDATOR = Draft7Validator(SCHEMA)

KEYS = sorted({key for schema in schemas(SCHEMA) for key in schema.get("properties", {})} | {"repply", "Harga", "08"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.just(1.5),
    st.sampled_from(["", "halo", "id", "ID", "explain", "no", "a#", "https://x.id/a.png"]),
)
ANY_DATA = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)), max_leaves=12
)


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Data that keeps to the schema in most places and strays in some."""
    schema = resolved(schema)
    parts: list[st.SearchStrategy[Any]] = [SCALARS]
    if "properties" in schema:
        known = {key: fitting_below(value) for key, value in schema["properties"].items()}
        needed = {key: value for key, value in known.items() if key in schema.get("required", [])}
        several = schema.get("maxProperties", 4)
        parts += [
            st.lists(st.sampled_from(sorted(known)), max_size=several, unique=True).flatmap(
                lambda keys: st.fixed_dictionaries({**needed, **{key: known[key] for key in keys}})
            )
        ] * 4
    if "items" in schema:
        parts += [st.lists(fitting_below(schema["items"]), min_size=schema.get("minItems", 0), max_size=2)] * 2
    return st.one_of(parts)


def fitting_below(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The same, put off until it is drawn from: the schema goes round in circles nowhere, but it goes deep."""
    return st.deferred(lambda: fitting(schema))


@given(st.one_of(ANY_DATA, fitting(SCHEMA)))
def test_the_gate_and_jsonschema_agree_and_every_refusal_is_worded(data: object) -> None:
    passed = gate()(data)
    assert passed == VALIDATOR.is_valid(data)
    assert passed == (schema_complaints(data) == [])


@given(fitting(SCHEMA))
def test_no_two_complaints_say_the_same(data: object) -> None:
    complaints = schema_complaints(data)
    assert len(complaints) == len({(complaint.path, complaint.message) for complaint in complaints})


ROOT = Path(__file__).parents[3]
FILES = sorted(
    path for path in ROOT.rglob("*.yaml") if not {".venv", ".git", "_build"} & {*path.parts} and path.name != ".pre-commit-config.yaml"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_gate_and_jsonschema_agree_on_every_rule_file_of_the_project(path: Path) -> None:
    node, _ = read_yaml(path.read_bytes(), path.name)
    data = plain(node) if node is not None else None
    assert gate()(data) == VALIDATOR.is_valid(data)


@pytest.mark.process
def test_without_the_fast_validator_jsonschema_looks_at_everything() -> None:
    code = (
        "import sys; sys.modules['jsonschema_rs'] = None\n"
        "from flask_chatbot.core.schema.gate import gate, schema_complaints\n"
        "good = {'version': 1, 'rules': [{'keyword': 'a', 'reply': 'b'}]}\n"
        "bad = {'version': 1, 'rules': [{'keyword': 'a', 'repply': 'b'}]}\n"
        "print(gate()(good), schema_complaints(good), len(schema_complaints(bad)))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert child.stdout.split() == ["False", "[]", "1"]

"""The schema as editors read it: by a validator that is none of ours, and by YAML's own guesses at types."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.schema.shape import SCHEMA

ROOT = Path(__file__).parent.parent
SCHEMA_FILE = ROOT / "flask_chatbot" / "core" / "schema" / "rules.schema.json"
Schema = dict[str, Any]


def validated(*paths: Path) -> dict[str, list[tuple[str, str]]]:
    """What check-jsonschema has against each file: the place, and the sentence."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA_FILE), "--output-format", "json", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    report = json.loads(done.stdout)
    errors = report.get("errors", [])
    assert (done.returncode, report.get("parse_errors", [])) == (1 if errors else 0, []), done.stderr
    found: dict[str, list[tuple[str, str]]] = {path.name: [] for path in paths}
    for error in errors:
        found[Path(error["filename"]).name].append((error["path"], error["message"]))
    return found


def keys(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Each key of the schema by its path, with what an editor sees of it: of a `$ref` only what it leads to."""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", target(part)
    for word in ("properties", "definitions"):
        for name, part in schema.get(word, {}).items():
            yield from keys(part, f"{path}.{name}")
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from keys(schema[word], path)


def target(part: Schema) -> Schema:
    return SCHEMA["definitions"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def parts(value: object) -> Iterator[Schema]:
    """Every group of keys in the schema."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


def test_every_key_shows_what_it_means_and_examples_of_it() -> None:
    found = dict(keys(SCHEMA))
    assert len(found) > 50
    assert [path for path, part in found.items() if not (part.get("description", "").endswith(".") and part.get("examples"))] == []


def test_nothing_stands_beside_a_reference_where_editors_would_not_see_it() -> None:
    assert [part for part in parts(SCHEMA) if "$ref" in part and len(part) > 1] == []


def test_every_entry_of_a_list_that_holds_groups_shows_what_it_means() -> None:
    for path in ("rule", "field", "settings", "reply_location", "reply_contact", "one_of"):
        assert SCHEMA["definitions"][path]["description"], path


def test_the_first_line_of_the_example_leads_to_the_schema() -> None:
    first = (ROOT / "rules.yaml").read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found is not None
    assert (ROOT / found[1]).samefile(SCHEMA_FILE)


@pytest.mark.process
def test_the_rule_files_of_the_repository_pass() -> None:
    paths = [ROOT / "rules.yaml", *(ROOT / "example_bot").rglob("*.yaml")]
    assert validated(*paths) == {path.name: [] for path in paths}


TYPED = """\
version: 1
words: {ignore: [no, 1]}
synonyms: {harga: [1.5, on], "8": no}
vars: {ongkir: 15000, gratis: no, toko: 1e3, daftar: [1, ya, 2.5]}
rules:
  - name: 10
    keyword: [1, 1.10, no, on, true, 08:00, 6281234567890, 010, 0x1F, 1e5, 12_000]
    reply: 1.5
  - name: no
    keyword: 2026
    reply: [yes, 7, {text: 8}, {one_of: [1, no, {text: 2, weight: 0.5}]}, {image: {url: "https://x.id/a.png", caption: 1, filename: no}}]
  - keyword: isi#
    fields:
      - a: {label: 1, question: no, default: 3, error: 404}
      - b: {type: choice, options: [1, no, {2: [on, 3]}, {yes: ya}]}
      - c: {type: integer, min: 1, max: 9.5, optional: true}
    on_invalid: reply
    invalid: 0
    reply: {location: {lat: 0.5, lng: 101, name: 1}}
  - keyword: kartu
    reply: {contact: {name: 1, numbers: [628111, 62.8]}}
  - {fallback: true, priority: -1, reply: []}
"""


@pytest.mark.process
def test_what_yaml_takes_for_numbers_and_truths_passes_in_editors_as_it_does_here(tmp_path: Path) -> None:
    path = tmp_path / "typed.yaml"
    path.write_text(TYPED, encoding="utf-8")
    assert (read_rules(path).problems, validated(path)) == ((), {"typed.yaml": []})


def test_it_passes_by_the_older_yaml_too_where_no_and_on_are_truths() -> None:
    Draft7Validator(SCHEMA).validate(json.loads(json.dumps(yaml.safe_load(TYPED))))  # JSON makes text of every key


BROKEN = {
    "top.yaml": ("version: 1\nrulez: []\n", "$", "'rulez'"),
    "version.yaml": ("version: 2\nrules: []\n", "$.version", "2"),
    "unversioned.yaml": ("rules: []\n", "$", "'version'"),
    "key.yaml": ("version: 1\nrules: [{keyword: a, reply: b}, {keyword: c, repply: d}]\n", "$.rules[1]", "'repply'"),
    "field.yaml": ("version: 1\nrules: [{keyword: 'a#', fields: [nama, {umur: {typ: integer}}]}]\n", "$.rules[0].fields[1].umur", "'typ'"),
    "bound.yaml": ("version: 1\nrules: [{keyword: 'a#', fields: [{umur: {min: [1]}}]}]\n", "$.rules[0].fields[0].umur.min", "[1]"),
    "media.yaml": ("version: 1\nrules: [{keyword: a, reply: [b, {image: {urll: x}}]}]\n", "$.rules[0].reply[1].image", "'urll'"),
    "kind.yaml": ("version: 1\nrules: [{keyword: a, reply: {imaje: x}}]\n", "$.rules[0].reply", "'imaje'"),
    "two.yaml": ("version: 1\nrules: [{keyword: a, invalid: {text: x, image: y}}]\n", "$.rules[0].invalid", "too many properties"),
    "place.yaml": ("version: 1\nrules: [{keyword: a, reply: {location: {lat: 91, lng: 1}}}]\n", "$.rules[0].reply.location.lat", "91"),
    "weight.yaml": (
        "version: 1\nrules: [{keyword: a, reply: {one_of: [{text: x, weight: 0}]}}]\n",
        "$.rules[0].reply.one_of[0].weight",
        "0",
    ),
    "language.yaml": ("version: 1\nsettings: {language: [jv]}\nrules: []\n", "$.settings.language", "['jv']"),
    "empty.yaml": ("version: 1\nrules: [{keyword: a, reply: }]\n", "$.rules[0].reply", "None"),
    "var.yaml": ("version: 1\nvars: {nama toko: x}\n", "$.vars", "'nama toko'"),
}


@pytest.mark.process
def test_what_is_wrong_is_told_at_its_place_there_as_here(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in BROKEN]
    for path in paths:
        path.write_text(BROKEN[path.name][0], encoding="utf-8")
    report = validated(*paths)
    assert {name: {place for place, _ in told} for name, told in report.items()} == {
        name: {place} for name, (_, place, _) in BROKEN.items()
    }
    assert [name for name, told in report.items() if not any(BROKEN[name][2] in message for _, message in told)] == []
    assert [path.name for path in paths if read_rules(path).book is not None] == []

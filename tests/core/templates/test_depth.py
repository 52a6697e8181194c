"""Templates that Jinja's parser would fall into without an end: refused before it sees them."""

from pathlib import Path

import pytest

from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.templates.depth import deep_place

TOO_DEEP = "the template is nested too deep. Use fewer brackets, or set parts of it aside with {% set %}."


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 80 + " }}",
        "{{ " + "[" * 80 + " }}",
        "{{ " + "(" * 80 + "1" + ")" * 80 + " }}",
        "{{ " + "(" * 500,
        "{{ " + "{1:" * 500 + " }}",
        "{{ " + "not " * 700 + "nama }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{% if nama %}" * 200,
        "{% if nama %}" * 130 + "{% endif %}" * 130,
        "Halo {{ nama }}\n{% if " + "(" * 80 + " %}",
    ],
)
def test_what_is_nested_too_deep_is_one_problem_and_no_crash(tmp_path: Path, source: str) -> None:
    path = tmp_path / "rules.yaml"
    lines = source.replace("\n", "\n      ")
    path.write_text(f"version: 1\nrules:\n  - keyword: a\n    reply: |\n      {lines}\n", "utf-8")
    (problem,) = read_rules(path).problems
    assert problem.message == TOO_DEEP
    assert problem.mark.line == 5 + source.count("\n")


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 40 + "1" + ")" * 40 + " }}",
        "{{ '" + "(" * 500 + "' }}",
        "(" * 500,
        "{% if nama %}x{% endif %}" * 100,
        "{{ [" + "-1, " * 500 + "1] | length }}",
        "{{ 1" + " - 1" * 30 + " }}",
    ],
)
def test_what_only_looks_deep_is_left_to_the_parser(source: str) -> None:
    assert deep_place(source) is None

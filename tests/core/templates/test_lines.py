"""Lines that hold tags alone leave nothing behind; all other lines stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.template import Sandbox, Template, flaws

SANDBOX = Sandbox(Locale(), {"toko": "Toko"})
INDENT = re.compile(r"^[ \t]+(?=\{[%#])", re.MULTILINE)  # goes with the tag that it stands before
TAG = re.compile(r"\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\}")


def rendered(source: str, **names: object) -> str:
    return Template(source, SANDBOX).render(names)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("A {% if x %}b{% endif %}\nC", "A b\nC"),
        ("A {% if y %}b{% endif %}\nC", "A \nC"),
        ("{% if x %}\nb\n{% endif %}\nC", "b\nC"),
        ("{% if y %}\nb\n{% endif %}\nC", "C"),
        ("A\n  {% if x %}  \n  B\n\t{% endif %}\t\nC\n", "A\n  B\nC"),
        ("A\n{% if x %}{% if x %}\nb\n{% endif %} {% endif %}\nC", "A\nb\nC"),
        ("A\n{% set z = 1 %}\n{{ z }}", "A\n1"),
        ("A\n{# note #}\nB{# note #}\nC", "A\nB\nC"),
        ("A\n{# note\n over lines #} {% set z = 1 %}\nB", "A\nB"),
        ("A\n{% if x\n   and x %}\nB\n{% endif %}\nC", "A\nB\nC"),
        ("A\n\n{% if x %}\n\nB{% endif %}", "A\n\n\nB"),
        ("A\n{% raw %}\n{% if %}\n{{ z }}\n{% endraw %}\nB", "A\n{% if %}\n{{ z }}\nB"),
        ("A\n{% if x %}{{ toko }}{% endif %}\nB", "A\nToko\nB"),
        ("A\n{{ none }}\nB", "A\n\nB"),
        ("A\r\n{% if x %}\r\nB\r\n{% endif %}\r\nC", "A\nB\nC"),
        ("A\n{%- if x -%}\n  b\n{%- endif -%}\nC", "AbC"),
        ("A\n{% if x +%}\nb{% endif %}", "A\n\nb"),
        ("{% for n in [1, 2] %}\n- {{ n }}\n{% endfor %}\nC", "- 1\n- 2\nC"),
        ("{% for n in [1, 2] %}- {{ n }}\n{% endfor %}C", "- 1\n- 2\nC"),
    ],
)
def test_a_line_of_nothing_but_tags_vanishes_whole_and_any_other_keeps_its_break(source: str, text: str) -> None:
    assert rendered(source, x=True, y=False) == text


PIECES = st.sampled_from(
    ["A", " ", "\n", "\n", "{{ toko }}", "{% if true %}{% endif %}", "{% set z = '\\n' %}", "{# #}", "{% if true %}b{% endif %}"]
)


@given(st.lists(PIECES, max_size=9).map("".join))
def test_lines_are_told_apart_as_by_looking_at_each(source: str) -> None:
    lines = INDENT.sub("", source).split("\n")
    left = ["".join(TAG.findall(line)) if TAG.search(line) and not TAG.sub("", line).strip() else f"{line}\n" for line in lines[:-1]]
    jinja = Environment()  # noqa: S701  no HTML
    assert rendered(source) == jinja.from_string("".join(left) + lines[-1]).render(toko="Toko").strip()


@given(st.lists(st.sampled_from(["A", " ", "\n", "{ ", "%}", "{{ toko }}", "\r\n"]), max_size=9).map("".join))
def test_texts_without_tags_come_out_the_same_with_jinja_and_without(source: str) -> None:
    assert rendered(source) == rendered(source + "\n{# read by Jinja #}")


def test_a_flaw_keeps_its_line_behind_lines_that_vanish() -> None:
    source = "A\n{% if toko %}\n{# note\n #}\n{{ nmaa }}\n{% endif %}\n{{ nmaa }}"
    assert [flaw.line for flaw in flaws(source, SANDBOX, {"toko": "text", "nama": "text"})] == [5, 7]

"""Templates that are passed without Jinja have no flaws that Jinja would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.shapes import Shapes, shape_of, tags_of
from flask_chatbot.core.templates.template import Sandbox, check, flaws
from flask_chatbot.core.templates.types import Names, Type

NAMES: Names = {
    "nama": "text", "umur": "integer", "toko": "", "nilai": Type("integer", optional=True), "kota": Type("choice", options=("Riau", "x")),
    "data": Type("list", inner="text"), "now": "datetime", "date": "text", "index": "integer",
}  # fmt: skip
INSIDE = (
    "nama", "kota ==", "'Riau'", "'y'", "in ['x']", "nilai", "+", "<", "data[0]", "data", "| length", "now", "| date('%d')", "| date('d')",
    "date", "index", "| default(1)", "is none", "umur", "nmaa", "toko.kota", "toko['a}}']", "'Kak'", '"{{"', "'it", "15", "007", "1.5",
    "1e3", "5if nama", "[1", "(2)",
    "| upper", "| uper", "| rupiah", "* 5000", "+ '%}'", "% 2", "or", "-", "{'a': 1}", "==", "\\", "\n", "#",
)  # fmt: skip
TAGS = ("{% if nama %}", "{%- elif umur > 3 -%}", "{% else %}", "{% endif %}", "{% for x in toko %}", "{% endfor %}", "{% set x = umur %}",
        "{{ x }}", "{{ loop.index }}", "{% if data | length > 2 %}{{ data[2] }}{% endif %}",
        "{% if nilai is none %}-{% else %}{{ nilai + 1 }}{% endif %}",
        "{{ name_0 }}", "{% raw %}", "{% endraw %}", "{# a #}", "{% endset %}", "{% include 'a' %}")  # fmt: skip
TEXTS = ("{", "}", "{{", "}}", "{%", "%}", "{#", " halo ", "\n", "'", '"', "#", "Rp15.000")
WRITTEN = st.lists(st.sampled_from(INSIDE), max_size=4).map(" ".join).map("{{{{ {} }}}}".format)
SOURCES = st.lists(st.one_of(WRITTEN, st.sampled_from(TAGS), st.sampled_from(TEXTS)), max_size=7).map("".join)
SANDBOX = Sandbox(Locale(), {})


@given(SOURCES)
def test_the_quick_check_never_passes_what_the_full_one_refuses(source: str) -> None:
    assert check(source, SANDBOX, NAMES) == flaws(source, SANDBOX, NAMES)


@pytest.mark.parametrize(
    "source",
    ["{{{ nama }}", "{{ nama }} {{", "{# {{ nama }} #}", "{{ 'a\\'' }}", "{{ {1: 2}[1] }}", "{{% if nama %}", "{{ nama %}"],
)
def test_tags_that_jinja_may_see_elsewhere_are_left_to_it(source: str) -> None:
    assert tags_of(source) is None


def test_templates_with_other_texts_words_and_numbers_are_of_one_shape() -> None:
    ones = tags_of("Halo {{ nama or 'Kak' }}! {% if umur > 17 %}Rp{{ umur * 5000 }}{% endif %}")
    others = tags_of("{{ nama or 'Bu {}' }}{% if umur > 21 %}: {{ umur * 7500 }} rupiah{% endif %}.")
    assert ones is not None
    assert others is not None
    assert shape_of(ones) == shape_of(others)


def test_what_passed_with_one_type_is_looked_at_again_with_another() -> None:
    sandbox = Sandbox(Locale(), {})
    assert check("{{ umur | rupiah }}", sandbox, {"umur": "integer"}) == []
    assert len(check("{{ umur | rupiah }}", sandbox, {"umur": "text"})) == 1
    assert len(check("{{ umur | rupiah }}", sandbox, {})) == 1


def test_ten_thousand_texts_around_the_same_tags_are_parsed_once() -> None:
    parsed: list[str] = []

    def is_flawless(shape: str, names: Names) -> bool:
        parsed.append(shape)
        return True

    shapes = Shapes()
    assert all(shapes.pass_quickly(f"Rak {number}: {{{{ umur + {number} }}}}", NAMES, is_flawless) for number in range(1, 10_001))
    assert parsed == [".{{ name_0 + 1 }}."]


@pytest.mark.parametrize("depth", range(46, 51))
def test_how_deep_a_template_is_does_not_depend_on_those_before_it(depth: int) -> None:
    sandbox = Sandbox(Locale(), {})
    for text in ("", "a", "{{ nama }}", ""):
        source = "{% if nama %}" * depth + text + "{% endif %}" * depth
        assert check(source, sandbox, NAMES) == flaws(source, sandbox, NAMES)

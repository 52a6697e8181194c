"""Templates that cannot be parsed: our own sentence for each, at the tag that is to blame."""

from pathlib import Path

import pytest

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.check import TOO_DEEP
from flask_chatbot.core.templates.syntax import Tag, misread
from flask_chatbot.core.templates.template import Sandbox, check
from tests.core.books import in_rule, problems

ONLY = "Use if, for, set and filters only."
WHERE = "Write it where the tag ends."


def told(source: str) -> list[tuple[int, int, str]]:
    """Line, which one of its kind on that line, and sentence of each flaw."""
    return [(flaw.line, flaw.nth, flaw.message) for flaw in check(source, Sandbox(Locale(), {}), dict.fromkeys(("nama", "a", "b"), ""))]


@pytest.mark.parametrize("source", ["{{ nama", "{{ nama }", "{{ nama %}", "{{ {{ nama }} }}", "{{ nama\nJum'at", "{{ {'a': 1 }}"])
def test_an_open_print_is_told(source: str) -> None:
    assert told(source) == [(1, 0, f"`{{{{` is not closed by `}}}}`. {WHERE}")]


@pytest.mark.parametrize(
    "source", ["{% if nama", "{% if nama }x{% endif %}", "{% if nama }}x{% endif %}", "{% if {{ nama }} %}{% endif %}"]
)
def test_an_open_statement_is_told(source: str) -> None:
    assert told(source) == [(1, 0, f"`{{%` is not closed by `%}}`. {WHERE}")]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{{ nama }} {{ nama }}\n{{ a }} {{ nama", [(2, 1, f"`{{{{` is not closed by `}}}}`. {WHERE}")]),
        ("{{ '}}' }} {# {{ #} {% raw %}{{ {% endraw %} {{ {'x': {'y': 1}}.x }} {{ a", [(1, 4, f"`{{{{` is not closed by `}}}}`. {WHERE}")]),
        ("{# halo", [(1, 0, f"`{{#` is not closed by `#}}`. {WHERE}")]),
        ("{% raw %}{{ a", [(1, 0, "`{% raw %}` has no `{% endraw %}`. Write it where the text ends.")]),
        ("{{ 'a }}", [(1, 0, "the quote ' in this tag is not closed. Write ' at the end of its text.")]),
        ("{%- if a %}\nx", [(1, 0, "`{% if %}` has no `{% endif %}`. Write it where the part ends.")]),
        (
            "{% if a %}\n{% for a in b %}x",
            [
                (line, 0, f"`{{% {tag} %}}` has no `{{% end{tag} %}}`. Write it where the part ends.")
                for line, tag in ((1, "if"), (2, "for"))
            ],
        ),
        ("{% for a in b %}{% endif %}", [(1, 1, "`{% endif %}` stands where `{% endfor %}` is due. Close first what was opened last.")]),
        ("{% endif %}", [(1, 0, "`{% endif %}` has no `{% if %}` before it. Remove it, or write that one.")]),
        ("{% else %}", [(1, 0, "`{% else %}` has no `{% if %}` before it. Remove it, or write that one.")]),
        ("{% iff a %}x{% endif %}", [(1, 0, "unknown tag 'iff'. Did you mean 'if'?")]),
        ("{% if a %}x{% elseif b %}{% endif %}", [(1, 1, "unknown tag 'elseif'. Did you mean 'elif'?")]),
        ("{% if a %}x{% else if b %}{% endif %}", [(1, 1, "write `elif` in place of `else if`: `{% elif b %}`.")]),
        ("{% if a %}x{% end if %}", [(1, 1, "write `{% endif %}` in place of `{% end if %}`.")]),
        ("{% break %}", [(1, 0, f"unknown tag 'break'. {ONLY}")]),
        ("{% macro x %}{% endmacro %}", [(1, 0, f"'macro' is not allowed in a template. {ONLY}")]),
        ("{% %}", [(1, 0, "this tag is empty. Write if, for or set into it, or remove it.")]),
        ("{% if a %}{% else %}{% else %}{% endif %}", [(1, 0, "the template cannot be read. Check its tags, quotes and brackets.")]),
    ],
)
def test_a_tag_that_does_not_belong_is_told(source: str, found: list[tuple[int, int, str]]) -> None:
    assert told(source) == found


BELONGS = "does not belong where it stands. A sign or a word is missing before it, or it is one too many"
SETS = "= sets a value, and only in a `set`. Write == to compare"


@pytest.mark.parametrize(
    ("tag", "cause"),
    [
        ("{{ }}", "there is nothing in it. Write a name, such as `nama`"),
        ("{% if %}", "there is nothing in it. Write a name, such as `nama`"),
        ("{{ a = 1 }}", SETS),
        ("{% if a = 1 %}", SETS),
        ("{% elif a = 1 %}", SETS),
        ("{{ a b }}", f"'b' {BELONGS}"),
        ("{% endif a %}", f"'a' {BELONGS}"),
        ("{{ if a }}", "if stands between other marks: `{% if a %}`"),
        ("{{ a | }}", "something is missing at its end"),
        ("{{ a + }}", "something is missing at its end"),
        ("{{ (a }}", "the bracket ( is not closed"),
        ("{{ [a }}", "the bracket [ is not closed"),
        ("{{ a) }}", "something is missing before ), or it closes nothing"),
        ("{{ a or \u2018Kak\u2019 }}", "the quote \u2018 is not one that templates know. Write ' instead"),
        ("{{ a && b }}", "the sign & has no meaning here. Remove it, or write `and`"),
        ("{{ $a }}", "the sign $ has no meaning here. Remove it"),
        ("{% for a b %}", "a loop is written `{% for x in data %}`"),
        ("{% for a, b %}", "a loop is written `{% for x in data %}`"),
        ("{% set a == 1 %}", "a value is set by `{% set x = 1 %}`"),
        ("{{ a..b }}", "check its quotes, brackets and signs"),
        ("{{ 'x' + '\\x' }}", "check its quotes, brackets and signs"),
    ],
)
def test_a_tag_that_cannot_be_read_is_told_with_the_cause(tag: str, cause: str) -> None:
    before = "{% if a %}" if tag.startswith(("{% elif", "{% endif")) else ""
    after = "{% endif %}" if tag.startswith(("{% if", "{% elif")) else "{% endfor %}" if tag.startswith("{% for") else ""
    (found,) = told(f"{before}\n{tag}{after}")
    assert found == (2, 0, f"`{tag}` cannot be read: {cause}.")


def test_every_tag_that_cannot_be_read_is_told() -> None:
    assert [line for line, _, _ in told("{{ a b }}\n{{ a }}\n{{ }} {{ a = }}")] == [1, 3, 3]


def test_a_long_tag_is_cut() -> None:
    ((_, _, message),) = told("{{ a b " + "c" * 100 + " }}")
    assert message == f"`{{{{ a b {'c' * 33}...` cannot be read: 'b' {BELONGS}."


def test_the_place_is_that_of_the_tag_in_every_kind_of_text(tmp_path: Path) -> None:
    text = """
rules:
  - keyword: a
    reply:
      - "satu {{ nama }} dua {{ nama"
      - 'it''s {{ nama }} {{ }}'
      - "x\\n{{ nama }}\\ny {{ nama"
      - >
        satu
        {{ nama }} dua

        tiga {{ nama }} empat
        lima {{ nama }
      - |
        satu {{ nama }}

        {{ nama }} {% if nama %}
      - satu {{ nama }} {{ nama b }}
"""
    assert [problem.split(": ")[0] for problem in problems(tmp_path, text)] == [
        "rules.yaml:5:30",
        "rules.yaml:6:27",
        "rules.yaml:7:27",
        "rules.yaml:13:14",
        "rules.yaml:17:20",
        "rules.yaml:18:25",
    ]


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ('reply:\n  - "x\\n{{ cc }}"\n  - y', "5:16"),
        ("reply:\n  - 'x\n\n    {{ cc }}'\n  - y", "7:12"),
        ("reply: >\n  satu\n  dua\n  tiga\n\n  empat {{ cc }}", "9:16"),
        ("reply: >-\n  satu {{ nama }}\n\n\n  tiga {{\n  cc\n  }}", "9:7"),
        ('reply:\n  - "cc {{ nama }} \\\n    {{ cc }}"\n  - y', "6:12"),
        ('reply: "\\ncc {{ nama }}\\n {{ cc }}"', "4:34"),
        ('reply: "{{ nama }}\\n{{ \\x63c }}"', "4:12"),
        ("reply:\n  - >2\n      satu {{ cc }}\n  - y {{ nama }}", "6:19"),
    ],
)
def test_a_word_in_a_text_that_yaml_folds_is_told_at_its_own_place(tmp_path: Path, reply: str, place: str) -> None:
    assert in_rule(tmp_path, f"keyword: a\n{reply}") == [f"{place}: unknown name 'cc'."]


def test_a_tag_that_python_has_no_calls_left_for_is_nested_too_deep() -> None:
    def parse(source: str) -> object:
        return parse(source)

    assert misread(Tag("{{ nama }}", 0), parse) == TOO_DEEP

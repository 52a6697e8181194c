from pathlib import Path

import pytest

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.check import TESTS
from flask_chatbot.core.templates.flaws import Flaw
from flask_chatbot.core.templates.template import Sandbox, check
from tests.core.books import load, problems, replies

NAMES = {"nama": "text", "email": "email", "jumlah": "integer", "tanggal": "date", "ongkir": "number", "data": "", "kota": "choice"}
ONLY = "Use if, for, set and filters only."
NEST = "the template is nested too deep. Use fewer brackets, or set parts of it aside with {% set %}."


def flaws(source: str) -> list[Flaw]:
    return check(source, Sandbox(Locale(), {}), NAMES)


def messages(source: str) -> list[str]:
    return [flaw.message for flaw in flaws(source)]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Halo",
        "Halo {nama} 100% #1",
        "{{ nama }}",
        "{{ nama | upper }}",
        "{{ nama or 'Kak' }}",
        "{{ nama or jumlah | rupiah }}",
        "{{ nama and tanggal | date }}",
        "{{ (jumlah * 5000) | rupiah }}",
        "{{ jumlah * 2 + ongkir - 1 }} {{ jumlah // 2 }} {{ jumlah / 2 }} {{ jumlah % 2 }} {{ -jumlah }} {{ +jumlah }}",
        "{{ nama + '!' }}",
        "{# a comment #}",
        "{% raw %}{{ x }}{% endraw %}",
        "{% if nama %}a{% elif jumlah > 1 and not email %}b{% else %}c{% endif %}",
        "{{ 'a' if nama == 'b' else 'c' }}",
        "{% for a in data %}{{ loop.index }}{{ a }}{% else %}-{% endfor %}",
        "{% for a in data if a %}{% for b in data %}{{ a }}{{ b }}{% endfor %}{% endfor %}",
        "{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }}{% endfor %}",
        "{% set x = 1 %}{{ x }}",
        "{% if nama %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% set a, b = (1, 2) %}{{ a }}{{ b }}",
        "{{ data.0 }} {{ data[0] }} {{ data.kota }} {{ {'a': 1}['a'] }}",
        "{{ 'a' in nama }} {{ jumlah in [1, 2] }} {{ jumlah != 3 <= 4 }}",
        *(
            f"{{{{ jumlah is {name}{' 2' if name in ('divisibleby', 'eq', 'ne', 'lt', 'le', 'gt', 'ge') else ' [2]' * (name == 'in')} }}}}"
            for name in TESTS
        ),
    ],
)
def test_this_may_stand_in_a_template(source: str) -> None:
    assert flaws(source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ nmaa }}", "unknown name 'nmaa'. Did you mean 'nama'?"),
        ("{{ xyz }}", "unknown name 'xyz'."),
        ("{{ range }}", "unknown name 'range'."),
        ("{{ self }}", "unknown name 'self'."),
        ("{{ loop }}", "unknown name 'loop'."),
        ("{{ nama | uper }}", "unknown filter 'uper'. Did you mean 'upper'?"),
        ("{{ nama | center(99999999) }}", "unknown filter 'center'."),
        ("{{ nama | ljust(9) }}", "unknown filter 'ljust'. Did you mean 'list'?"),
        ("{{ '%s' | format(nama) }}", "unknown filter 'format'. Did you mean 'float'?"),
        ("{{ nama | attr('x') }}", "unknown filter 'attr'."),
        ("{{ data | #walked }}", "`{{ data | #walked }}` cannot be read: the sign # has no meaning here. Remove it."),
        ("{{ nama is definde }}", "unknown test 'definde'. Did you mean 'defined'?"),
        ("{{ nama is callable }}", "unknown test 'callable'."),
        ("{{ nama.__class__ }}", "'.__class__' is not allowed here: the value has no parts. Use a filter."),
        ("{{ data.__class__ }}", "'.__class__' is not allowed here: the value has no parts. Use a filter."),
        ("{{ nama.upper }}", "'.upper' is not allowed here: the value has no parts. Use a filter."),
        ("{{ tanggal.year }}", "'.year' is not allowed here: the value has no parts. Use a filter."),
        ("{% for a in data %}{{ loop.indx }}{% endfor %}", "a loop has no 'indx'. Did you mean 'index'?"),
        ("{% for a in data %}{{ loop.__class__ }}{% endfor %}", "a loop has no '__class__'."),
        ("{{ nama * 3 }}", "'*' works on numbers, and nama is text. Give its field `type: integer`."),
        ("{{ 3 * kota }}", "'*' works on numbers, and kota is text. Give its field `type: integer`."),
        ("{{ 'a' * 1000 }}", "'*' works on numbers, and 'a' is text. Take a number from a field or from Python."),
        ("{{ '%s' % nama }}", "'%' works on numbers, and '%s' is text. Take a number from a field or from Python."),
        ("{{ email - 1 }}", "'-' works on numbers, and email is text. Give its field `type: integer`."),
        ("{{ jumlah / nama }}", "'/' works on numbers, and nama is text. Give its field `type: integer`."),
        ("{{ nama ~ email }}", "'~' is not allowed in a template. Write the parts one after the other: {{ a }}{{ b }}."),
        ("{{ 2 ** 9 }}", "'**' is not allowed in a template. Compute it in Python."),
        ("{{ nama.upper() }}", "calls are not allowed in a template. Use a filter: {{ nama | upper }}."),
        ("{{ range(9) }}", "calls are not allowed in a template. Use a filter: {{ nama | upper }}."),
        ("{{ '{:>9999}'.format(nama) }}", "calls are not allowed in a template. Use a filter: {{ nama | upper }}."),
        ("{{ nama[:2] }}", "slices are not allowed in a template. Use the filters first, last or truncate."),
        ("{% macro m() %}{% endmacro %}", f"'macro' is not allowed in a template. {ONLY}"),
        ("{% call nama() %}{% endcall %}", f"'call' is not allowed in a template. {ONLY}"),
        ("{% include 'x' %}", f"'include' is not allowed in a template. {ONLY}"),
        ("{% import 'x' as y %}", f"'import' is not allowed in a template. {ONLY}"),
        ("{% from 'x' import y %}", f"'from' is not allowed in a template. {ONLY}"),
        ("{% extends 'x' %}", f"'extends' is not allowed in a template. {ONLY}"),
        ("{% block x %}{% endblock %}", f"'block' is not allowed in a template. {ONLY}"),
        ("{% filter upper %}a{% endfilter %}", f"'filter' is not allowed in a template. {ONLY}"),
        ("{% with %}a{% endwith %}", f"'with' is not allowed in a template. {ONLY}"),
        ("{% set x %}a{% endset %}", f"'endset' is not allowed in a template. {ONLY}"),
        ("{% set nama.x = 1 %}", f"'namespace' is not allowed in a template. {ONLY}"),
        ("{% autoescape true %}{% endautoescape %}", f"'autoescape' is not allowed in a template. {ONLY}"),
        (
            "{% for x in data recursive %}{{ loop(x) }}{% endfor %}",
            "calls are not allowed in a template. Use a filter: {{ nama | upper }}.",
        ),
    ],
)
def test_this_may_not(source: str, message: str) -> None:
    assert messages(source) == [message]


NUMBER, DATE = "Give its field `type: integer`.", "Give its field `type: date`."
PARTS = "Write the parts one after the other: {{ a }}{{ b }}."
NOW = "Give its field `type: time`."
FROM = "Take a number from a field or from Python."


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nama | rupiah", f"the filter 'rupiah' needs a number, and nama is text. {NUMBER}"),
        ("email | number(2)", f"the filter 'number' needs a number, and email is text. {NUMBER}"),
        ("kota | round", f"the filter 'round' needs a number, and kota is text. {NUMBER}"),
        ("tanggal | rupiah", f"the filter 'rupiah' needs a number, and tanggal is a date. {NUMBER}"),
        ("setuju | number", f"the filter 'number' needs a number, and setuju is a yes or no. {NUMBER}"),
        ("nama | date", f"the filter 'date' needs a date, and nama is text. {DATE}"),
        ("jumlah | date('full')", f"the filter 'date' needs a date, and jumlah is a number. {DATE}"),
        ("nama | time", f"the filter 'time' needs a time, and nama is text. {NOW}"),
        ("tanggal | time", f"the filter 'time' needs a time, and tanggal is a date. {NOW}"),
        ("now | rupiah", f"the filter 'rupiah' needs a number, and now is a time. {FROM}"),
        ("'15.000' | rupiah", "the filter 'rupiah' needs a number, and '15.000' is text. Write 15000, without quotes."),
        ("'gratis' | rupiah", f"the filter 'rupiah' needs a number, and 'gratis' is text. {FROM}"),
        ("nama | trim | rupiah", f"the filter 'rupiah' needs a number, and what stands before it is text. {FROM}"),
        ("jumlah | number | rupiah", f"the filter 'rupiah' needs a number, and what stands before it is text. {FROM}"),
        ("nama + 1", f"'+' joins two texts or adds two numbers, and only nama is text. {NUMBER}"),
        ("1 + nama", f"'+' joins two texts or adds two numbers, and only nama is text. {NUMBER}"),
        ("nama + jumlah", f"'+' joins two texts or adds two numbers, and only nama is text. {NUMBER}"),
        ("'Jumlah ' + jumlah", f"'+' joins two texts or adds two numbers, and only 'Jumlah ' is text. {PARTS}"),
        ("nama + tanggal", f"'+' joins two texts or adds two numbers, and only nama is text. {PARTS}"),
        ("(nama | upper) + jumlah", f"'+' joins two texts or adds two numbers, and only one side is text. {PARTS}"),
    ],
)
def test_what_can_never_work_is_told_with_the_mend(expression: str, message: str) -> None:
    found = check(f"{{{{ {expression} }}}}", Sandbox(Locale(), {}), NAMES | {"now": "datetime", "setuju": "yesno"})
    assert [flaw.message for flaw in found] == [message]


@pytest.mark.parametrize(
    "expression",
    [
        "jumlah | rupiah", "ongkir | number(2)", "data.0 | rupiah", "tanggal | date", "now | date", "now | time", "nik | rupiah",
        "nama | int | rupiah",
        "(nama | length) + 1", "nama + (jumlah | rupiah)", "nama + (kota | upper)", "data.0 + 1", "(nama or 1) | rupiah", "nik + 1",
        "nama | default(0) | rupiah",
    ],
)  # fmt: skip
def test_what_may_work_is_let_be(expression: str) -> None:
    names = NAMES | {"now": "datetime", "nik": "nik"}
    assert check(f"{{{{ {expression} }}}}", Sandbox(Locale(), {}), names) == []


@pytest.mark.parametrize(
    ("value", "way_out"),
    [
        ("15.000", "Write `ongkir: 15000` among the vars."),
        ("Rp 1.500.000,-", "Write `ongkir: 1500000` among the vars."),
        ("'15000'", "Write `ongkir: 15000` among the vars."),
        ("15,000", "Write `ongkir: 15000` among the vars."),
        ("gratis", "Write `ongkir: 15000` among the vars."),
    ],
)
def test_a_var_that_is_text_is_told_with_the_number_it_holds(tmp_path: Path, value: str, way_out: str) -> None:
    reply = "{{ ongkir | rupiah }} {{ ongkir * 2 }}, {{ 1 + ongkir }}"
    text = f'vars:\n  ongkir: {value}\nrules:\n  - keyword: a\n    reply: "{reply}"\n'
    assert problems(tmp_path, text) == [
        f"rules.yaml:5:25: the filter 'rupiah' needs a number, and ongkir is text. {way_out}",
        f"rules.yaml:5:45: '*' works on numbers, and ongkir is text. {way_out}",
        f"rules.yaml:5:58: '+' joins two texts or adds two numbers, and only ongkir is text. {way_out}",
    ]


def test_a_field_hides_the_var_of_its_name(tmp_path: Path) -> None:
    rule = "{keyword: 'a#', fields: [{ongkir: {type: integer}}], reply: '{{ ongkir | rupiah }}'}"
    assert problems(tmp_path, f"vars: {{ongkir: x}}\nrules: [{rule}]\n") == []


@pytest.mark.parametrize(
    ("source", "rewritten"),
    [
        ("jumlah * 5000 | rupiah", "(jumlah * 5000) | rupiah"),
        ("jumlah + ongkir | number", "(jumlah + ongkir) | number"),
        ("jumlah * 2 * ongkir | rupiah", "(jumlah * 2 * ongkir) | rupiah"),
        ("(jumlah + 1) * ongkir | rupiah", "((jumlah + 1) * ongkir) | rupiah"),
        ("jumlah - (ongkir - 1) | rupiah", "(jumlah - (ongkir - 1)) | rupiah"),
        ("jumlah / 1.5 | number", "(jumlah / 1.5) | number"),
        ("data.0 * 2 | rupiah", "(data[0] * 2) | rupiah"),
    ],
)
def test_a_filter_that_would_take_too_little_is_told_with_the_mend(source: str, rewritten: str) -> None:
    name = rewritten.rpartition(" ")[2]
    message = f"the filter {name!r} would take only what stands right before it: write `{rewritten}`."
    assert messages(f"{{{{ {source} }}}}") == [message]
    assert "..." in rewritten or flaws(f"{{{{ {rewritten} }}}}") == []


def test_a_name_set_inside_a_loop_is_unknown_behind_it() -> None:
    assert messages("{% for a in data %}{% set b = a %}{% endfor %}{{ a }}{{ b }}{{ loop }}") == [
        "unknown name 'a'.",
        "unknown name 'b'.",
        "unknown name 'loop'.",
    ]


def test_a_name_set_hides_the_type_of_the_field() -> None:
    assert flaws("{% set nama = 2 %}{{ nama * 3 }}") == []


def test_loops_go_two_deep_and_no_deeper() -> None:
    inner = "{{ a }}"
    for _ in range(3):
        inner = f"{{% for a in data %}}{inner}{{% endfor %}}"
    assert messages(inner) == ["loops may be nested 2 deep. Prepare the list in Python."]


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "+".join(["1"] * 2000) + " }}",
        "{{ " + "|".join(["1"] + ["abs"] * 500) + " }}",
        "{{ " + "not " * 900 + "nama }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ " + "[" * 60 + "]" * 60 + " }}",
        "{{ nama" + ".a" * 60 + " }}",
        "{% if nama %}" * 60 + "{% endif %}" * 60,
        "{{ " + "1 if nama else " * 60 + "2 }}",
    ],
)
def test_a_template_nested_too_deep_is_refused(source: str) -> None:
    assert messages(source) == [NEST]


def test_brackets_past_what_jinja_can_read_are_refused() -> None:
    assert messages("{{ " + "(" * 1900 + "1" + ")" * 1900 + " }}") == [NEST]


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "+".join(["1"] * 40) + " }}",
        "{{ " + "not " * 40 + "nama }}",
        "{% if nama %}" * 40 + "{% endif %}" * 40,
        "{{ " + "1 if nama else " * 40 + "2 }}",
        "{{ " + "(" * 40 + "1" + ")" * 40 + " }}",
        "{{ nama" + " | upper" * 40 + " }}",
    ],
)
def test_what_is_nested_less_deep_can_be_rendered(tmp_path: Path, source: str) -> None:
    assert len(replies(load(tmp_path, f'rules: [{{keyword: a, reply: ["-", "{source}"]}}]\n'), "a")) in (1, 2)


@pytest.mark.parametrize(("size", "flaw"), [(4096, []), (4097, ["a template has at most 4096 bytes. Split it into several replies."])])
def test_a_template_has_4096_bytes_at_the_most(size: int, flaw: list[str]) -> None:
    assert messages("a" * size) == flaw
    assert messages("é" * (size // 2) + "a" * (size % 2)) == flaw


def test_every_flaw_is_told_at_its_line_and_column_inside_a_block(tmp_path: Path) -> None:
    text = """
rules:
  - keyword: a
    reply: |
      nmaa: {{ nmaa }}, *{{ nama * 3 }}*
      {{ nama }} {{ nama | uper }}

      {% if nama is definde %}
        {{ nama.umur }} {{ nama ~ nohp }}{{ nohp ** 2 }}
      {% endif %}
      {% include "x" %} {{ nama() }}
      {{
        nmaa
      }}
  - keyword: b
    reply:
      - text: >-
          satu
          {{ dua }}
      - "{{ tiga }}"
      - 'empat {{ lima }}'
      - image: {url: "https://x.id/{{ enam }}", caption: "{{ toko | rupia }}"}
      - text: |-2
          {{ tujuh }}
vars: {toko: x}
"""
    call = "calls are not allowed in a template. Use a filter: {{ nama | upper }}."
    assert problems(tmp_path, text) == [
        "rules.yaml:5:16: unknown name 'nmaa'. Did you mean 'nama'?",
        "rules.yaml:5:34: '*' works on numbers, and nama is text. Give its field `type: integer`.",
        "rules.yaml:6:28: unknown filter 'uper'. Did you mean 'upper'?",
        "rules.yaml:8:21: unknown test 'definde'. Did you mean 'defined'?",
        "rules.yaml:9:17: '.umur' is not allowed here: the value has no parts. Use a filter.",
        "rules.yaml:9:33: '~' is not allowed in a template. Write the parts one after the other: {{ a }}{{ b }}.",
        "rules.yaml:9:50: '**' is not allowed in a template. Compute it in Python.",
        f"rules.yaml:11:10: 'include' is not allowed in a template. {ONLY}",
        f"rules.yaml:11:32: {call}",
        "rules.yaml:13:9: unknown name 'nmaa'. Did you mean 'nama'?",
        "rules.yaml:19:14: unknown name 'dua'.",
        "rules.yaml:20:13: unknown name 'tiga'.",
        "rules.yaml:21:19: unknown name 'lima'.",
        "rules.yaml:22:39: unknown name 'enam'. Did you mean 'nama'?",
        "rules.yaml:22:69: unknown filter 'rupia'. Did you mean 'rupiah'?",
        "rules.yaml:24:14: unknown name 'tujuh'.",
    ]


def test_a_template_that_breaks_off_is_told_where_its_tag_opens(tmp_path: Path) -> None:
    text = """
rules:
  - keyword: a
    reply: |
      Halo
      {% if nama %}
      apa kabar
  - keyword: b
    reply: c
"""
    assert problems(tmp_path, text) == [("rules.yaml:6:7: `{% if %}` has no `{% endif %}`. Write it where the part ends.")]

"""All that the types of values can tell about a template is told when it is read, and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.templates.template import Sandbox, Template, check
from flask_chatbot.core.templates.types import TEXTS, Names, Type
from flask_chatbot.errors import AnswerFailed
from tests.core.books import ask, in_rule, load, problems, replies, said

NAMES: Names = {
    "nama": "text",
    "kode": Type("text", optional=True),
    "jumlah": "integer",
    "nilai": Type("integer", optional=True),
    "berat": Type("number", optional=True),
    "ukuran": Type("choice", options=("S", "M", "Tidak tahu")),
    "setuju": "yesno",
    "tanggal": "date",
    "kapan": Type("date", optional=True),
    "now": "datetime",
    "next_open": Type("datetime", optional=True),
    "data": TEXTS,
    "bebas": "",
    "nik": Type("", optional=True),
    "toko": "text of a var",
    "ongkir": "number",
}
GIVE = "Give its field `type: integer`"
LEFT = "Write `nilai | default(0)`, or ask `{% if nilai is not none %}` first."
FEWER = "may not be there: customers may write fewer parts after the #. Write"
PARTS = "or name the parts under `fields:`."


def messages(source: str) -> list[str]:
    return [flaw.message for flaw in check(source, Sandbox(Locale(), {"toko": "15.000", "ongkir": 5000}), NAMES) if not flaw.is_warning]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        # what may have been left out
        ("nilai + 1", f"nilai may have been left out, and '+' needs a value. {LEFT}"),
        ("jumlah * nilai", f"nilai may have been left out, and '*' needs a value. {LEFT}"),
        ("-nilai", f"nilai may have been left out, and '-' needs a value. {LEFT}"),
        ("nilai < 3", f"nilai may have been left out, and '<' needs a value. {LEFT}"),
        ("3 >= nilai", f"nilai may have been left out, and '>=' needs a value. {LEFT}"),
        ("1 < nilai < 3", f"nilai may have been left out, and '<' needs a value. {LEFT}"),
        ("nilai is even", f"nilai may have been left out, and 'even' needs a value. {LEFT}"),
        ("nilai is lt 3", f"nilai may have been left out, and '<' needs a value. {LEFT}"),
        ("(berat | round) + 1", "berat | round may have been left out, and '+' needs a value. Ask `{% if berat is not none %}` first."),
        ("(kode | length) > 3", "kode | length may have been left out, and '>' needs a value. Ask `{% if kode is not none %}` first."),
        ("kapan < tanggal", "kapan may have been left out, and '<' needs a value. Ask `{% if kapan is not none %}` first."),
        ("next_open > now", "next_open may have been left out, and '>' needs a value. Ask `{% if next_open is not none %}` first."),
        ("'a' in kode", ("kode may have been left out, and 'in' needs a value. "
         "Write `kode | default('')`, or ask `{% if kode is not none %}` first.")),
        ("nik * 2", ("nik may have been left out, and '*' needs a value. "
         "Write `nik | default(0)`, or ask `{% if nik is not none %}` first.")),
        # values of two types
        ("nama == 5", f"nama is text and 5 is a number, so they are never equal. {GIVE}, or write '5' in quotes."),
        ("nama != 5", f"nama is text and 5 is a number, so they always differ. {GIVE}, or write '5' in quotes."),
        ("nama > 5", f"'>' compares values of one type, and nama is text and 5 is a number. {GIVE}, or write '5' in quotes."),
        ("nama is eq 5", f"nama is text and 5 is a number, so they are never equal. {GIVE}, or write '5' in quotes."),
        ("nama in [1, 2]", f"nama is text and 1 is a number, so they are never equal. {GIVE}, or write '1' in quotes."),
        ("nama == jumlah", f"nama is text and jumlah is a number, so they are never equal. {GIVE}."),
        ("jumlah == '5'", "jumlah is a number and '5' is text, so they are never equal. Write 5, without quotes."),
        ("jumlah == 'lima'", "jumlah is a number and 'lima' is text, so they are never equal. Compare it with a number."),
        ("toko > 10000", ("'>' compares values of one type, and toko is text and 10000 is a number. "
         "Write `toko: 15000` among the vars, or write '10000' in quotes.")),
        ("setuju == 'ya'", "setuju is a yes or no and 'ya' is text, so they are never equal. Write `{% if setuju %}`."),
        ("'tidak' == setuju", "'tidak' is text and setuju is a yes or no, so they are never equal. Write `{% if not setuju %}`."),
        ("tanggal == '2026-12-01'", ("tanggal is a date and '2026-12-01' is text, so they are never equal. "
         "Compare as text: `tanggal | date('yyyy-MM-dd')`.")),
        ("tanggal < now", ("'<' compares values of one type, and tanggal is a date and now is a time. "
         "Compare both as text: `tanggal | date('yyyy-MM-dd')` and `now | date('yyyy-MM-dd')`.")),
        ("now > 17", ("'>' compares values of one type, and now is a time and 17 is a number. "
         "Compare it as text: `now | time('HH:mm')`.")),
        ("jumlah in nama", ("'in' looks for a text in a text, and jumlah is a number and nama is text. "
         f"{GIVE}.")),
        ("'a' in jumlah", "'in' looks into a text or a list, and jumlah is a number. Write == to compare."),
        # choices
        ("ukuran == 's'", "'s' is not one of the options of ukuran: S, M, Tidak tahu. Did you mean 'S'?"),
        ("'XL' != ukuran", "'XL' is not one of the options of ukuran: S, M, Tidak tahu. Write one of them."),
        ("ukuran in ['S', 'm']", "'m' is not one of the options of ukuran: S, M, Tidak tahu. Did you mean 'M'?"),
        ("ukuran is eq 'Tidak tau'", "'Tidak tau' is not one of the options of ukuran: S, M, Tidak tahu. Did you mean 'Tidak tahu'?"),
        # entries that may not be there
        ("data[0]", f"data[0] {FEWER} `data[0] | default('')`, {PARTS}"),
        ("data.1 | upper", f"data[1] {FEWER} `data[1] | default('')`, {PARTS}"),
        ("data[-1]", f"data[-1] {FEWER} `data[-1] | default('')`, {PARTS}"),
        ("data | first", f"data | first {FEWER} `data | first | default('')`, {PARTS}"),
        ("data[0] or 'x'", f"data[0] {FEWER} `data[0] | default('')`, {PARTS}"),
        ("[1, 2][2]", "the entry may not be there. Write `the entry | default('')`."),
        # filters, sums and parts
        ("tanggal | datetime", ("the filter 'datetime' needs a date with its time, and tanggal is a date. "
         "Take `now`, or write a date by the filter 'date'.")),
        ("jumlah | length", "the filter 'length' needs a text or a list, and jumlah is a number. Give its field `type: text`."),
        ("data | sum", "the filter 'sum' needs a list of numbers, and data is a list of text. Take a list of numbers from Python."),
        ("nama | abs", f"the filter 'abs' needs a number, and nama is text. {GIVE}."),
        ("tanggal + 1", "'+' works on numbers, and tanggal is a date. Compute it in Python."),
        ("data * 2", "'*' works on numbers, and data is a list. Compute it in Python."),
        ("-nama", f"'-' works on numbers, and nama is text. {GIVE}."),
        ("nama[0]", "'[0]' is not allowed here: the value has no parts. Use a filter."),
        ("(nama | upper).x", "'.x' is not allowed here: the value has no parts. Use a filter."),
        ("data.kota", "'.kota' is not allowed here: the value has no parts. Use a filter."),
        # forms of dates
        ("now | date('%d/%m/%Y')", "'%d/%m/%Y' is not a pattern of this filter. Write 'dd/MM/yyyy'."),
        ("now | date('dd/mm/yyyy')", "'dd/mm/yyyy' is not a pattern of this filter. Write 'dd/MM/yyyy'."),
        ("now | date('DD/MM/YYYY')", "'DD/MM/YYYY' is not a pattern of this filter. Write 'dd/MM/yyyy'."),
        ("now | date(form='d-m-Y')", "'d-m-Y' is not a pattern of this filter. Write 'd-M-yyyy'."),
        ("now | datetime('dddd, D MMMM')", "'dddd, D MMMM' is not a pattern of this filter. Write 'EEEE, d MMMM'."),
        ("now | time('%H:%M')", "'%H:%M' is not a pattern of this filter. Write 'HH:mm'."),
        ("now | time('HH:MM')", "'HH:MM' is not a pattern of this filter. Write 'HH:mm'."),
        ("now | date('ful')", "'ful' is no way to write it. Did you mean 'full'?"),
        ("now | date('d MMM HH:mm')",
         "'d MMM HH:mm' has hours, and this filter writes days. Write the hours on their own: `now | time('HH.mm')`."),
        ("now | date(5)", "5 is not a pattern. Write its letters in quotes, as in 'd/M/yyyy', or one of short, medium, long, full."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_the_way_out(expression: str, message: str) -> None:
    assert messages(f"{{{{ {expression} }}}}") == [message]


@pytest.mark.parametrize(
    "source",
    [
        "{{ nilai }} {{ nilai | rupiah }} {{ nilai == 3 }} {{ nilai in [1, 2] }} {{ kode + 'x' }} {{ kode + kode }} {{ not nilai }}",
        "{{ nilai | default(0) + 1 }} {{ (nilai or 0) + 1 }} {{ (nilai | int) + 1 }} {{ nilai | d(0) < 3 }}",
        "{% if nilai is not none %}{{ nilai + 1 }}{% endif %}",
        "{% if nilai is none %}-{% else %}{{ nilai + 1 }}{% endif %}",
        "{% if nilai is none %}-{% elif nilai < 3 %}rendah{% else %}{{ nilai * 2 }}{% endif %}",
        "{% if nilai != none and nilai < 3 %}rendah{% endif %}",
        "{% if nilai == none or nilai < 3 %}rendah{% endif %}",
        "{% if not nilai %}-{% else %}{{ nilai - 1 }}{% endif %}",
        "{% if nilai %}{{ nilai - 1 }}{% endif %}",
        "{% if nilai and nilai < 3 %}rendah{% endif %}",
        "{% if not (nilai is none or berat is none) %}{{ nilai * berat }}{% endif %}",
        "{% if nilai is none or berat is none %}-{% else %}{{ nilai * berat }}{% endif %}",
        "{% if nilai == 3 or nilai == 4 %}{{ nilai + 1 }}{% endif %}",
        "{% if nilai is number %}{{ nilai + 1 }}{% endif %}",
        "{% if nilai in [1, 2] %}{{ nilai + 1 }}{% endif %}",
        "{{ nilai + 1 if nilai is not none else '-' }} {{ '-' if nilai is none else nilai + 1 }} {{ nilai and nilai + 1 }}",
        "{{ nilai is none or nilai < 3 }}",
        "{% set n = nilai | default(0) %}{{ n + 1 }}",
        "{% set ada = nilai is not none %}{% if ada and nilai > 3 %}{{ nilai + 1 }}{% endif %}",
        "{% if nilai is none %}{% set n = 0 %}{% else %}{% set n = nilai %}{% endif %}{{ n + 1 }}",
        "{% if nilai is none %}{% set nilai = 0 %}{% endif %}{{ nilai + 1 }}",
        "{% for x in [1, 2] if nilai %}{{ nilai + x }}{% endfor %}",
        "{% for x in data %}{{ x | upper }}{{ loop.index + 1 }}{% endfor %}",
        "{% if data %}{{ data[0] }} {{ data[-1] }} {{ data | first }}{% endif %}",
        "{% if data | length > 1 %}{{ data[1] }}{% elif data | length == 1 %}{{ data[0] }}{% endif %}",
        "{% if data | length < 2 %}-{% else %}{{ data[1] }}{% endif %} {{ data[0] if data else '-' }}",
        "{% if 2 <= data | count %}{{ data[1] }}{% endif %}{% if data | length %}{{ data.0 }}{% endif %}",
        "{% if data[1] is defined %}{{ data[1] }}{{ data[0] }}{% endif %}{% if data.0 is undefined %}-{% else %}{{ data.0 }}{% endif %}",
        "{{ data[0] | default('-') }} {{ data | last | d('-') }} {{ data | join(', ') }} {{ data | length + 1 }} {{ 'a' in data }}",
        "{{ data[jumlah] }}",
        "{{ ukuran == 'S' }} {{ ukuran in ['S', 'M'] }} {{ ukuran | lower == 's' }} {{ ukuran == nama }} {{ ukuran != '' + 'x' }}",
        "{{ setuju }} {{ setuju == true }} {{ setuju == 1 }} {{ setuju + setuju }} {{ 'ya' if setuju else 'tidak' }}",
        "{{ nama < 'm' }} {{ 'a' in nama }} {{ nama == kode }} {{ toko == '15.000' }} {{ jumlah == 5 }} {{ jumlah > ongkir }}",
        "{{ tanggal == kapan }} {{ (tanggal | date('yyyy-MM-dd')) < (now | date('yyyy-MM-dd')) }} {{ (now | time('HH:mm')) > '17:00' }}",
        "{{ now | date }} {{ now | date('full') }} {{ now | date(\"d MMMM 'tahun' yyyy\") }} {{ now | date('EEE, dd/MM/yy') }}",
        "{{ now | time('HH.mm') }} {{ now | time(\"H.mm 'WIB'\") }} {{ now | time('hh:mm a') }} {{ now | datetime('short') }}",
        "{{ now | date('w/YYYY') }} {{ now | date(nama) }} {{ kapan | date('d/M/y') }} {{ next_open | datetime }}",
        "{{ bebas + 1 }} {{ bebas < 3 }} {{ bebas.a.b[3] | rupiah }} {{ bebas == 'x' }} {{ nama == bebas }} {{ -bebas }} {{ bebas[0] }}",
        "{% for x in bebas %}{{ x.harga * 2 }} {{ x }}{% endfor %}{{ nik }} {{ nik + 'x' }} {{ nik | upper }}",
        "{{ (nama if setuju else jumlah) + 1 }}",
    ],
)  # fmt: skip
def test_what_can_be_is_let_be(source: str) -> None:
    assert messages(source) == []


def test_the_year_of_a_week_is_a_warning_and_the_year_of_the_day_is_written(tmp_path: Path) -> None:
    text = "version: 1\nrules:\n  - keyword: a\n    reply: \"{{ now | date('dd/MM/YYYY') }}\"\n"
    assert problems(tmp_path, text) == [
        (
            "rules.yaml:4:22: warning: 'Y' in 'dd/MM/YYYY' is the year that a week belongs to; the year of the day is written. "
            "Write 'dd/MM/yyyy'."
        )
    ]
    assert said(load(tmp_path, text), "a") == "22/11/2026"
    last = Template("{{ day | date('dd/MM/YYYY') }}", Sandbox(Locale(), {})).render({"day": date(2026, 12, 31)})
    assert last == "31/12/2026"


def test_what_is_told_stands_at_its_sign_whatever_else_is_on_the_line(tmp_path: Path) -> None:
    lines = """\
keyword: a#
fields: [{nilai: {type: integer, optional: true}}, {jenis: {type: choice, options: [kopi, teh]}}]
reply: |
  {% if nilai == 1 %}+{% elif nilai is none or nilai + 1 > 3 %}{{ 1 + 1 + (nilai + 2) }}{% endif %}
  {% if jenis == 'teh' and
        jenis != 'susu' and jenis == 'kopi' %}x{% endif %}"""
    choices = "'susu' is not one of the options of jenis: kopi, teh. Write one of them."
    left = f"nilai may have been left out, and '+' needs a value. {LEFT}"
    assert in_rule(tmp_path, lines) == [f"6:86: {left}", f"8:19: {choices}"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{keyword: 'a#', reply: '{{ data[0] }}'}", f"data[0] {FEWER} `data[0] | default('')`, {PARTS}"),
        ("{keyword: 'a#', fields: [x, {y: {optional: true}}], reply: '{{ data[1] }}'}",
         f"data[1] {FEWER} `data[1] | default('')`, {PARTS}"),
        ("{pattern: 'a', keyword: 'a#', fields: [x], reply: '{{ data[0] }}'}", f"data[0] {FEWER} `data[0] | default('')`, {PARTS}"),
        ("{keyword: 'a#', fields: [{x: {type: integer}}], invalid: '{{ x + 1 }}', reply: '{{ x + 1 }}'}",
         "x may have been left out, and '+' needs a value. Write `x | default(0)`, or ask `{% if x is not none %}` first."),
        ("{keyword: a, ask: [{x: {question: X?, type: integer, optional: true}}], confirm: '{{ x * 2 }}?', reply: '{{ x }}'}",
         "x may have been left out, and '*' needs a value. Write `x | default(0)`, or ask `{% if x is not none %}` first."),
        ("{pattern: 'resi (?P<resi>[0-9]+)', reply: '{{ resi + 1 }}'}",
         "'+' joins two texts or adds two numbers, and only resi is text. Give its field `type: integer`."),
        ("{fallback: true, reply: '{{ suggestion < 3 }}'}",
         ("suggestion may have been left out, and '<' needs a value. "
         "Write `suggestion | default('')`, or ask `{% if suggestion is not none %}` first.")),
    ],
)  # fmt: skip
def test_each_text_of_a_rule_has_the_types_of_its_own(tmp_path: Path, rule: str, message: str) -> None:
    (problem,) = problems(tmp_path, f"rules: [{rule}]\n")
    assert problem.partition(": ")[2] == message


@pytest.mark.parametrize(
    "rule",
    [
        "{keyword: 'a#', fields: [x, {y: {optional: true}}], reply: '{{ data[0] }}'}",
        "{keyword: a, ask: [{x: {question: X?}}], reply: '{{ data[0] }}'}",
        "{keyword: 'a#', fields: [{x: {type: integer, optional: true, default: 1}}], reply: '{{ x + 1 }}'}",
        "{keyword: 'a#', fields: [x], needs: [harga], save: a, reply: '{{ harga * 2 }} {{ saved.number + 1 }}'}",
    ],
)
def test_what_a_rule_is_certain_to_have_is_let_be(tmp_path: Path, rule: str) -> None:
    assert [each for each in problems(tmp_path, f"rules: [{rule}]\n") if "warning" not in each] == []


VALUES: dict[str, tuple[object, ...]] = {
    "nama": ("Budi",),
    "kode": ("x", None),
    "jumlah": (3,),
    "nilai": (3, None),
    "berat": (2.5, None),
    "setuju": (True, False),
    "tanggal": (date(2026, 11, 22),),
    "kapan": (date(2026, 11, 23), None),
    "now": (datetime(2026, 11, 22, tzinfo=UTC),),
    "data": ((), ("a",), ("a", "b")),
}
ATOMS = st.sampled_from([*VALUES, "1", "2.5", "'a'", "none", "true", "data[0]", "data[1]", "[1, jumlah]", "data | length"])
FILTERED = st.sampled_from("upper length round rupiah date time datetime first max int list sum reverse abs".split())


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compares = st.sampled_from("== != < >= in".split())
    signs = compares | st.sampled_from(["+", "*"])  # what lies between two dates has no type here
    tests = st.sampled_from(["none", "not none", "defined", "number", "even"])
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, FILTERED).map(lambda parts: f"({parts[0]} | {parts[1]})"),
        st.tuples(inner, tests).map(lambda parts: f"({parts[0]} is {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[0]})"),
        st.tuples(inner, inner, compares).map(lambda parts: f"({parts[0]} is not none and {parts[0]} {parts[2]} {parts[1]})"),
        st.tuples(inner, inner, compares).map(lambda parts: f"({parts[0]} is none or {parts[0]} {parts[2]} {parts[1]})"),
        inner.map(lambda part: f"({part} | default({part}))"),
        inner.map(lambda part: f"(not {part})"),
    )


EXPRESSIONS = st.recursive(ATOMS, grown, max_leaves=5)
KNOWN: Names = {name: NAMES[name] for name in VALUES}


@given(EXPRESSIONS, EXPRESSIONS, st.data())
def test_what_is_told_nothing_of_works_with_every_value_of_those_types(test: str, shown: str, draw: st.DataObject) -> None:
    """Where all types are known: what could be of one type or another is let be."""
    sandbox = Sandbox(Locale(), {})
    source = f"{{% if {test} %}}{{{{ {shown} }}}}{{% endif %}}"
    assume(not check(source, sandbox, KNOWN))
    values = {name: draw.draw(st.sampled_from(values)) for name, values in VALUES.items()}
    try:
        Template(source, sandbox).render(values)
    except AnswerFailed as error:
        raise AssertionError(f"{source} with {values}: {error.with_way_out}") from error


def test_a_form_whose_optional_number_is_skipped_goes_through(tmp_path: Path) -> None:
    reply = "{% if nilai is none %}Terima kasih.{% elif nilai < 3 %}Maaf ya.{% else %}Senang sekali!{% endif %}"
    book = load(tmp_path, f'rules: [{{keyword: "a#", fields: [{{nilai: {{type: integer, optional: true}}}}], reply: "{reply}"}}]')
    assert [said(book, text) for text in ("a", "a#1", "a#5")] == ["Terima kasih.", "Maaf ya.", "Senang sekali!"]
    assert ask(book, "a#x").match is not None
    assert len(replies(book, "a#x")) == 1


HARD = {
    "conditions inside of each other": "{{ " + "(" * 15 + "nilai" + " or nilai) and not nilai" * 15 + " }}",
    "names set to conditions on each other": "{% set a0 = nilai is none %}"
    + "".join(f"{{% set a{n} = a{n - 1} and not (a{n - 1} or nilai) %}}" for n in range(1, 40))
    + "{% if a39 %}{{ nilai }}{% endif %}",
    "refusals inside of each other": "{{ " + "not (" * 22 + "nilai" + " and nilai)" * 22 + " }}",
    "choices inside of each other": "{{ " + "(" * 40 + "nilai" + " if nilai else 1)" * 40 + " }}",
    "choices by choices": "{{ " + "(1 if " * 40 + "nilai" + " else 2)" * 40 + " }}",
}


@pytest.mark.parametrize("source", HARD.values(), ids=HARD)
def test_conditions_of_any_depth_are_looked_through_in_no_time(source: str) -> None:
    begun = process_time()
    messages(source)
    assert process_time() - begun < 1  # some milliseconds, and machines differ

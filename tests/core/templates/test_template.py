import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from itertools import repeat
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.templates.filters import join
from flask_chatbot.core.templates.template import Sandbox, Template, joined
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import AnswerFailed
from tests.core.books import ask, load, problems, replies, said

ID, EN = Locale(), Locale(language=language_of("en"))


def rendered(source: str, **names: object) -> str:
    return Template(source, Sandbox(ID, {"toko": "Toko Maju", "ongkir": 15000})).render(names)


def failure(source: str, **names: object) -> str:
    with pytest.raises(AnswerFailed) as caught:
        rendered(source, **names)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("  Halo\n\n", "Halo"),
        ("{nama} } { #1 100%", "{nama} } { #1 100%"),
        ("{{ toko }}", "Toko Maju"),
        ("{{ ongkir * 2 }}", "30000"),
        ("{{ 7 // 2 }} {{ 7 / 2 }} {{ 7 % 4 }} {{ 2 - 3 }} {{ 'a' + 'b' }} {{ 1 + 2.5 }}", "3 3.5 3 -1 ab 3.5"),
        ("{{ toko if ongkir > 9 else 'x' }}", "Toko Maju"),
        ("{{ [1, 2][1] }}{{ (3, 4)[0] }}{{ {'a': 5}.a }}{{ {'a': 6}['a'] }}", "2356"),
        ("a{# b #}c", "ac"),
        ("{% raw %}{{ toko }}{% endraw %}", "{{ toko }}"),
        ("{{ '{{ 7*7 }}' }}", "{{ 7*7 }}"),
        ("{{ toko | upper | replace('MAJU', 'x') | lower }}", "toko x"),
        ("{% for a in [1, 2] %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}", "1/2,2/2"),
        ("{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }};{% endfor %}", "12;34;"),
        ("{% for a in {'x': 1, 'y': 2} %}{{ a }}{% endfor %}", "xy"),
        ("{% for a in [3, 1] if a > 1 %}{{ a }}{% else %}-{% endfor %}", "3"),
        ("{% for a in [] %}{{ a }}{% else %}-{% endfor %}", "-"),
        ("{% set x = toko %}{{ x }}", "Toko Maju"),
    ],
)
def test_a_template_is_rendered(source: str, text: str) -> None:
    assert rendered(source) == text


VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates() | st.times() | st.just("x " * 3000) | st.just(" " * 9000)
)
PIECES = st.sampled_from(
    [
        "Halo ",
        "\n",
        "\r\n",
        " % ",
        "{",
        "}",
        "{{ nama }}",
        "{{nama}}",
        "{{ nama or 'Kak' }}",
        '{{ toko or "" }}',
        "{{ true }}",
        "{{ ongkir }}",
    ]
)


@given(st.lists(PIECES, max_size=6).map("".join), VALUES)
@example("{{ nama }}Halo ", " " * 9000)
def test_names_in_a_text_are_written_as_jinja_writes_them(source: str, nama: object) -> None:
    outcomes = []
    for each in (source, "{% if true %}{% endif %}" + source):  # the second is too much for anything but Jinja
        try:
            outcomes.append(rendered(each, nama=nama))
        except AnswerFailed:
            outcomes.append("failed")
    assert outcomes[0] == outcomes[1]


def test_parts_of_names_are_written_as_jinja_writes_them() -> None:
    row = {"nama": "Kopi", "stok": None, "buka": True, "harga": 1.5}
    plain = rendered("{{ found.nama }} {{ found.stok }}-{{ found.stok or 'habis' }} {{ found.buka }} {{ found.harga }}", found=row)
    assert plain == rendered(
        "{{ found['nama'] }} {{ found['stok'] }}-{{ found['stok'] or 'habis' }} {{ found['buka'] }} {{ found['harga'] }}", found=row
    )
    assert failure("{{ found.rasa }}", found=row) == failure("{{ found.rasa }}{% if found %}{% endif %}", found=row)


def test_a_name_that_is_not_there_fails_each_time_until_it_is() -> None:
    template = Template("Halo {{ nama }}", Sandbox(ID, {}))
    for _ in range(2):
        with pytest.raises(AnswerFailed):
            template.render({})
    assert template.render({"nama": "Budi"}) == "Halo Budi"


def test_a_line_with_a_tag_alone_leaves_no_line_behind() -> None:
    assert rendered("A\n  {% if true %}\n  B\n  {% endif %}\nC\n") == "A\n  B\nC"


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (None, "", ""),
        (True, "ya", "yes"),
        (False, "tidak", "no"),
        (0, "0", "0"),
        (2.5, "2.5", "2.5"),
        ("<b>", "<b>", "<b>"),
        (date(2026, 11, 23), "23 November 2026", "November 23, 2026"),
        (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), "23 November 2026", "November 23, 2026"),
        (time(8, 30), "08.30", "8:30\u202fAM"),
    ],
)
def test_a_value_is_printed_the_way_people_read_it(value: object, indonesian: str, english: str) -> None:
    printed = [Template("[{{ value }}]", Sandbox(locale, {})).render({"value": value}) for locale in (ID, EN)]
    assert printed == [f"[{indonesian}]", f"[{english}]"]


def test_values_of_a_message_hide_the_vars() -> None:
    assert rendered("{{ toko }}", toko="Lain") == "Lain"


@pytest.mark.parametrize("written", ["{{ 7*7 }}", "{% if x %}", "{# x #}", "{{ toko }}"])
def test_a_value_is_never_read_as_a_template(written: str) -> None:
    assert rendered("{{ value }}/{{ value | trim }}", value=written) == f"{written}/{written}"


@given(st.text())
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert rendered("<{{ value }}>", value=text) == f"<{text}>"[:4096].rstrip()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ long }}", "a" * 4096),
        ("{{ long }}{{ long }}", "a" * 4096),
        ("{% for x in hundred %}{% for y in hundred %}{{ long }}{% endfor %}{% endfor %}", "a" * 4096),
        ("{{ spaces }}{{ spaces }}b", "b"),
        ("{{ long }}  b", "a" * 4096),
        ("{% set l = long[0] if false else 'a' %}{{ l }}{{ spaces }}b", "a"),
    ],
)
def test_a_reply_ends_at_4096_characters(source: str, text: str) -> None:
    assert rendered(source, long="a" * 5000, hundred=list(range(100)), spaces=" " * 4096) == text


def test_no_more_is_read_than_ten_messages_hold() -> None:
    assert joined(repeat("a")) == "a" * 40_960
    assert join(repeat("a")) == join(repeat(""), "a") == "a" * 4096


def doubled(step: str, seed: str = "'ab'") -> str:
    """A template that doubles forty times what it begins with."""
    return f"{{% set a = {seed} %}}" + f"{{% set a = {step} %}}" * 40


@pytest.mark.parametrize("step", ["a + a", "[a, a] | join", "a | replace('', a)", "a | replace('b', a)", "a | truncate(9, true, a)"])
def test_a_text_doubled_forty_times_ends_where_a_reply_does(step: str) -> None:
    try:
        size = int(rendered(doubled(step) + "{{ a | length }}"))
    except AnswerFailed:
        size = 0  # truncate wants an end that is shorter than the whole
    assert size <= 4096


@pytest.mark.parametrize(("step", "seed"), [("[a, a]", "[1]"), ("(a, a)", "(1,)"), ("{1: a}", "{}"), ("[a, 1]", "{'x': 1}")])
def test_a_list_cannot_be_doubled(step: str, seed: str) -> None:
    assert failure(doubled(step, seed)) == "a list inside a list is written out, not named"


def looped(body: str, head: str = "") -> str:
    """A template of 10,000 turns, which writes nothing that could end it."""
    loops = "{% for a in hundred %}{% for b in hundred %}", "{% endfor %}{% endfor %}"
    return head + body.join(loops) + "ok"


SPENT = "the template takes more work than one reply may. Shorten its lists, or compute it in Python"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in hundred %}{% for b in [1, 1] %}{% set x = text" + "|title" * 40 + " %}{% endfor %}{% endfor %}ok",
        looped("{% set x = text | title %}"),
        looped("{% set x = 'a' | upper %}" * 20),
        looped("{{ empty }}" * 300),
        looped("{% set x = [a, a, a, a, a, a, a, a, a, a] %}" * 80),
        looped("{% if a is odd %}{% endif %}" * 20),
        looped("{% if 'zz' in letters %}{% endif %}" * 3, "{% set letters = text | list %}"),
        looped("{% if 'zz' is in letters %}{% endif %}" * 3, "{% set letters = text | list %}"),
        looped("{% for c in [] %}{% endfor %}{% set x = text + text %}"),
        "{% set l = text | list %}{% for a in hundred %}{% for b in hundred if 'zz' in l %}{% endfor %}{% endfor %}ok",
        ("{% set x = text" + "|sort|join" * 40 + " %}") * 9,
        "{% set x = text | sort %}" * 160,
        "{% set x = '81234567890' | phone %}" * 110 + looped("{% set x = '81234567890' | phone %}"),
    ],
)
def test_a_template_that_works_without_end_is_stopped(source: str) -> None:
    begun = process_time()
    try:
        assert rendered(source, hundred=list(range(100)), text="a b " * 1024, empty="") in ("", "ok")
    except AnswerFailed as error:
        assert str(error) == SPENT
    assert process_time() - begun < 10  # about one, and machines differ


def test_what_is_done_counts_and_not_what_is_written() -> None:
    work = "{% set x = text | title %}"
    assert rendered(looped("{% if a > 200 %}" + work + "{% endif %}"), hundred=list(range(100)), text="a b " * 1024) == "ok"
    assert failure(looped(work), hundred=list(range(100)), text="a b " * 1024) == SPENT


def test_each_rendering_has_a_budget_of_its_own() -> None:
    template = Template("{% for a in hundred %}{% set x = text | title %}{% endfor %}ok", Sandbox(ID, {}))
    assert [template.render({"hundred": list(range(100)), "text": "a b " * 1024}) for _ in range(4)] == ["ok"] * 4


def test_two_loops_of_100_entries_with_a_filter_in_the_inner_one_are_as_good_as_the_end() -> None:
    hundred = list(range(100))
    assert rendered(looped("{% if a == b %}{% endif %}"), hundred=hundred) == "ok"
    assert failure(looped("{% set x = a | abs %}"), hundred=hundred) == SPENT


def test_a_price_list_of_100_entries_is_far_from_its_end() -> None:
    line = "{{ loop.index }}. {{ each.name | upper | truncate(20) }}: {{ each.price | rupiah }}{{ ', habis' if each.stock == 0 }}\n"
    goods = [{"name": "kopi susu gula aren", "price": 1000 * number, "stock": number % 7} for number in range(100)]
    assert rendered("{% for each in goods %}" + line + "{% endfor %}", goods=goods).startswith("1. KOPI SUSU GULA AREN: Rp0, habis\n2.")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (doubled("a * a", "9"), "* made a number with more than 18 digits"),
        ("{{ 999999999 * 999999999 + 999999999 * 999999999 }}", "+ made a number with more than 18 digits"),
        ("{{ [1] + [2] }}", "+ works on numbers, not on list and list"),
        ("{{ [1] * 1000000 }}", "* works on numbers, not on list and int"),
        ("{{ value * 2 }}", "* works on numbers, not on text and int"),
        ("{{ value % 2 }}", "% works on numbers, not on text and int"),
        ("{{ value + 2 }}", "+ works on numbers, not on text and int"),
        ("{% for c in value %}{{ c }}{% endfor %}", "a loop needs a list, not text"),
        ("{% for c in 3 %}{{ c }}{% endfor %}", "a loop needs a list, not int"),
        ("{% for c in many %}{{ c }}{% endfor %}", "a loop walks at most 100 entries, and this list has 101"),
        ("{{ many.101 }}", "many[101] in its template: there is no entry 101 in a value of type list"),
        ("{{ many[value] }}", "there is no such entry"),
        ("{{ value.upper }}", "value.upper in its template: there is no 'upper' in a value of type str"),
        ("{{ value['__class__'] }}", "value['__class__'] in its template: there is no '__class__' in a value of type str"),
        ("{{ value[0] }}", "value[0] in its template: there is no entry 0 in a value of type str"),
        ("{{ 1 / 0 }}", "ZeroDivisionError in the template '{{ 1 / 0 }}'"),
        ("{{ unknown }}", "UndefinedError in the template '{{ unknown }}'"),
        ("{{ value < 1 }}", "TypeError in the template '{{ value < 1 }}'"),
        ("{{ value }", "TemplateSyntaxError in the template '{{ value }'"),
    ],
)
def test_a_template_fails_with_the_reason_and_without_the_value(source: str, message: str) -> None:
    assert failure(source, value="rahasia", many=list(range(101))) == message


def sqlite_row() -> sqlite3.Row:
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        row: sqlite3.Row = database.execute("SELECT 1 AS id, 'Halo' AS title").fetchone()
        return row


def sqlalchemy_row() -> object:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        row = connection.execute(sql("SELECT 1 AS id, 'Halo' AS title")).one()
    engine.dispose()
    return row


ROWS = [sqlite_row, sqlalchemy_row]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("written", ["post.title", "post['title']", "post[1]", "post[-1]"])
def test_a_row_of_a_database_has_its_columns_as_parts(row: Callable[[], object], written: str) -> None:
    assert rendered(f"{{% for post in posts %}}{{{{ {written} }}}}, {{% endfor %}}", posts=[row(), row()]) == "Halo, Halo,"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_shows_nothing_but_its_columns(row: Callable[[], object]) -> None:
    for hidden in ("keys", "_mapping", "_fields", "count", "Halo", "__class__"):
        assert rendered(f"{{{{ post.{hidden} | default('-') }}}}{{{{ post['{hidden}'] | default('-') }}}}", post=row()) == "--"
    assert rendered("{{ post[2] | default('-') }}", post=row()) == "-"


class Post:
    title = "rahasia"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("post.title", "post.title in its template: there is no 'title' in a value of type Post. {way_out}"),
        ("post['title']", "post['title'] in its template: there is no 'title' in a value of type Post. {way_out}"),
        ("nothing.title", "nothing.title in its template: there is no 'title' in a value of type NoneType"),
        ("row.titel", "row.titel in its template: there is no 'titel' in a value of type Row"),
        ("{}.title or post.title", "....title or post.title in its template: there is no 'title' in a value of type dict"),
    ],
)
def test_a_part_that_is_not_there_is_told_by_its_name_and_the_values_type(written: str, message: str) -> None:
    said = failure(f"{{{{ {written} }}}}", post=Post(), nothing=None, row=sqlite_row())
    assert said == message.format(way_out="Write dict(row) in the handler, or a dict of what the template needs")


@pytest.mark.parametrize("hidden", ["mro", "format", "__class__", "__init__", "_private", "items", "keys"])
def test_an_object_shows_nothing_of_itself(hidden: str) -> None:
    class Value:
        _private = mro = format = "secret"

    values: tuple[object, ...] = (Value(), "text", 1, {}, [], Template("", Sandbox(ID, {})))
    for value in values:
        assert rendered(f"{{{{ value.{hidden} | default('-') }}}}{{{{ value['{hidden}'] | default('-') }}}}", value=value) == "--"


def test_a_template_has_no_globals_of_jinja() -> None:
    for name in ("range", "dict", "lipsum", "cycler", "joiner", "namespace", "config", "request", "g", "session"):
        assert rendered(f"{{{{ {name} | default('-') }}}}") == "-"


def test_every_name_can_be_used(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        """
vars: {toko: Toko Maju}
rules:
  - keyword: cek#
    fields: [{umur: {type: integer}}]
    reply: "{{ nama }}/{{ nohp }}/{{ data.0 }}/{{ text }}/{{ keyword }}/{{ now | date('short') }}/{{ toko }}/{{ umur + 1 }}"
""",
    )
    assert said(book, "Cek# 7") == "Budi/6281234567890/7/Cek# 7/Cek/22/11/26/Toko Maju/8"


def test_vars_may_stand_in_every_text_of_a_reply(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        """
vars: {toko: Toko Maju}
rules:
  - keyword: cek#
    fields: [{umur: {type: integer, error: "{{ value }} bukan umur di {{ toko }}."}}]
    reply: ok
""",
    )
    assert "- Umur: x bukan umur di Toko Maju." in said(book, "cek#x")


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("15000", "15001"),
        ("-3", "-2"),
        ("1.5", "2.5"),
        ("0", "1"),
        ("true", "2"),
    ],
)
def test_plain_numbers_among_the_vars_stay_numbers(tmp_path: Path, value: str, printed: str) -> None:
    assert replies(load(tmp_path, f"vars: {{x: {value}}}\nrules: [{{keyword: a, reply: '{{{{ x + 1 }}}}'}}]\n"), "a") == [Text(printed)]


@pytest.mark.parametrize(
    "value", ["08", "1.10", "010", "+5", "1e5", "08:00", "no", "on", "1_000", "0x1F", '"null"', '"15000"', "'true'", ".5", "5."]
)
def test_other_vars_stay_text(tmp_path: Path, value: str) -> None:
    book = load(tmp_path, f"vars: {{x: {value}}}\nrules: [{{keyword: a, reply: '{{{{ x + \"!\" }}}}'}}]\n")
    assert said(book, "a") == value.strip("\"'") + "!"


@pytest.mark.parametrize(("value", "printed"), [("true", "ya"), ("false", "tidak"), ("True", "ya"), ("[a, 08, 5]", "a,08,5")])
def test_truths_and_lists_among_the_vars(tmp_path: Path, value: str, printed: str) -> None:
    source = "{{ x | join(',') }}" if value.startswith("[") else "{{ x }}"
    assert said(load(tmp_path, f'vars: {{x: {value}}}\nrules: [{{keyword: a, reply: "{source}"}}]\n'), "a") == printed


def test_an_optional_value_left_out_prints_nothing(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: 'a#', fields: [{x: {type: date, optional: true}}], reply: '[{{ x }}]'}]\n")
    assert said(book, "a") == "[]"


@pytest.mark.parametrize("use", ["x | upper", "x | mask", "x | length", "x + ''", "[x] | join", "x | truncate(3)", "x | replace('a', 'b')"])
def test_an_optional_value_left_out_goes_through_filters_as_nothing(tmp_path: Path, use: str) -> None:
    book = load(tmp_path, f"rules: [{{keyword: 'a#', fields: [{{x: {{optional: true}}}}], reply: \"[{{{{ {use} }}}}]\"}}]\n")
    assert said(book, "a") == "[]"


def test_an_optional_date_left_out_prints_nothing(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{keyword: 'a#', fields: [{x: {type: date, optional: true}}], reply: \"[{{ x | date }}]\"}]\n")
    assert said(book, "a") == "[]"


def test_a_template_is_compiled_once_and_rendered_anew(tmp_path: Path) -> None:
    book = load(tmp_path, "rules: [{fallback: true, reply: '{{ text }}'}]\n")
    assert [said(book, text) for text in ("a", "b", "a")] == ["a", "b", "a"]


def test_a_filter_that_takes_too_little_is_told_at_load(tmp_path: Path) -> None:
    text = "rules:\n  - keyword: 'a#'\n    fields: [{jumlah: {type: integer}}]\n    reply: \"{{ jumlah * 5000 | rupiah }}\"\n"
    assert problems(tmp_path, text) == [
        "rules.yaml:4:32: the filter 'rupiah' would take only what stands right before it: write `(jumlah * 5000) | rupiah`."
    ]
    assert ask(load(tmp_path, text.replace("jumlah * 5000", "(jumlah * 5000)")), "a#3").replies == (Text("Rp15.000"),)

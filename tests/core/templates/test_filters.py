from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from jinja2 import Environment, pass_context, pass_environment, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context

from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.templates.filters import JINJA_FILTERS, filters
from flask_chatbot.core.templates.template import Sandbox, Template
from flask_chatbot.errors import AnswerFailed

ID, EN = Locale(), Locale(language=language_of("en"))
NAMES = {
    "now": datetime(2026, 11, 23, 1, 30, 5, tzinfo=UTC),  # 08.30 in Jakarta
    "late": datetime(2026, 11, 22, 18, 0, tzinfo=UTC),  # the 23rd in Jakarta
    "day": date(2026, 11, 23),
    "at": time(8, 30),
    "kata": "kopi susu",
    "list": ["b", "A", "b"],
    "numbers": [3, 1, 2],
    "no_number": float("nan"),
    "absent": None,
}


def rendered(expression: str, locale: Locale = ID) -> str:
    return Template(f"{{{{ {expression} }}}}", Sandbox(locale, {})).render(NAMES)


def test_these_are_the_filters_and_no_others() -> None:
    ours = "date datetime join mask number phone plain replace reverse round rupiah sum time truncate unique"
    assert sorted(filters(ID)) == sorted([*JINJA_FILTERS, *ours.split()])
    assert {"attr", "map", "format", "center", "indent", "safe", "tojson", "pprint", "xmlattr", "groupby"}.isdisjoint(filters(ID))


@pytest.mark.parametrize(
    ("expression", "indonesian", "english"),
    [
        ("now | date", "23 November 2026", "November 23, 2026"),
        ("now | date('short')", "23/11/26", "23/11/2026"),
        ("now | date('medium')", "23 Nov 2026", "Nov 23, 2026"),
        ("now | date('full')", "Senin, 23 November 2026", "Monday, November 23, 2026"),
        ("day | date('EEEE, d MMMM')", "Senin, 23 November", "Monday, 23 November"),
        ("late | date('short')", "23/11/26", "23/11/2026"),
        ("now | time", "08.30", "8:30\u202fAM"),
        ("now | time('medium')", "08.30.05", "8:30:05\u202fAM"),
        ("now | time('HH:mm')", "08:30", "08:30"),
        ("at | time", "08.30", "8:30\u202fAM"),
        ("1234567.891 | number", "1.234.567,891", "1,234,567.891"),
        ("1234567 | number", "1.234.567", "1,234,567"),
        ("1234.5 | number(2)", "1.234,50", "1,234.50"),
        ("1234.5 | number(0)", "1.234", "1,234"),
        ("0.1234567 | number", "0,123457", "0.123457"),
        ("-5 | number", "-5", "-5"),
        ("15000 | rupiah", "Rp15.000", "Rp15,000"),
        ("15000.5 | rupiah", "Rp15.000,50", "Rp15,000.50"),
        ("-15000 | rupiah", "-Rp15.000", "-Rp15,000"),
        ("(0 - 15000) | rupiah", "-Rp15.000", "-Rp15,000"),
        ("0 | rupiah", "Rp0", "Rp0"),
        ("'081234567890' | phone", "+62 812-3456-7890", "+62 812-3456-7890"),
        ("6281234567890 | phone", "+62 812-3456-7890", "+62 812-3456-7890"),
        ("'bukan nomor' | phone", "bukan nomor", "bukan nomor"),
        ("'6281234567890' | mask", "6281******890", "6281******890"),
        ("2.5 | round", "3", "3"),
        ("1.005 | round(2)", "1.01", "1.01"),
        ("5 | round(0 - 10**9)", "5", "5"),
    ],
)
def test_our_filters_write_the_way_of_the_language(expression: str, indonesian: str, english: str) -> None:
    assert (rendered(expression), rendered(expression, EN)) == (indonesian, english)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(0 - 3) | abs", "3"),
        ("kata | capitalize", "Kopi susu"),
        ("list | count", "3"),
        ("absent | d('-', true)", "-"),
        ("unknown | default('-')", "-"),
        ("list | first", "b"),
        ("'2.5' | float", "2.5"),
        ("'12' | int", "12"),
        ("'x' | int", "0"),
        ("list | join(', ')", "b, A, b"),
        ("numbers | join", "312"),
        ("list | last", "b"),
        ("list | length", "3"),
        ("'ab' | list | join('.')", "a.b"),
        ("kata | upper | lower", "kopi susu"),
        ("numbers | max", "3"),
        ("numbers | min", "1"),
        ("kata | replace('kopi', 'teh')", "teh susu"),
        ("kata | replace('s', 'z', 1)", "kopi zusu"),
        ("kata | reverse", "usus ipok"),
        ("list | reverse | join", "bAb"),
        ("list | sort | join", "Abb"),
        ("numbers | sum", "6"),
        ("kata | title", "Kopi Susu"),
        ("' a ' | trim", "a"),
        ("kata | truncate(7, true)", "kopi..."),
        ("kata | truncate(8)", "kopi..."),
        ("list | unique | join", "bA"),
        ("kata | wordcount", "2"),
    ],
)
def test_jinjas_filters_do_what_they_do_elsewhere(expression: str, text: str) -> None:
    assert rendered(expression) == text


@pytest.mark.parametrize("name", sorted({*filters(ID), "milik"} - {"default", "d", "int", "float"}))
def test_a_filter_passes_nothing_on_as_nothing(name: str) -> None:
    own = Sandbox(ID, {}, {"milik": str})
    use = "replace('a', 'b')" if name == "replace" else name
    assert Template(f"[{{{{ absent | {use} }}}}{{{{ absent | {use} | upper }}}}]", own).render(NAMES) == "[]"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("absent | default('-')", "-"),
        ("absent | upper | d('-')", "-"),
        ("'' | default('-')", ""),
        ("absent | default('-', true)", "-"),
        ("absent | upper | d('-', true)", "-"),
        ("(absent | int) * 5", "0"),
        ("absent | int(7)", "7"),
        ("absent | float", "0.0"),
        ("[absent, 'z'] | join(',')", ",z"),
        ("['a', 'z'] | join(absent)", "az"),
        ("'aNone' | replace('a', absent)", "None"),
        ("'None' | replace(absent, '-')", "-N-o-n-e-"),
        ("kata | truncate(4, true, absent)", "kopi"),
        ("absent + 'x'", "x"),
        ("'x' + absent", "x"),
        ("absent + absent", ""),
        ("'x' + (absent | upper)", "x"),
    ],
)
def test_nothing_is_an_empty_text_among_texts(expression: str, text: str) -> None:
    assert rendered(expression) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Budi *VIP*", "Budi VIP"),
        ("_Budi_ ~x~ ***", "Budi x "),
        ("```halo```", "halo"),
        ("ha`l`o", "halo"),
        ("> lihat\n>  ini", "lihat\nini"),
        ("2 > 1", "2 > 1"),
        ("budi_santoso@example.com", "budi_santoso@example.com"),
        ("0503***6304", "0503***6304"),
        ("5*3", "5*3"),
        ("عبد_الله", "عبد_الله"),
        ("", ""),
    ],
)
def test_a_plain_text_formats_nothing_and_keeps_what_is_inside_words(written: str, text: str) -> None:
    template = Template("*{{ x | plain }}*", Sandbox(ID, {}))
    assert template.render(NAMES | {"x": written}) == f"*{text}*"


def test_a_plain_number_is_its_text() -> None:
    assert rendered("1500 | plain") == "1500"


def test_a_filter_gets_of_jinja_what_it_asks_for() -> None:
    @pass_context
    def beside(context: Context, value: str) -> str:
        return f"{value} {context['kata']}"

    @pass_environment
    def environment(environment: Environment, value: str) -> str:
        return f"{value} {type(environment).__name__}"

    @pass_eval_context
    def evaluated(context: EvalContext, value: str) -> str:
        return f"{value} {type(context).__name__}"

    own = Sandbox(ID, {}, {"beside": beside, "environment": environment, "evaluated": evaluated})
    assert Template("{{ 'a' | beside | environment | evaluated }}", own).render(NAMES) == "a kopi susu Sandbox EvalContext"


def test_a_loop_over_nothing_has_no_turns() -> None:
    assert Template("{% for each in absent %}x{% else %}-{% endfor %}", Sandbox(ID, {})).render(NAMES) == "-"


@pytest.mark.parametrize("name", ["reverse", "unique", "sort", "list"])
def test_a_list_that_went_through_a_filter_can_still_be_walked(name: str) -> None:
    template = Template(f"{{% for each in numbers | {name} %}}<{{{{ each }}}}>{{% endfor %}}", Sandbox(ID, {}))
    assert len(template.render(NAMES)) == 9


@pytest.mark.parametrize(
    ("expression", "failure"),
    [
        ("kata | date", "the filter date needs a date, not text"),
        ("at | date", "the filter date needs a date, not time"),
        ("day | time", "the filter time needs a time, not date"),
        ("now | date(kata * 9)", "* works on numbers, not on text and int"),
        ("now | date(numbers)", "a date's form is one of short, medium, long, full or a pattern of at most 40 characters"),
        ("kata | rupiah", "the filter rupiah needs a number, not text"),
        ("true | rupiah", "the filter rupiah needs a number, not bool"),
        ("1e18 | number", "the filter number needs a number, not float"),
        ("no_number | round", "the filter round needs a number, not float"),
        ("list | sum", "the filter sum needs a number, not text"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_kind(expression: str, failure: str) -> None:
    with pytest.raises(AnswerFailed) as caught:
        rendered(expression)
    assert str(caught.value) == failure


@pytest.mark.parametrize("value", [Decimal("1.5"), Decimal(10) ** 17, 0.1 + 0.2, -0.001, 10**18 - 1])
@pytest.mark.parametrize("name", ["number", "rupiah", "round(10)", "number(99)", "round(99)"])
def test_every_number_within_18_digits_can_be_written(value: object, name: str) -> None:
    assert Template(f"{{{{ value | {name} }}}}", Sandbox(ID, {})).render({"value": value})


@pytest.mark.parametrize(
    "expression",
    [
        "long | replace('', long)",
        "long | replace('a', long)",
        "[long, long, long] | join(long)",
        "long | truncate(9999, true, long)",
        "long + long",
        "'ß' | replace('ß', long) | upper | replace('A', long)",
        "[long, long, long]",
        "long | list | join(long)",
    ],
)
def test_no_filter_makes_more_than_a_reply_holds(expression: str) -> None:
    text = Template(f"{{% set made = {expression} %}}{{{{ made }}}}", Sandbox(ID, {})).render({"long": "a" * 4096})
    assert len(text) == 4096

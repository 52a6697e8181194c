from pathlib import Path

import pytest

from tests.core.books import in_rule

QUOTES = 'Put the text in double quotes: "...".'


def mark(written: str, way_out: str) -> str:
    return f"warning: {written} does not mark a name in templates: customers would see it as it is written. {way_out}."


@pytest.mark.parametrize(
    ("reply", "column", "message"),
    [
        ("Halo {nama}!", 17, mark("{nama}", "Write {{ nama }}")),
        ("Halo { nama }!", 17, mark("{ nama }", "Write {{ nama }}")),
        ("Halo {name}!", 17, mark("{name}", "Write {{ nama }}")),
        ("Halo $nama!", 17, mark("$nama", "Write {{ nama }}")),
        ("Halo ${nama}!", 17, mark("${nama}", "Write {{ nama }}")),
        ("Halo %nama%!", 17, mark("%nama%", "Write {{ nama }}")),
        ("Halo %customer%!", 17, mark("%customer%", "A name is written {{ nama }}")),
        ("Si {{nama}} dan {nama}", 28, mark("{nama}", "Write {{ nama }}")),
        (r"'satu\ndua'", 17, rf"warning: \n is a line break in double quotes only: customers would see it as it is written. {QUOTES}"),
        (r"satu\ndua", 16, rf"warning: \n is a line break in double quotes only: customers would see it as it is written. {QUOTES}"),
        (r"'a\tb'", 14, rf"warning: \t is a tab in double quotes only: customers would see it as it is written. {QUOTES}"),
        (
            "|\n  satu\\ndua",
            11,
            r"warning: \n is a line break in double quotes only: customers would see it as it is written. Begin a line of its own there.",
        ),
    ],
)
def test_what_customers_would_read_as_it_stands_is_a_warning_at_its_place(tmp_path: Path, reply: str, column: int, message: str) -> None:
    line = 5 if "\n" in reply else 4
    assert in_rule(tmp_path, f"keyword: a\nreply: {reply}") == [f"{line}:{column}: {message}"]


@pytest.mark.parametrize(
    "reply",
    [
        r'"satu\ndua \\n"',
        "'{{ nama }} {{ data | join(\"\\n\") }}'",
        "Diskon 50%, hemat 20% untuk {anda}, hanya $5 atau 100%!",
        "'{% if nama %}%{% endif %} {1} {} { } :{ $promo'",
        "https://example.com/a%20b%2Fc",
        r"C:\data",
    ],
)
def test_what_may_be_meant_as_it_stands_is_let_be(tmp_path: Path, reply: str) -> None:
    assert in_rule(tmp_path, f"keyword: a\nreply: {reply}") == []


def test_questions_are_looked_at_too(tmp_path: Path) -> None:
    (problem,) = in_rule(tmp_path, "keyword: a\nask:\n  - x: {question: 'Siapa\\nnama?'}\nreply: '{{ x }}'")
    assert problem.startswith(r"5:29: warning: \n is a line break")

"""The numbers of rows as rules write them and as people read and write them."""

from datetime import UTC, datetime

import pytest

from flask_chatbot.core.values.saving.numbering import Unnumberable, forms_of, number_form, read_numbering

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "written", "period"),
    [
        ("INV-{year}-{number:4}", "INV-2026-0012", "2026"),
        ("{number}/INV/{month}/{year:2}", "12/INV/03/26", "2026-03"),
        ("A{year}{month}{day}-{number:3}", "A20260307-012", "2026-03-07"),
        ("No. {number}", "No. 12", ""),
        ("{number:1}", "12", ""),
    ],
)
def test_a_number_has_the_parts_of_its_date_and_is_counted_anew_with_them(source: str, written: str, period: str) -> None:
    numbering = read_numbering(source)
    assert (numbering.written(12, NOON), numbering.period(NOON), numbering.running_in(written)) == (written, period, 12)


@pytest.mark.parametrize("text", ["INV-2026-0012", "inv-2026-12", "INV 2026 0012", "inv20260012", "2026/12", "#12", "0012", "12"])
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert number_form(text) in forms_of("INV-2026-0012", 12)


@pytest.mark.parametrize("text", ["INV-2026-0120", "INV-2025-0012", "2026", "INV", "", "abc", "12 2026"])
def test_another_number_is_not_taken_for_it(text: str) -> None:
    assert number_form(text) not in forms_of("INV-2026-0012", 12)


@pytest.mark.parametrize("text", ["INV-2026-0012", "inv 2026 12", "inv20260012", "#INV-2026-12"])
def test_a_whole_number_is_known_however_it_is_written(text: str) -> None:
    assert read_numbering("INV-{year}-{number:4}").is_like(text)
    assert not read_numbering("FKT-{year}-{number:4}").is_like(text)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("INV-{year}", "a numbering has {number} in it once, such as INV-{year}-{number:4}."),
        ("{number}-{number}", "a numbering has {number} in it once, such as INV-{year}-{number:4}."),
        ("INV-{{ number }}", "a numbering is not a template. Write single braces, such as INV-{year}-{number:4}."),
        ("INV-{numbr}", "{numbr} is unknown here. Did you mean 'number'?"),
        ("INV-{tahun}-{number}", "{tahun} is unknown here. There are {number}, {year}, {month}, {day}."),
        ("INV-{month}-{number}", "with {month} alone the same number would come again. Write {year} as well."),
        ("INV-{day}-{year}-{number}", "with {day} alone the same number would come again. Write {month} as well."),
        ("INV-{number:0}", "{number:0} has no such width. Write {number:4}."),
        ("INV-{number:x}", "{number:x} has no such width. Write {number:4}."),
        ("INV-{year:3}-{number}", "{year:3} has no such width. Write {year}."),
        ("INV-{number", "a brace is not closed. Write INV-{year}-{number:4}."),
        ("x" * 60 + "{number}", "the numbers would be longer than 60 characters. Shorten the text."),
    ],
)
def test_a_text_that_numbers_nothing_is_refused_with_the_way_out(source: str, told: str) -> None:
    with pytest.raises(Unnumberable) as error:
        read_numbering(source)
    assert str(error.value.message) == told

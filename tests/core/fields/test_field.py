from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.fields.field import Context, Field, Option, Reading, listed, read_fields
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import language_of
from flask_chatbot.core.language.signs import seen
from flask_chatbot.core.values.messages import split_parts
from flask_chatbot.errors import AnswerFailed

ID = Context(language_of("id"), "ID", datetime(2026, 11, 22, tzinfo=UTC))
EN = ID._replace(language=language_of("en"))


@dataclass(frozen=True)
class Sentence:
    """Stands for a compiled template."""

    text: str

    def render(self, values: dict[str, object], /) -> str:
        return self.text.format(**values)


class Broken:
    def render(self, values: dict[str, object], /) -> str:
        raise AnswerFailed(f"{values} cannot be rendered")


def field(name: str, kind: str = "text", **keys: object) -> Field:
    return replace(Field(name=name, type=kind, kind=FIELD_TYPES[kind]), **keys)  # type: ignore[arg-type]


NAMA = field("nama", min=2)
EMAIL = field("email", "email")
JUMLAH = field("jumlah", "integer", default="1")
CATATAN = field("catatan", optional=True)


def test_the_parts_are_read_in_the_order_of_the_fields() -> None:
    assert read_fields([NAMA, EMAIL, JUMLAH], ("Jhon Doe", "jhon@example.com", "3"), ID) == Reading(
        {"nama": "Jhon Doe", "email": "jhon@example.com", "jumlah": 3}
    )


def test_a_part_left_out_takes_the_default_or_none() -> None:
    assert read_fields([NAMA, JUMLAH, CATATAN], ("Jhon",), ID) == Reading({"nama": "Jhon", "jumlah": 1, "catatan": None})


def test_an_empty_part_in_the_middle_counts_as_left_out() -> None:
    assert read_fields([JUMLAH, NAMA], (" ", " Jhon "), ID) == Reading({"jumlah": 1, "nama": "Jhon"})


@pytest.mark.parametrize("dash", ["-", " -- ", "\u2014"])
def test_a_dash_in_the_place_of_a_part_counts_as_left_out_where_that_is_allowed(dash: str) -> None:
    assert read_fields([JUMLAH, CATATAN], (dash, dash), ID) == Reading({"jumlah": 1, "catatan": None})
    assert read_fields([field("jalan")], (dash,), ID) == Reading({"jalan": dash.strip()})


def test_every_missing_field_is_asked_for_and_is_none() -> None:
    fields = [NAMA, field("kota", question="Dari kota mana?"), field("produk", "choice", options=(Option("Kalender"), Option("Kartu")))]
    assert read_fields(fields, (), ID) == Reading(
        {"nama": None, "kota": None, "produk": None},
        {"nama": "Mohon diisi ya.", "kota": "Dari kota mana?", "produk": "Mohon dipilih salah satu: Kalender, Kartu."},
    )


def test_a_wrong_value_is_none_and_the_others_are_kept() -> None:
    assert read_fields([NAMA, EMAIL, JUMLAH], ("J", "bukan-email", "3"), EN) == Reading(
        {"nama": None, "email": None, "jumlah": 3},
        {
            "nama": "Please write a little more.",
            "email": 'Sorry, we could not read "bukan-email" as an email address. Example: name@example.com.',
        },
    )


def test_a_wrong_value_of_an_optional_field_is_a_problem_all_the_same() -> None:
    assert read_fields([JUMLAH], ("banyak",), ID) == Reading(
        {"jumlah": None}, {"jumlah": 'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'}
    )


def test_a_default_is_read_when_the_message_comes() -> None:
    assert read_fields([field("hari", "date", default=" besok ")], (), ID) == Reading({"hari": date(2026, 11, 23)})


def test_a_default_of_no_text_is_none() -> None:
    assert read_fields([field("catatan", default="")], (), ID) == Reading({"catatan": None})


def test_a_default_goes_before_optional() -> None:
    assert read_fields([field("jumlah", "integer", default="1", optional=True)], ("",), ID) == Reading({"jumlah": 1})


def test_a_fields_own_sentence_stands_in_for_that_of_the_type() -> None:
    wanted = field("jumlah", "integer", error=Sentence("{value}? Tulis angka saja."))
    assert read_fields([wanted], ("banyak",), ID).problems == {"jumlah": "banyak? Tulis angka saja."}


@pytest.mark.parametrize("error", [Broken(), Sentence(" ")])
def test_the_types_sentence_is_said_where_the_fields_own_cannot_be(error: Broken | Sentence) -> None:
    assert read_fields([field("jumlah", "integer", error=error)], ("banyak",), ID).problems == {
        "jumlah": 'Maaf, "banyak" belum bisa kami baca sebagai jumlah. Contoh: 3.'
    }


def test_the_fields_own_sentence_is_about_wrong_values_not_missing_ones() -> None:
    assert read_fields([field("nama", error=Sentence("{value}?"))], (), ID).problems == {"nama": "Mohon diisi ya."}


def test_parts_too_many_are_a_problem_of_their_own() -> None:
    assert read_fields([NAMA], ("Jhon", "x", "y"), ID) == Reading({"nama": "Jhon"}, {"#": "Isiannya ada 3, sedangkan formatnya hanya 1."})


def test_trailing_empty_parts_are_not_too_many() -> None:
    assert read_fields([NAMA], ("Jhon", "", " "), ID) == Reading({"nama": "Jhon"})


def test_the_rest_goes_to_a_last_field_that_takes_it() -> None:
    fields = [NAMA, field("keluhan", rest=True)]
    assert read_fields(fields, split_parts("Jhon#barang #1 rusak##tolong"), ID) == Reading(
        {"nama": "Jhon", "keluhan": "barang#1 rusak##tolong"}
    )


@pytest.mark.parametrize("parts", [(), ("Jhon",), ("Jhon", "")])
def test_a_rest_that_is_not_there_is_missing(parts: tuple[str, ...]) -> None:
    fields = [field("nama", optional=True), field("keluhan", rest=True)]
    assert read_fields(fields, parts, ID).problems == {"keluhan": "Mohon diisi ya."}


def test_without_fields_any_parts_are_taken() -> None:
    assert read_fields([], ("a", "b"), ID) == Reading()


def test_a_field_is_known_by_its_label_or_its_name_as_words() -> None:
    assert (field("nomor_resi").title, field("nomor_resi", label="no. resi").title) == ("Nomor resi", "no. resi")


def test_a_sentence_names_options_in_at_most_300_characters() -> None:
    assert len(listed([Option("x" * 50)] * 100)) == 300


@given(
    st.lists(st.text(st.characters(exclude_characters="#"), min_size=1, max_size=20).map(str.strip).filter(bool), min_size=1, max_size=5)
)
def test_what_was_written_between_the_signs_is_what_the_fields_hold(texts: list[str]) -> None:
    fields = [field(f"f{index}") for index in range(len(texts))]
    reading = read_fields(fields, split_parts("#".join(texts)), ID)
    assert reading == Reading({f"f{index}": seen(text) or text for index, text in enumerate(texts)})


@given(st.lists(st.text(max_size=20), max_size=10))
def test_every_field_has_a_value_whatever_was_written(parts: list[str]) -> None:
    fields = [NAMA, EMAIL, JUMLAH, field("hp", "phone"), field("hari", "date"), field("jadi", "yesno"), CATATAN]
    reading = read_fields(fields, parts, ID)
    assert list(reading.values) == [each.name for each in fields]
    assert all(reading.values[name] is None for name in reading.problems if name != "#")

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.fields.correction import correction
from flask_chatbot.core.fields.field import Context, Field, Option, Reading, read_fields
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import language_of

ID = Context(language_of("id"), "ID", datetime(2026, 11, 22, tzinfo=UTC))


def field(name: str, kind: str = "text", **keys: object) -> Field:
    return replace(Field(name=name, type=kind, kind=FIELD_TYPES[kind]), **keys)  # type: ignore[arg-type]


OFFER = [field("nama", min=2), field("email", "email"), field("jumlah", "integer", min=1, max=1000, default="1")]


def told(*parts: str, fields: list[Field] = OFFER, language: str = "id") -> str:
    reading = read_fields(fields, parts, ID._replace(language=language_of(language)))
    return correction("penawaran#", fields, reading, language_of(language), given=bool(parts))


def test_nothing_filled_in_is_an_invitation_without_reproach() -> None:
    assert told() == "Silakan kirim dengan format:\n*penawaran#Nama#Email#[Jumlah]*\nBagian dalam [ ] boleh dikosongkan."


def test_brackets_are_explained_only_where_there_are_some() -> None:
    assert told(fields=OFFER[:2]) == "Silakan kirim dengan format:\n*penawaran#Nama#Email*"


def test_each_problem_is_named_and_then_the_form_is_shown() -> None:
    assert told("J", "bukan-email", "2000") == (
        "Maaf, masih ada yang perlu diperbaiki:\n"
        "- Nama: Mohon ditulis lebih lengkap ya.\n"
        '- Email: Maaf, "bukan-email" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.\n'
        "- Jumlah: Mohon isi angka dari 1 sampai 1.000.\n"
        "\n"
        "Silakan kirim ulang dengan format:\n"
        "*penawaran#Nama#Email#[Jumlah]*\n"
        "Bagian dalam [ ] boleh dikosongkan."
    )


def test_the_explanation_is_in_the_language_asked_for() -> None:
    assert told("Jhon", language="en", fields=OFFER[:2]) == (
        "Sorry, something still needs to be corrected:\n"
        "- Email: Please fill this in.\n"
        "\n"
        "Please send it again in this format:\n"
        "*penawaran#Nama#Email*"
    )


def test_parts_too_many_have_no_label() -> None:
    assert told("Jhon", "x", fields=OFFER[:1]) == (
        "Maaf, masih ada yang perlu diperbaiki:\n"
        "- Isiannya ada 2, sedangkan formatnya hanya 1.\n"
        "\n"
        "Silakan kirim ulang dengan format:\n"
        "*penawaran#Nama*"
    )


def test_labels_options_and_a_rest_are_shown() -> None:
    fields = [
        field("produk", "choice", label="Jenis barang", options=(Option("Kalender"), Option("Kartu Nama"))),
        field("alamat_kirim"),
        field("catatan", optional=True, rest=True),
    ]
    assert told("spanduk", "Pekanbaru", fields=fields) == (
        "Maaf, masih ada yang perlu diperbaiki:\n"
        '- Jenis barang: Maaf, "spanduk" tidak ada di pilihan. Pilihannya: Kalender, Kartu Nama.\n'
        "\n"
        "Silakan kirim ulang dengan format:\n"
        "*penawaran#Jenis barang#Alamat kirim#[Catatan...]*\n"
        "Bagian dalam [ ] boleh dikosongkan."
    )


def test_a_problem_of_no_field_is_named_by_its_own_name() -> None:
    reading = Reading(problems={"kode_barang": "Kode tidak dikenal."})
    assert "\n- Kode barang: Kode tidak dikenal.\n" in correction("stok#", [], reading, language_of("id"), given=True)


def test_a_long_value_does_not_fill_the_message() -> None:
    assert len(told("Jhon", "x" * 4000)) < 350


def test_a_sentence_of_several_lines_stays_on_its_own() -> None:
    reading = Reading(problems={"nama": "Isi\n- Email: palsu"})
    assert "- Nama: Isi - Email: palsu\n" in correction("x#", OFFER, reading, language_of("id"), given=True)


def test_problems_that_do_not_fit_are_counted() -> None:
    fields = [field(f"f{index}", question="x" * 400) for index in range(100)]
    message = told("", "x", fields=fields)
    shown = message.count("- F")
    assert f"\n- dan {99 - shown} lagi\n" in message
    assert message.endswith("#F98#F99*")
    assert 3500 < len(message) <= 4096


def test_the_last_problem_is_shown_whole_as_long_as_it_fits() -> None:
    fields = [field("nama", label="n" * 60)] * 10
    first = {f"p{index}": "y" * 400 for index in range(8)}
    messages = [
        correction("x#", fields, Reading(problems=first | {"last": "z" * length}), language_of("id"), given=True)
        for length in range(1, 300)
    ]
    whole = [message for length, message in enumerate(messages, 1) if f"- Last: {'z' * length}\n" in message]
    assert len(whole[-1]) == 4096
    assert all("\n- dan 1 lagi\n" in message for message in messages[len(whole) :])
    assert 0 < len(whole) < len(messages)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=100), st.text(max_size=600), st.booleans()), max_size=100),
    st.integers(0, 4000),
    st.sampled_from(["id", "en"]),
    st.booleans(),
)
def test_an_explanation_always_fits_into_one_message(
    shapes: list[tuple[str, str, bool]], length: int, language: str, something: bool
) -> None:
    fields = [
        field(f"f{index}", label=label, question=question, optional=optional) for index, (label, question, optional) in enumerate(shapes)
    ]
    reading = Reading(problems={each.name: each.question + "x" * length for each in fields} | {"#": "?"})
    assert 0 < len(correction("k" * 100 + "#", fields, reading, language_of(language), given=something)) <= 4096


@pytest.mark.parametrize("given", [True, False])
def test_an_explanation_in_the_longest_words_of_ones_own_fits_too(given: bool) -> None:
    own = dict.fromkeys(("invite", "still_wrong", "send_again", "brackets", "and_more"), "x" * 1000)
    language = replace(language_of("id"), sentences={**language_of("id").sentences, **own})
    fields = [field(f"f{number}", label="n" * 60, optional=True) for number in range(50)]
    assert len(correction("x#", fields, Reading(problems={"f1": "y" * 600}), language, given=given)) <= 4096

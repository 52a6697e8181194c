"""Texts as the value of a template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.delivery.window.templating import as_parameter
from flask_chatbot.errors import Refused


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Barang dikirim.", "Barang dikirim."),
        ("  Barang \t dikirim.     Resi JP12  ", "Barang dikirim. Resi JP12"),
        ("Halo Budi,\n\nbarang dikirim.\r\nTerima kasih", "Halo Budi, barang dikirim. Terima kasih"),
        ("Topi 2x\nPayung\u2028Total Rp90.000", "Topi 2x | Payung | Total Rp90.000"),
    ],
)
def test_line_breaks_and_wide_spaces_are_joined(text: str, value: str) -> None:
    assert as_parameter(text) == value


@given(st.text())
def test_nothing_that_whatsapp_refuses_in_a_value_is_left(text: str) -> None:
    value = as_parameter(text, may_cut=True)
    assert len(value) <= 1024
    assert value.split() == value.strip().split(" ") or not value
    assert not set("\n\r\t\v\f\u2028\u2029\x85") & set(value)


def test_a_text_of_the_longest_that_whatsapp_takes_is_left_whole_and_one_letter_more_is_refused_or_cut() -> None:
    assert as_parameter("a" * 1024) == "a" * 1024
    with pytest.raises(Refused, match=r"takes at most 1,024 characters; it has 1,025\. Send a shorter one\.$"):
        as_parameter("a" * 1025)
    assert as_parameter("a" * 1025, may_cut=True) == "a" * 1021 + "..."

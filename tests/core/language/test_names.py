"""How people are addressed: the names in profiles, as they are said."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.names import NAME_LIMIT, address, spoken_name


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("\U0001f338Budi_99\U0001f338", "Budi"),
        ("budi", "Budi"),
        ("BUDI SANTOSO", "Budi Santoso"),
        ("Siti Nurhaliza binti Tarudin", "Siti Nurhaliza Binti"),
        ("~Budi~", "Budi"),
        ("*Ani*", "Ani"),
        ("Ani, S.Kom", "Ani"),
        ("Rina | Reseller Hijab", "Rina"),
        ("Budi (WA bisnis)", "Budi"),
        ("PT Maju", "PT Maju"),
        ("Ma'ruf Al-Amin", "Ma'ruf Al-Amin"),
        ("Ma\u2019ruf", "Ma'ruf"),
        ("Jos\u00e9", "Jos\u00e9"),
        ("\U0001d401\U0001d42e\U0001d41d\U0001d422", "Budi"),
        ("\u0645\u062d\u0645\u062f", "\u0645\u062d\u0645\u062f"),
        ("\u738b\u5c0f\u660e", "\u738b\u5c0f\u660e"),
        ("Pak Budi", "Budi"),
        ("Kak Rina \U0001f495", "Rina"),
        ("Mas", ""),
        ("\U0001f338\U0001f338", ""),
        ("6281234567890", ""),
        ("B4ngs4t", ""),
        ("...", ""),
        ("", ""),
        ("{{ 7*7 }}{% 1 %}", ""),
        ("{{ config }}", "Config"),
        ("\u202eidu\u202cB", "IduB"),
        ("Bu\u200bdi\u2066", "Budi"),
        ("Z" + "\u0321" * 60 + "algo", "Z\u0321\u0321algo"),
        ("x" * 4096, ""),
        ("Budi " * 1000, "Budi Budi Budi"),
        ("\n\tBudi\n\n", "Budi"),
        ("\u3164", ""),
    ],
)
def test_of_a_profile_only_the_name_is_said(profile: str, name: str) -> None:
    assert spoken_name(profile) == name


@pytest.mark.parametrize(
    ("call", "profile", "said"), [("Kak", "Budi", "Kak Budi"), ("Kak", "\U0001f338", "Kak"), ("", "Budi", "Budi"), ("", "", "")]
)
def test_who_has_no_name_is_addressed_by_the_word_alone(call: str, profile: str, said: str) -> None:
    assert address(call, profile) == said


@given(st.text(max_size=300))
def test_whatever_a_profile_holds_a_name_is_short_and_made_of_letters(profile: str) -> None:
    name = spoken_name(profile)
    assert len(name) <= NAME_LIMIT
    assert {unicodedata.category(each)[0] for each in name} <= {"L", "M", "Z", "P"}
    assert set(name) & set("{}%<>@#*_~\n") == set()

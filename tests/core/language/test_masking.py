"""Telephone numbers within longer texts, masked however people write them, and nothing else."""

import pytest

from flask_chatbot.core.language.masking import mask_numbers

MASKED = "6281******890"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("081234567890", MASKED),
        ("(0812) 3456 7890", MASKED),
        ("+62 812-3456-7890", MASKED),
        ("Ani 62\u200b812\u00a03456\u20117890!", f"Ani {MASKED}!"),
        ("\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10", MASKED),
        ("0812-3456-7890 0812.3456.7890", f"{MASKED} {MASKED}"),
        ("081234567890\n081234567890", f"{MASKED}\n{MASKED}"),
        ("https://wa.me/6281234567890, 6281234567890@s.whatsapp.net", f"https://wa.me/{MASKED}, {MASKED}@s.whatsapp.net"),
        ("27-11-2026 081234567890", f"27-11-2026 {MASKED}"),
        ("+60 12-345 6789", "6012****789"),
        ("1 " * 100, "* " * 100),  # whoever hides one in so many has none read
    ],
)
def test_a_number_is_masked_however_it_is_written(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "text", ["", "2 karton", "Rp 1.500.000", "27-11-2026 10.30", "2026-11-27 10:30:11", "3174012345678901", "-6.17511,106.86504", "119"]
)
def test_what_is_no_telephone_number_is_left(text: str) -> None:
    assert mask_numbers(text) == text

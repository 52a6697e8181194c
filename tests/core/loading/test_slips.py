"""Texts that are warned of for what they look like, and those that are not."""

from pathlib import Path

import pytest

from tests.core.books import in_rule


@pytest.mark.parametrize(
    "line",
    [
        "keyword: buka 24/7",
        "keyword: senin s/d jumat",
        "keyword: /start",
        "keyword: 'halo / hai'",
        "keyword: [cek/ongkir, a*b]",
        "keyword: '*menu*'",
        "keyword: menu.",
        "contains: harga*",
        "contains: 'true'",
        "similar: [benar, salah]",
    ],
)
def test_a_text_that_can_only_mean_itself_is_not_warned_of(tmp_path: Path, line: str) -> None:
    assert in_rule(tmp_path, f"{line}\nreply: x") == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            r"keyword: [a, 'nota\d+']",
            [r"3:18: warning: a keyword is compared as it is written. Write `pattern: nota\d+` for a regular expression."],
        ),
        ("keyword: 'harga*'", ["3:14: warning: a star stands for the rest of a word under 'contains' only. Write `contains: harga*`."]),
    ],
)
def test_a_keyword_that_looks_like_something_else_is_warned_of(tmp_path: Path, line: str, found: list[str]) -> None:
    assert in_rule(tmp_path, f"{line}\nreply: x") == found

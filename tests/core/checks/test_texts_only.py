"""Rules that wait for what is no text are named where it can never reach them, and only there."""

from collections.abc import Collection
from pathlib import Path

import pytest

from flask_chatbot.core.checks.texts_only import unheard
from tests.core.books import load

RULES = """\
rules:
- {name: bukti, sends: image, reply: Ok}
- {name: alamat, keyword: alamat, ask: [{tempat: {question: Di mana?, type: location}}], reply: Ok}
- {name: grosir, sends: document, when: {line: grosir}, reply: Ok}
- {name: teks, keyword: halo, reply: Halo.}
"""


@pytest.mark.parametrize(
    ("lines", "named"),
    [((), ["bukti", "alamat", "grosir"]), (["toko"], ["grosir"]), (["grosir"], []), (["toko", "grosir"], [])],
)
def test_rules_are_named_that_no_line_feeds(lines: Collection[str], named: list[str], tmp_path: Path) -> None:
    assert [rule.name for rule in unheard(load(tmp_path, RULES), lines)] == named

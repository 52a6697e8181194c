"""Questions that offer what another rule would answer."""

from pathlib import Path

import pytest

from flask_chatbot.core.checks.lint import lint
from tests.core.books import load

RULES = """\
rules:
  - {{name: pesan, keyword: pesan, ask: [{{bayar: {{question: "{question}"{more}}}}}], reply: "{{{{ bayar }}}}"}}
  - {{name: rekening, keyword: [transfer, bayar tunai], similar: antar ke rumah, reply: BCA 123.}}
  - {{name: makasih, keyword: [makasih, trims], reply: Sama-sama.}}
"""
WARNING = (
    "rules.yaml:2:5: warning: the question {!r} of rule 'pesan' offers {!r}, which rule 'rekening' at rules.yaml:3:5 would answer."
    " Give the field `options:`, or `interrupt: false`."
)


def warnings(folder: Path, question: str, more: str = "") -> list[str]:
    found = lint(load(folder, RULES.format(question=question, more=more)), ())
    return [str(problem).replace(f"{folder}/", "") for problem in found]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Tunai atau transfer?", "transfer"),
        ("Transfer, COD?", "Transfer"),
        ("Mau bayar tunai/QRIS?", "bayar tunai"),
        ("Ambil sendiri atau antar ke rumah ya kak?", "antar ke rumah"),
        ("Kak, bayarnya gimana? (cash/transfer)", "transfer"),
    ],
)
def test_an_answer_that_a_question_offers_and_another_rule_takes_is_warned_of(tmp_path: Path, question: str, answer: str) -> None:
    assert warnings(tmp_path, question) == [WARNING.format(question, answer)]


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("Tunai atau transfer?", ", options: [tunai, transfer]"),
        ("Tunai atau transfer?", ", interrupt: false"),
        ("Sudah transfer ke rekening mana?", ""),
        ("Trims atau makasih?", ""),
        ("Pesan atau titip?", ""),
    ],
)
def test_what_no_other_rule_would_take_is_not(tmp_path: Path, question: str, more: str) -> None:
    assert warnings(tmp_path, question, more) == []

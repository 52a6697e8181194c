"""Sentences nearer to another rule's phrases."""

from pathlib import Path

import pytest

from flask_chatbot.core.checks.lint import lint
from tests.core.books import load

RULES = """\
rules:
  - {name: jam, contains: [jam buka toko], similar: [kapan tutupnya], reply: a}
  - {name: alamat, contains: [alamat toko], similar: [jam bukanya toko], reply: b}
"""
NEARER = (
    "rules.yaml:3:5: the similar text 'jam bukanya toko' of rule 'alamat' is nearer to 'jam buka toko' of rule 'jam' at rules.yaml:2:5 "
    "than to anything else its own rule says. Move it there, or choose words that differ more."
)


def warnings(folder: Path, rules: str) -> list[str]:
    return [str(problem).replace(f"{folder}/", "").replace("warning: ", "") for problem in lint(load(folder, rules))]


def test_a_sentence_that_says_what_another_rule_says_is_told_with_both(tmp_path: Path) -> None:
    assert warnings(tmp_path, RULES) == [NEARER]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("similar: [jam bukanya toko]", "similar: [jam bukanya toko, jam bukanya tokomu]"),  # it is as near to one of its own
        ("similar: [jam bukanya toko]", "similar: [di mana alamatnya]"),
        ("rules:", "settings: {guess: never}\nrules:"),
        ("name: jam,", "name: jam, guess: false,"),
        ("name: jam,", "name: jam, when: {chat: group},"),
    ],
)
def test_other_sentences_are_not_told(tmp_path: Path, written: str, instead: str) -> None:
    rules = RULES.replace(written, instead)
    rules = rules.replace("name: alamat,", "name: alamat, when: {chat: private},") if "when" in instead else rules
    assert [each for each in warnings(tmp_path, rules) if "nearer" in each] == []


def test_two_rules_are_told_of_once(tmp_path: Path) -> None:
    assert warnings(tmp_path, RULES.replace("[jam bukanya toko]", "[jam bukanya toko, buka jam tokonya]")) == [NEARER]

"""Sentences that name a word to write: the bot hears it, or the author is told."""

from pathlib import Path

import pytest

from tests.core.books import load, problems
from tests.core.conversation.talks import Talk

RULES = "rules: [{keyword: pesan, ask: [{nama: Siapa?}], reply: Siap.}]\n"


def warning(place: str, word: str, sentence: str, words: str) -> str:
    return (
        f"rules.yaml:{place}: warning: customers are asked to write '{word}', by the sentence '{sentence}', and the words of '{words}'"
        " do not hold it. Add it to them, or say the sentence otherwise."
    )


@pytest.mark.parametrize(
    ("written", "warnings"),
    [
        ("words: {cancel: {only: [udahan, stop]}}\n", [warning("1:9", "batal", "form_way_out", "cancel")]),
        ("words: {skip: {only: [kosong]}}\n", [warning("1:9", "-", "form_skip", "skip")]),
        ("words: {no: {only: [ndak]}}\n", [warning("1:9", "tidak", "not_yesno", "no")]),
        ("sentences: {form_skip: Ketik *lompat* ya.}\n", [warning("1:13", "lompat", "form_skip", "skip")]),
        ("sentences: {form_skip: Ketik *lompat* ya.}\nwords: {skip: [lompat]}\n", []),
        ("sentences: {not_yesno: 'Mohon *dijawab*: *ya* atau *tidak*.'}\n", []),
        ("sentences: {form_aside: Ketik *sambung* ya.}\n", [warning("1:13", "sambung", "form_aside", "resume")]),
        ("words: {cancel: [udahan]}\n", []),
    ],
)
def test_a_word_that_customers_are_told_to_write_is_in_its_list(tmp_path: Path, written: str, warnings: list[str]) -> None:
    assert problems(tmp_path, written + RULES) == warnings


def test_a_bot_goes_on_with_a_form_by_a_word_of_its_own(tmp_path: Path) -> None:
    talk = Talk(
        load(tmp_path, "words: {resume: [sambung]}\nrules: [{keyword: pesan, ask: [{nama: Siapa?}, {kota: Mana?}], reply: Siap.}]\n")
    )
    assert talk.hears("pesan", "Ani") == ["Siapa?", "Mana?"]
    talk.wait(minutes=20)
    assert talk.hears("sambung", "Solo") == ["Mana?", "Siap."]

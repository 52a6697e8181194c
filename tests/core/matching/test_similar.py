from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.similar import CROWD_LIMIT, SimilarIndex, Spellings
from flask_chatbot.core.values.problems import Mark
from tests.core.books import load, problems, rule_name
from tests.core.matching.naive_texts import is_like, is_one_error

BOOK = """
synonyms: {berapa: [brp]}
words: {ignore: [kak, min]}
rules:
  - {name: h, similar: [berapa harganya, "beli yg baru"], reply: x}
  - {name: k, similar: "caf\u00e9 kami", reply: x}
  - {name: t, similar: "paket 2026", reply: x}
  - {name: c, similar: "\u4ef7\u683c\u591a\u5c11", reply: x}
  - {name: a, similar: "\u0627\u0644\u0633\u0639\u0631", reply: x}
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("berapa harganya", "h"),
        ("Berapa HARGANYA?", "h"),
        ("berpa hargnya", "h"),
        ("bberapa harganyaa", "h"),
        ("berapi hargabya", "h"),
        ("ebrapa haragnya", "h"),
        ("brp hargnya kak", "h"),
        ("min berapa harganya#", "h"),
        ("berapa harga", None),
        ("brpa harganya", None),
        ("berapa", None),
        ("berapa harganya ya", "h"),
        ("harganya berapa", None),
        ("beli yg baruu", "h"),
        ("beli yang baru", None),
        ("beli yk baru", None),
        ("CAFE\u0301 kamii", "k"),
        ("cafe kami", "k"),
        ("cafee kami", None),
        ("paket 2025", None),
        ("pakett 2026", "t"),
        ("\u4ef7\u683c\u591a\u5c11?", "c"),
        ("\u200f\u0627\u0644\u0633\u0639\u0631", "a"),
        ("\u0627\u0644\u0633\u0639", "a"),
        ("\uff22\uff45\uff52\uff41\uff50\uff41 harganya", "h"),
        ("", None),
    ],
)
def test_a_whole_text_is_forgiven_one_typing_error_in_each_longer_word(tmp_path: Path, text: str, name: str | None) -> None:
    assert rule_name(load(tmp_path, BOOK), text) == name


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("'  '", "'  ' has nothing that can be compared. Write at least one word."),
        ("a " * 31, "a 'similar' text has at most 30 words, and this has 31. Use 'contains' for a part of it."),
        ("a" * 65, "a word of a 'similar' text has at most 64 letters, and one here has 65. Shorten it."),
    ],
)
def test_a_text_that_cannot_be_compared_is_told(tmp_path: Path, written: str, told: str) -> None:
    assert problems(tmp_path, f"rules:\n  - name: a\n    similar: [ok, {written}]\n") == [f"rules.yaml:3:19: {told}"]


def rules_of(*literals: str) -> list[Rule]:
    numbered = enumerate(literals)
    return [Rule(name=str(at), is_named=True, mark=Mark("r.yaml", at + 1, 1), position=at, similar=(each,)) for at, each in numbered]


LETTERS = st.text(st.sampled_from("abc\u00e9"), min_size=1, max_size=7)


@given(st.lists(LETTERS, max_size=20), LETTERS)
def test_spellings_agree_with_a_loop_over_all_words(words: list[str], word: str) -> None:
    assert sorted(Spellings(words).near(word)) == sorted({each for each in words if is_like([each], [word])})


@given(LETTERS, st.integers(0, 7), st.sampled_from("ab\u00e9"))
def test_every_typing_error_is_one(word: str, place: int, letter: str) -> None:
    place = place % len(word)
    ahead, here, behind = word[:place], word[place], word[place + 1 :]
    wrong = {ahead + letter + here + behind, ahead + behind, ahead + letter + behind, ahead + behind[:1] + here + behind[1:]}
    assert all(is_one_error(word, each) for each in wrong - {word})
    assert all(word in Spellings([f"{word}xxxx", word]).near(each) or sum(map(str.isalpha, word)) < 4 for each in wrong)


@given(st.lists(st.lists(LETTERS, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=5), st.lists(LETTERS, min_size=1, max_size=3))
def test_whatever_is_similar_to_some_words_of_a_text_is_looked_for(literals: list[str], words: list[str]) -> None:
    index = SimilarIndex(rules_of(*dict.fromkeys(literals)))
    runs = [" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    assert index.find(runs) == [] or index.may_find(words)


def test_words_of_which_too_many_differ_in_one_letter_are_refused_with_three_of_them() -> None:
    words = [f"kata{chr(0x4E00 + number)}" for number in range(20_000)]
    assert list(SimilarIndex(rules_of(*words[:CROWD_LIMIT])).problems()) == []
    (problem,) = SimilarIndex(rules_of(*words)).problems()
    assert str(problem) == (
        "r.yaml:20000:1: 20000 words of 'similar' differ in one letter only "
        "('kata\u4e00', 'kata\u4e01', 'kata\u4e02', ...), and the limit is 100. Make them keywords."
    )


def test_twenty_thousand_words_that_are_not_so_close_are_looked_up_by_what_is_left_of_them() -> None:
    words = ["pre" + "".join(letters) for letters in product("abcdefghijklmnopqrstuvwxyz", repeat=3)]
    index = SimilarIndex(rules_of(*words))
    assert list(index.problems()) == []
    found = {literal for _, literal in index.find(["preabc"])}
    assert found == {word for word in words if word == "preabc" or is_one_error(word, "preabc")}


def test_long_texts_are_read_as_far_as_something_is_like_them() -> None:
    long = " ".join(["a" * 60] * 30)
    index = SimilarIndex(rules_of(long, "a"))
    assert [literal for _, literal in index.find([" ".join(["a" * 61] * 30)])] == [long]
    assert index.find(["a " * 2000, "a" * 4096, "#" * 4096, ""]) == []

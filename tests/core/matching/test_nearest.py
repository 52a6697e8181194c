"""The nearest phrases: as near as counting one by one says, in a time that no text can draw out."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.matching.nearest import LETTERS_ASKED, OWNERS, PHRASES_LIMIT, Near, NearestIndex, trigrams
from tests.core.timing import least_time

WORDS = st.sampled_from("harga kopi gayo jam buka tutup alamat toko ongkir berapa dimana kirim pesan promo diskon".split())
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
LIMIT = 0.005  # seconds for one text, whatever it is
ALIKE = [f"harga kopi gayo nomor {number}" for number in range(5_000)]


def index(*phrases: str) -> NearestIndex:
    """The phrases, each with an owner of its own."""
    return NearestIndex([(phrase, number) for number, phrase in enumerate(phrases)])


def dice(phrases: list[str], text: str) -> list[float]:
    """The score of each phrase, counted one by one."""
    parts = list(map(trigrams, phrases))
    asked = trigrams(text)
    groups = asked.union(*parts)
    weights = {group: 1 + log((1 + len(phrases)) / (1 + sum(group in part for part in parts))) for group in groups}

    def weight(part: set[str]) -> float:
        return sum(weights[group] for group in part)

    return [2 * weight(asked & part) / (weight(asked) + weight(part)) for part in parts]


@given(st.lists(TEXTS, min_size=1, max_size=30, unique=True), TEXTS)
def test_the_first_phrase_is_the_nearest_of_all(phrases: list[str], text: str) -> None:
    scores = dice(phrases, text)
    found = index(*phrases).find(text)
    best = max(scores)
    assert [near.score for near in found[:1]] == ([pytest.approx(best)] if best else [])


@given(st.lists(TEXTS, min_size=1, max_size=30, unique=True), TEXTS)
def test_every_score_is_the_share_of_what_both_have(phrases: list[str], text: str) -> None:
    scores = dice(phrases, text)
    found = index(*phrases).find(text)
    assert [near.score for near in found] == [pytest.approx(scores[near.phrase]) for near in found]
    assert found == sorted(found, key=lambda near: (-near.score, near.phrase))


@given(st.lists(TEXTS, min_size=1, max_size=30, unique=True))
def test_nothing_is_nearer_to_a_phrase_than_itself(phrases: list[str]) -> None:
    assert [index(*phrases).find(phrase)[0].score for phrase in phrases] == [pytest.approx(1.0)] * len(phrases)


def test_nothing_is_near_a_text_that_has_nothing_in_common_with_any_phrase() -> None:
    assert index("harga", "jam buka").find("xyz") == []
    assert index("harga").find("") == []
    assert index().find("harga") == []


def test_an_index_of_nothing_finds_nothing_whatever_is_asked() -> None:
    assert [index("", " ").find(text) for text in ("", " ", "harga")] == [[], [], []]


def test_of_two_phrases_as_near_as_each_other_the_first_comes_first() -> None:
    assert [near.phrase for near in index("kopi gayo", "kopi", "kopi").find("kopi")] == [1, 2, 0]


def test_what_few_phrases_have_weighs_more() -> None:
    near = index("minta harga", "minta alamat", "minta menu", "minta promo").find("minta harga kopi dan alamat")
    assert near[0].phrase == 1  # "alamat" is longer, and nothing else tells the two apart


def test_other_owners_are_found_behind_one_who_has_said_the_same_a_hundred_times() -> None:
    crowd = [(f"harga kopi {number}", 0) for number in range(100)]
    others = [("harga kopi teh gula susu", 1), ("kopi luwak robusta arabika", 2), ("biji kopi bubuk", 3)]
    found = NearestIndex([*crowd, *others]).find("harga kopi")
    assert {near.phrase for near in found} >= {100, 101, 102}


def test_owners_are_counted_no_further_than_is_of_use() -> None:
    assert OWNERS <= len(index(*ALIKE).find("harga kopi gayo")) < 50


def test_letters_after_the_first_two_hundred_are_not_asked() -> None:
    phrases = index("harga kopi", "jam buka toko")
    start = "jam buka toko dan lain lain " * 8
    assert len(start) > LETTERS_ASKED
    assert phrases.find(start) == phrases.find(start + " harga kopi" * 400)


def test_a_phrase_behind_the_limit_is_not_found() -> None:
    phrases = NearestIndex([("kopi", 0)] * PHRASES_LIMIT + [("gula pasir", 1)])
    assert [phrases.find("gula pasir"), phrases.find("kopi")[0]] == [[], Near(1.0, 0)]


HOSTILE = {
    "the phrases with a letter more": "harga kopi gayo nomor 12345x",
    "one word without an end": "ab" * 2_048,
    "letters with spaces between": "a " * 2_048,
    "a thousand emoji": "\U0001f600" * 1_000,
    "4,096 characters of Han": "".join(chr(0x4E00 + number) for number in range(4_096)),
    "4,096 characters of Hangul": "".join(chr(0xAC00 + number) for number in range(4_096)),
    "Arabic with marks": "\u0645\u064e\u0631\u0652\u062d\u064e\u0628\u064b\u0627 " * 400,
    "the phrases over and over": " ".join(ALIKE)[:4_096],
    "lone surrogates": "\ud800" * 4_096,
    "white space": " \u00a0\u2003" * 1_365,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_takes_long_among_five_thousand_phrases_that_are_nearly_one(text: str) -> None:
    alike = index(*ALIKE)
    assert least_time(lambda: alike.find(text)) < LIMIT


def test_five_thousand_phrases_of_one_owner_take_no_longer() -> None:
    alike = NearestIndex([(phrase, 0) for phrase in ALIKE])
    assert least_time(lambda: alike.find("harga kopi gayo")) < LIMIT

from pathlib import Path

import pytest

from flask_chatbot.core.language.folding import split_words
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.matching.phrases import PhraseIndex, read_phrase
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.problems import Mark
from tests.core.books import load, problems, rule_name


@pytest.mark.parametrize(
    ("folded", "words"),
    [
        ("", []),
        ("daftar harga", ["daftar", "harga"]),
        ("halo,kak", ["halo", "kak"]),
        ("buku-buku", ["buku", "buku"]),
        ("rp10.000 08:30 1/2", ["rp10.000", "08:30", "1/2"]),
        ("v1.0.a", ["v1.0", "a"]),
        ("a#b ##", ["a", "#", "b", "#", "#"]),
        ("halo\U0001f64f\U0001f44d\U0001f3fd", ["halo", "\U0001f64f", "\U0001f44d", "\U0001f3fd"]),
        ("\U0001f468\U0001f469", ["\U0001f468", "\U0001f469"]),
        ("\u4ef7\u683c5kg", ["\u4ef7", "\u683c", "5kg"]),
        ("\u30b3\u30fc\u30d2\u30fc", ["\u30b3", "\u30fc", "\u30d2", "\u30fc"]),
        ("\ucee4\ud53c \uac00\uaca9", ["\ucee4\ud53c", "\uac00\uaca9"]),
        ("\u0627\u0644\u0633\u0639\u0631\u060c\u0643\u0645", ["\u0627\u0644\u0633\u0639\u0631", "\u0643\u0645"]),
        ("caf\u00e9s x\u0301y", ["caf\u00e9s", "x\u0301y"]),
        ("$5 +1", ["$5", "+1"]),
        ("?!", []),
    ],
)
def test_words_inside_a_text_are_parted_as_people_see_them(folded: str, words: list[str]) -> None:
    assert split_words(folded) == words


BOOK = """
synonyms: {harga: [hrg, price], berapa: [brp]}
rules:
  - {name: h, contains: [harga*, daftar barang], reply: x}
  - {name: k, contains: "caf\u00e9* buka", reply: x}
  - {name: b, contains: [brp ongkir, "#promo"], reply: x}
  - {name: p, contains: 'kirim hr*', reply: x}
  - {name: c, contains: "\u4ef7\u683c", reply: x}
  - {name: a, contains: "\u0627\u0644\u0633\u0639\u0631*", reply: x}
  - {name: e, contains: "\U0001f44d", reply: x}
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("berapa harganya?", "h"),
        ("HARGA!", "h"),
        ("kak,harga-nya", "h"),
        ("*hrg* dong", "h"),
        ("hargai", "h"),
        ("seharga", None),
        ("daftar semua barang", None),
        ("ada daftar  BARANG?", "h"),
        ("daftar barangnya", None),
        ("daftar#barang", None),
        ("caf\u00e9 buka", "k"),
        ("CAFE\u0301NYA BUKA?", "k"),
        ("cafe buka", "k"),
        ("caf\u00e9 \u00e9 buka", None),
        ("tanya berapa ongkir", "b"),
        ("brp ongkir", "b"),
        ("ikut #promo", "b"),
        ("promo", None),
        ("kirim hrg", "p"),
        ("kirim hrgnya", "p"),
        ("\uff28\uff41\uff52\uff47\uff41", "h"),
        ("\u8bf7\u95ee\u4ef7\u683c\u591a\u5c11", "c"),
        ("\u4ef7 \u683c", "c"),
        ("\u683c\u4ef7", None),
        ("\u200f\u0643\u0645 \u0627\u0644\u0633\u0639\u0631\u061f", "a"),
        ("\u0627\u0644\u0633\u0639\u0631\u0647", "a"),
        ("oke\U0001f44d\U0001f3fd", "e"),
        ("har\u200bga", "h"),
        ("", None),
    ],
)
def test_a_phrase_stands_in_a_text_word_by_word(tmp_path: Path, text: str, name: str | None) -> None:
    assert rule_name(load(tmp_path, BOOK), text) == name


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("'*'", "the star in '*' stands alone, and would take any word. Put letters before it."),
        ("harga *", "the star in 'harga *' stands alone, and would take any word. Put letters before it."),
        ("harga -*", "the star in 'harga -*' stands alone, and would take any word. Put letters before it."),
        ("harga* kop*", "'harga* kop*' has more than one star, and may have one. Write two phrases."),
        ("harga**", "'harga**' has more than one star, and may have one. Write two phrases."),
        ("'*harga*'", "'*harga*' has more than one star, and may have one. Write two phrases."),
        ("har*ga", "a star stands for the rest of a word, and in 'har*ga' it is not at its end. Put it there, or use 'pattern'."),
        ("'*harga'", "a star stands for the rest of a word, and in '*harga' it is not at its end. Put it there, or use 'pattern'."),
        ("'?!'", "'?!' has no words to look for. Write at least one."),
        ("' '", "' ' has no words to look for. Write at least one."),
        (f"{'a ' * 30}a", "a phrase to look for has at most 30 words, and this has 31. Shorten it."),
        ("\u4ef7" * 31, "a phrase to look for has at most 30 words, and this has 31. Shorten it."),
        ("a" * 65, "a word to look for has at most 64 letters, and one here has 65. Shorten it."),
    ],
)
def test_a_phrase_that_cannot_be_looked_for_is_told(tmp_path: Path, written: str, told: str) -> None:
    assert problems(tmp_path, f"rules:\n  - name: a\n    contains: [ok, {written}]\n") == [f"rules.yaml:3:20: {told}"]


STARS = [("harga*", 0), ("harga*!", 0), ("(harga*)", 0), ("\uff48\uff0a", 0), ("t-shir* x", 1), ("a b", -1)]


@pytest.mark.parametrize(("written", "star"), STARS)
def test_a_star_belongs_to_the_last_part_of_its_word(written: str, star: int) -> None:
    assert read_phrase(written, Folding()).star == star


def rules_of(*phrases: str) -> list[Rule]:
    read = enumerate(read_phrase(each, Folding()) for each in phrases)
    return [Rule(name=str(at), is_named=True, mark=Mark("r.yaml", at + 1, 1), position=at, contains=(each,)) for at, each in read]


def found(phrases: list[str], text: str) -> list[int]:
    return sorted(rule.position for rule, _ in PhraseIndex(rules_of(*phrases), Folding()).find(split_words(text)))


def test_phrases_that_begin_alike_are_told_apart() -> None:
    phrases = ["a", "a b", "a b c", "a b*", "a* b", "b c", "a c"]
    assert found(phrases, "a b c") == [0, 1, 2, 3, 4, 5]
    assert found(phrases, "ab b") == [4]
    assert found(phrases, "a a c") == [0, 6]


def test_a_hundred_thousand_phrases_of_one_prefix_are_looked_up_by_their_words() -> None:
    phrases = [f"promo {number}" for number in range(100_000)]
    assert found(phrases, "mau promo 777 atau promo 99999") == [777, 99_999]
    assert found([f"promo{number:04d}*" for number in range(10_000)], "ada promo0777x") == [777]


def test_a_text_that_repeats_itself_is_read_once() -> None:
    ladder = [" ".join(["a"] * size) for size in range(1, 31)]
    assert found(ladder, "a " * 2048) == list(range(30))
    assert found(["\u4ef7" * 30], "\u4ef7" * 4096) == [0]


def test_more_than_a_hundred_rules_may_not_share_a_phrase(tmp_path: Path) -> None:
    rules = "".join("  - {contains: harga*, reply: x}\n" for _ in range(101))
    told = "rules.yaml:102:5: 101 rules share the phrase 'harga*', and the limit is 100. Merge some."
    assert problems(tmp_path, f"rules:\n{rules}") == [told]
